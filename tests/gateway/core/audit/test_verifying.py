"""Whatever is changed in an export is told, and where."""

import gzip
import hashlib

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.core.audit.chain import line
from gateway.core.audit.records import AuditSigner, Head, Position, RecordKind
from tests.audit_rooms import KEY, OTHER_KEY, faults, verify
from tests.gateway.core.audit.exports import CUSTOMER_ID, SHARDS, Exports, Lines, head_of, is_segment, segments_of

PLACES = st.integers(min_value=0, max_value=10_000)


def test_an_export_as_it_was_written_is_good(exports: Exports) -> None:
    for lines in (exports.early, exports.whole, exports.of_customer):
        assert faults(verify(lines)) == []
    report = verify(exports.whole)
    assert (report.segments, report.events, report.omitted) == (6, 18, 0)
    report = verify(exports.of_customer)
    assert (report.segments, report.events, report.omitted) == (6, 12, 6)
    assert report.head is not None
    assert report.head.wanted == {"customer": CUSTOMER_ID}


def test_the_export_of_one_customer_says_nothing_of_another(exports: Exports) -> None:
    assert b"another" not in b"".join(exports.of_customer)


def test_several_exports_are_verified_as_one_history(exports: Exports) -> None:
    report = verify(exports.early, exports.whole, exports.of_customer)
    assert (faults(report), report.segments, report.events, report.omitted) == ([], 6, 18, 0)


class TestChanged:
    """By whoever has the export and no key."""

    @given(at=PLACES, bit=st.integers(0, 7))
    def test_any_bit_that_is_changed_is_found(self, exports: Exports, at: int, bit: int) -> None:
        for lines in (exports.whole, exports.of_customer):
            content = bytearray(b"".join(lines))
            content[at % len(content)] ^= 1 << bit
            assert faults(verify(bytes(content).splitlines(keepends=True))) != []

    @given(at=PLACES)
    def test_any_line_that_is_left_out_is_found(self, exports: Exports, at: int) -> None:
        for lines in (exports.whole, exports.of_customer):
            place = at % len(lines)
            assert faults(verify(lines[:place] + lines[place + 1 :])) != []

    @given(at=PLACES, again=PLACES)
    def test_any_line_that_is_put_in_once_more_is_found(self, exports: Exports, at: int, again: int) -> None:
        lines = exports.whole
        place = again % len(lines)
        assert faults(verify([*lines[:place], lines[at % (len(lines) - 1)], *lines[place:]])) != []

    @given(one=PLACES, other=PLACES)
    def test_any_two_lines_that_change_places_are_found(self, exports: Exports, one: int, other: int) -> None:
        lines = list(exports.whole)
        one, other = one % len(lines), other % len(lines)
        lines[one], lines[other] = lines[other], lines[one]
        assert (faults(verify(lines)) == []) == (lines == exports.whole)

    @given(at=PLACES)
    def test_any_cut_at_the_end_is_found(self, exports: Exports, at: int) -> None:
        content = b"".join(exports.whole)
        assert faults(verify(content[: at % len(content)].splitlines(keepends=True))) != []

    @given(at=PLACES)
    def test_any_cut_at_the_beginning_is_found(self, exports: Exports, at: int) -> None:
        lines = exports.whole
        assert faults(verify(lines[1 + at % len(lines) :])) != []

    @given(order=st.permutations(range(6)))
    def test_segments_in_another_order_are_found(self, exports: Exports, order: list[int]) -> None:
        segments = segments_of(exports.whole)
        lines = [line for place in order for line in segments[place]] + exports.whole[-1:]
        assert (faults(verify(lines)) == []) == (order == sorted(order))

    @given(kept=st.sets(st.integers(0, 5), max_size=5))
    def test_segments_that_are_left_out_are_found(self, exports: Exports, kept: set[int]) -> None:
        segments = segments_of(exports.whole)
        lines = [line for place in sorted(kept) for line in segments[place]] + exports.whole[-1:]
        assert faults(verify(lines)) != []

    @given(at=PLACES, word=st.text(max_size=5))
    def test_another_event_in_the_place_of_one_is_found(self, exports: Exports, at: int, word: str) -> None:
        lines = list(exports.whole)
        events = [place for place, one in enumerate(lines[:-1]) if not is_segment(one)]
        place = events[at % len(events)]
        lines[place] = line({**orjson.loads(lines[place]), "word": word + "!"}) + b"\n"
        assert any("is not as it was sealed" in fault for fault in faults(verify(lines)))


def test_the_place_of_a_change_is_named(exports: Exports) -> None:
    lines = list(exports.whole)
    lines[2] = lines[2].replace(CUSTOMER_ID.encode(), b"somebody-els")
    told = faults(verify(lines))
    assert told[0] == f"0:1: an event of segment 1 of shard {SHARDS[0]} is not as it was sealed"


class TestByAnEarlierHead:
    """Going back as a whole is told by a head that was noted elsewhere, and by nothing else."""

    def test_the_export_of_before_is_good_by_itself(self, exports: Exports) -> None:
        assert faults(verify(exports.early, expected=[head_of(exports.early)])) == []

    def test_what_went_back_is_told(self, exports: Exports) -> None:
        told = faults(verify(exports.early, expected=[head_of(exports.whole)]))
        assert told == [
            f"the expected head: shard {shard} ends at segment 1 of 3: it was cut at its end" for shard in SHARDS
        ]

    def test_what_went_on_is_good(self, exports: Exports) -> None:
        assert faults(verify(exports.whole, expected=[head_of(exports.early)])) == []

    def test_another_history_of_the_same_length_is_told(self, exports: Exports) -> None:
        head = head_of(exports.whole)
        other = Head(head.at, {**head.shards, 7: Position(2, "ab" * 32)})
        (fault,) = faults(verify(exports.whole, expected=[other]))
        assert "segment 2 of shard 7 is not the one" in fault


class TestSigned:
    def test_records_of_another_key_are_no_records(self, exports: Exports) -> None:
        told = [fault for fault in faults(verify(exports.whole, signed_with=[OTHER_KEY])) if "the segment" in fault]
        assert len(told) == 6
        assert all("a key that was not given" in fault for fault in told)

    def test_a_record_is_good_only_as_what_it_was_signed(self, exports: Exports) -> None:
        head, segment = orjson.loads(exports.whole[-1]), orjson.loads(exports.whole[0])
        as_segment = line({RecordKind.SEGMENT.value: head[RecordKind.HEAD.value]}) + b"\n"
        as_head = line({RecordKind.HEAD.value: segment[RecordKind.SEGMENT.value]}) + b"\n"
        assert "signed as something else than a segment" in faults(verify([as_segment]))[0]
        assert "signed as something else than a head" in faults(verify([as_head]))[0]

    def test_a_head_cannot_be_taken_from_another_export(self, exports: Exports) -> None:
        told = faults(verify(exports.whole[:-1] + exports.of_customer[-1:]))
        assert any("not those that it was signed for" in fault for fault in told)

    def test_a_whole_export_that_leaves_events_out_is_told_even_when_it_was_signed(self, exports: Exports) -> None:
        lines = exports.of_customer[:-1]
        shown = sum(b'"event"' in one for one in lines)
        content = hashlib.sha256(b"".join(lines)).hexdigest()
        head = Head(head_of(exports.whole).at, head_of(exports.whole).shards, content, shown, {})
        signed = line({RecordKind.HEAD.value: AuditSigner(KEY).head(head)}) + b"\n"
        (fault,) = faults(verify([*lines, signed]))
        assert "left out of a whole export" in fault


@settings(max_examples=200)
@given(lines=st.lists(st.binary(max_size=60)))
def test_anything_else_is_refused_and_breaks_nothing(lines: Lines) -> None:
    assert faults(verify(lines)) != []


@pytest.mark.parametrize(
    "written",
    [
        b"null", b"[]", b"1", b"{}", b'{"segment":1}', b'{"segment":"a.b.c"}', b'{"head":null}', b'{"removed":{}}',
        b'{"omitted":"zz"}', b'{"reasons":{}}', b'{"event":"x"}', b'{"segment":"\xc3\xa9"}', gzip.compress(b"x"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_told_with_its_place(written: bytes) -> None:
    assert faults(verify([written + b"\n"]))[0].startswith("0:1: ")
