"""Operators and their sessions in the store. What an authenticator knows is sealed before it comes here."""

import hashlib
import secrets

from gateway.core.approvals import person_key
from gateway.core.limits import Limits
from gateway.core.operators import (
    NewSession,
    Operator,
    OperatorLocked,
    OperatorMissing,
    Role,
    Session,
    SignInTry,
    StepUsed,
)
from gateway.store import keys, ops_keys
from gateway.store.action_log import TELL
from gateway.store.connection import Store
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_BEGIN_SIGN_IN = load("begin_sign_in")
_SIGN_IN = load("sign_in")
_BEGIN_ENROLMENT = load("begin_enrolment")
_READ_SESSION = load("read_session")
_ADD = load("add_operator")
_REMOVE = load("remove_operator")
_RESET = load("reset_authenticator")


class RedisOperators:
    """`OperatorStore` on Redis 7 or Valkey, and what `bonin operators` does with them."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._limits = limits

    async def add(self, person: str, role: Role, sealed_secret: bytes | None = None) -> bool:
        """Make somebody an operator, with an authenticator that was made elsewhere or none yet.

        Whether they were not one before: who is one stays as they are.
        """
        added = await self._store.run(
            _ADD,
            _keys(person),
            (person_key(person), person, role, secrets.token_hex(8), sealed_secret or ""),
        )
        return bool(added)

    async def remove(self, person: str) -> bool:
        """Whether there was such an operator; their sessions are over."""
        return bool(await self._store.run(_REMOVE, _keys(person), (person_key(person), person)))

    async def reset_authenticator(self, person: str) -> bool:
        """Whether there is such an operator; they enrol an authenticator again, and their sessions are over."""
        operator, _, audit = _keys(person)
        return bool(await self._store.run(_RESET, (operator, audit), (secrets.token_hex(8),)))

    async def entries(self) -> list[Operator]:
        """Everybody, by name."""
        names = await self._store.command("HKEYS", ops_keys.OPERATORS)
        records = await self._store.all(*(("HGETALL", ops_keys.operator(name.decode())) for name in names))
        found = [_operator(dict(in_pairs(pairs))) for pairs in records if pairs]
        return sorted(found, key=lambda operator: operator.person)

    async def begin_sign_in(self, person: str) -> SignInTry:
        given = await self._store.run(
            _BEGIN_SIGN_IN,
            (ops_keys.operator(person_key(person)), keys.AUDIT_OF_NOBODY),
            (self._limits.wrong_sign_ins, self._limits.sign_in_locked_for * 1000),
        )
        match given:
            case [b"try", now, *pairs]:
                record = dict(in_pairs(pairs))
                return SignInTry(_operator(record), record[b"generation"].decode(), now, record.get(b"secret"))
            case [b"locked", retry_after]:
                raise OperatorLocked(retry_after)
            case _:
                raise OperatorMissing

    async def sign_in(self, person: str, step: int, session: NewSession, enrolled: bytes | None = None) -> None:
        done = await self._store.run(
            _SIGN_IN,
            (ops_keys.operator(person_key(person)), _session_key(session.cookie), keys.AUDIT_OF_NOBODY),
            (
                *(step, session.generation, self._limits.operator_session_life * 1000),
                *(enrolled or "", session.csrf_token, session.key_digest),
            ),
        )
        if not done:
            raise StepUsed

    async def begin_enrolment(self, person: str, session: NewSession) -> None:
        begun = await self._store.run(
            _BEGIN_ENROLMENT,
            (ops_keys.operator(person_key(person)), _session_key(session.cookie)),
            (
                *(self._limits.enrolment_life * 1000, session.sealed_pending_secret or "", session.generation),
                *(session.csrf_token, session.key_digest),
            ),
        )
        if not begun:
            raise OperatorMissing

    async def session(self, cookie: str, *, touch: bool) -> tuple[Session, str] | None:
        idle = self._limits.operator_idle * 1000
        pairs = await self._store.run(_READ_SESSION, (_session_key(cookie),), (idle, "1" if touch else ""))
        if not pairs:
            return None
        kept = dict(in_pairs(pairs))
        found = await self._store.command("HGETALL", ops_keys.operator(person_key(kept[b"person"].decode())))
        operator = dict(in_pairs(found))
        if operator.get(b"generation") != kept[b"generation"]:
            return None
        session = Session(
            operator=_operator(operator),
            csrf_token=kept[b"csrf"].decode(),
            signed_in=b"signed_in" in kept,
            sealed_pending_secret=kept.get(b"pending"),
        )
        return session, kept[b"key"].decode()

    async def end_session(self, cookie: str) -> None:
        await self._store.command("DEL", _session_key(cookie))

    async def tell(self, event: str, person: str) -> None:
        await self._store.run(TELL, (keys.AUDIT_OF_NOBODY,), (event, "", "by", person))


def _keys(person: str) -> tuple[str, str, str]:
    return ops_keys.operator(person_key(person)), ops_keys.OPERATORS, keys.AUDIT_OF_NOBODY


def _session_key(cookie: str) -> str:
    return ops_keys.session(hashlib.sha256(cookie.encode(errors="replace")).hexdigest())


def _operator(record: dict[bytes, bytes]) -> Operator:
    enrolled_at = record.get(b"enrolled_at")
    return Operator(
        person=record[b"person"].decode(),
        role=Role(record[b"role"].decode()),
        added_at=int(record[b"added_at"]),
        enrolled_at=int(enrolled_at) if enrolled_at else None,
    )
