"""Us, the carrier, or one customer: the first answer of the page."""

from collections.abc import Mapping

import pytest

from gateway.core.read_model import Live, Minute
from gateway.ops.diagnosis import (
    LEAST_DELIVERIES,
    QUEUE_AGE_MS,
    STALE_MS,
    Diagnosis,
    Where,
    carrier_health,
    diagnose,
    quantile,
)

NOW = 1_700_000_000_000
QUIET = [Minute(number, {}) for number in range(60)]
WELL = {"sent": "40", "delivered": "40", "at": str(NOW)}
LOSING = {"sent": "40", "undelivered": "30", "delivered": "10", "reason:unreachable": "20", "reason:filtered": "10"}


def live(**values: int) -> Live:
    return Live({"at": str(NOW)} | {name: str(value) for name, value in values.items()})


def where(now: Live, carrier: Mapping[str, str] = WELL, minutes: list[Minute] = QUIET) -> Where:
    return diagnose(NOW, now, [carrier_health("one", carrier)], minutes).where


def test_all_is_well_when_nothing_says_otherwise() -> None:
    assert where(live()) is Where.NOWHERE


@pytest.mark.parametrize("trouble", [live(at=NOW - STALE_MS - 1), live(queue_age_ms=QUEUE_AGE_MS + 1)])
def test_it_is_us_when_counting_or_sending_stands_still(trouble: Live) -> None:
    assert where(trouble, LOSING) is Where.US


def test_a_store_in_which_nothing_was_ever_counted_is_told_apart_from_one_that_stands_still() -> None:
    assert diagnose(NOW, Live(), [], QUIET) == Diagnosis(Where.US, "uncounted", {})


def test_a_store_that_takes_no_verdict_is_told_before_all_that_it_still_tells() -> None:
    told = diagnose(NOW, live(), [carrier_health("one", LOSING)], QUIET, "0 of 1 replicas")
    assert told == Diagnosis(Where.US, "store", {"why": "0 of 1 replicas"})


def test_all_carriers_that_do_not_answer_are_named() -> None:
    silent = [carrier_health(name, {"breaker:sms": "open"}) for name in ("one", "two")]
    paused = carrier_health("three", {"breaker:voice": "open", "paused": "1"})
    well = carrier_health("four", {"breaker:voice": "closed"})
    told = diagnose(NOW, live(), [*silent, paused, well], QUIET)
    assert told == Diagnosis(Where.CARRIER, "breaker", {"carrier": "one, two"})


@pytest.mark.parametrize("state", ["open", "half_open"])
def test_a_carrier_that_does_not_answer_is_told_before_what_waits_for_it(state: str) -> None:
    waiting = live(queue_age_ms=QUEUE_AGE_MS + 1, dead_letters=2)
    assert where(waiting, {"breaker:sms": state}) is Where.CARRIER


def test_it_is_the_carrier_when_much_of_what_it_took_is_lost() -> None:
    assert where(live(alarms=1), LOSING) is Where.CARRIER


def test_a_few_losses_say_nothing_of_a_carrier() -> None:
    assert where(live(), {"undelivered": str(LEAST_DELIVERIES - 1)}) is Where.NOWHERE


def test_phones_that_nobody_answers_are_no_trouble_of_the_carrier() -> None:
    assert where(live(), {"no_answer": "50", "busy": "50"}) is Where.NOWHERE


def test_it_is_us_when_what_was_paused_leaves_nobody_to_send() -> None:
    both = {"breaker:sms": "closed", "breaker:voice": "closed"}

    def what(*carriers: Mapping[str, str]) -> str:
        known = [carrier_health(str(number), fields) for number, fields in enumerate(carriers)]
        return diagnose(NOW, live(), known, QUIET).what

    assert what(both | {"paused": "1"}) == "paused"
    assert what(both | {"paused": "1"}, {"breaker:sms": "closed"}) == "paused"
    assert what(both | {"paused": "1"}, both) == "well"
    assert what(both, {"breaker:sms": "closed", "paused": "1"}, {"paused": "1"}) == "well"


def test_it_is_a_customer_when_only_an_alarm_stands_or_a_delivery_failed_for_good() -> None:
    assert where(live(alarms=2)) is Where.CUSTOMER
    assert where(live(dead_letters=2)) is Where.CUSTOMER


def test_a_drop_without_a_cause_in_sight_asks_to_look_closer() -> None:
    before = [Minute(number, {"verified": 9, "failed": 1}) for number in range(50)]
    after = [Minute(number, {"verified": 2, "failed": 8}) for number in range(50, 60)]
    assert where(live(), WELL, before + after) is Where.UNCLEAR


def test_what_goes_wrong_at_a_carrier_is_told_by_frequency() -> None:
    assert carrier_health("one", LOSING).reasons == [("unreachable", 20), ("filtered", 10)]


def test_a_quantile_lies_within_its_bucket() -> None:
    minute = Minute(1, {"send:count": 10, "send:le:1000": 5, "send:le:2000": 9, "send:le:5000": 10})
    assert quantile([minute], "send", 0.5) == 1000
    assert quantile([minute], "send", 0.9) == 2000
    assert quantile([minute], "delivery", 0.5) is None
