"""The short names of fields."""

import re
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

from gateway.store.fields import FIELDS, with_fields

STORE = Path(str(files("gateway.store")))


def test_two_fields_of_a_record_never_have_one_name() -> None:
    for one, other in combinations(FIELDS, 2):
        assert one[0] != other[0] or FIELDS[one] != FIELDS[other]


def test_every_field_is_used() -> None:
    sources = [path.read_text(encoding="utf-8") for path in STORE.rglob("*") if path.suffix in (".py", ".lua")]
    used = {word for source in sources for word in re.findall(r"""["']([a-z]\.[a-z_]+)["']""", source)}
    assert used == set(FIELDS)


def test_a_script_has_names_in_the_place_of_words() -> None:
    assert with_fields("redis.call('HGET', KEYS[1], 'v.status')") == "redis.call('HGET', KEYS[1], 's')"


def test_a_word_that_nobody_knows_is_found_at_once() -> None:
    with pytest.raises(KeyError):
        with_fields("redis.call('HGET', KEYS[1], 'v.stauts')")
