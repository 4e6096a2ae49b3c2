"""Whether a delivery may be sent: how often to its number, for its client, and to its range of numbers."""

import asyncio
from collections.abc import Collection, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from contacts.models import ContactMethod, methods_of
from gateway.core.alarms import AlarmKind, Alarms
from gateway.core.counting import Counted, RangeHeld, RangeStore, Texting
from gateway.core.customer_stores import StoredContact
from gateway.core.errors import Refusal
from gateway.core.not_available import in_words
from gateway.core.problems import Problem
from gateway.core.stores import Capped, CapStore
from gateway.core.too_many import seconds_of, too_many
from gateway.core.verification import Method, Verification

_TEXTED = frozenset({Method.SMS, Method.SMS_REPLY})


def texting_of(method: Method) -> Texting:
    """What a verification that opens is to the conversion watch."""
    return Texting.CODE if method in _TEXTED else Texting.NOTHING


@dataclass(frozen=True, slots=True)
class Sent:
    """What was counted for a range, so that it can be given back."""

    prefix: str
    texting: Texting
    counted_at: int


class Sending:
    """Raises `Refusal`: `too-many-requests` with the cap, or `texting-held` with the methods that do not text."""

    def __init__(self, caps: CapStore, ranges: RangeStore, alarms: Alarms, prefix_digits: int) -> None:
        self._caps = caps
        self._ranges = ranges
        self._alarms = alarms
        self._digits = prefix_digits

    def counted(self, stored: StoredContact | None, texting: Texting, client: str | None = None) -> Counted:
        """What one delivery to a contact counts as; `client` only where it opens something."""
        if stored is None:
            return Counted(client)
        return Counted(client, stored.blind_indexes, stored.contact.number.prefix(self._digits), texting)

    async def take(self, counted: Counted, stored: StoredContact | None, instead: Collection[str] = ()) -> Sent | None:
        """Count it, and answer what to give back if it is not sent. `instead`: the methods the operation allows."""
        prefix, texting = counted.prefix, counted.texting
        # All at once, in one trip. When one cap refuses, what the others counted stays counted, except for the range:
        # one customer in a loop must not use up what thousands share.
        answers = await asyncio.gather(*self._takes(counted), return_exceptions=True)
        counted_at = answers[0]
        sent = Sent(prefix, texting, counted_at) if prefix is not None and isinstance(counted_at, int) else None
        failed = [each for each in answers if isinstance(each, BaseException)]
        if not failed:
            return sent
        self.give_back(sent)
        raise await self.refusal(failed[0], prefix, stored, instead)

    def _takes(self, counted: Counted) -> Iterator[Coroutine[Any, Any, int | None]]:
        """The range's first, if there is one."""
        if counted.prefix is not None:
            yield self._ranges.take(counted.prefix, counted.texting)
        if counted.client is not None:
            yield self._caps.take_client(counted.client)
        if counted.blind_indexes:
            yield self._caps.take_number(counted.blind_indexes)

    def give_back(self, sent: Sent | None) -> None:
        """It is not sent after all."""
        if sent is not None:
            self._ranges.give_back(sent.prefix, sent.texting, sent.counted_at)

    def note_verified(self, verification: Verification) -> None:
        """The customer used the code."""
        if verification.prefix is not None and verification.method in _TEXTED:
            self._ranges.note_verified(verification.prefix, verification.created_at)

    async def refusal(
        self, why: BaseException, prefix: str | None, stored: StoredContact | None, instead: Collection[str]
    ) -> BaseException:
        """What to raise when it was not counted. Whoever first sees a range misused sounds the alarm."""
        if isinstance(why, Capped):
            return too_many(why)
        if not isinstance(why, RangeHeld) or prefix is None:
            return why
        if why.tripped is not None:
            seen = {"sent": why.tripped.sent, "verified": why.tripped.verified}
            await self._alarms.sound(AlarmKind.LOW_CONVERSION, prefix, seen)
        return why if stored is None else texting_held(why, stored, instead)


def texting_held(held: RangeHeld, stored: StoredContact, instead: Collection[str]) -> Refusal:
    """With what may be used instead: the contact's methods that send no text, and a branch password."""
    here = {*methods_of(stored.contact), Method.BRANCH_OTP} - {ContactMethod.SMS, ContactMethod.SMS_REPLY}
    methods = [method for method in instead if method in here]
    return Refusal(
        Problem.TEXTING_HELD,
        values=in_words(methods),
        members={"methods": methods},
        retry_after=seconds_of(held.retry_after_ms),
    )
