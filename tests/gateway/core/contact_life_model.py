"""What contacts and requests for approval should be, in plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.models import VerifiedBy
from gateway.core.approvals import ApprovalStatus
from gateway.core.problems import Problem

OWNERSHIP, VOUCH = VerifiedBy.OWNERSHIP, VerifiedBy.VOUCH


@dataclass(eq=False)
class Line:
    """What a contact should be. `falls` counts the times that whatever it had was void."""

    contact_id: str
    number: str
    version: int = 1
    by: VerifiedBy | None = None
    voucher: "Line | None" = None
    falls: int = 0

    def fall(self, lines: "Sequence[Line]") -> None:
        self.by, self.voucher = None, None
        self.version, self.falls = self.version + 1, self.falls + 1
        for other in lines:
            if other.voucher is self:
                other.fall(lines)


@dataclass(eq=False)
class Vouch:
    """A verification of one contact for another."""

    verification_id: str
    by: Line
    target: Line
    falls: tuple[int, int]
    status: str = "pending"

    @property
    def is_void(self) -> bool:
        return self.falls != (self.by.falls, self.target.falls)


@dataclass(eq=False)
class Request:
    """What one person asked for; `line` is None for an unlock, and `seen` is what it was asked for."""

    approval_id: str
    maker: str
    line: Line | None
    seen: str
    number: str = ""
    status: ApprovalStatus = ApprovalStatus.WAITING
    carried_out: int = 0

    def why_not(self, deciders: set[str], numbers: set[str], locked_at: int) -> Problem | None:
        """What keeps these people from approving it now."""
        if self.status is not ApprovalStatus.WAITING:
            return Problem.APPROVAL_CLOSED
        if self.maker in deciders:
            return Problem.SELF_APPROVAL
        if self.seen != (str(locked_at) if self.line is None else self.line.number):
            return Problem.APPROVAL_OUTDATED
        return Problem.CONTACT_ALREADY_REGISTERED if self.number in numbers else None
