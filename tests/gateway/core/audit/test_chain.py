"""The lines of events, and what their hashes give away."""

import orjson
import pytest

from gateway.core.audit.chain import digest, event_line, line, read_line

LOCKED = [b"event", b"customer.locked", b"at", b"1", b"customer", b"kim", b"verification", b"ver_random"]
ABROAD = [b"event", b"overseas_exemption.registered", b"at", b"1", b"customer", b"kim", b"by", b"lee"]


def test_a_line_has_all_that_was_told_and_the_id() -> None:
    assert orjson.loads(event_line("1-0", LOCKED)) == {
        "at": "1", "customer": "kim", "event": "customer.locked", "id": "1-0", "verification": "ver_random",
    }  # fmt: skip


def test_what_could_be_guessed_is_not_found_by_its_hash() -> None:
    guessed = line({"at": "1", "by": "lee", "customer": "kim", "event": "overseas_exemption.registered", "id": "1-0"})
    written = [event_line("1-0", ABROAD) for _ in range(2)]
    assert len({digest(guessed), *map(digest, written)}) == 3


@pytest.mark.parametrize("words", [LOCKED, ABROAD])
def test_a_line_is_read_as_it_was_written(words: list[bytes]) -> None:
    told = read_line(event_line("1-0", words))
    assert told is not None
    assert {**told, "id": "2-0"}.items() >= {"customer": "kim", "at": "1"}.items()
