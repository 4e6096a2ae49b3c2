"""The dispatcher: takes deliveries from the outbox and hands them to carriers, inside the verification's life."""

import asyncio
from collections.abc import Mapping

import structlog

from gateway.core.customer_stores import CustomerStore
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.errors import StoreUnavailable
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable
from gateway.core.stores import Outbox, OutboxEntry, VerificationStore
from gateway.core.tasks import end
from gateway.core.verification import Method, Verification
from gateway.methods.ars import ArsMethod
from gateway.methods.deliveries import DeliveringMethod, DeliveryReports
from gateway.methods.notices import NoticeMethod
from gateway.methods.retries import FIRST_PAUSE, TRIES, Failure, pause_before_retry, reason_of

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
        ars: ArsMethod,
        notices: NoticeMethod,
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._customers = customers
        self._reports = reports
        self._methods = methods
        self._ars = ars
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
            await self._hang_up(entry)
        else:
            await self._deliver(entry)
        await self._outbox.done(entry)

    async def _hang_up(self, entry: OutboxEntry) -> None:
        verification = await self._store.read(entry.ref.verification_id)
        if verification is None or verification.is_open or verification.carrier_id is None:
            return
        try:
            await self._ars.hang_up(verification.carrier_id)
        except (CarrierRefused, CarrierUnavailable, CarrierTimedOut) as failure:
            # The verification is over all the same: the call just says so when it is answered.
            _log.warning("hang_up_failed", reason=str(failure))

    async def _deliver(self, entry: OutboxEntry) -> None:
        ref = entry.ref
        for tried in range(TRIES):
            verification = await self._store.read(ref.verification_id)
            if verification is None or not _is_due(verification, ref):
                return
            method = self._methods[verification.method]
            failure = await self._try(verification, method, entry)
            if failure is None:
                if verification.method is Method.ARS:
                    # Canceled while it was being placed: that request found no call to end.
                    await self._hang_up(entry)
                return
            may_repeat = not isinstance(failure, CarrierTimedOut) or (method.may_repeat_after_time_out and tried == 0)
            if isinstance(failure, CarrierRefused) or not may_repeat or tried == TRIES - 1:
                report = DeliveryReport(ref, DeliveryState.FAILED, reason_of(failure))
                await self._reports.take(report, method.carrier_name)
                return
            await asyncio.sleep(pause_before_retry(tried, failure))

    async def _try(self, verification: Verification, method: DeliveringMethod, entry: OutboxEntry) -> Failure | None:
        """Hand the delivery over once; what stood in the way, or None."""
        assert verification.contact_id is not None  # noqa: S101 - only methods with a contact are delivered
        _, stored = await self._customers.read_with_contact(verification.customer_id, verification.contact_id)
        if stored is None:
            return CarrierRefused(DeliveryReason.INVALID_NUMBER)
        try:
            carrier_id = await method.deliver(verification, stored.contact.number, entry.ref)
        except (CarrierRefused, CarrierUnavailable, CarrierTimedOut) as failure:
            _log.warning(
                "delivery_failed",
                verification_id=verification.verification_id,
                carrier=method.carrier_name,
                failure=type(failure).__name__,
                reason=reason_of(failure),
            )
            return failure
        handed_over = DeliveryReport(entry.ref, DeliveryState.QUEUED)
        await self._reports.take(handed_over, method.carrier_name, carrier_id)
        return None


def _is_due(verification: Verification, ref: DeliveryRef) -> bool:
    """Whether this delivery is still wanted, and not yet with a carrier: one that has an id there is."""
    return verification.is_open and verification.delivery_number == ref.number and verification.carrier_id is None
