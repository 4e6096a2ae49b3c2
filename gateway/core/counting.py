"""What is counted of a delivery before it leaves, and how a range of numbers that is misused refuses it.

SMS pumping (threat 11): somebody with a share in what a text costs has many of them sent to numbers of one range, and
never reads a code. Each number gets few, so neither its cap nor the customer's sees it; the range's cap bounds it, and
its conversion gives it away: of the codes texted to a range that had their time, how many were used.
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
    """One delivery, as it counts for its client, the number and the number's range: each where there is one."""

    client: str | None = None
    blind_indexes: tuple[str, ...] = ()
    prefix: str | None = None
    texting: Texting = Texting.NOTHING


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
        """A verification that was texted to the range at that time has succeeded.

        Done later, or never where the store is away, or the process has ended by then.
        """
        ...
