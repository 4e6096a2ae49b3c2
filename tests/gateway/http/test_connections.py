"""Who may connect, who is shown out, and that whoever sends requests gets through."""

from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from gateway.http.connections import Connections
from gateway.http.limits import ConnectionLimits

HERE, THERE = "192.0.2.1", "192.0.2.2"


@dataclass(eq=False)
class Line:
    """A connection of a client that behaves as it is told."""

    name: str = ""
    waits_for_client: bool = True
    gone: bool = field(default=False)

    def give_way(self) -> None:
        self.gone = True


@pytest.fixture
def connections() -> Connections:
    return Connections(CollectorRegistry(), ConnectionLimits(most=4, most_per_address=2))


def _come(connections: Connections, peer: str, *, heard: bool = False, waits: bool = True) -> Line:
    line = Line(waits_for_client=waits)
    assert connections.admit(line, peer)
    if heard:
        connections.hear(line)
    return line


def test_the_oldest_that_never_asked_anything_makes_room_first(connections: Connections) -> None:
    asked, silent = _come(connections, HERE, heard=True), _come(connections, HERE)
    _come(connections, HERE)
    assert (asked.gone, silent.gone) == (False, True)


def test_one_that_is_idle_makes_room_before_one_that_is_being_served(connections: Connections) -> None:
    served, idle = _come(connections, HERE, heard=True, waits=False), _come(connections, HERE, heard=True)
    _come(connections, HERE)
    assert (served.gone, idle.gone) == (False, True)


def test_nobody_is_cut_off_while_served_and_the_newcomer_is_turned_away(connections: Connections) -> None:
    served = [_come(connections, HERE, heard=True, waits=False) for _ in range(2)]
    assert not connections.admit(Line(), HERE)
    assert not any(line.gone for line in served)
    _come(connections, THERE)


def test_one_address_cannot_take_what_another_holds(connections: Connections) -> None:
    elsewhere = [_come(connections, THERE) for _ in range(2)]
    for _ in range(20):
        _come(connections, HERE)
    assert not any(line.gone for line in elsewhere)


def test_all_addresses_together_are_bounded_too(connections: Connections) -> None:
    lines = [_come(connections, f"192.0.2.{number}") for number in range(10)]
    assert [line.gone for line in lines] == [True] * 6 + [False] * 4


def test_a_proxy_may_have_as_many_as_there_are() -> None:
    proxied = Connections(CollectorRegistry(), ConnectionLimits(4, 2), [ip_network("192.0.2.0/24")])
    lines = [_come(proxied, HERE) for _ in range(4)]
    assert not any(line.gone for line in lines)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_an_ipv6_network_of_a_customer_counts_as_one(
    connections: Connections, one: str, other: str, together: bool
) -> None:
    first = _come(connections, one)
    _come(connections, other)
    _come(connections, other)
    assert first.gone is together


def test_what_has_no_address_is_counted_in_all_alone(connections: Connections) -> None:
    lines = [_come(connections, "") for _ in range(5)]
    assert [line.gone for line in lines] == [True] + [False] * 4


@given(
    st.lists(
        st.tuples(st.sampled_from(["come", "hear", "leave", "serve", "rest"]), st.integers(0, 9), st.integers(1, 4)),
        max_size=80,
    )
)
def test_the_bounds_hold_whatever_happens_and_nothing_is_left_over(steps: list[tuple[str, int, int]]) -> None:
    registry = CollectorRegistry()
    connections = Connections(registry, ConnectionLimits(most=5, most_per_address=3))
    open_now: dict[Line, str] = {}

    def settle() -> None:
        for line in [line for line in open_now if line.gone]:
            del open_now[line]
            connections.leave(line)

    for what, which, where in steps:
        lines = list(open_now)
        chosen = lines[which % len(lines)] if lines else None
        if what == "come":
            line = Line()
            if connections.admit(line, f"192.0.2.{where}"):
                open_now[line] = f"192.0.2.{where}"
            else:
                assert len(open_now) >= 3
        elif chosen is not None:
            if what == "hear":
                connections.hear(chosen)
            elif what == "leave":
                chosen.gone = True
            else:
                chosen.waits_for_client = what == "rest"
        settle()
        assert registry.get_sample_value("bonin_http_connections") == len(open_now) <= 5
        assert all(list(open_now.values()).count(address) <= 3 for address in open_now.values())
    for line in open_now:
        line.gone = True
    settle()
    assert registry.get_sample_value("bonin_http_connections") == 0
    assert connections._by_address == {}
