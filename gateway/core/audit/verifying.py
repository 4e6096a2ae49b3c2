"""Verifying an export without the store: was anything changed, left out, put in, moved or cut?

It takes the public keys, which must not come with the export. Whoever holds the private key of the audit can write
another history that verifies; only a head that was noted elsewhere tells it from the true one.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.core.audit.chain import Chain, digest, order_of, read_line
from gateway.core.audit.history import Fault, History, name_of
from gateway.core.audit.records import AuditKeys, Head, RecordKind, Removed, Segment, Unsigned, Why


@dataclass(frozen=True, slots=True)
class Report:
    """The result: good when there are no faults. A segment that came twice is counted once. `wanted` has the filters of
    each export that shows only a part."""

    faults: list[Fault]
    segments: int
    events: int
    omitted: int
    head: Head | None
    wanted: list[Mapping[str, str]]
    missing_before: Mapping[int, Removed]
    """By shard: the record of what was removed before the first segment that is here."""


class _Within:
    """The segment whose events are being read."""

    def __init__(self, segment: Segment, place: str, *, is_omitted: bool, is_new: bool) -> None:
        self.segment, self.place, self.is_omitted, self.is_new = segment, place, is_omitted, is_new
        self.chain = Chain(segment.previous)
        self.count = 0
        self.has_event = False
        self._last = (-1, -1)

    def add(self, link: bytes, *, is_event: bool) -> None:
        self.chain.add(link)
        self.count += 1
        self.has_event = is_event

    def is_in_order(self, event_id: str) -> bool:
        """Whether the event comes after the one before it, and lies between the segment's first and last."""
        try:
            order = order_of(event_id)
        except ValueError:
            return False
        before, self._last = self._last, order
        return order > before and order_of(self.segment.first) <= order <= order_of(self.segment.last)

    def fault(self) -> str | None:
        """What is wrong with the segment, once all of its events have been read."""
        if self.is_omitted:
            return None
        if self.count != self.segment.count:
            return f"{name_of(self.segment)} has {self.count} events where {self.segment.count} were sealed"
        if self.chain.link != self.segment.chain:
            return f"an event of {name_of(self.segment)} is not as it was sealed"
        return None


class Verifier:
    """Takes the lines of one or more files, then says what is wrong with all of them together."""

    def __init__(self, keys: AuditKeys) -> None:
        self._keys = keys
        self._history = History()
        self._faults: list[Fault] = []
        self._wanted: list[Mapping[str, str]] = []
        self._events = self._omitted = 0
        self._within: _Within | None = None
        self._content = hashlib.sha256()
        self._shown = self._left_out = self._lines = 0

    def begin_after(self, head: Head) -> None:
        """Expect the rest of an audit whose beginning, up to this head, is known to be good."""
        self._history.add_removed(Removed(head.at, Why.ARCHIVED, head.shards))

    def feed(self, written: bytes, place: str) -> None:
        """One line with its line feed; `place` names file and line."""
        content = written.removesuffix(b"\n")
        if content == written:
            self._fault(place, "is cut off")
        one = read_line(content) or {}
        if RecordKind.HEAD.value in one:
            self._take_head(one, place)
            self._begin_anew()
            return
        if not one:
            self._fault(place, "is no line of an export")
        elif RecordKind.SEGMENT.value in one:
            self._take_segment(one, place)
        elif RecordKind.REMOVED.value in one:
            self._take_removed(one, place)
        else:
            self._take_event(one, content, place)
        self._lines += 1
        self._content.update(written)

    def end_of_file(self, place: str) -> None:
        """A file ends with a head: nothing covers what comes after the last one."""
        self._leave_segment()
        if self._lines:
            self._fault(place, "was cut at its end: a head is missing")
        self._begin_anew()

    def finish(self, expected: Iterable[Head] = ()) -> Report:
        """`expected` are heads that somebody noted elsewhere."""
        history = self._history
        history.compare(expected)
        if history.head is None:
            self._fault("everything", "there is no head: the end cannot be told")
        return Report(
            faults=[*self._faults, *history.faults],
            segments=history.segments,
            events=self._events,
            omitted=self._omitted,
            head=history.head,
            wanted=self._wanted,
            missing_before=history.missing_before,
        )

    def _take_segment(self, one: Mapping[str, Any], place: str) -> None:
        self._leave_segment()
        try:
            segment = self._keys.segment(str(one[RecordKind.SEGMENT.value]))
        except Unsigned as unsigned:
            self._fault(place, f"the segment {unsigned}")
            return
        is_new = self._history.add_segment(segment, place)
        self._within = _Within(segment, place, is_omitted="omitted" in one, is_new=is_new)

    def _leave_segment(self) -> None:
        within, self._within = self._within, None
        if within is None:
            return
        if within.is_omitted:
            self._left_out += within.segment.count
            self._omitted += within.segment.count if within.is_new else 0
        if fault := within.fault():
            self._fault(within.place, fault)

    def _take_event(self, one: Mapping[str, Any], written: bytes, place: str) -> None:
        within = self._within
        if within is None or within.is_omitted:
            self._fault(place, "stands in no segment")
        elif "omitted" in one:
            self._take_digest(within, str(one["omitted"]), place)
        elif "reasons" in one:
            if not within.has_event:
                self._fault(place, "has reasons without their event")
        else:
            within.add(digest(written), is_event=True)
            self._shown += 1
            self._events += within.is_new
            if not within.is_in_order(str(one.get("id"))):
                self._fault(place, f"the event {one.get('id')} does not stand where it was written")

    def _take_digest(self, within: _Within, omitted: str, place: str) -> None:
        try:
            within.add(bytes.fromhex(omitted), is_event=False)
        except ValueError:
            self._fault(place, "is no digest of an event")
        self._left_out += 1
        self._omitted += within.is_new

    def _take_removed(self, one: Mapping[str, Any], place: str) -> None:
        self._leave_segment()
        try:
            self._history.add_removed(self._keys.removed(str(one[RecordKind.REMOVED.value])))
        except Unsigned as unsigned:
            self._fault(place, f"the record of what was removed {unsigned}")

    def _take_head(self, one: Mapping[str, Any], place: str) -> None:
        self._leave_segment()
        try:
            head = self._keys.head(str(one[RecordKind.HEAD.value]))
        except Unsigned as unsigned:
            self._fault(place, f"the head {unsigned}")
            return
        self._history.add_head(head, place)
        if head.wanted:
            self._wanted.append(head.wanted)
        if head.content is None and not self._lines:
            return  # a head that was noted by itself
        if head.content != self._content.hexdigest():
            self._fault(place, "the lines before this head are not those that it was signed for")
        if head.shown != self._shown:
            self._fault(place, f"{self._shown} events are shown where there were {head.shown}")
        if self._left_out and not head.wanted:
            self._fault(place, "events were left out of a whole export")

    def _begin_anew(self) -> None:
        """After a head, or a file."""
        self._content = hashlib.sha256()
        self._shown = self._left_out = self._lines = 0

    def _fault(self, place: str, what: str) -> None:
        self._faults.append(Fault(place, what))
