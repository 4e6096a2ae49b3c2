"""The history of each shard, put together from signed records: is it whole, from its first segment to its head?"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.core.audit.chain import order_of
from gateway.core.audit.records import GENESIS, Head, Position, Removed, Segment

_NOTHING = Position(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where: a file and its line, or a head that was expected."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Found:
    segment: Segment
    place: str


class History:
    """Takes records in any order, from any number of files; `faults` is what does not fit together."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._segments: dict[int, dict[int, _Found]] = defaultdict(dict)
        self._removed: dict[int, dict[int, Removed]] = defaultdict(dict)
        self._heads: list[tuple[Head, str]] = []

    def add_segment(self, segment: Segment, place: str) -> bool:
        """Whether it is the first of its number."""
        is_new = segment.number not in self._segments[segment.shard]
        known = self._segments[segment.shard].setdefault(segment.number, _Found(segment, place))
        if known.segment != segment:
            self._fault(place, f"{name_of(segment)} is another one than at {known.place}")
        return is_new

    def add_removed(self, removed: Removed) -> None:
        for shard, position in removed.shards.items():
            self._removed[shard][position.number] = removed

    def add_head(self, head: Head, place: str) -> None:
        self._heads.append((head, place))

    @property
    def segments(self) -> int:
        return sum(map(len, self._segments.values()))

    @property
    def head(self) -> Head | None:
        """The latest."""
        return max((head for head, _ in self._heads), key=lambda head: head.at, default=None)

    @property
    def missing_before(self) -> dict[int, Removed]:
        """By shard: the record of what was removed before the first segment that is here."""
        begins = {shard: min(found) for shard, found in self._segments.items() if found}
        without = {shard: max(removed) + 1 for shard, removed in self._removed.items() if shard not in begins}
        starts = {**begins, **without}
        return {
            shard: self._removed[shard][start - 1]
            for shard, start in sorted(starts.items())
            if start - 1 in self._removed.get(shard, ())
        }

    def compare(self, expected: Iterable[Head]) -> None:
        """Find every fault; `expected` are heads that somebody noted elsewhere."""
        for shard in sorted(self._segments):
            self._follow(shard)
        self._look_for_what_no_head_covers()
        for head, place in self._heads:
            self._compare(head, place)
        for head in expected:
            self._compare(head, "the expected head")

    def _follow(self, shard: int) -> None:
        found = self._segments[shard]
        first = min(found)
        removed = self._removed.get(shard, {}).get(first - 1)
        before = _NOTHING if removed is None else removed.shards[shard]
        previous: Segment | None = None
        for _, one in sorted(found.items()):
            segment, place = one.segment, one.place
            if segment.number != before.number + 1:
                told = f"segments {before.number + 1} to {segment.number - 1} of shard {shard} are missing"
                self._fault(place, told if before.number or previous else f"{told}: it was cut at its beginning")
            elif segment.previous != before.hash:
                self._fault(place, f"{name_of(segment)} does not follow the one before it")
            elif previous is not None and not _follows(segment, previous):
                self._fault(place, f"{name_of(segment)} overlaps the one before it")
            if segment.missing:
                lost = "another stream was in its place" if segment.missing < 0 else f"{segment.missing} were gone"
                self._fault(place, f"{name_of(segment)}: of the events before they were sealed, {lost}")
            before, previous = Position(segment.number, segment.hash), segment

    def _look_for_what_no_head_covers(self) -> None:
        for shard, found in sorted(self._segments.items()):
            last = found[max(found)]
            covered = max((head.shards.get(shard, _NOTHING).number for head, _ in self._heads), default=0)
            if last.segment.number > covered:
                self._fault(last.place, f"{name_of(last.segment)} is covered by no head: the end cannot be told")

    def _compare(self, head: Head, place: str) -> None:
        """Each segment that the head names must be here unchanged, or have been removed."""
        for shard, position in sorted(head.shards.items()):
            found, removed = self._segments.get(shard, {}), self._removed.get(shard, {})
            last = max((0, *found, *removed))
            if position.number > last:
                self._fault(place, f"shard {shard} ends at segment {last} of {position.number}: it was cut at its end")
                continue
            known = [one.segment.hash for number, one in found.items() if number == position.number]
            known += [record.shards[shard].hash for number, record in removed.items() if number == position.number]
            if any(link != position.hash for link in known):
                told = f"segment {position.number} of shard {shard} is not the one that this head names"
                self._fault(place, told)

    def _fault(self, place: str, what: str) -> None:
        self.faults.append(Fault(place, what))


def name_of(segment: Segment) -> str:
    return f"segment {segment.number} of shard {segment.shard}"


def _follows(segment: Segment, previous: Segment) -> bool:
    counted = segment.before == previous.before + previous.count
    return counted and order_of(segment.first) > order_of(previous.last)
