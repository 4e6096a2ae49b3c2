"""The catalogue of events, and what an event must tell to fit it."""

import pytest

from gateway.core.audit.events import EVENTS, EventFields


@pytest.mark.parametrize(
    ("told", "fits"),
    [({"a", "b"}, True), ({"a", "b", "c"}, True), ({"a"}, False), ({"a", "b", "d"}, False), (set(), False)],
)
def test_an_event_tells_what_it_always_tells_and_nothing_unknown(told: set[str], fits: bool) -> None:
    assert EventFields.of("a b c?").fit(frozenset(told)) is fits


def test_every_event_but_those_of_what_the_firm_runs_names_its_customer() -> None:
    without = {event.split(".")[0] for event, fields in EVENTS.items() if "customer" not in fields.always}
    assert without == {"api_key", "alarm", "carrier", "customers", "key", "operator", "policy", "store"}


@pytest.mark.parametrize("event", [event for event in EVENTS if event.split(".")[0] in ("verification", "delivery")])
def test_an_event_of_a_verification_needs_no_look_up(event: str) -> None:
    assert EVENTS[event].always >= {"customer", "verification", "client", "method", "operation"}
