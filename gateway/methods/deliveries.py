"""What all deliveries have in common: the port of their methods, and what carriers report."""

from typing import Protocol

import structlog

from contacts.phone_numbers import PhoneNumber
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState, Effect, reason_to_fail
from gateway.core.outbox import Buried
from gateway.core.stores import VerificationStore
from gateway.core.verification import Verification
from gateway.methods.routing import Line

_log = structlog.get_logger(__name__)


class DeliveringMethod(Protocol):
    """A method that reaches the customer by a carrier. Raises what the carrier ports raise."""

    @property
    def most_sends(self) -> int:
        """How often one delivery may reach the customer: above one where twice is better than not at all."""
        ...

    async def deliver(self, via: Line, verification: Verification, to: PhoneNumber, ref: DeliveryRef) -> str:
        """Hand one delivery to the carrier; answers the carrier's id of it."""
        ...


class DeliveryReports:
    """Takes in what carriers report in webhooks, and what came of asking them."""

    def __init__(self, store: VerificationStore) -> None:
        self._store = store

    async def take(self, report: DeliveryReport, carrier: str) -> Effect:
        """Note a report. One that is late, repeated, another carrier's or about nothing known changes nothing."""
        effect = await self._store.report(report, carrier, reason_to_fail(report))
        if effect is Effect.UNKNOWN:
            _log.info("delivery_report_unknown", state=report.state)
            return effect
        _log.info(
            "delivery_report",
            verification_id=report.ref.verification_id,
            state=report.state,
            reason=report.reason,
            carrier=carrier,
            noted=effect is Effect.NOTED,
        )
        return effect


def given_up_before(reason: str | None, carrier: str | None) -> Buried:
    """Why a failed delivery was given up: by a process that died before it could set the entry aside."""
    return Buried(DeliveryReason(reason or DeliveryReason.INTERNAL_ERROR), carrier)


def given_up(ref: DeliveryRef, why: Buried) -> DeliveryReport:
    """Our own report that no carrier has the delivery; it is only noted when no carrier said that it has."""
    return DeliveryReport(ref, DeliveryState.FAILED, why.reason, is_ours=True)
