"""Which slot a command goes to."""

from collections import Counter

import pytest

from gateway.store import keys, ops_keys
from gateway.store.shards import SHARDS, SLOTS, TAGS, slot_of
from gateway.store.slots import NOBODYS_SLOT, slot_of_key
from gateway.store.slots import slot_of as slot_of_command
from gateway.store.wire import Argument


def test_slots_are_those_of_the_specification() -> None:
    assert slot_of("123456789") == 0x31C3
    assert slot_of_key("foo{}{bar}") == slot_of("foo{}{bar}")
    assert slot_of_key(b"foo{{bar}}zap") == slot_of("{bar")
    assert slot_of_key("foo{bar}{zap}") == slot_of("bar")


def test_shards_are_spread_evenly() -> None:
    assert [slot_of(tag) * SHARDS // SLOTS for tag in TAGS] == [*range(SHARDS)]


@pytest.mark.parametrize("primaries", range(2, SHARDS + 1))
def test_primaries_with_equal_stretches_of_slots_have_as_many_shards_or_one_more(primaries: int) -> None:
    of_each = Counter(slot_of(tag) * primaries // SLOTS for tag in TAGS)
    assert len(of_each) == primaries
    assert max(of_each.values()) - min(of_each.values()) <= 1


@pytest.mark.parametrize(
    "words",
    [
        ("HGETALL", keys.audit(5)),
        ("EVALSHA", "sha", 2, keys.audit(5), keys.outbox(5), "x"),
        ("EVAL", "return 1", 1, keys.expiring(5)),
        ("XGROUP", "CREATE", keys.outbox(5), "group", "0"),
        ("XINFO", "GROUPS", keys.outbox(5)),
        ("GET", keys.audit_removed(5).encode()),
    ],
)
def test_a_command_goes_where_its_first_key_is(words: tuple[Argument, ...]) -> None:
    assert slot_of_command(words) == slot_of(TAGS[5])


def test_what_names_no_key_goes_where_nobodys_keys_are() -> None:
    assert slot_of_command(("TIME",)) == NOBODYS_SLOT == slot_of_key(keys.API_KEYS)
    assert slot_of_command(("HGETALL", ops_keys.LIVE)) == slot_of(ops_keys.LIVE)
