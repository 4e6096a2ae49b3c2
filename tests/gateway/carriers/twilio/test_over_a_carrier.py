"""Texts and whole calls, from the SDK's request to signed webhooks and back as TwiML, over the local carrier."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from carrier_sim.app import create_app
from carrier_sim.carrier import CARRIER, Carrier
from carrier_sim.records import Call
from carrier_sim.settings import CarrierSettings, FaultSettings
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.carriers.twilio.carrier import TwilioCarrier
from gateway.carriers.twilio.twiml import render
from gateway.carriers.twilio.webhooks import InboundText, TwilioAccount, TwilioWebhooks
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.ports import OutgoingCall, OutgoingText
from ivr.actions import Action, CheckCode, Deny
from ivr.dialogue import Script, step
from ivr.events import CheckAnswered, CheckVerdict, Event
from ivr.phrases import Language
from ivr.state import DialogueState, EndReason, Phase
from tests.gateway.carriers.twilio.requests import ACCOUNT_SID, AUTH_TOKEN, CUSTOMER, FIRM

CODE = "314159"
FIRST_KEY = "3"
NUMBER = PhoneNumber(CUSTOMER, LineType.MOBILE)
REF = DeliveryRef("v-1", 1)
SCRIPT = Script(Language.KOREAN, "본인증권", "공동인증서 발급")
PATIENCE_SECONDS = 20


class Gateway:
    """As much of a gateway as a call needs: one verification, kept as it would be between webhooks."""

    def __init__(self) -> None:
        self.app = web.Application()
        self.app.router.add_post("/webhooks/twilio/{kind}/{rest:.*}", self.handle)
        self.dumped = DialogueState().dump()
        self.turn = 0
        self.denied = False
        self.reports: asyncio.Queue[DeliveryReport] = asyncio.Queue()
        self.texts: asyncio.Queue[InboundText] = asyncio.Queue()
        self.public_url = ""

    @property
    def state(self) -> DialogueState:
        return DialogueState.load(self.dumped)

    def listen_at(self, public_url: str) -> None:
        self.public_url = public_url
        self.webhooks = TwilioWebhooks(
            [TwilioAccount("twilio", ACCOUNT_SID, [AUTH_TOKEN], takes_replies=True)], public_url
        )

    async def handle(self, request: web.Request) -> web.Response:
        form = self.webhooks.authenticate(
            request.path_qs,
            request.headers["Content-Type"],
            await request.read(),
            request.headers.get("X-Twilio-Signature"),
        )
        match request.match_info["kind"]:
            case "messages":
                self.reports.put_nowait(self.webhooks.parse_message_status(REF, form))
            case "calls":
                self.reports.put_nowait(self.webhooks.parse_call_status(REF, form))
            case "inbound":
                self.texts.put_nowait(self.webhooks.parse_inbound_text(form))
            case "voice":
                _, turn, event = request.match_info["rest"].split("/")
                assert turn == f"t{self.turn}"
                twiml = self.take(self.webhooks.parse_voice_turn(event, form))
                return web.Response(text=twiml, content_type="text/xml")
        return web.Response(text="<Response/>", content_type="text/xml")

    def take(self, event: Event) -> str:
        actions = self.step(event)
        for action in actions:
            if isinstance(action, Deny):
                self.denied = True
            if isinstance(action, CheckCode):
                verdict = CheckVerdict.CORRECT if action.code == CODE else CheckVerdict.WRONG
                actions = self.step(CheckAnswered(verdict, 4))
        self.turn += 1
        base = f"{self.public_url}/webhooks/twilio/voice/{REF.verification_id}/t{self.turn}"
        return render(actions, lambda name: f"{base}/{name}")

    def step(self, event: Event) -> tuple[Action, ...]:
        taken = step(self.state, event, SCRIPT, FIRST_KEY)
        self.dumped = taken.state.dump()
        return taken.actions


class Line:
    """Both ends of the line: the gateway's carrier, and the customer with the phone."""

    def __init__(self, gateway: Gateway, twilio: TwilioCarrier, phone: TestClient[Any, Any], carrier: Carrier) -> None:
        self.gateway = gateway
        self.twilio = twilio
        self.phone = phone
        self.carrier = carrier

    async def behaves(self, behaviour: str, **more: str) -> None:
        path = f"/control/phones/{CUSTOMER.replace('+', '%2B')}"
        response = await self.phone.put(path, json={"behaviour": behaviour, **more})
        assert response.status == 200

    async def is_called(self) -> Call:
        call_id = await self.twilio.place_call(OutgoingCall(NUMBER, REF, first_turn="t0", ring_seconds=20))
        call = self.carrier.main.switchboard.calls.get(call_id)
        assert call is not None
        return call

    async def until(self, condition: Callable[[], bool]) -> None:
        with self.carrier.events.subscription() as changes:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    await changes.get()

    async def hears_and_presses(self, call: Call, sentence: str, keys: str) -> None:
        await self.until(lambda: call.listening and bool(call.heard) and sentence in call.heard[-1])
        response = await self.phone.post(f"/control/calls/{call.sid}/press", json={"digits": keys})
        assert response.status == 200

    async def reported(self, *states: DeliveryState) -> DeliveryReport:
        """The report that ends a delivery, once everything up to it has come in this order."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            reports = [await self.gateway.reports.get() for _ in states]
        assert [report.state for report in reports] == list(states)
        return reports[-1]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    gateway = Gateway()
    async with TestServer(gateway.app) as server:
        gateway.listen_at(str(server.make_url("")).rstrip("/"))
        settings = CarrierSettings(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            sms_number=FIRM,
            voice_number=FIRM,
            inbound_url=f"{gateway.public_url}/webhooks/twilio/inbound/text",
            registry_token="unused",
            faults=FaultSettings(),
            speed=10,
        )
        app = create_app(settings)
        async with TestClient(TestServer(app)) as phone:
            twilio = TwilioCarrier(
                name="twilio",
                account_sid=ACCOUNT_SID,
                auth_token=AUTH_TOKEN,
                sms_number=FIRM,
                voice_number=FIRM,
                public_url=gateway.public_url,
                api_base_url=str(phone.make_url("/")),
                timeout_seconds=10,
            )
            yield Line(gateway, twilio, phone, app[CARRIER])
            await twilio.close()


ANSWERED = (DeliveryState.QUEUED, DeliveryState.RINGING, DeliveryState.IN_PROGRESS, DeliveryState.COMPLETED)


async def test_a_text_arrives_and_is_reported(line: Line) -> None:
    await line.twilio.send_text(OutgoingText(NUMBER, "[본인증권] 인증번호 271828", REF))
    await line.reported(DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED)
    (text,) = line.carrier.main.texting.messages
    assert (text.to, text.body) == (CUSTOMER, "[본인증권] 인증번호 271828")


async def test_a_text_of_the_customer_comes_in(line: Line) -> None:
    await line.phone.post("/control/messages", json={"from": CUSTOMER, "to": FIRM, "body": "인증번호 314159 입니다"})
    async with asyncio.timeout(PATIENCE_SECONDS):
        text = await line.gateway.texts.get()
    assert (text.sender, text.body) == (CUSTOMER, "인증번호 314159 입니다")


async def test_a_call_goes_from_the_first_ring_over_a_wrong_code_to_verified(line: Line) -> None:
    await line.behaves("answers")
    call = await line.is_called()
    await line.hears_and_presses(call, "먼저 3번을", "3")
    await line.hears_and_presses(call, "감사합니다", "111111#")
    await line.hears_and_presses(call, "네 번 남았습니다", CODE)
    await line.reported(*ANSWERED)
    assert line.gateway.state.end is EndReason.VERIFIED
    assert call.heard[-1] == "인증되었습니다. 화면에서 계속 진행해 주세요."


async def test_nine_denies_the_call(line: Line) -> None:
    await line.behaves("answers")
    call = await line.is_called()
    await line.hears_and_presses(call, "먼저 3번을", "9")
    await line.reported(*ANSWERED)
    assert line.gateway.denied
    assert line.gateway.state.end is EndReason.DENIED
    assert call.heard[-1] == "인증을 거부했습니다. 본인증권에 알렸습니다."


async def test_silence_is_asked_again_and_then_given_up(line: Line) -> None:
    await line.behaves("answers")
    call = await line.is_called()
    await line.reported(*ANSWERED)
    assert line.gateway.state.end is EndReason.NO_INPUT
    assert len([said for said in call.heard if "먼저 3번을" in said]) == 3


async def test_keys_over_the_greeting_do_not_count(line: Line) -> None:
    await line.behaves("answers")
    call = await line.is_called()
    await line.until(lambda: call.listening and not call.heard)
    await line.phone.post(f"/control/calls/{call.sid}/press", json={"digits": "3"})
    await line.hears_and_presses(call, "먼저 3번을", "3")
    assert "안내가 끝난 뒤에 누른 번호만 인정됩니다." in call.heard
    await line.until(lambda: line.gateway.state.phase is Phase.CODE)


async def test_voicemail_that_plays_keys_gets_nowhere(line: Line) -> None:
    await line.behaves("voicemail", greeting_keys="3314159")
    call = await line.is_called()
    await line.reported(*ANSWERED)
    assert line.gateway.state.end is EndReason.VOICEMAIL
    assert call.heard == []


@pytest.mark.parametrize(
    ("behaviour", "states", "reason"),
    [
        ("busy", (DeliveryState.QUEUED, DeliveryState.BUSY), DeliveryReason.BUSY),
        ("rejects", (DeliveryState.QUEUED, DeliveryState.RINGING, DeliveryState.BUSY), DeliveryReason.REJECTED),
        (
            "no_answer",
            (DeliveryState.QUEUED, DeliveryState.RINGING, DeliveryState.NO_ANSWER),
            DeliveryReason.NO_ANSWER,
        ),
        ("unreachable", (DeliveryState.QUEUED, DeliveryState.FAILED), DeliveryReason.UNREACHABLE),
    ],
)
async def test_a_call_that_nobody_takes_is_reported_with_the_reason(
    line: Line, behaviour: str, states: tuple[DeliveryState, ...], reason: DeliveryReason
) -> None:
    await line.behaves(behaviour)
    await line.is_called()
    assert (await line.reported(*states)).reason is reason


async def test_a_ringing_call_is_ended_and_may_be_ended_again(line: Line) -> None:
    await line.behaves("manual")
    call = await line.is_called()
    await line.until(lambda: call.status == "ringing")
    await line.twilio.end_call(call.sid)
    ended = await line.reported(DeliveryState.QUEUED, DeliveryState.RINGING, DeliveryState.FAILED)
    assert ended.reason is None
    await line.twilio.end_call(call.sid)
