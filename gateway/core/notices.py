"""Notices (R11): texts to the registered mobile about what is being issued, so that nothing is issued in silence."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from contacts.models import Contact, ContactStatus, VerifiedBy
from contacts.phone_numbers import LineType
from gateway.core.alarms import AlarmKind
from gateway.core.counting import Texting
from gateway.core.customer_stores import CustomerStore, StoredContact
from gateway.core.delivery import DeliveryReason, DeliveryReport, DeliveryState
from gateway.core.errors import Refusal
from gateway.core.firm import Firm
from gateway.core.operations import OPERATION_NAMES, Operation
from gateway.core.problems import Problem
from gateway.core.sending import Sending
from gateway.core.stores import CustomerMissing
from gateway.core.texts import subject_particle


class NoticeKind(StrEnum):
    ISSUANCE_STARTED = "issuance_started"
    ISSUANCE_COMPLETED = "issuance_completed"
    REISSUE_WARNING = "reissue_warning"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice and its delivery. Times are ms since the epoch."""

    notice_id: str
    client: str
    customer_id: str
    contact_id: str
    kind: NoticeKind
    operation: Operation
    locale: str
    delivery_state: DeliveryState
    delivery_at: int
    delivery_carrier: str | None = None
    delivery_reason: str | None = None
    carrier_id: str | None = None
    """The carrier's own id of the text."""
    denied_at: int | None = None
    """When the customer answered that they had not asked for it."""

    @property
    def may_have_arrived(self) -> bool:
        """A carrier that timed out may have sent it, and a report that it failed may be wrong."""
        return self.delivery_state is not DeliveryState.FAILED or self.delivery_reason == DeliveryReason.CARRIER_TIMEOUT


class NoticeStore(Protocol):
    """Each verb is one atomic script. Every method may raise `StoreUnavailable`."""

    async def create(self, notice: Notice) -> Notice:
        """Write it and queue its delivery. The answer has the store's time. Raises `CustomerMissing`."""
        ...

    async def read(self, notice_id: str) -> Notice | None: ...

    async def report(self, report: DeliveryReport, carrier: str) -> bool:
        """Whether the report changed anything."""
        ...

    async def note_number(self, blind_index: str, notice_id: str) -> None:
        """Note the number before a carrier has the text, so that no answer can come sooner."""
        ...

    async def lately_to(self, blind_indexes: Sequence[str]) -> list[Notice]:
        """Those that went to a number within a day, the oldest first; `blind_indexes` by every key in force."""
        ...

    async def deny(self, notice_id: str, alarm: AlarmKind | None) -> bool:
        """Whether it is the first denial of a notice that is kept. `alarm` goes into the outbox in the same script."""
        ...


class Notices:
    """Raises `Refusal`."""

    def __init__(
        self, store: NoticeStore, customers: CustomerStore, sending: Sending, new_notice_id: Callable[[str], str]
    ) -> None:
        self._store = store
        self._customers = customers
        self._sending = sending
        self._new_notice_id = new_notice_id

    async def send(
        self, client: str, customer_id: str, kind: NoticeKind, operation: Operation, locale: str
    ) -> tuple[Notice, Contact]:
        """Queue a notice to the customer's registered mobile."""
        customer, known = await asyncio.gather(self._customers.read(customer_id), self._customers.contacts(customer_id))
        if customer is None:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND)
        stored = registered_mobile(known)
        if stored is None:
            raise Refusal(Problem.NO_REGISTERED_MOBILE)
        sent = await self._sending.take(self._sending.counted(stored, Texting.NOTHING, client), stored)
        notice = Notice(
            notice_id=self._new_notice_id(customer_id),
            client=client,
            customer_id=customer_id,
            contact_id=stored.contact.contact_id,
            kind=kind,
            operation=operation,
            locale=locale,
            delivery_state=DeliveryState.QUEUED,
            delivery_at=0,
        )
        try:
            return await self._store.create(notice), stored.contact
        except CustomerMissing:
            self._sending.give_back(sent)
            raise Refusal(Problem.CUSTOMER_NOT_FOUND) from None

    async def get(self, notice_id: str, client: str) -> tuple[Notice, Contact | None]:
        """The notice as it is now. Another client's does not exist."""
        notice = await self._store.read(notice_id)
        if notice is None or notice.client != client:
            raise Refusal(Problem.NOTICE_NOT_FOUND)
        _, stored = await self._customers.read_with_contact(notice.customer_id, notice.contact_id)
        return notice, stored.contact if stored else None


def registered_mobile(contacts: Iterable[StoredContact]) -> StoredContact | None:
    """The mobile a notice goes to: preferably one that passed its ownership check, and the one verified last.

    A mobile that needs verification will do: a notice tells no secret, and silence would help a fraudster.
    """
    mobiles = [stored for stored in contacts if stored.contact.number.line_type is LineType.MOBILE]
    return max(mobiles, key=_trust, default=None)


def _trust(stored: StoredContact) -> tuple[bool, bool, float]:
    contact = stored.contact
    verified_at = contact.verified_at.timestamp() if contact.verified_at else 0.0
    return contact.verified_by is VerifiedBy.OWNERSHIP, contact.status is ContactStatus.VERIFIABLE, verified_at


def notice_text(firm: Firm, kind: NoticeKind, operation: Operation, locale: str) -> str:
    """EUC-KR characters only, within 90 bytes where the names allow it."""
    name = OPERATION_NAMES[operation].in_locale(locale)
    if locale == "en":
        said = {
            NoticeKind.ISSUANCE_STARTED: f"{name} has begun. Not you?",
            NoticeKind.ISSUANCE_COMPLETED: f"{name} is done. Not you?",
            NoticeKind.REISSUE_WARNING: f"{name}: the old one will stop. Not you?",
        }[kind]
        return f"[{firm.name_en}] {said} {firm.customer_centre}"
    subject = name + subject_particle(name)
    said = {
        NoticeKind.ISSUANCE_STARTED: f"{subject} 진행 중입니다. 본인이 아니면",
        NoticeKind.ISSUANCE_COMPLETED: f"{subject} 완료되었습니다. 본인이 아니면",
        NoticeKind.REISSUE_WARNING: f"{name} 시 기존 인증서는 쓸 수 없습니다. 본인이 아니면",
    }[kind]
    return f"[{firm.name_ko}] {said} {firm.customer_centre}"
