import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contacts.exemption import OverseasExemption, Period, PeriodFault, RequestedVia, fault_of

DAY = 86_400_000
NOW = 1_790_000_000_000
PARTS = st.integers(-DAY, 2 * DAY)
"""Of what is allowed, which a day stands for: half of the periods that these make can be registered."""


def registered(start: int, until: int) -> OverseasExemption:
    return OverseasExemption(Period(start, until), RequestedVia.ONLINE, "kim", None)


@pytest.mark.parametrize(
    ("moment", "in_force"),
    [(NOW - 1, False), (NOW, True), (NOW + DAY - 1, True), (NOW + DAY, False)],
)
def test_it_is_in_force_from_its_beginning_and_no_longer_at_its_end(moment: int, in_force: bool) -> None:
    assert registered(NOW, NOW + DAY).in_force(moment) is in_force


@pytest.mark.parametrize(
    ("start", "until", "fault"),
    [
        (NOW, NOW + 1, None),
        (NOW - 30 * DAY, NOW + DAY, None),
        (NOW, NOW + 365 * DAY, None),
        (NOW + 365 * DAY, NOW + 366 * DAY, None),
        (NOW + DAY, NOW + DAY, PeriodFault.ENDS_BEFORE_IT_BEGINS),
        (NOW + DAY, NOW, PeriodFault.ENDS_BEFORE_IT_BEGINS),
        (NOW - DAY, NOW, PeriodFault.OVER),
        (NOW - 2 * DAY, NOW - DAY, PeriodFault.OVER),
        (NOW, NOW + 365 * DAY + 1, PeriodFault.TOO_LONG),
        (NOW - DAY, NOW + 365 * DAY, PeriodFault.TOO_LONG),
        (NOW + 365 * DAY + 1, NOW + 366 * DAY, PeriodFault.BEGINS_TOO_LATE),
    ],
)
def test_a_period_is_registered_only_if_it_makes_sense(start: int, until: int, fault: PeriodFault | None) -> None:
    assert fault_of(Period(start, until), NOW, longest_days=365) is fault


@given(days=st.integers(1, 400), begins=PARTS, lasts=PARTS)
def test_what_can_be_registered_is_never_in_force_for_longer_than_allowed(days: int, begins: int, lasts: int) -> None:
    period = Period(NOW + days * begins, NOW + days * (begins + lasts))
    assume(fault_of(period, NOW, days) is None)
    assert period.until - period.start <= days * DAY
    assert period.until <= NOW + 2 * days * DAY


@pytest.mark.parametrize("fault", PeriodFault)
def test_each_fault_says_in_both_languages_which_end_to_correct(fault: PeriodFault) -> None:
    assert fault.field in ("from", "until")
    assert fault.sentence_ko(90).endswith("다.")
    assert fault.sentence_en(90).endswith(".")
    if fault in (PeriodFault.TOO_LONG, PeriodFault.BEGINS_TOO_LATE):
        assert "90" in fault.sentence_ko(90)
        assert "90" in fault.sentence_en(90)
