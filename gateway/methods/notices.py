"""Hands notices to the carrier: at most once each, since a text that came twice would say that two things happened."""

import asyncio

import structlog

from gateway.core.customer_stores import CustomerStore
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.firm import Firm
from gateway.core.notices import Notice, NoticeStore, notice_text
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable, OutgoingText, TextCarrier
from gateway.methods.retries import TRIES, Failure, pause_before_retry, reason_of

_log = structlog.get_logger(__name__)


class NoticeMethod:
    """Sends what the outbox names, and takes in what carriers report of it."""

    def __init__(self, store: NoticeStore, customers: CustomerStore, carrier: TextCarrier, firm: Firm) -> None:
        self._store = store
        self._customers = customers
        self._carrier = carrier
        self._firm = firm

    async def deliver(self, ref: DeliveryRef) -> None:
        """Send a notice, unless somebody did or may have."""
        notice = await self._store.read(ref.verification_id)
        if notice is None or notice.delivery_state is not DeliveryState.QUEUED:
            return
        for tried in range(TRIES):
            if not await self._store.claim(notice.notice_id):
                return
            failure = await self._try(notice, ref)
            if failure is None:
                return
            if not isinstance(failure, CarrierUnavailable) or tried == TRIES - 1:
                await self.report(DeliveryReport(ref, DeliveryState.FAILED, reason_of(failure)), self._carrier.name)
                return
            await self._store.release(notice.notice_id)
            await asyncio.sleep(pause_before_retry(tried, failure))

    async def report(self, report: DeliveryReport, carrier: str, carrier_id: str | None = None) -> None:
        noted = await self._store.report(report, carrier, carrier_id)
        _log.info("notice_report", notice_id=report.ref.verification_id, state=report.state, noted=noted)

    async def _try(self, notice: Notice, ref: DeliveryRef) -> Failure | None:
        _, stored = await self._customers.read_with_contact(notice.customer_id, notice.contact_id)
        if stored is None:
            return CarrierRefused(DeliveryReason.INVALID_NUMBER)
        body = notice_text(self._firm, notice.kind, notice.operation, notice.locale)
        try:
            carrier_id = await self._carrier.send_text(OutgoingText(stored.contact.number, body, ref))
        except (CarrierRefused, CarrierUnavailable, CarrierTimedOut) as failure:
            _log.warning("notice_failed", notice_id=notice.notice_id, failure=type(failure).__name__)
            return failure
        await self.report(DeliveryReport(ref, DeliveryState.QUEUED), self._carrier.name, carrier_id)
        return None
