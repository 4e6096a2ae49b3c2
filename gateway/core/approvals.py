"""Approvals (센터장 전결, R20): one person asks, and a second, senior person approves or rejects."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from contacts.phone_numbers import LineType, PhoneNumber
from gateway.core.errors import FieldError, Refusal
from gateway.core.problems import Problem
from gateway.core.reasons import without_numbers
from gateway.core.stores import CustomerMissing


class ApprovalKind(StrEnum):
    """What weakens a customer's protection, so that nobody may do it alone."""

    CONTACT_CHANGE = "contact_change"
    UNLOCK = "unlock"
    EARLY_RELEASE = "early_release"
    OVERSEAS_EXEMPTION = "overseas_exemption"


class ApprovalStatus(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


STATUS_KO = {
    ApprovalStatus.WAITING: "결정을 기다리는",
    ApprovalStatus.APPROVED: "승인된",
    ApprovalStatus.REJECTED: "반려된",
    ApprovalStatus.EXPIRED: "기한이 지난",
}
"""The adjective for a request in each status, in a Korean sentence."""


@dataclass(frozen=True, slots=True)
class NewApproval:
    """A request as it is written. `action` may hold personal data: it is sealed at rest.

    | kind               | `action`                              | what approving it does                     |
    |--------------------|---------------------------------------|--------------------------------------------|
    | contact_change     | number, line_type, former             | puts another number in the contact's place |
    | unlock             | locked_at                             | forgets the customer's wrong answers       |
    | early_release      | version                               | lifts a SIM swap's hold, for a while       |
    | overseas_exemption | from, until (ms), version             | registers the exemption by phone (R9)      |

    `former`, `locked_at` and `version` name the state for which it was asked: in any other it is outdated.
    """

    approval_id: str
    kind: ApprovalKind
    customer_id: str
    contact_id: str | None
    requested_by: str
    reason: str
    action: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Approval:
    """A request as it stands. Times are ms since the epoch, by the store's clock."""

    approval_id: str
    kind: ApprovalKind
    status: ApprovalStatus
    customer_id: str
    contact_id: str | None
    requested_by: str
    reason: str
    requested_at: int
    expires_at: int
    action: Mapping[str, str] = field(repr=False)
    decided_by: str | None = None
    decided_at: int | None = None
    decision_reason: str | None = None
    outdated: bool = False
    """While it waits: what it was asked for has changed, and approving it would be refused."""

    @property
    def new_number(self) -> PhoneNumber | None:
        """For a change of contact: the number that replaces the old one."""
        number = self.action.get("number")
        return None if number is None else PhoneNumber(number, LineType(self.action["line_type"]))

    @property
    def exempt_from(self) -> int | None:
        """For an overseas exemption, like `exempt_until`: in ms."""
        return _milliseconds(self.action.get("from"))

    @property
    def exempt_until(self) -> int | None:
        return _milliseconds(self.action.get("until"))


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides: the name that was given, and the person whose key was used."""

    name: str
    key_person: str


class ApprovalClosed(Exception):
    """The approval is no longer waiting; `status` is what it is."""

    def __init__(self, status: ApprovalStatus) -> None:
        super().__init__(status.value)
        self.status = status


class ApprovalMissing(Exception):
    """There is no such approval, or it is no longer kept."""


class SelfApproval(Exception):
    """The person who asked for it would be the one to approve it."""


class ApprovalOutdated(Exception):
    """The state for which it was asked is over."""


class NumberTaken(Exception):
    """The new number is already another contact of the customer."""

    def __init__(self, contact_id: str) -> None:
        super().__init__(contact_id)
        self.contact_id = contact_id


class ApprovalStore(Protocol):
    """Keeps requests; approving one and carrying it out is one atomic script."""

    async def add(self, new: NewApproval) -> Approval:
        """Raises `CustomerMissing`."""
        ...

    async def read(self, approval_id: str) -> Approval | None: ...

    async def with_status(self, status: ApprovalStatus) -> list[Approval]:
        """Newest first; at most a few hundred."""
        ...

    async def approve(self, approval: Approval, decider: Decider, reason: str) -> None:
        """Close and carry out, or neither.

        Raises `ApprovalMissing`, `ApprovalClosed`, `SelfApproval`, `ApprovalOutdated` or `NumberTaken`.
        """
        ...

    async def reject(self, approval: Approval, decider: Decider, reason: str) -> None:
        """Raises `ApprovalMissing` or `ApprovalClosed`."""
        ...


class Approvals:
    """The use cases of approvals. Raises `Refusal`."""

    def __init__(self, store: ApprovalStore, new_approval_id: Callable[[str], str]) -> None:
        self._store = store
        self._new_approval_id = new_approval_id

    async def request(
        self,
        kind: ApprovalKind,
        customer_id: str,
        requested_by: str,
        reason: str,
        action: Mapping[str, str],
        contact_id: str | None = None,
    ) -> Approval:
        """Ask for it; nothing happens until somebody else approves."""
        new = NewApproval(
            approval_id=self._new_approval_id(customer_id),
            kind=kind,
            customer_id=customer_id,
            contact_id=contact_id,
            requested_by=requested_by,
            reason=without_numbers(reason),
            action=action,
        )
        try:
            return await self._store.add(new)
        except CustomerMissing:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND) from None

    async def with_status(self, status: ApprovalStatus) -> list[Approval]:
        return await self._store.with_status(status)

    async def get(self, approval_id: str) -> Approval:
        approval = await self._store.read(approval_id)
        if approval is None:
            raise Refusal(Problem.APPROVAL_NOT_FOUND)
        return approval

    async def approve(self, approval_id: str, decider: Decider, reason: str) -> Approval:
        """Carry it out, once; `decider` must not be the person who asked."""
        approval = await self._decidable(approval_id, decider)
        try:
            await self._store.approve(approval, decider, without_numbers(reason))
        except SelfApproval:
            raise Refusal(Problem.SELF_APPROVAL) from None
        except ApprovalOutdated:
            raise Refusal(Problem.APPROVAL_OUTDATED) from None
        except NumberTaken as taken:
            raise Refusal(Problem.CONTACT_ALREADY_REGISTERED, values={"contact_id": taken.contact_id}) from None
        except ApprovalClosed as closed:
            raise closed_approval(closed.status) from None
        except ApprovalMissing:
            raise Refusal(Problem.APPROVAL_NOT_FOUND) from None
        return await self.get(approval_id)

    async def reject(self, approval_id: str, decider: Decider, reason: str) -> Approval:
        """Close it without effect; the person who asked may do so too."""
        approval = await self._decidable(approval_id, decider)
        try:
            await self._store.reject(approval, decider, without_numbers(reason))
        except ApprovalClosed as closed:
            raise closed_approval(closed.status) from None
        except ApprovalMissing:
            raise Refusal(Problem.APPROVAL_NOT_FOUND) from None
        return await self.get(approval_id)

    async def _decidable(self, approval_id: str, decider: Decider) -> Approval:
        if not person_key(decider.name):
            error = FieldError("approved_by", "승인하는 사람의 이름을 적어 주세요.", "Name the person who decides.")
            raise Refusal(Problem.INVALID_FIELDS, errors=(error,))
        return await self.get(approval_id)


def _milliseconds(written: str | None) -> int | None:
    return None if written is None else int(written)


_FILLERS = frozenset("\u115f\u1160")
"""Letters by their Unicode category, but invisible."""


def person_key(name: str) -> str:
    """The same for all spellings of one person: the letters and digits, in one Unicode form, width and case."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LN" and sign not in _FILLERS)


def closed_approval(status: ApprovalStatus) -> Refusal:
    """The refusal for a request that is over."""
    return Refusal(Problem.APPROVAL_CLOSED, values={"status": status, "status_ko": STATUS_KO[status]})
