"""May this be sent: so often to a number, for a client, and to the range of numbers that it is in.

SMS pumping (threat 11): somebody with a share in what a text costs has many of them sent to numbers of one range, and
never reads a code. Each number gets few, so neither its cap nor the customer's sees it; the range's cap bounds it, and
its conversion gives it away: of the codes texted to a range that had their time, how many were used.
"""

import asyncio
from collections.abc import Collection, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from contacts.models import ContactMethod, methods_of
from gateway.core.alarms import AlarmKind, Alarms
from gateway.core.customer_stores import StoredContact
from gateway.core.errors import Refusal
from gateway.core.not_available import in_words
from gateway.core.problems import Problem
from gateway.core.stores import Capped, CapStore
from gateway.core.too_many import seconds_of, too_many
from gateway.core.verification import Method, Verification

_TEXTED = frozenset({Method.SMS, Method.SMS_REPLY})


class Texting(StrEnum):
    """What a delivery is to the conversion watch."""

    NOTHING = ""
    """A call or a notice: nobody has to use it."""
    CODE = "code"
    """A new verification that is texted."""
    AGAIN = "again"
    """The text of one that was counted already."""


def texting_of(method: Method) -> Texting:
    """Of a verification that opens."""
    return Texting.CODE if method in _TEXTED else Texting.NOTHING


@dataclass(frozen=True, slots=True)
class Conversion:
    """What came of the verifications that were texted to a range."""

    sent: int
    verified: int


class RangeHeld(Exception):
    """Nothing is texted to the range now. `tripped` is what was seen, for the one who saw it first."""

    def __init__(self, retry_after_ms: int, tripped: Conversion | None) -> None:
        super().__init__("range held")
        self.retry_after_ms = retry_after_ms
        self.tripped = tripped


class RangeStore(Protocol):
    """Counts by range, which is the beginning of its numbers in E.164."""

    async def take(self, prefix: str, texting: Texting) -> int:
        """Take one of the range's cap, and count a code that is texted there.

        Answers the time under which it was counted. Raises `Capped` (`range`), or `RangeHeld` for a text of a code.
        """
        ...

    def give_back(self, prefix: str, texting: Texting, counted_at: int) -> None:
        """It was not sent after all. Done later, or never where the store is away."""
        ...

    def note_verified(self, prefix: str, created_at: int) -> None:
        """A verification that was texted to the range at that time has succeeded. Done later, or never, likewise."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What was counted for one delivery to a range."""

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

    async def take(
        self,
        stored: StoredContact | None,
        *,
        client: str | None = None,
        texting: Texting,
        instead: Collection[str] = (),
    ) -> Sent | None:
        """Count one delivery to a contact, and what a client opens; what was counted for the contact's range.

        `instead` are the methods that the operation allows.
        """
        others: list[Coroutine[Any, Any, None]] = []
        if client is not None:
            others.append(self._caps.take_client(client))
        if stored is None:
            await self._refusing(asyncio.gather(*others))
            return None
        others.append(self._caps.take_number(stored.blind_indexes))
        prefix = stored.contact.number.prefix(self._digits)
        # Asked for together, so that they travel together. What a cap gives when another refuses is lost, save the
        # range's: one customer in a loop must not use up what thousands share.
        counted_at, *refused = await asyncio.gather(self._ranges.take(prefix, texting), *others, return_exceptions=True)
        failed = [each for each in (counted_at, *refused) if isinstance(each, BaseException)]
        if not failed:
            assert isinstance(counted_at, int)  # noqa: S101 - what is no failure is what was asked for
            return Sent(prefix, texting, counted_at)
        if isinstance(counted_at, int):
            self._ranges.give_back(prefix, texting, counted_at)
        raise await self._refusal(failed[0], stored, prefix, instead)

    def give_back(self, sent: Sent | None) -> None:
        """It was refused later on, so nothing is sent."""
        if sent is not None:
            self._ranges.give_back(sent.prefix, sent.texting, sent.counted_at)

    def note_verified(self, verification: Verification) -> None:
        """The customer used the code."""
        if verification.prefix is not None and verification.method in _TEXTED:
            self._ranges.note_verified(verification.prefix, verification.created_at)

    async def _refusing(self, asked: "asyncio.Future[Any]") -> None:
        try:
            await asked
        except Capped as capped:
            raise too_many(capped) from None

    async def _refusal(
        self, why: BaseException, stored: StoredContact, prefix: str, instead: Collection[str]
    ) -> BaseException:
        if isinstance(why, Capped):
            return too_many(why)
        if not isinstance(why, RangeHeld):
            return why
        if why.tripped is not None:
            seen = f"{why.tripped.verified} of {why.tripped.sent} texted codes were used"
            await self._alarms.sound(AlarmKind.LOW_CONVERSION, prefix, seen)
        return texting_held(why, stored, instead)


def texting_held(held: RangeHeld, stored: StoredContact, instead: Collection[str]) -> Refusal:
    """What may be used instead: what the contact can do without a text, and what needs no contact."""
    here = {*methods_of(stored.contact), Method.BRANCH_OTP} - {ContactMethod.SMS, ContactMethod.SMS_REPLY}
    methods = [method for method in instead if method in here]
    return Refusal(
        Problem.TEXTING_HELD,
        values=in_words(methods),
        members={"methods": methods},
        retry_after=seconds_of(held.retry_after_ms),
    )
