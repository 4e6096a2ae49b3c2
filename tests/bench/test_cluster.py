"""What checks cost the servers of a cluster, put together from turns."""

import pytest

from bench.measures.cluster import Tally


def test_the_busiest_is_told_by_what_its_checks_cost_and_those_of_others() -> None:
    tally = Tally(2)
    tally.add(0, 3, [60.0, 4.0])
    tally.add(1, 1, [0.0, 40.0])
    assert tally.of_each() == [pytest.approx(20 * 3 / 4), pytest.approx((40 + 4) / 4)]


def test_a_turn_in_a_noisy_moment_does_not_count() -> None:
    tally = Tally(1)
    for used in (20.0, 900.0, 20.0):
        tally.add(0, 1, [used])
    assert tally.of_each() == [20.0]
