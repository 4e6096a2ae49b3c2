"""What an operator does to a verification: written to the audit with who and why, before it is done."""

from typing import Protocol

from gateway.core.approvals import without_numbers
from gateway.core.verification import Verification
from gateway.core.verifications import Verifications


class ActionLog(Protocol):
    async def note(self, event: str, customer_id: str, verification_id: str, person: str, why: str) -> None:
        """Write to the audit that a person is about to do something. Raises `StoreUnavailable`."""
        ...


class OpsActions:
    """Raises `Refusal`. Nothing is done that the audit could not be told of."""

    def __init__(self, verifications: Verifications, log: ActionLog) -> None:
        self._verifications = verifications
        self._log = log

    async def cancel(self, verification_id: str, person: str, why: str) -> Verification:
        await self._tell("ops.cancel", verification_id, person, why)
        return await self._verifications.cancel(verification_id, None, "canceled_by_operator")

    async def resend(self, verification_id: str, person: str, why: str) -> Verification:
        """Under the same limits as for the issuing system."""
        await self._tell("ops.resend", verification_id, person, why)
        return await self._verifications.resend(verification_id, None)

    async def _tell(self, event: str, verification_id: str, person: str, why: str) -> None:
        verification = await self._verifications.get(verification_id)
        await self._log.note(event, verification.customer_id, verification_id, person, without_numbers(why))
