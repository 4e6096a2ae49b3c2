"""The three signals, asked of the local carrier over HTTP, and of operators that answer oddly."""

from datetime import UTC, date, datetime, timedelta

import orjson
import pytest

from carrier_sim.settings import FaultSettings, RegistryState
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.carriers.camara.risk_signals import CamaraRiskSignals
from gateway.core.ports import LookUpFailed, RiskSignal
from tests.gateway.carriers.camara.conftest import LocalCarrier, Operator, StartClient

MOBILE = PhoneNumber("+821012345678", LineType.MOBILE)
LANDLINE = PhoneNumber("+82221234567", LineType.LANDLINE)
SINCE = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
"""Half past midnight of 2 March in Seoul."""


@pytest.mark.parametrize("signal", RiskSignal)
async def test_a_phone_that_nobody_spoke_of_raises_nothing(local_carrier: LocalCarrier, signal: RiskSignal) -> None:
    assert await CamaraRiskSignals(local_carrier.client, 72).is_raised(signal, MOBILE, SINCE) is False


@pytest.mark.parametrize(("hours_ago", "raised"), [(0, True), (71, True), (73, False)])
async def test_a_sim_changed_within_the_hours_is_told(
    local_carrier: LocalCarrier, hours_ago: int, raised: bool
) -> None:
    phone = local_carrier.carrier.phones.get(MOBILE.e164)
    phone.sim_swapped_at = datetime.now(UTC) - timedelta(hours=hours_ago)
    signals = CamaraRiskSignals(local_carrier.client, 72)
    assert await signals.is_raised(RiskSignal.SIM_SWAP, MOBILE, None) is raised


@pytest.mark.parametrize("number", [MOBILE, LANDLINE])
async def test_a_forwarded_line_is_told(local_carrier: LocalCarrier, number: PhoneNumber) -> None:
    local_carrier.carrier.phones.get(number.e164).forwarded = True
    signals = CamaraRiskSignals(local_carrier.client, 72)
    assert await signals.is_raised(RiskSignal.CALL_FORWARDING, number, None) is True


@pytest.mark.parametrize(("day", "raised"), [(1, False), (2, True), (3, True)])
async def test_a_number_given_up_since_the_day_it_was_verified_in_korea_is_told(
    local_carrier: LocalCarrier, day: int, raised: bool
) -> None:
    local_carrier.carrier.phones.get(MOBILE.e164).recycled_on = date(2026, 3, day)
    signals = CamaraRiskSignals(local_carrier.client, 72)
    assert await signals.is_raised(RiskSignal.NUMBER_RECYCLING, MOBILE, SINCE) is raised


async def test_a_line_that_the_service_does_not_cover_is_not_a_no(local_carrier: LocalCarrier) -> None:
    with pytest.raises(LookUpFailed):
        await CamaraRiskSignals(local_carrier.client, 72).is_raised(RiskSignal.SIM_SWAP, LANDLINE, None)


async def test_without_the_day_it_was_verified_nothing_is_known_of_recycling(local_carrier: LocalCarrier) -> None:
    with pytest.raises(LookUpFailed):
        await CamaraRiskSignals(local_carrier.client, 72).is_raised(RiskSignal.NUMBER_RECYCLING, MOBILE, None)


@pytest.mark.parametrize("signal", RiskSignal)
async def test_an_outage_is_not_a_no(local_carrier: LocalCarrier, signal: RiskSignal) -> None:
    local_carrier.carrier.phones.get(MOBILE.e164).registry = RegistryState.OUTAGE
    with pytest.raises(LookUpFailed):
        await CamaraRiskSignals(local_carrier.client, 72).is_raised(signal, MOBILE, SINCE)


async def test_a_carrier_that_fails_now_and_then_is_asked_again(local_carrier: LocalCarrier) -> None:
    local_carrier.carrier.faults.reset(FaultSettings(seed=7, look_up_error_rate=0.3))
    signals = CamaraRiskSignals(local_carrier.client, 72)
    answers = [await signals.is_raised(RiskSignal.CALL_FORWARDING, MOBILE, None) for _ in range(10)]
    assert answers == [False] * 10


async def test_a_carrier_that_always_fails_gives_no_answer(local_carrier: LocalCarrier) -> None:
    local_carrier.carrier.faults.reset(FaultSettings(look_up_error_rate=1))
    with pytest.raises(LookUpFailed):
        await CamaraRiskSignals(local_carrier.client, 72).is_raised(RiskSignal.CALL_FORWARDING, MOBILE, None)


@pytest.mark.parametrize("content", [{}, {"swapped": "false"}, {"swapped": None}, {"swapped": 0}, {"active": False}])
async def test_an_answer_without_a_plain_yes_or_no_is_none(
    operator: Operator, start_client: StartClient, content: object
) -> None:
    operator.answers(content)
    with pytest.raises(LookUpFailed):
        await CamaraRiskSignals(start_client(), 72).is_raised(RiskSignal.SIM_SWAP, MOBILE, None)


async def test_each_service_is_asked_in_its_own_words(operator: Operator, start_client: StartClient) -> None:
    operator.answers({"swapped": False, "active": False, "phoneNumberRecycled": False})
    signals = CamaraRiskSignals(start_client(), 48)
    for signal in RiskSignal:
        await signals.is_raised(signal, MOBILE, SINCE)
    assert [
        (request.path, orjson.loads(body)) for request, body in zip(operator.asked, operator.bodies, strict=True)
    ] == [
        ("/sim-swap/v2/check", {"phoneNumber": MOBILE.e164, "maxAge": 48}),
        ("/call-forwarding-signal/v0.3/unconditional-call-forwardings", {"phoneNumber": MOBILE.e164}),
        ("/number-recycling/v0.1/check", {"phoneNumber": MOBILE.e164, "specifiedDate": "2026-03-02"}),
    ]
