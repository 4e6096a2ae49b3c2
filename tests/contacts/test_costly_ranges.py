"""Ranges that cost too much are refused, whatever a firm allows."""

import csv
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

import contacts
from contacts.costly_ranges import is_costly
from contacts.number_refusals import NumberRefusal, NumberRefused
from contacts.phone_numbers import (
    LineType,
    NumberFamily,
    NumberPlan,
    parse_phone_number,
)

EVERYTHING = NumberPlan(frozenset(NumberFamily), frozenset(phonenumbers.SUPPORTED_REGIONS) | {"001"})
TABLE = Path(contacts.__file__).with_name("costly_ranges.csv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
RANGES = [row["range"] for row in ROWS]


def refusal_of(e164: str) -> NumberRefusal | None:
    try:
        parse_phone_number(e164, EVERYTHING)
    except NumberRefused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("row", ROWS, ids=RANGES)
def test_every_range_says_what_it_is_why_and_by_what_source(row: dict[str, str]) -> None:
    assert list(row) == ["range", "what", "why", "source"]
    assert all(row.values())
    assert row["range"].startswith("+")
    assert row["range"][1:].isdecimal()
    assert is_costly(f"{row['range']}0000000")


def test_no_range_is_korean_or_within_another() -> None:
    assert not any(prefix.startswith("+82") or "+82".startswith(prefix) for prefix in RANGES)
    assert not any(one != other and one.startswith(other) for one in RANGES for other in RANGES)


@given(st.sampled_from(RANGES), st.from_regex("[0-9]{4,11}", fullmatch=True))
def test_nothing_in_a_costly_range_is_ever_accepted(costly: str, rest: str) -> None:
    assert refusal_of((costly + rest)[:16]) is not None


@pytest.mark.parametrize(
    "e164",
    [
        "+870773111632",  # Inmarsat
        "+883510012345678",
        "+979123456789",
        "+80812345678",
        "+878101234567890",
        "+12642351234",  # Anguilla, which dials like the United States
        "+447012345678",  # a personal number that forwards
        "+447624123456",
        "+448711234567",
        "+449012345678",
        "+33899123456",
        "+19005551234",
        "+5351234567",
        "+252612345678",
        "+18002345678",
        "+81570012345",
    ],
)
def test_premium_shared_personal_and_satellite_numbers_are_refused_even_so(e164: str) -> None:
    assert refusal_of(e164) is NumberRefusal.COSTLY


@pytest.mark.parametrize("e164", ["+819012345678", "+12125551234", "+447911123456", "+37120123456", "+8613812345678"])
def test_people_abroad_are_reached_where_a_firm_allows_it(e164: str) -> None:
    assert refusal_of(e164) is None


@given(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)), st.sampled_from(sorted(range(11))))
def test_whatever_is_accepted_is_somebodys_line(region: str, number_type: int) -> None:
    example = phonenumbers.example_number_for_type(region, number_type)
    if example is None:
        return
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    if refusal_of(e164) is None and not e164.startswith("+82"):
        lines = {LineType.MOBILE, LineType.LANDLINE, LineType.VOIP, LineType.OTHER}
        assert parse_phone_number(e164, EVERYTHING).line_type in lines
        assert phonenumbers.number_type(phonenumbers.parse(e164)) in (0, 1, 2, 6)


@pytest.mark.parametrize("e164", ["+82601234567", "+82801234567", "+8215881234", "+8216001234", "+82505123456789"])
def test_korean_special_numbers_are_refused_unless_their_family_is_allowed(e164: str) -> None:
    with pytest.raises(NumberRefused):
        parse_phone_number(e164)
