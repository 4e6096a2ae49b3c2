"""What the core asks of a store. Every method may raise `StoreUnavailable`; times are ms since the epoch."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from contacts.models import CustomerKind
from contacts.records import record
from gateway.core.counting import Counted
from gateway.core.delivery import DeliveryReport, Effect
from gateway.core.operations import Operation
from gateway.core.receipts import ReceiptClaims
from gateway.core.verification import Channel, NewVerification, Status, Terms, Verdict, Verification


@record()
class Answer:
    """An answer as digests: of the verification's code, or of a branch password where it has no code of its own."""

    digest: bytes
    branch_digests: tuple[bytes, ...]
    """Under each pepper in force; at most one of them can match what was written."""
    channel: Channel
    attempt_digest: bytes | None = None


@record()
class Judgement:
    """The verdict on one answer, with the customer's wrong answers and the verification as they are after it."""

    verdict: Verdict
    wrong_answers: int
    verification: Verification


class VerificationMissing(Exception):
    """There is no such verification, or it is no longer kept."""


class VerificationClosed(Exception):
    """The verification is no longer open; `status` is what it is."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.value)
        self.status = status


class Capped(Exception):
    """One more would be over a cap."""

    def __init__(self, cap: str, retry_after_ms: int) -> None:
        super().__init__(cap)
        self.cap = cap
        self.retry_after_ms = max(retry_after_ms, 0)


class AlreadyOpened(Exception):
    """The same request opened it before."""


class CustomerLocked(Exception):
    """Extra authentication is locked for the customer."""


class CustomerMissing(Exception):
    """There is no such customer."""


class ContactChanged(Exception):
    """The contact is not what it was when it was read."""


class BasisChanged(Exception):
    """The customer or the contact has changed since the policy was asked."""


class ResendsExhausted(Exception):
    """The verification has no resend left, or never had any."""


class VerificationStore(Protocol):
    """Opens, judges and closes verifications; each change is one atomic script."""

    @property
    def counts(self) -> bool:
        """Whether `create` can count what it opens: it can where all counters are on one server."""
        ...

    async def create(self, new: NewVerification, counted: Counted | None = None) -> Verification:
        """Raises `AlreadyOpened` before all else; `BasisChanged`, `CustomerLocked`, `Capped` or `RangeHeld`.

        `counted`: what to count in the same script; None when it has been counted already. A refusal counts nothing.
        """
        ...

    async def read(self, verification_id: str) -> Verification | None: ...

    async def opened_before(self, verification_id: str) -> Verification | None:
        """What the same request opened before, as it is by now, and as durable as if it were opened now."""
        ...

    async def terms(self, verification_id: str, client: str) -> Terms | None:
        """The terms of a client's verification: remembered since it was opened or read here, or else read now.

        None for another client's, after as many trips as for one that does not exist: time tells nobody which.
        """
        ...

    async def check(self, terms: Terms, answer: Answer) -> Judgement:
        """Raises `VerificationMissing` or `VerificationClosed`."""
        ...

    async def close(self, verification_id: str, customer_id: str, status: Status, reason: str, channel: str) -> None:
        """Raises `VerificationMissing` or `VerificationClosed`."""
        ...

    async def resend(self, verification_id: str) -> int:
        """The number of the new delivery. Raises `ResendsExhausted`, `Capped`, `VerificationMissing`/`Closed`."""
        ...

    async def report(
        self,
        report: DeliveryReport,
        carrier: str,
        call_fails_with: str | None,
    ) -> Effect:
        """What the report changed. `call_fails_with`: the reason with which it fails the verification of a call."""
        ...

    async def open_of_customer(self, customer_id: str) -> list[str]: ...

    async def request_hang_up(self, verification_id: str, delivery_number: int) -> None:
        """Queue the end of a call whose verification is over."""
        ...


class TurnStore(Protocol):
    """The turns of a call. A turn token is good once."""

    async def take_turn(self, verification_id: str, turn: str, carrier: str) -> Verification | None:
        """The verification with its dialogue as it was left, or None when the turn was taken before.

        Raises `VerificationMissing`, also when `carrier` has no such call.
        """
        ...

    async def put_turn(self, verification_id: str, turn: str, dialogue: str) -> None: ...


class CapStore(Protocol):
    async def take_number(self, blind_indexes: Sequence[str]) -> None:
        """Raises `Capped`. Counts under each index key in force, so that a change of keys resets no count."""
        ...

    async def take_client(self, client: str) -> None:
        """Raises `Capped`."""
        ...

    async def take_answering_text(self, blind_indexes: Sequence[str]) -> None:
        """Raises `Capped`: a phone that answers every text by itself must not keep us texting."""
        ...


class ReplyStore(Protocol):
    """Which verifications wait for a text from which number, and which texts were read."""

    async def expect(self, blind_index: str, reply_digest: bytes, verification_id: str) -> None: ...

    async def expected(self, blind_indexes: Sequence[str]) -> dict[bytes, str]:
        """Digest of a code → verification id, for the replies that were lately expected from this number."""
        ...

    async def begin(self, message_id: str) -> bool:
        """Claim a text for reading; False when it was read before, or is being read."""
        ...

    async def finish(self, message_id: str) -> None:
        """This text has been read: a repeat changes nothing."""
        ...

    async def forget(self, message_id: str) -> None:
        """Reading it failed half-way: the carrier's next try may read it."""
        ...


@dataclass(frozen=True, slots=True)
class BranchPassword:
    """A branch password as issued. The password itself is kept nowhere."""

    branch_password_id: str
    customer_id: str
    operation: Operation
    branch: str
    issued_by: str
    issued_at: int
    expires_at: int
    status: str


class BranchPasswordStore(Protocol):
    async def issue(
        self,
        branch_password_id: str,
        customer_id: str,
        operation: Operation,
        digest: bytes,
        branch: str,
        issued_by: str,
        life_seconds: int,
        person: str = "gateway",
    ) -> BranchPassword:
        """Raises `CustomerMissing`. The password in force before it is void. `person` is whose key was used."""
        ...

    async def read(self, branch_password_id: str) -> BranchPassword | None: ...

    async def revoke(self, branch_password_id: str, revoked_by: str) -> bool:
        """Whether it was in force."""
        ...


class Redemption(StrEnum):
    """What became of redeeming a receipt."""

    REDEEMED = "redeemed"
    AGAIN = "again"
    EXPIRED = "expired"
    STORE_CHANGED = "store_changed"
    """The store was restarted or replaced since it was given: whether it was redeemed is not known."""
    DENIED = "denied"
    """The customer has denied since that they asked for it."""
    OUTDATED = "outdated"
    """The customer's name or the contact has changed since."""
    LOCKED = "locked"
    CUSTOMER_MISSING = "customer_missing"
    CONSENT_MISSING = "consent_missing"


class RefusedToKind(Exception):
    """The customer is of a `kind` to which the policy refuses the operation, or the method."""

    def __init__(self, kind: CustomerKind) -> None:
        super().__init__(kind.value)
        self.kind = kind


class ReceiptStore(Protocol):
    async def redeem(
        self,
        claims: ReceiptClaims,
        client: str,
        consenting: Collection[CustomerKind] = (),
        refused: Collection[CustomerKind] = (),
        known_as: bytes = b"",
    ) -> Redemption:
        """`consenting` are the kinds of customer that need online consent to the operation; `refused` those to whom the
        policy refuses it or the method: raises `RefusedToKind`. The request that redeemed it, `known_as` the same
        (`gateway.core.idempotency`), redeems it again."""
        ...

    async def is_denied(self, claims: ReceiptClaims) -> bool:
        """Whether the customer has denied the verification."""
        ...

    async def now(self) -> int: ...


class Watch(Protocol):
    async def next(self, seconds: float) -> None:
        """Come back at a change since the last call, or when it is time to look again."""
        ...


class Changes(Protocol):
    """Tells of changes to verifications, whichever gateway process made them."""

    def watch(self, verification_id: str) -> AbstractAsyncContextManager[Watch]:
        """Watch from now on; read the verification after this, so that no change falls between."""
        ...
