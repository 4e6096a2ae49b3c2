"""What an operator does to a verification or a dead letter: who and why is in the audit before it is done."""

from collections.abc import Sequence
from typing import Protocol

from gateway.core.dead_letters import DeadLetter, DeadLetters, Replay
from gateway.core.read_model import TimelineEvent
from gateway.core.reasons import without_numbers
from gateway.core.verification import Verification
from gateway.core.verifications import Verifications


class ActionLog(Protocol):
    async def note(self, event: str, customer_id: str, subject: tuple[str, str], person: str, why: str) -> None:
        """Write to the audit that a person is about to do something to a subject, such as ("verification", its id).

        Raises `StoreUnavailable`.
        """
        ...

    async def note_export(self, person: str) -> None:
        """Write to the audit that a person is about to take a list away. Raises `StoreUnavailable`."""
        ...

    async def with_reasons(self, customer_id: str, timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
        """The same timeline with the reasons unsealed. Raises `StoreUnavailable`."""
        ...


class OpsActions:
    """Raises `Refusal`. Nothing is done unless the audit was told of it."""

    def __init__(self, verifications: Verifications, dead_letters: DeadLetters, log: ActionLog) -> None:
        self._verifications = verifications
        self._dead_letters = dead_letters
        self._log = log

    async def with_reasons(self, customer_id: str, timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
        """A timeline as it may be shown to an operator."""
        return await self._log.with_reasons(customer_id, timeline)

    async def take_list(self, person: str) -> None:
        """Tell the audit before a list of verifications leaves as a file."""
        await self._log.note_export(person)

    async def cancel(self, verification_id: str, person: str, why: str) -> Verification:
        await self._tell("ops.cancel", verification_id, person, why)
        return await self._verifications.cancel(verification_id, None, "canceled_by_operator")

    async def resend(self, verification_id: str, person: str, why: str) -> Verification:
        """Under the same limits as for the issuing system."""
        await self._tell("ops.resend", verification_id, person, why)
        return await self._verifications.resend(verification_id, None)

    async def replay(self, dead_letter_id: str, person: str, why: str) -> Replay:
        letter = await self._letter(dead_letter_id, "ops.replay", person, why)
        return Replay.MISSING if letter is None else await self._dead_letters.replay(letter, person)

    async def discard(self, dead_letter_id: str, person: str, why: str) -> bool:
        """Whether it was there."""
        letter = await self._letter(dead_letter_id, "ops.discard", person, why)
        return letter is not None and await self._dead_letters.discard(letter, person)

    async def _letter(self, dead_letter_id: str, event: str, person: str, why: str) -> DeadLetter | None:
        letter = await self._dead_letters.read(dead_letter_id)
        if letter is not None:
            subject = ("dead_letter", dead_letter_id)
            await self._log.note(event, letter.customer_id, subject, person, without_numbers(why))
        return letter

    async def _tell(self, event: str, verification_id: str, person: str, why: str) -> None:
        verification = await self._verifications.get(verification_id)
        subject = ("verification", verification_id)
        await self._log.note(event, verification.customer_id, subject, person, without_numbers(why))
