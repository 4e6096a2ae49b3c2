"""Which of the port's exceptions an error answer becomes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.message import MessageInstance

from gateway.carriers.twilio.translations import CALL_STATES, MESSAGE_STATES, call_reason, failure, message_reason
from gateway.core.delivery import DeliveryReason
from gateway.core.ports import CarrierRefused, CarrierTimedOut, CarrierUnavailable


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, 21211, DeliveryReason.INVALID_NUMBER),
        (400, 21614, DeliveryReason.LANDLINE),
        (400, 21610, DeliveryReason.OPTED_OUT),
        (400, 21408, DeliveryReason.COUNTRY_BLOCKED),
        (400, 21612, DeliveryReason.NO_CARRIER),
        (403, 60605, DeliveryReason.COUNTRY_BLOCKED),
        (403, 60410, DeliveryReason.FRAUD_BLOCKED),
        (400, 30450, DeliveryReason.FRAUD_BLOCKED),
        (400, 99999, DeliveryReason.CARRIER_ERROR),
        (400, None, DeliveryReason.CARRIER_ERROR),
        (400, "21211", DeliveryReason.CARRIER_ERROR),
        (404, [], DeliveryReason.CARRIER_ERROR),
    ],
)
def test_what_asking_again_would_not_change_is_refused(status: int, code: object, reason: DeliveryReason) -> None:
    error = failure(status, code)
    assert isinstance(error, CarrierRefused)
    assert error.reason is reason


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (401, 20003, DeliveryReason.CARRIER_ERROR),
        (400, 21606, DeliveryReason.CARRIER_ERROR),
        (429, 20429, DeliveryReason.THROTTLED),
        (400, 14107, DeliveryReason.THROTTLED),
        (503, None, DeliveryReason.CARRIER_ERROR),
        (503, 20503, DeliveryReason.CARRIER_ERROR),
    ],
)
def test_what_is_not_the_numbers_fault_is_unavailable(status: int, code: object, reason: DeliveryReason) -> None:
    error = failure(status, code)
    assert isinstance(error, CarrierUnavailable)
    assert error.reason is reason


@pytest.mark.parametrize(
    ("status", "code"), [(500, 20500), (500, None), (500, 21211), (502, None), (504, None), (520, None), (599, None)]
)
def test_an_error_on_the_way_leaves_open_whether_it_was_done(status: int, code: object) -> None:
    assert isinstance(failure(status, code), CarrierTimedOut)


@given(st.integers(400, 599), st.none() | st.integers() | st.text())
def test_every_error_answer_becomes_an_exception_of_the_port(status: int, code: object) -> None:
    assert isinstance(failure(status, code), CarrierRefused | CarrierUnavailable | CarrierTimedOut)


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "canceled"])
def test_a_text_that_did_not_fail_has_no_reason(status: str) -> None:
    assert message_reason(status, "30003") is None


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "completed", "canceled"])
def test_a_call_that_did_not_fail_has_no_reason(status: str) -> None:
    assert call_reason(status, "486") is None


@pytest.mark.parametrize(
    ("states", "statuses", "of_others"),
    [
        pytest.param(MESSAGE_STATES, MessageInstance.Status, {"receiving", "received"}, id="a text"),
        pytest.param(CALL_STATES, CallInstance.Status, set(), id="a call"),
    ],
)
def test_every_status_that_the_sdk_lists_for_what_we_send_has_a_meaning(
    states: dict[str, object], statuses: type, of_others: set[str]
) -> None:
    listed = {value for name, value in vars(statuses).items() if name.isupper()}
    assert listed - of_others <= states.keys()
