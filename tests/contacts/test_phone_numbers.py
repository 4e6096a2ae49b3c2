"""Which numbers may be registered, and how they are shown."""

import re
from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.number_refusals import NumberRefusal, NumberRefused
from contacts.phone_numbers import (
    LineType,
    NumberFamily,
    NumberPlan,
    PhoneNumber,
    parse_phone_number,
    read_by_plans,
)


@pytest.mark.parametrize(
    ("e164", "line_type"),
    [
        ("+821012345678", LineType.MOBILE),
        ("+821000000000", LineType.MOBILE),
        ("+82111234567", LineType.MOBILE),
        ("+821912345678", LineType.MOBILE),
        ("+8227001234", LineType.LANDLINE),
        ("+82223456789", LineType.LANDLINE),
        ("+82312345678", LineType.LANDLINE),
        ("+826423456789", LineType.LANDLINE),
        ("+827012345678", LineType.VOIP),
    ],
)
def test_korean_subscriber_numbers_are_accepted_with_their_line_type(e164: str, line_type: LineType) -> None:
    number = parse_phone_number(e164)
    assert (number.e164, number.line_type) == (e164, line_type)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", NumberRefusal.NOT_A_NUMBER),
        ("전화", NumberRefusal.NOT_A_NUMBER),
        ("+８２１０１２３４５６７８", NumberRefusal.NOT_A_NUMBER),
        ("+٨٢١٠١٢٣٤٥٦٧٨", NumberRefusal.NOT_A_NUMBER),
        ("010-1234-5678", NumberRefusal.NOT_E164),
        ("01012345678", NumberRefusal.NOT_E164),
        ("(02) 700-1234", NumberRefusal.NOT_E164),
        ("821012345678", NumberRefusal.NOT_E164),
        ("1588-0030", NumberRefusal.NOT_E164),
        ("010-CALL-NOW", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+82 10-1234-5678", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+82１０12345678", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+8210123456O8", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+8210\u200b12345678", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+821012345678\n", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+821012345678\0", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+821012345678;ext=1", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+821012345678x1", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+821012345678,,123", NumberRefusal.UNEXPECTED_CHARACTER),
        ("1012345678;phone-context=+82", NumberRefusal.UNEXPECTED_CHARACTER),
        ("tel:+821012345678", NumberRefusal.UNEXPECTED_CHARACTER),
        ("++821012345678", NumberRefusal.UNEXPECTED_CHARACTER),
        ("+8210123456789012", NumberRefusal.TOO_LONG),
        ("+" + "9" * 10_000, NumberRefusal.TOO_LONG),
        ("+082101234567890", NumberRefusal.NOT_VALID),
        ("+8210", NumberRefusal.NOT_VALID),
        ("+0821012345678", NumberRefusal.NOT_VALID),
        ("+8201012345678", NumberRefusal.TRUNK_ZERO),
        ("+82021234567", NumberRefusal.TRUNK_ZERO),
        ("+82101234567", NumberRefusal.NOT_VALID),
        ("+8210123456789", NumberRefusal.NOT_VALID),
        ("+821212345678", NumberRefusal.NOT_VALID),
        ("+82151234567", NumberRefusal.NOT_VALID),
        ("+8231234567", NumberRefusal.NOT_VALID),
        ("+82212345678", NumberRefusal.NOT_VALID),
        ("+8200308123456", NumberRefusal.TRUNK_ZERO),
        ("+2101234567", NumberRefusal.NOT_VALID),
        ("+82602345678", NumberRefusal.PREMIUM_RATE),
        ("+82600123456", NumberRefusal.PREMIUM_RATE),
        ("+82801234567", NumberRefusal.TOLL_FREE),
        ("+8215880030", NumberRefusal.SPECIAL_SERVICE),
        ("+8216001234", NumberRefusal.SPECIAL_SERVICE),
        ("+8218001234", NumberRefusal.SPECIAL_SERVICE),
        ("+82215880030", NumberRefusal.SPECIAL_SERVICE),
        ("+823115880030", NumberRefusal.SPECIAL_SERVICE),
        ("+825012345678", NumberRefusal.PERSONAL),
        ("+8250512345678", NumberRefusal.PERSONAL),
        ("+819012345678", NumberRefusal.FOREIGN),
        ("+12025550123", NumberRefusal.FOREIGN),
        ("+8613812345678", NumberRefusal.FOREIGN),
        ("+80012345678", NumberRefusal.FOREIGN),
    ],
)
def test_a_tricky_or_unwanted_number_is_refused_with_its_reason(text: str, reason: NumberRefusal) -> None:
    with pytest.raises(NumberRefused) as refused:
        parse_phone_number(text)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("e164", "family"),
    [
        ("+82602345678", NumberFamily.PREMIUM_RATE),
        ("+82801234567", NumberFamily.TOLL_FREE),
        ("+8215880030", NumberFamily.SPECIAL_SERVICE),
        ("+8250512345678", NumberFamily.PERSONAL),
    ],
)
def test_a_family_that_the_settings_allow_is_accepted_as_an_other_line(e164: str, family: NumberFamily) -> None:
    plan = NumberPlan(families=NumberPlan().families | {family})
    assert parse_phone_number(e164, plan).line_type is LineType.OTHER


@pytest.mark.parametrize(
    ("e164", "family"),
    [
        ("+821012345678", NumberFamily.MOBILE),
        ("+82221234567", NumberFamily.LANDLINE),
        ("+827012345678", NumberFamily.VOIP),
    ],
)
def test_a_family_that_the_settings_take_away_is_refused(e164: str, family: NumberFamily) -> None:
    with pytest.raises(NumberRefused) as refused:
        parse_phone_number(e164, NumberPlan(families=NumberPlan().families - {family}))
    assert refused.value.reason == NumberRefusal(family.value)


def test_a_foreign_country_is_allowed_by_name_and_no_other_with_it() -> None:
    plan = NumberPlan(countries=frozenset({"US", "JP"}))
    assert parse_phone_number("+819012345678", plan).line_type is LineType.MOBILE
    assert parse_phone_number("+12025550123", plan).line_type is LineType.OTHER
    for elsewhere in ("+18765550123", "+447400123456"):
        with pytest.raises(NumberRefused) as refused:
            parse_phone_number(elsewhere, plan)
        assert refused.value.reason is NumberRefusal.FOREIGN


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.text(alphabet="0123456789", min_size=7, max_size=12),
)
def test_the_country_of_a_number_is_that_of_the_library(code: int, digits: str) -> None:
    e164 = f"+{code}{digits}"
    country = phonenumbers.region_code_for_number(phonenumbers.parse(e164, None))
    assert PhoneNumber(e164, LineType.OTHER).country == (country if country and country.isalpha() else None)


def test_an_allowed_country_does_not_bring_its_premium_numbers_with_it() -> None:
    with pytest.raises(NumberRefused) as refused:
        parse_phone_number("+19002345678", NumberPlan(countries=frozenset({"US"})))
    assert refused.value.reason is NumberRefusal.COSTLY


@given(st.text() | st.from_regex(r"\+?[0-9 ()x;,-]{0,20}") | st.from_regex(r"\+82[0-9]{4,12}", fullmatch=True))
def test_any_text_is_a_number_as_it_stands_or_refused(text: str) -> None:
    everything = NumberPlan(frozenset(NumberFamily), frozenset({"US", "JP", "CN", "001"}))
    for plan in (NumberPlan(), everything):
        try:
            number = parse_phone_number(text, plan)
        except NumberRefused:
            continue
        assert number.e164 == text
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", text)


@pytest.mark.parametrize("reason", NumberRefusal)
def test_every_refusal_has_a_sentence_in_both_languages(reason: NumberRefusal) -> None:
    assert re.search("[가-힣]", reason.sentence_ko)
    assert reason.sentence_en.isascii()


def test_a_refusal_never_repeats_what_was_typed() -> None:
    with pytest.raises(NumberRefused) as refused:
        parse_phone_number("010-1234-5678")
    assert "1234" not in f"{refused.value!r} {refused.value}"
    assert refused.value.__context__ is None


def test_a_number_that_is_not_e164_cannot_be_built() -> None:
    with pytest.raises(ValueError, match=r"^not an E\.164 number$"):
        PhoneNumber("010-1234-5678", LineType.MOBILE)


@pytest.mark.parametrize(
    ("e164", "masked"),
    [
        ("+821012345678", "+8210****5678"),
        ("+82111234567", "+8211****567"),
        ("+82223456789", "+822****6789"),
        ("+8227001234", "+822****234"),
        ("+82312345678", "+8231****678"),
        ("+827012345678", "+8270****5678"),
        ("+8215880030", "+8215****30"),
        ("+12025550123", "+1******0123"),
        ("+85212345678", "+852****5678"),
        ("+3546123", "+354****"),
    ],
)
def test_a_number_is_shown_with_its_prefix_and_its_end(e164: str, masked: str) -> None:
    number = PhoneNumber(e164, LineType.OTHER)
    assert number.masked == str(number) == masked
    assert repr(number) == f"PhoneNumber({masked}, other)"


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
@example("+8200000")
@example("+3540000")
def test_at_least_four_digits_stay_hidden_in_every_form(e164: str) -> None:
    number = PhoneNumber(e164, LineType.OTHER)
    assert len(number.masked) == len(e164)
    hidden = [index for index, character in enumerate(number.masked) if character == "*"]
    assert len(hidden) >= 4
    assert all(shown in ("*", digit) for shown, digit in zip(number.masked, e164, strict=True))
    assert e164 not in f"{number} {number!r} {[number]}"


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.integers(2, 8))
def test_the_range_of_a_number_begins_it_and_hides_its_end(e164: str, digits: int) -> None:
    prefix = PhoneNumber(e164, LineType.MOBILE).prefix(digits)
    assert e164.startswith(prefix)
    assert len(e164) - len(prefix) >= 4


def test_the_range_of_a_short_number_shows_all_but_four() -> None:
    assert PhoneNumber("+82212345678", LineType.LANDLINE).prefix(8) == "+8221234"


def test_a_foreign_trunk_zero_is_not_repaired() -> None:
    british = NumberPlan(countries=frozenset({"GB"}))
    assert parse_phone_number("+447400123456", british).line_type is LineType.MOBILE
    with pytest.raises(NumberRefused) as refused:
        parse_phone_number("+4407400123456", british)
    assert refused.value.reason is NumberRefusal.NOT_VALID
    assert str(refused.value) == "not_valid"


def test_numbers_that_begin_alike_are_in_one_range() -> None:
    ranges = [PhoneNumber(number, LineType.MOBILE).prefix(5) for number in ("+821012345678", "+821012300000")]
    assert ranges == ["+8210123"] * 2


def _outcome(
    read: Callable[[str, NumberPlan], PhoneNumber], text: str, plan: NumberPlan
) -> PhoneNumber | NumberRefusal:
    try:
        return read(text, plan)
    except NumberRefused as refused:
        return refused.reason


PLANS = st.builds(NumberPlan, families=st.frozensets(st.sampled_from(NumberFamily)))
SHORT_CUTS = st.from_regex(r"\+82(10)?[0-9]{7,9}", fullmatch=True) | st.from_regex(r"\+8210[0-9]{8}\n?", fullmatch=True)


@given(SHORT_CUTS, PLANS)
@example("+821050000000", NumberPlan())
@example("+821059700000", NumberPlan())
def test_the_short_cut_for_mobiles_answers_as_the_plans_do(text: str, plan: NumberPlan) -> None:
    assert _outcome(parse_phone_number, text, plan) == _outcome(read_by_plans, text, plan)


@pytest.mark.parametrize("rest", ["000000", "123456", "999999", "040506"])
def test_the_short_cut_is_right_for_every_beginning_of_a_mobile(rest: str) -> None:
    for beginning in range(100):
        text = f"+8210{beginning:02d}{rest}"
        assert _outcome(parse_phone_number, text, NumberPlan()) == _outcome(read_by_plans, text, NumberPlan()), text
