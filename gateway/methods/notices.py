"""Hands notices to a carrier, at most once each: a text that comes twice would say that two things happened."""

import structlog

from gateway.core.carriers import Capability
from gateway.core.customer_stores import CustomerStore
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState, Effect
from gateway.core.firm import Firm
from gateway.core.notices import NoticeStore, notice_text
from gateway.core.outbox import Buried, DeliveryNotWanted
from gateway.core.ports import OutgoingText
from gateway.methods.deliveries import given_up, given_up_before
from gateway.methods.handing_over import HandingOver, Taken, Wanted
from gateway.methods.retries import once_the_store_answers
from gateway.methods.routing import Line

_log = structlog.get_logger(__name__)


class NoticeMethod:
    """Sends notices, and takes in what carriers report on them."""

    def __init__(self, store: NoticeStore, customers: CustomerStore, handing_over: HandingOver, firm: Firm) -> None:
        self._store = store
        self._customers = customers
        self._handing_over = handing_over
        self._firm = firm

    async def deliver(self, ref: DeliveryRef) -> Buried | None:
        """Send a notice, unless it may have been sent already. Answers why it never will be, or None."""
        notice = await self._store.read(ref.verification_id)
        if notice is None or notice.carrier_id is not None:
            return None
        if notice.delivery_state is DeliveryState.FAILED:
            return given_up_before(notice.delivery_reason, notice.delivery_carrier)
        _, stored = await self._customers.read_with_contact(notice.customer_id, notice.contact_id)
        if stored is None:
            return await self.give_up(ref, Buried(DeliveryReason.INVALID_NUMBER))
        number, body = stored.contact.number, notice_text(self._firm, notice.kind, notice.operation, notice.locale)

        async def send(via: Line, sent: DeliveryRef) -> str:
            return await via.send_text(OutgoingText(number, body, sent))

        await self._store.note_number(stored.blind_indexes[0], notice.notice_id)
        wanted = Wanted(ref, number, frozenset({Capability.SMS}), most_sends=1)
        try:
            ended = await self._handing_over.hand_over(wanted, send)
        except DeliveryNotWanted:
            return None
        if isinstance(ended, Taken):
            handed_over = DeliveryReport(ended.ref, DeliveryState.QUEUED, carrier_id=ended.carrier_id)
            await once_the_store_answers(lambda: self.report(handed_over, ended.carrier))
            return None
        return await self.give_up(ref, ended)

    async def report(self, report: DeliveryReport, carrier: str) -> Effect:
        noted = await self._store.report(report, carrier)
        _log.info("notice_report", notice_id=report.ref.verification_id, state=report.state, noted=noted)
        if noted:
            return Effect.NOTED
        notice = await self._store.read(report.ref.verification_id)
        if notice is None:
            return Effect.UNKNOWN
        return Effect.REPEATED if notice.delivery_state is report.state else Effect.LATE

    async def give_up(self, ref: DeliveryRef, why: Buried) -> Buried | None:
        """`why`, or None when it is not given up: a carrier has it after all, and only its answer was lost."""
        return why if await self.report(given_up(ref, why), why.carrier or "") is Effect.NOTED else None
