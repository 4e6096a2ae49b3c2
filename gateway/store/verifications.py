"""Verifications in the store: each verb is one script, each answer a value of the core."""

from collections.abc import Sequence
from typing import Any

from gateway.core.counting import Counted
from gateway.core.delivery import DeliveryReport, Effect
from gateway.core.limits import Limits
from gateway.core.stores import (
    AlreadyOpened,
    Answer,
    BasisChanged,
    Capped,
    CustomerLocked,
    Judgement,
    ResendsExhausted,
    VerificationClosed,
    VerificationMissing,
)
from gateway.core.verification import TRAITS, Basis, NewVerification, Status, Terms, Verdict, Verification
from gateway.store import keys
from gateway.store.about import request_word
from gateway.store.connection import Store
from gateway.store.counted import NOTHING, Counters
from gateway.store.lineage import fence_of
from gateway.store.numbers import numbers_of, packed
from gateway.store.recent_terms import RecentTerms
from gateway.store.scripts import load
from gateway.store.shards import verification_start
from gateway.store.shared_memory import SharedRecords
from gateway.store.verification_records import (
    LASTING,
    opened,
    other_fields,
    packed_terms,
    terms_in,
    terms_of,
    verification_of,
)

_CREATE = load("create_verification", "numbers", "fence", "birthplace", "names", "request", "caps", "conversion", "day")
_READ = load("read_verification", "moving", "reading")
_READ_OPENED = load("read_opened", "moving", "reading")
_CHECK = load("check_verification", "fence", "home", "request", "closing", "moving")
_CLOSE = load("close_verification", "closing")
_RESEND = load("resend_verification", "names", "request")
_REPORT = load("report_delivery", "request", "closing", "reports")
_TAKE_TURN = load("take_turn", "moving", "reading")
_PUT_TURN = load("put_turn")
_NAME_LETTERS = 20
"""In the name of an open verification in its customer's record; no other field there has as many."""
_VERDICTS = {verdict.encode(): verdict for verdict in Verdict}


class RedisVerifications:
    """`VerificationStore` and `TurnStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store, limits: Limits, shared: SharedRecords[Terms] | None = None) -> None:
        self._store = store
        self._limits = limits
        self._recent = RecentTerms(shared=shared)
        self._counters = Counters(limits)
        self._limits_of_opening = packed(
            (
                limits.wrong_answers_forgotten_after * 1000,
                *numbers_of((limits.customer_cap,)),
                limits.kept_after_close * 1000,
            )
        )

    @property
    def counts(self) -> bool:
        return self._store.cluster is None

    async def create(self, new: NewVerification, counted: Counted | None = None) -> Verification:
        traits, customer_id = TRAITS[new.method], new.customer_id
        shard = keys.shard_of(customer_id)
        customer, verification = keys.customer(customer_id), keys.verification(new.verification_id)
        answer = await self._store.run(
            _CREATE,
            (
                verification,
                customer,
                keys.contact(customer_id, new.contact_id) if new.contact_id else customer,
                keys.guard(customer_id),
                keys.expiring(shard),
                keys.outbox(shard),
                keys.audit(shard),
                *(fence_of(self._store, shard) if counted is None else self._counters.keys_of(counted, verification)),
            ),
            (
                packed_terms(new),
                "" if new.contact_version is None else new.contact_version,
                self._limits_of_opening,
                new.life * 1000,
                "1" if traits.has_code else "",
                "" if new.per_day is None else new.per_day,
                *(customer_id, request_word(new.method, new.operation, new.client), new.contact_id or ""),
                *(NOTHING if counted is None else self._counters.words_of(counted)),
                _basis_word(new.basis),
                new.code_digest or b"",
                new.sealed_code or b"",
                "1" if new.may_be_there else "",
                *other_fields(new),
            ),
            durable=True,
        )
        match answer:
            case [b"created", now, wrong]:
                created = opened(new, now, wrong, self._limits.resend_after)
                self._recent.note(created)
                return created
            case [b"there"]:
                raise AlreadyOpened
            case [b"locked"]:
                raise CustomerLocked
            case [b"capped_customer", retry_after]:
                raise Capped("customer", retry_after)
            case [b"capped_today", retry_after]:
                raise Capped("per_day", retry_after)
            case [b"changed"]:
                raise BasisChanged
        assert counted is not None  # noqa: S101 - what was not to be counted is not refused for that
        raise self._counters.refusal(counted, answer)

    async def read(self, verification_id: str) -> Verification | None:
        read = await self._store.run(_READ, _reading_keys(verification_id))
        return None if read is None else self._whole(verification_id, read)

    async def opened_before(self, verification_id: str) -> Verification | None:
        read = await self._store.run(_READ_OPENED, _reading_keys(verification_id), durable=True)
        return None if read is None else self._whole(verification_id, read)

    async def terms(self, verification_id: str, client: str) -> Terms | None:
        terms = self._recent.of(verification_id)
        if terms is None or terms.client != client:
            # Another client's costs the same trip as one that is not there.
            lasting = await self._store.command("HMGET", keys.verification(verification_id), *LASTING)
            if lasting[0] is None:
                return None
            terms = terms_of(verification_id, lasting)
            self._recent.note(terms)
        return terms if terms.client == client else None

    async def check(self, terms: Terms, answer: Answer) -> Judgement:
        customer_id, verification_id = terms.customer_id, terms.verification_id
        shard = keys.shard_of(customer_id)
        customer, contact_id = keys.customer(customer_id), terms.contact_id
        judged_by = keys.contact(customer_id, contact_id) if contact_id else customer
        digests: Sequence[bytes] = (answer.digest,)
        if not TRAITS[terms.method].has_code:
            judged_by = keys.branch_password(customer_id, terms.operation)
            digests = (answer.branch_digests[0], answer.branch_digests[-1])
        given = await self._store.run(
            _CHECK,
            (
                keys.verification(verification_id),
                keys.guard(customer_id),
                judged_by,
                customer,
                keys.audit(shard),
                *fence_of(self._store, shard),
            ),
            (
                answer.attempt_digest or "",
                digests[0],
                self._limits.wrong_answers,
                answer.channel,
                self._limits.wrong_answers_forgotten_after * 1000,
                self._limits.ownership_check_good_for * 1000,
                self._store.needed_replicas,
                *digests[1:],
            ),
            durable=True,
        )
        _raise_if_over(given)
        verdict, wrong, *read = given
        return Judgement(_VERDICTS[verdict], wrong, verification_of(terms, read, self._limits.resend_after))

    async def close(self, verification_id: str, customer_id: str, status: Status, reason: str, channel: str) -> None:
        audit = keys.audit(keys.shard_in(verification_id))
        given = await self._store.run(
            _CLOSE,
            (keys.verification(verification_id), keys.customer(customer_id), audit),
            (status, reason, channel),
            durable=True,
        )
        _raise_if_over(given)

    async def resend(self, verification_id: str) -> int:
        shard = keys.shard_in(verification_id)
        given = await self._store.run(
            _RESEND,
            (keys.verification(verification_id), keys.outbox(shard), keys.audit(shard)),
            (self._limits.resends, self._limits.resend_after * 1000),
            durable=True,
        )
        _raise_if_over(given)
        match given:
            case [b"queued", int(number)]:
                return number
            case [b"too_soon", retry_after]:
                raise Capped("resend", retry_after)
            case _:
                raise ResendsExhausted

    async def report(
        self,
        report: DeliveryReport,
        carrier: str,
        call_fails_with: str | None,
    ) -> Effect:
        verification_id = report.ref.verification_id
        shard = keys.shard_in(verification_id)
        given = await self._store.run(
            _REPORT,
            (
                keys.verification(verification_id),
                keys.customer_prefix(shard),
                keys.audit(shard),
            ),
            (
                report.ref.number,
                report.state,
                report.rank,
                report.reason or "",
                carrier,
                report.carrier_id or "",
                call_fails_with or "",
                "" if report.is_ours else report.ref.send,
            ),
        )
        return Effect(given[0].decode())

    async def open_of_customer(self, customer_id: str) -> list[str]:
        found = await self._store.command("HKEYS", keys.customer(customer_id))
        start = verification_start(keys.shard_of(customer_id))
        return [start + field.decode() for field in found if len(field) == _NAME_LETTERS]

    async def request_hang_up(self, verification_id: str, delivery_number: int) -> None:
        await self._store.command(
            "XADD", keys.outbox(keys.shard_in(verification_id)), "*",
            "verification", verification_id, "delivery", delivery_number, "hang_up", "1",
        )  # fmt: skip

    async def take_turn(self, verification_id: str, turn: str, carrier: str) -> Verification | None:
        given = await self._store.run(_TAKE_TURN, _reading_keys(verification_id), (turn, carrier))
        match given:
            case [b"turn", read]:
                return self._whole(verification_id, read)
            case [b"taken"]:
                return None
            case _:
                raise VerificationMissing

    async def put_turn(self, verification_id: str, turn: str, dialogue: str) -> None:
        await self._store.run(_PUT_TURN, (keys.verification(verification_id),), (turn, dialogue))

    def _whole(self, verification_id: str, read: list[Any]) -> Verification:
        """From what scripts answer with `read_whole`."""
        terms = terms_in(verification_id, read)
        self._recent.note(terms)
        return verification_of(terms, read, self._limits.resend_after)


def _basis_word(basis: Basis) -> str:
    return f"{basis.kind} {'1' if basis.online_consent else '0'} {basis.hour}"


def _reading_keys(verification_id: str) -> tuple[str, str]:
    """The verification and the guards of its shard, as the scripts' KEYS have them that answer with all of it."""
    return keys.verification(verification_id), keys.guard_prefix(keys.shard_in(verification_id))


def _raise_if_over(given: list[Any]) -> None:
    match given:
        case [b"missing"]:
            raise VerificationMissing
        case [b"closed", status]:
            raise VerificationClosed(Status(status.decode()))
