"""What is counted of a delivery before it leaves, and how a misused range of numbers refuses it.

SMS pumping: somebody who gets a share of what a text costs has many sent to the numbers of one range, and uses no code.
Each number gets few, so neither its cap nor the customer's notices. The range's cap bounds it, and its conversion gives
it away: how many of the codes texted there, and old enough to be answered, were used.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from contacts.records import record


class Texting(StrEnum):
    """What a delivery is to the conversion watch."""

    NOTHING = ""
    """A call or a notice: nobody has to use it."""
    CODE = "code"
    """A new verification that is texted."""
    AGAIN = "again"
    """The text of one that was counted already."""


@record()
class Counted:
    """What one delivery counts for: its client, the number and the number's range, each where there is one."""

    client: str | None = None
    blind_indexes: tuple[str, ...] = ()
    prefix: str | None = None
    texting: Texting = Texting.NOTHING


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many verifications were texted to a range, and how many of them succeeded."""

    sent: int
    verified: int


class RangeHeld(Exception):
    """No code is texted to the range now. `tripped`: what tripped it, for whoever is the first to be refused."""

    def __init__(self, retry_after_ms: int, tripped: Conversion | None) -> None:
        super().__init__("range held")
        self.retry_after_ms = retry_after_ms
        self.tripped = tripped


class RangeStore(Protocol):
    """Counts by range, which is named by the first digits of its numbers in E.164."""

    async def take(self, prefix: str, texting: Texting) -> int:
        """Count a delivery against the range's cap, and a code that is texted there for its conversion.

        Answers the time under which it was counted. Raises `Capped` (`range`), or `RangeHeld` for a text of a code.
        """
        ...

    def give_back(self, prefix: str, texting: Texting, counted_at: int) -> None:
        """It was not sent after all. Done later, or never where the store is away."""
        ...

    def note_verified(self, prefix: str, created_at: int) -> None:
        """A verification that was texted to the range at that time has succeeded.

        Done later, or never where the store is away, or the process has ended by then.
        """
        ...
