"""The dispatcher: takes deliveries from the outbox and hands them to carriers, inside the verification's life."""

import asyncio
from collections.abc import Mapping

import structlog

from contacts.models import ContactMethod
from gateway.core.carriers import NEEDS
from gateway.core.customer_stores import CustomerStore
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.errors import StoreUnavailable
from gateway.core.outbox import DeliveryNotWanted, Outbox, OutboxEntry
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable
from gateway.core.stores import VerificationStore
from gateway.core.tasks import end
from gateway.core.verification import Method, Verification
from gateway.methods.deliveries import DeliveringMethod, DeliveryReports
from gateway.methods.handing_over import GivenUp, HandingOver, Taken, Wanted
from gateway.methods.notices import NoticeMethod
from gateway.methods.retries import FIRST_PAUSE
from gateway.methods.routing import Carriers, Line

_log = structlog.get_logger(__name__)

_AT_ONCE = 200


class Dispatcher:
    """Runs until it is closed; deliveries that are under way are then finished."""

    def __init__(
        self,
        outbox: Outbox,
        store: VerificationStore,
        customers: CustomerStore,
        reports: DeliveryReports,
        methods: Mapping[Method, DeliveringMethod],
        carriers: Carriers,
        handing_over: HandingOver,
        notices: NoticeMethod,
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._customers = customers
        self._reports = reports
        self._methods = methods
        self._carriers = carriers
        self._handing_over = handing_over
        self._notices = notices
        self._reader: asyncio.Task[None] | None = None
        self._deliveries: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def open(self) -> None:
        self._reader = asyncio.create_task(self._read(), name="dispatcher")

    async def close(self, seconds: float = 10.0) -> None:
        """Take no more; give what is under way `seconds` to finish. What does not is taken over by another."""
        if self._reader is not None:
            await end(self._reader)
        if self._deliveries:
            _, late = await asyncio.wait(self._deliveries, timeout=seconds)
            for delivery in late:
                delivery.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            try:
                async for entry in self._outbox.entries():
                    await self._room.acquire()
                    task = asyncio.create_task(self._take(entry))
                    self._deliveries.add(task)
                    task.add_done_callback(self._finished)
            except StoreUnavailable:
                await asyncio.sleep(FIRST_PAUSE)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        self._room.release()
        if not task.cancelled() and (error := task.exception()) is not None:
            # Not acknowledged: it is taken over when it has been idle.
            _log.error("delivery_left", error=type(error).__name__)

    async def _take(self, entry: OutboxEntry) -> None:
        if entry.is_notice:
            await self._notices.deliver(entry.ref)
        elif entry.hang_up:
            await self._hang_up(entry.ref)
        else:
            await self._deliver(entry.ref)
        await self._outbox.done(entry)

    async def _hang_up(self, ref: DeliveryRef) -> None:
        verification = await self._store.read(ref.verification_id)
        if verification is None or verification.is_open or verification.carrier_id is None:
            return
        try:
            await self._carriers.end_call(verification.delivery_carrier or "", verification.carrier_id)
        except (CarrierRefused, CarrierUnavailable, CarrierTimedOut) as failure:
            # The verification is over all the same: the call just says so when it is answered.
            _log.warning("hang_up_failed", reason=str(failure))

    async def _deliver(self, ref: DeliveryRef) -> GivenUp | None:
        """Bring one delivery to a carrier; what stood in the way for good."""
        verification = await self._store.read(ref.verification_id)
        if verification is None or not _is_due(verification, ref):
            return None
        try:
            ended = await self._hand_over(verification, ref)
        except DeliveryNotWanted:
            return None
        if isinstance(ended, GivenUp):
            given_up = DeliveryReport(ref, DeliveryState.FAILED, ended.reason, is_ours=True)
            await self._reports.take(given_up, ended.carrier or "")
            return ended
        handed_over = DeliveryReport(ended.ref, DeliveryState.QUEUED, carrier_id=ended.carrier_id)
        await self._reports.take(handed_over, ended.carrier)
        if verification.method is Method.ARS:
            # Canceled while it was being placed: that request found no call to end.
            await self._hang_up(ref)
        return None

    async def _hand_over(self, verification: Verification, ref: DeliveryRef) -> Taken | GivenUp:
        assert verification.contact_id is not None  # noqa: S101 - only methods with a contact are delivered
        _, stored = await self._customers.read_with_contact(verification.customer_id, verification.contact_id)
        if stored is None:
            return GivenUp(DeliveryReason.INVALID_NUMBER, None, 0)
        method, number = self._methods[verification.method], stored.contact.number

        async def send(via: Line, sent: DeliveryRef) -> str:
            return await method.deliver(via, verification, number, sent)

        # A carrier is noted already when a process that had begun to ask it has died.
        asked_before = verification.delivery_carrier or verification.carrier_before
        needs = NEEDS[ContactMethod(verification.method)]
        return await self._handing_over.hand_over(Wanted(ref, number, needs, method.most_sends, asked_before), send)


def _is_due(verification: Verification, ref: DeliveryRef) -> bool:
    """Whether this delivery is still wanted, and not yet with a carrier: one that has an id there is."""
    return verification.is_open and verification.delivery_number == ref.number and verification.carrier_id is None
