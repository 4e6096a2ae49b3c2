"""A carrier that keeps failing is left alone, and comes back by one request that goes well."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.methods.breaker import Breaker, BreakerLimits, BreakerState, Outcome

LIMITS = BreakerLimits(in_a_row=3, window=10, share=0.5, first_wait=4.0, longest_wait=10.0)


class Clock:
    """Time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock, LIMITS)


def ask(breaker: Breaker, outcome: Outcome, wait: float | None = None) -> None:
    permit = breaker.enter()
    assert permit is not None
    breaker.settle(permit, outcome, wait)


def state_of(breaker: Breaker) -> BreakerState:
    return breaker.state


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        ask(breaker, Outcome.FAILED)


def test_failures_in_a_row_open_it_and_an_answer_between_them_begins_another_row(clock: Clock) -> None:
    breaker = Breaker(clock, replace(LIMITS, window=100))
    fail(breaker, 2)
    ask(breaker, Outcome.ANSWERED)
    fail(breaker, 2)
    assert state_of(breaker) is BreakerState.CLOSED
    fail(breaker, 1)
    assert (state_of(breaker), breaker.enter()) == (BreakerState.OPEN, None)


def test_a_share_of_failures_opens_it_though_never_many_in_a_row(breaker: Breaker) -> None:
    for outcome in (Outcome.ANSWERED, Outcome.FAILED, Outcome.ANSWERED, Outcome.FAILED):
        ask(breaker, outcome)
    assert state_of(breaker) is BreakerState.CLOSED  # too few to take a share of
    ask(breaker, Outcome.FAILED)
    assert state_of(breaker) is BreakerState.OPEN


def test_after_the_wait_one_request_goes_through_and_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += LIMITS.first_wait
    permit = breaker.enter()
    assert permit is not None
    assert (state_of(breaker), breaker.enter()) == (BreakerState.HALF_OPEN, None)
    breaker.settle(permit, Outcome.ANSWERED)
    assert state_of(breaker) is BreakerState.CLOSED


def test_each_probe_that_fails_doubles_the_wait_up_to_the_longest(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    for wait in (LIMITS.first_wait, 8.0, 10.0, 10.0):
        clock.now += wait - 0.1
        assert breaker.enter() is None
        clock.now += 0.1
        ask(breaker, Outcome.FAILED)


def test_a_probe_that_is_broken_off_leaves_room_for_another(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += LIMITS.first_wait
    ask(breaker, Outcome.UNKNOWN)
    ask(breaker, Outcome.ANSWERED)
    assert state_of(breaker) is BreakerState.CLOSED


def test_what_was_asked_before_it_opened_says_nothing_of_it_now(breaker: Breaker, clock: Clock) -> None:
    early = breaker.enter()
    assert early is not None
    fail(breaker, 3)
    clock.now += LIMITS.first_wait
    breaker.settle(early, Outcome.ANSWERED)
    assert state_of(breaker) is BreakerState.HALF_OPEN
    breaker.settle(early, Outcome.FAILED)
    ask(breaker, Outcome.ANSWERED)
    assert state_of(breaker) is BreakerState.CLOSED


def test_a_carrier_that_asks_to_be_left_alone_is_at_once_and_not_for_ever(breaker: Breaker, clock: Clock) -> None:
    ask(breaker, Outcome.FAILED, wait=7)
    clock.now += 6.9
    assert breaker.enter() is None
    clock.now += 0.1
    ask(breaker, Outcome.FAILED, wait=86_400)
    clock.now += LIMITS.longest_wait
    ask(breaker, Outcome.ANSWERED)


class BreakerMachine(RuleBasedStateMachine):
    """Requests that overlap in any way, with any outcome."""

    @initialize()
    def start(self) -> None:
        self.clock = Clock()
        self.breaker = Breaker(self.clock, LIMITS)
        self.under_way: list[tuple[int, bool]] = []
        """Permits, and whether each was given as a probe."""

    @rule()
    def ask(self) -> None:
        probe = state_of(self.breaker) is BreakerState.HALF_OPEN
        expected = self.breaker.would_let_through
        permit = self.breaker.enter()
        assert (permit is not None) == expected
        if permit is not None:
            self.under_way.append((permit, probe))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 50), outcome=st.sampled_from(Outcome))
    def settle(self, which: int, outcome: Outcome) -> None:
        permit, probe = self.under_way.pop(which % len(self.under_way))
        before = self.breaker.state
        self.breaker.settle(permit, outcome)
        if before is BreakerState.OPEN:
            assert state_of(self.breaker) is BreakerState.OPEN
        if before is BreakerState.CLOSED and outcome is not Outcome.FAILED:
            assert state_of(self.breaker) is BreakerState.CLOSED
        if before is BreakerState.HALF_OPEN and not probe:
            assert state_of(self.breaker) is BreakerState.HALF_OPEN

    @rule(seconds=st.floats(0, 12))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @invariant()
    def at_most_one_probe_is_under_way(self) -> None:
        if state_of(self.breaker) is BreakerState.HALF_OPEN:
            assert sum(probe for _, probe in self.under_way) <= 1

    @invariant()
    def it_never_stays_open_for_longer_than_the_longest_wait(self) -> None:
        if state_of(self.breaker) is BreakerState.OPEN:
            now = self.clock.now
            self.clock.now += LIMITS.longest_wait
            assert state_of(self.breaker) is BreakerState.HALF_OPEN
            self.clock.now = now


TestBreakerMachine = BreakerMachine.TestCase
