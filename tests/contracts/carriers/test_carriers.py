"""What every carrier promises (`gateway.core.ports`), over a network that can fail."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest
from aiohttp.test_utils import TestClient, TestServer

from carrier_sim.app import create_app
from carrier_sim.settings import CarrierSettings, FaultSettings
from contacts.phone_numbers import LineType, PhoneNumber
from demo.customer import until
from gateway.carriers.twilio.carrier import TwilioCarrier
from gateway.core.carriers import Capability
from gateway.core.delivery import DeliveryReason, DeliveryRef
from gateway.core.ports import (
    CallCarrier,
    CarrierRefused,
    CarrierTimedOut,
    CarrierUnavailable,
    OutgoingCall,
    OutgoingText,
    TextCarrier,
)
from gateway.methods.routing import Line
from tests.builders import MOBILE

REF = DeliveryRef("ver_00a", 1)
TO = PhoneNumber(MOBILE, LineType.MOBILE)
NOWHERE = PhoneNumber("+1202555010", LineType.MOBILE)
"""A digit short: no such number can be."""
TEXT = OutgoingText(TO, "[본인증권] 인증번호 271828", REF)
CALL = OutgoingCall(TO, REF, "first-turn", ring_seconds=30)


class Carrier(TextCarrier, CallCarrier, Protocol):
    """Both ports at once."""


class Network:
    """A carrier, and the phones behind it."""

    def __init__(self, carrier: Carrier, control: "TestClient[Any, Any]") -> None:
        self.carrier = carrier
        self._control = control

    def through(self, carrier: Carrier) -> "Network":
        """The same phones, reached by another carrier."""
        return Network(carrier, self._control)

    async def texts(self) -> list[str]:
        """What the phone has got."""
        found = await self._read(f"/control/messages?to=%2B{MOBILE[1:]}")
        return [message["body"] for message in found["messages"]]

    async def calls(self) -> list[tuple[str, str]]:
        """The calls to the phone: the carrier's id of each, and how it is."""
        found = await self._read(f"/control/calls?to=%2B{MOBILE[1:]}")
        return [(call["sid"], call["status"]) for call in found["calls"]]

    async def fail(self, **faults: float) -> None:
        await self._control.put("/control/faults", json={"seed": 1, **faults})

    async def is_in(self, call_id: str, status: str) -> bool:
        return (call_id, status) in await self.calls()

    async def _read(self, path: str) -> Any:
        async with self._control.get(path) as response:
            return await response.json()


@pytest.fixture
async def twilio() -> AsyncIterator[Network]:
    settings = CarrierSettings(
        account_sid="AC" + "1" * 32,
        auth_token="an auth token of the tests",
        sms_number="+827012340001",
        voice_number="+827012340002",
        registry_token="a registry token of the tests",
        faults=FaultSettings(),
        speed=50,
    )
    async with TestClient(TestServer(create_app(settings))) as control:
        url = str(control.make_url("")).rstrip("/")
        carrier = TwilioCarrier(
            name="twilio",
            account_sid=settings.account_sid,
            auth_token=settings.auth_token,
            sms_number=settings.sms_number,
            voice_number=settings.voice_number,
            public_url=url,
            api_base_url=url,
            timeout_seconds=1,
        )
        yield Network(carrier, control)
        await carrier.close()


@pytest.fixture
def line(twilio: Network) -> Network:
    """As the gateway asks it: its breaker lets every request through here, since each comes an hour after the last."""
    hours = itertools.count(0, 3600)
    carrier = Line(
        "twilio", frozenset(Capability), None, texts=twilio.carrier, calls=twilio.carrier, clock=lambda: next(hours)
    )
    return twilio.through(carrier)


@pytest.fixture(params=["twilio", "line"])
def network(request: pytest.FixtureRequest) -> Network:
    found: Network = request.getfixturevalue(request.param)
    return found


async def test_a_text_handed_over_arrives_and_has_an_id_of_its_own(network: Network) -> None:
    ids = {await network.carrier.send_text(TEXT), await network.carrier.send_text(OutgoingText(TO, "둘째", None))}
    assert len(ids) == 2
    assert all(ids)
    await until(lambda: _both(network))


async def _both(network: Network) -> bool:
    return sorted(await network.texts()) == sorted([TEXT.body, "둘째"])


async def test_a_call_placed_rings_and_ends_when_it_is_ended(network: Network) -> None:
    call_id = await network.carrier.place_call(CALL)
    await until(lambda: network.is_in(call_id, "ringing"))
    await network.carrier.end_call(call_id)
    await until(lambda: network.is_in(call_id, "canceled"))


async def test_ending_a_call_that_is_over_or_was_never_is_success(network: Network) -> None:
    call_id = await network.carrier.place_call(CALL)
    await until(lambda: network.is_in(call_id, "ringing"))
    await asyncio.gather(*(network.carrier.end_call(call_id) for _ in range(3)))
    await network.carrier.end_call(call_id)
    await network.carrier.end_call("CA" + "0" * 32)


async def test_a_number_that_cannot_be_is_refused_for_good(network: Network) -> None:
    for attempt in (
        network.carrier.send_text(OutgoingText(NOWHERE, "x", REF)),
        network.carrier.place_call(OutgoingCall(NOWHERE, REF, "turn", 30)),
    ):
        with pytest.raises(CarrierRefused) as refused:
            await attempt
        assert refused.value.reason is DeliveryReason.INVALID_NUMBER


async def test_a_carrier_that_cannot_now_has_done_nothing(network: Network) -> None:
    await network.fail(error_rate=1)
    reasons = set()
    for _ in range(10):
        for attempt in (network.carrier.send_text(TEXT), network.carrier.place_call(CALL)):
            with pytest.raises(CarrierUnavailable) as unavailable:
                await attempt
            reasons.add(unavailable.value.reason)
    assert reasons == {DeliveryReason.CARRIER_ERROR, DeliveryReason.THROTTLED}
    await network.fail()
    assert (await network.texts(), await network.calls()) == ([], [])
    await network.carrier.send_text(TEXT)


@pytest.mark.parametrize("fault", ["accept_then_timeout", "accept_then_error"])
async def test_a_carrier_that_does_not_answer_or_broke_down_may_have_done_it(network: Network, fault: str) -> None:
    await network.fail(**{fault: 1})
    outcomes = await asyncio.gather(
        network.carrier.send_text(TEXT), network.carrier.place_call(CALL), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [CarrierTimedOut, CarrierTimedOut]
    await network.fail()
    assert len(await network.calls()) == 1


@pytest.mark.parametrize("faults", [{"error_rate": 1}, {"accept_then_timeout": 1}])
async def test_no_failure_shows_the_number_or_the_text(network: Network, faults: dict[str, float]) -> None:
    await network.fail(**faults)
    with pytest.raises((CarrierUnavailable, CarrierTimedOut)) as failure:
        await network.carrier.send_text(TEXT)
    shown = repr(failure.value) + repr(failure.value.__cause__)
    assert MOBILE not in shown
    assert "271828" not in shown


async def test_a_carrier_has_a_name_to_be_listed_by(network: Network) -> None:
    assert network.carrier.name
    assert network.carrier.name.isascii()
