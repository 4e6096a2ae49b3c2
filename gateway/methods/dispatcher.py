"""The dispatcher: takes entries from the outbox and sees each through: a text, a call, a hang-up or an alarm."""

import asyncio
import contextlib
from collections.abc import Mapping

import structlog
from structlog.contextvars import bind_contextvars

from contacts.models import ContactMethod
from gateway.core.carriers import NEEDS
from gateway.core.customer_stores import CustomerStore
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState, Effect, is_of_notice
from gateway.core.denial_alarms import DenialAlarms
from gateway.core.errors import StoreUnavailable
from gateway.core.outbox import Buried, Cargo, DeliveryNotWanted, Outbox, OutboxEntry
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable
from gateway.core.stores import VerificationStore
from gateway.core.tasks import Repeated
from gateway.core.tracing import begin
from gateway.core.verification import Method, Verification
from gateway.methods.deliveries import DeliveringMethod, DeliveryReports, given_up, given_up_before
from gateway.methods.handing_over import HandingOver, Taken, Wanted
from gateway.methods.notices import NoticeMethod
from gateway.methods.retries import FIRST_PAUSE, once_the_store_answers
from gateway.methods.routing import Carriers, Line

_log = structlog.get_logger(__name__)

_AT_ONCE = 200
_HOLD_EVERY_SECONDS = 3.0
MOST_TRIES = 3
"""How often an entry may fail unexpectedly, or take its process down, before it is set aside."""


class NeverFinished(Exception):
    """Every process that took the entry has died before it was through."""


class Dispatcher:
    """Runs from `open` to `close`, which finishes the deliveries that are under way."""

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
        denial_alarms: DenialAlarms,
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._customers = customers
        self._reports = reports
        self._methods = methods
        self._carriers = carriers
        self._handing_over = handing_over
        self._notices = notices
        self._denial_alarms = denial_alarms
        self._reading = Repeated("outbox-read", self._read, FIRST_PAUSE)
        self._holding = Repeated("outbox-hold", outbox.hold, _HOLD_EVERY_SECONDS)
        self._deliveries: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def open(self) -> None:
        await self._reading.open()
        await self._holding.open()

    async def close(self, seconds: float = 10.0) -> None:
        """Take no more, and give what is under way `seconds` to finish. Others may at once take over what does not."""
        await self._reading.close()
        if self._deliveries:
            _, late = await asyncio.wait(self._deliveries, timeout=seconds)
            for delivery in late:
                delivery.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._holding.close()
        with contextlib.suppress(StoreUnavailable):
            await self._outbox.let_go()

    async def _read(self) -> None:
        async for entry in self._outbox.entries():
            await self._room.acquire()
            task = asyncio.create_task(self._take(entry))
            self._deliveries.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        self._room.release()

    async def _take(self, entry: OutboxEntry) -> None:
        """See an entry through, or leave it for another try. No entry is tried for ever."""
        of = "notice_id" if is_of_notice(entry.ref.verification_id) else "verification_id"
        bind_contextvars(**{of: entry.ref.verification_id})
        try:
            # A store that is away is not the entry's fault, and counts as no failure: it is waited for.
            with begin(f"deliver {entry.cargo}"):
                await once_the_store_answers(lambda: self._see_through(entry))
        except Exception as error:
            _log.error(
                "delivery_left", subject=entry.ref.verification_id, error=type(error).__name__, tries=entry.tries
            )
            self._outbox.leave(entry)

    async def _see_through(self, entry: OutboxEntry) -> None:
        try:
            if entry.tries > MOST_TRIES:
                raise NeverFinished
            buried = await self._carry_out(entry)
        except StoreUnavailable:
            raise
        except Exception as error:
            if entry.tries < MOST_TRIES:
                raise
            buried = Buried(DeliveryReason.INTERNAL_ERROR, error=type(error).__name__)
            await self._tell_given_up(entry, buried)
        if buried is None:
            await self._outbox.done(entry)
        else:
            _log.warning("dead_letter", subject=entry.ref.verification_id, reason=buried.reason, error=buried.error)
            await self._outbox.bury(entry, buried)

    async def _carry_out(self, entry: OutboxEntry) -> Buried | None:
        """Do what the entry asks for. Answers why it never will be done, or None."""
        match entry.cargo:
            case Cargo.NOTICE:
                return await self._notices.deliver(entry.ref)
            case Cargo.HANG_UP:
                await self._hang_up(entry.ref)
                return None
            case Cargo.ALARM:
                assert entry.alarm is not None  # noqa: S101 - its cargo says so
                await self._denial_alarms.sound(entry.alarm, entry.ref.verification_id)
                return None
            case Cargo.VERIFICATION:
                return await self._deliver(entry.ref)

    async def _tell_given_up(self, entry: OutboxEntry, why: Buried) -> None:
        if entry.cargo is Cargo.VERIFICATION:
            await self._give_up(entry.ref, why)
        elif entry.cargo is Cargo.NOTICE:
            await self._notices.give_up(entry.ref, why)

    async def _hang_up(self, ref: DeliveryRef) -> None:
        verification = await self._store.read(ref.verification_id)
        if verification is None or verification.is_open or verification.carrier_id is None:
            return
        try:
            await self._carriers.end_call(verification.delivery_carrier or "", verification.carrier_id)
        except (CarrierRefused, CarrierUnavailable, CarrierTimedOut) as failure:
            # The verification is over all the same, and the call says so when it is answered.
            _log.warning("hang_up_failed", reason=str(failure))

    async def _deliver(self, ref: DeliveryRef) -> Buried | None:
        """Bring one delivery to a carrier. Answers why it never will be, or None."""
        verification = await self._store.read(ref.verification_id)
        if verification is None or not _is_wanted(verification, ref):
            return None
        if verification.delivery_state is DeliveryState.FAILED:
            return given_up_before(verification.delivery_reason, verification.delivery_carrier)
        if not verification.is_open:
            return None
        try:
            ended = await self._hand_over(verification, ref)
        except DeliveryNotWanted:
            return None
        if isinstance(ended, Taken):
            handed_over = DeliveryReport(ended.ref, DeliveryState.QUEUED, carrier_id=ended.carrier_id)
            await once_the_store_answers(lambda: self._reports.take(handed_over, ended.carrier))
        elif await self._give_up(ref, ended) is Effect.NOTED:
            return ended
        if verification.method is Method.ARS:
            # It may have been canceled while it was being placed, when there was no call to end yet.
            await self._hang_up(ref)
        return None

    async def _give_up(self, ref: DeliveryRef, why: Buried) -> Effect:
        """Only `Effect.NOTED` gives it up: otherwise a carrier has it after all, and only its answer was lost."""
        return await self._reports.take(given_up(ref, why), why.carrier or "")

    async def _hand_over(self, verification: Verification, ref: DeliveryRef) -> Taken | Buried:
        assert verification.contact_id is not None  # noqa: S101 - only methods with a contact are delivered
        _, stored = await self._customers.read_with_contact(verification.customer_id, verification.contact_id)
        if stored is None:
            return Buried(DeliveryReason.INVALID_NUMBER)
        method, number = self._methods[verification.method], stored.contact.number

        async def send(via: Line, sent: DeliveryRef) -> str:
            return await method.deliver(via, verification, number, sent)

        # A carrier is already noted when a process died after it began to ask it.
        asked_before = verification.delivery_carrier or verification.carrier_before
        needs = NEEDS[ContactMethod(verification.method)]
        return await self._handing_over.hand_over(Wanted(ref, number, needs, method.most_sends, asked_before), send)


def _is_wanted(verification: Verification, ref: DeliveryRef) -> bool:
    """Whether it is the latest delivery, and no carrier has given it an id yet."""
    return verification.delivery_number == ref.number and verification.carrier_id is None
