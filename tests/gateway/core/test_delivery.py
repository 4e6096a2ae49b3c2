"""What a report on a call does to its verification."""

import pytest

from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState, reason_to_fail

REF = DeliveryRef("ver_00a", 1)


@pytest.mark.parametrize("state", [DeliveryState.BUSY, DeliveryState.NO_ANSWER, DeliveryState.FAILED])
def test_a_call_that_nobody_took_fails_its_verification_with_the_reason(state: DeliveryState) -> None:
    assert reason_to_fail(DeliveryReport(REF, state, DeliveryReason.REJECTED)) == "rejected"


def test_a_call_that_somebody_canceled_at_the_carrier_fails_it_with_one_that_callers_know() -> None:
    assert reason_to_fail(DeliveryReport(REF, DeliveryState.FAILED)) == "carrier_error"


def test_a_call_that_is_over_fails_it_as_hung_up() -> None:
    assert reason_to_fail(DeliveryReport(REF, DeliveryState.COMPLETED)) == "hung_up"


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.RINGING, DeliveryState.IN_PROGRESS])
def test_a_call_that_goes_on_fails_nothing(state: DeliveryState) -> None:
    assert reason_to_fail(DeliveryReport(REF, state)) is None
