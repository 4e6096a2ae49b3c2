"""Opening a verification: whether the policy, the contact and the caps allow it, and what is then written."""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from contacts.models import Contact, ContactMethod, CustomerKind, why_not
from contacts.records import record
from contacts.vouching import may_vouch
from gateway.core.codes import CodeVault, new_code, new_keyed_code
from gateway.core.counting import Counted, RangeHeld
from gateway.core.coverage import Coverage
from gateway.core.customer_stores import Applicant, CustomerStore, StoredContact
from gateway.core.deciding import Outcome, Reason, outcome_of
from gateway.core.decision_stores import HOUR_MS, Standing
from gateway.core.decisions import facts_of, taken_by
from gateway.core.errors import Refusal, StoreUnavailable
from gateway.core.facts import Allowed, Holds
from gateway.core.limits import Limits
from gateway.core.locked import customer_locked
from gateway.core.not_available import method_not_available
from gateway.core.open_request import OpenRequest, check_fields
from gateway.core.operations import Operation
from gateway.core.policy import ExtraAuthentication, OperationRow, Policy
from gateway.core.policy_refusals import not_required, operation_refused
from gateway.core.problems import Problem
from gateway.core.sending import Sending, texting_of
from gateway.core.stores import (
    AlreadyOpened,
    BasisChanged,
    Capped,
    CustomerLocked,
    ReplyStore,
    VerificationStore,
)
from gateway.core.too_many import too_many
from gateway.core.verification import TRAITS, Basis, Method, NewVerification, Verification

_TRIES = 3
"""How often an opening starts over because the customer changed between reading and writing."""
_ON_A_CONTACT = {Method(method): method for method in ContactMethod}
_ROWS_OF_AN_HOUR = len(Operation) * len(CustomerKind) * 2
"""By operation, kind and consent."""


@record()
class _Cleared:
    """That a verification may be opened: by which row, what it counts as, and what the store must still find so."""

    row: OperationRow
    counted: Counted
    contact_version: int | None
    basis: Basis


class Opening:
    """Opens verifications that the policy allows. Raises `Refusal`, with the rule that refuses."""

    def __init__(
        self,
        policy: Policy,
        store: VerificationStore,
        customers: CustomerStore,
        sending: Sending,
        replies: ReplyStore,
        holds: Holds,
        coverage: Coverage,
        vault: CodeVault,
        limits: Limits,
        new_verification_id: Callable[[str, bytes], str],
    ) -> None:
        self._policy = policy
        self._store = store
        self._customers = customers
        self._sending = sending
        self._replies = replies
        self._holds = holds
        self._coverage = coverage
        self._vault = vault
        self._limits = limits
        self._new_verification_id = new_verification_id
        self._usual_row = lru_cache(maxsize=_ROWS_OF_AN_HOUR)(self._usual_row_anew)

    async def open(self, request: OpenRequest) -> Verification:
        """Open a verification and queue its delivery; nobody waits for the carrier that delivers it.

        A request that is sent again under its key, because its answer was lost, gets what it opened the first time.
        """
        check_fields(request)
        try:
            return await self._open_anew(request)
        except (AlreadyOpened, Refusal) as refused:
            # After a refusal as well: what it opened the first time may be why the second is over a cap.
            opened = await self._store.opened_before(self._id_for(request)) if request.known_as else None
            if opened is not None:
                return opened
            if isinstance(refused, Refusal):
                raise
            raise StoreUnavailable("what was there a moment ago is not") from None

    async def _open_anew(self, request: OpenRequest) -> Verification:
        cleared = self._cleared_by_memory(request)
        if cleared is not None:
            new = self._compose(request, cleared, _code_for(request.method))
            try:
                return await self._create(new, cleared.counted, None, cleared.row)
            except (Refusal, RangeHeld, BasisChanged):
                # What is remembered may be out of date. It opens what the store agrees to, and refuses nobody.
                pass
        for _ in range(_TRIES):
            with suppress(BasisChanged):
                return await self._open(request, await self._read(request))
        raise StoreUnavailable("the customer is changed again and again")

    def _cleared_by_memory(self, request: OpenRequest) -> _Cleared | None:
        """By what this process read before; only where one script counts and opens, since its refusal costs nothing."""
        method, contact_id = request.method, request.contact_id
        if contact_id is None or request.target_contact_id is not None or not self._is_counted_by_what_writes(method):
            return None
        remembered = self._customers.remembered(request.customer_id, contact_id)
        if remembered is None:
            return None
        found, hour = remembered
        row = self._usual_row(request.operation, found.kind, found.online_consent, hour)
        if row is None or method not in row.methods or not self._coverage.offers(_ON_A_CONTACT[method], found):
            return None
        counted = Counted(request.client, found.blind_indexes, found.prefix, texting_of(method))
        return _Cleared(row, counted, found.version, Basis(found.kind, found.online_consent, hour))

    def _usual_row_anew(
        self, operation: Operation, kind: CustomerKind, online_consent: bool, hour: int
    ) -> OperationRow | None:
        """The row for a customer not locked, with none opened today; None unless it asks for extra authentication."""
        standing = Standing(now=hour * HOUR_MS, opened_today=0, day_left=0, branch_password=False)
        facts = facts_of(Applicant(kind, online_consent, False, standing, None), operation)
        outcome, _ = outcome_of(self._policy, facts)
        return self._policy.row(operation, kind) if outcome is Outcome.REQUIRED else None

    async def _open(self, request: OpenRequest, applicant: Applicant) -> Verification:
        row, stored = await self._check_may_open(request, applicant)
        counted = self._sending.counted(stored, texting_of(request.method), request.client)
        code = _code_for(request.method)
        version = None if stored is None else stored.contact.version
        new = self._compose(request, _Cleared(row, counted, version, applicant.basis), code)
        if self._is_counted_by_what_writes(request.method):
            return await self._create(new, counted, stored, row)
        sent = await self._sending.take(counted, stored, row.methods)
        try:
            if stored is not None:
                await self._prepare(request, new, code, stored, row)
            return await self._create(new, None, stored, row)
        except (Refusal, BasisChanged, AlreadyOpened):
            self._sending.give_back(sent)
            raise

    def _is_counted_by_what_writes(self, method: Method) -> bool:
        """Whether the script that writes counts as well. It cannot where something between the two has to be capped:
        asking a carrier, which costs money, or noting which reply is expected.
        """
        return self._store.counts and method is not Method.SMS_REPLY and not self._holds.asks(method)

    async def _prepare(
        self, request: OpenRequest, new: NewVerification, code: str | None, stored: StoredContact, row: OperationRow
    ) -> None:
        """Ask for the carriers' signals, and note which reply is expected."""
        method = _ON_A_CONTACT[request.method]
        await self._holds.refuse_held(request.customer_id, stored.contact, method, taken_by(request.operation, row))
        if request.method is Method.SMS_REPLY and code is not None:
            # Under the keys that write. A reply is looked for under all that are in force.
            index = stored.blind_indexes[0]
            digest = self._vault.reply_digests((index,), code)[0]
            await self._replies.expect(index, digest, new.verification_id)

    async def _create(
        self, new: NewVerification, counted: Counted | None, stored: StoredContact | None, row: OperationRow
    ) -> Verification:
        try:
            return await self._store.create(new, counted)
        except CustomerLocked:
            raise customer_locked(self._limits.wrong_answers) from None
        except (Capped, RangeHeld) as refused:
            raise await self._sending.refusal(refused, new.prefix, stored, row.methods) from None

    async def _check_may_open(
        self, request: OpenRequest, applicant: Applicant
    ) -> tuple[OperationRow, StoredContact | None]:
        stored = applicant.stored
        if request.contact_id is not None and stored is None:
            raise Refusal(Problem.CONTACT_NOT_FOUND)
        row = self._check_policy(request, applicant)
        if stored is not None:
            method = _ON_A_CONTACT[request.method]
            allowed = taken_by(request.operation, row)
            self._check_contact(stored.contact, method, allowed)
            await self._coverage.refuse_uncarried(request.customer_id, stored.contact, method, allowed)
        if request.target_contact_id is not None:
            _, target = await self._customers.read_with_contact(request.customer_id, request.target_contact_id)
            if target is None:
                raise Refusal(Problem.CONTACT_NOT_FOUND)
            _check_vouching(request.customer_id, stored, target)
        return row, stored

    def _check_contact(self, contact: Contact, method: ContactMethod, allowed: Allowed) -> None:
        rule = why_not(contact, method)
        if rule is not None:
            raise method_not_available(rule, self._coverage.left(contact, allowed))

    def _check_policy(self, request: OpenRequest, applicant: Applicant) -> OperationRow:
        """No exemption is looked for here: whoever opens a verification wants the customer to prove themselves."""
        row = self._policy.row(request.operation, applicant.kind)
        outcome, reason = outcome_of(self._policy, facts_of(applicant, request.operation))
        if outcome is not Outcome.REQUIRED:
            raise self._not_opened(outcome, reason, row, applicant.standing)
        if request.method not in row.methods:
            raise self._not_by_this_method(request.operation, row, applicant.stored)
        return row

    def _not_by_this_method(self, operation: Operation, row: OperationRow, stored: StoredContact | None) -> Refusal:
        """With the row's methods that this contact can be used for, and slips if the row takes them; where the contact
        can be used for none, with the rule that it does not meet."""
        of_contacts = [_ON_A_CONTACT[method] for method in row.methods if method in _ON_A_CONTACT]
        if stored is None or not of_contacts:
            return method_not_available(row.rule, row.methods)
        left = self._coverage.left(stored.contact, taken_by(operation, row))
        slips = [method for method in row.methods if method not in _ON_A_CONTACT]
        rule = row.rule if left else why_not(stored.contact, of_contacts[0]) or row.rule
        return method_not_available(rule, [*left, *slips])

    def _not_opened(self, outcome: Outcome, reason: Reason, row: OperationRow, standing: Standing) -> Refusal:
        if outcome is Outcome.EXEMPT:
            return not_required(reason)
        if row.extra_authentication is ExtraAuthentication.REFUSED:
            # The firm may give R10 or R20 as its own reason: then nothing that the customer does will help.
            return operation_refused(reason)
        match reason.rule:
            case "R20":
                return customer_locked(self._limits.wrong_answers)
            case "R10":
                return Refusal(Problem.ONLINE_CONSENT_MISSING)
            case "per_day":
                return too_many(Capped("per_day", standing.day_left))
            case _:
                return operation_refused(reason)

    async def _read(self, request: OpenRequest) -> Applicant:
        applicant = await self._customers.applicant(request.customer_id, request.operation, request.contact_id)
        if applicant is None:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND)
        return applicant

    def _compose(self, request: OpenRequest, cleared: _Cleared, code: str | None) -> NewVerification:
        verification_id, pepper_id = self._id_for(request), self._vault.pepper_id
        digest = sealed = None
        if code is not None:
            digest = self._vault.digest(
                verification_id, request.customer_id, request.operation, code, pepper_id=pepper_id
            )
            sealed = self._vault.seal(verification_id, code)
        return NewVerification(
            verification_id=verification_id,
            customer_id=request.customer_id,
            client=request.client,
            method=request.method,
            operation=request.operation,
            locale=request.locale,
            contact_id=request.contact_id,
            contact_version=cleared.contact_version,
            target_contact_id=request.target_contact_id,
            operation_hash=request.operation_hash,
            life=cleared.row.valid_for,
            per_day=cleared.row.per_day,
            policy_version=self._policy.version,
            prefix=cleared.counted.prefix,
            pepper_id=pepper_id,
            code_digest=digest,
            sealed_code=sealed,
            basis=cleared.basis,
            may_be_there=bool(request.known_as),
        )

    def _id_for(self, request: OpenRequest) -> str:
        return self._new_verification_id(request.customer_id, request.known_as)


def _code_for(method: Method) -> str | None:
    if not TRAITS[method].has_code:
        return None
    return new_keyed_code() if method is Method.ARS else new_code()


def _check_vouching(customer_id: str, voucher: StoredContact | None, target: StoredContact) -> None:
    """Refuse a vouch that could not be used: nobody should be called for nothing. Using it asks again."""
    if voucher is None or not may_vouch(voucher.contact, customer_id, target.contact, customer_id):
        raise Refusal(Problem.VOUCH_REFUSED)
