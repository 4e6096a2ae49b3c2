from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.carrier_sim.conftest import StartBench
from tests.carrier_sim.support import (
    MOBILE,
    OTHER_MOBILE,
    SDK_AUTHENTICATES_THE_OLD_WAY,
    SMS_NUMBER,
    VOICE_NUMBER,
    Bench,
)

pytestmark = SDK_AUTHENTICATES_THE_OLD_WAY

SILENT = '<Response><Gather numDigits="1" timeout="600"/></Response>'


async def send(bench: Bench, body: str, from_: str = MOBILE) -> dict[str, Any]:
    response = await bench.http.post("/control/messages", json={"from": from_, "to": SMS_NUMBER, "body": body})
    assert response.status == 201
    sent: dict[str, Any] = await response.json()
    return sent


async def test_a_text_of_a_phone_is_announced_to_the_account(bench: Bench) -> None:
    sent = await send(bench, "인증번호 123456 입니다")
    [announced] = await bench.customer.until_count("/inbound", 1)
    assert announced["MessageSid"] == announced["SmsSid"] == announced["SmsMessageSid"] == sent["sid"]
    assert (announced["From"], announced["To"]) == (MOBILE, SMS_NUMBER)
    assert (announced["Body"], announced["SmsStatus"]) == ("인증번호 123456 입니다", "received")
    assert (announced["NumMedia"], announced["NumSegments"], announced["FromCountry"]) == ("0", "1", "KR")
    assert bench.customer.badly_signed == 0


async def test_twiml_that_answers_a_text_goes_back_to_the_phone(bench: Bench) -> None:
    bench.customer.documents["/inbound"] = (
        "<Response><Message>확인되었습니다.</Message><Message><Body>Thank you.</Body></Message></Response>"
    )
    await send(bench, "123456")
    await bench.until(lambda: len([text for text in bench.texts_to(MOBILE) if text.arrived]) == 2)
    got = (await bench.control(f"/control/messages?to={MOBILE}"))["messages"]
    assert {(text["from"], text["body"], text["direction"]) for text in got} == {
        (SMS_NUMBER, "확인되었습니다.", "outbound-reply"),
        (SMS_NUMBER, "Thank you.", "outbound-reply"),
    }


async def test_whoever_texted_stop_gets_no_more_texts_until_start(bench: Bench) -> None:
    await send(bench, " stop ")
    with pytest.raises(TwilioRestException) as refused:
        await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="x")
    assert refused.value.code == 21610
    await send(bench, "START")
    await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="x")


async def test_all_texts_are_listed_without_a_number(bench: Bench) -> None:
    await send(bench, "one")
    await send(bench, "two", from_=OTHER_MOBILE)
    listed = (await bench.control("/control/messages"))["messages"]
    assert [(text["from"], text["body"], text["direction"]) for text in listed] == [
        (MOBILE, "one", "inbound"),
        (OTHER_MOBILE, "two", "inbound"),
    ]


async def test_calls_are_listed_with_what_was_heard(bench: Bench) -> None:
    call = await bench.answered_call("<Response><Say>Hello.</Say></Response>")
    await bench.over(call)
    await bench.call(to=OTHER_MOBILE, twiml=SILENT)
    [listed] = (await bench.control(f"/control/calls?to={MOBILE.replace('+', '%2B')}"))["calls"]
    expected = {
        "sid": call.sid,
        "to": MOBILE,
        "from": VOICE_NUMBER,
        "status": "completed",
        "heard": ["Hello."],
        "turn": 1,
    }
    assert expected.items() <= listed.items()
    assert len((await bench.control("/control/calls"))["calls"]) == 2


async def test_what_does_not_fit_the_moment_is_refused(bench: Bench) -> None:
    call = await bench.call(twiml=SILENT)
    await bench.ringing(call)
    await bench.do(call, "press", expect=409, digits="1")
    await bench.do(call, "hangup", expect=409)
    await bench.do(call, "answer")
    await bench.do(call, "answer", expect=409)
    await bench.do(call, "reject", expect=409)
    await bench.do(call, "hangup")
    await bench.over(call)
    for what in ("answer", "reject", "hangup"):
        await bench.do(call, what, expect=409)
    await bench.do(call, "press", expect=409, digits="1")


@pytest.mark.parametrize("digits", ["", "12a", "１２", " 1", "1" * 65, 12, None])
async def test_only_keys_can_be_pressed(bench: Bench, digits: object) -> None:
    call = await bench.answered_call(SILENT)
    assert (await bench.do(call, "press", expect=400, digits=digits))["error"] == "invalid-field"


async def test_a_call_that_never_was_is_not_found(bench: Bench) -> None:
    response = await bench.http.post("/control/calls/CA0/answer")
    assert response.status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/control/messages", b"{", 400),
        ("POST", "/control/messages", b"[]", 400),
        ("POST", "/control/messages", b'"\xff"', 400),
        ("POST", "/control/messages", b'{"from": "010", "to": "+827012340001", "body": "x"}', 400),
        ("POST", "/control/messages", b'{"from": "+821012345678", "to": "+821012345678", "body": "x"}', 422),
        ("POST", "/control/messages", b'{"from": "+821012345678", "to": "+827012340001", "body": ""}', 400),
        ("POST", "/control/messages", b'{"sender": "+821012345678"}', 400),
        ("GET", "/control/messages?to=nobody", b"", 400),
        ("GET", "/control/calls?to=", b"", 400),
        ("PUT", "/control/phones/nobody", b'{"behaviour": "busy"}', 400),
        ("PUT", "/control/phones/%2B821012345678", b'{"behaviour": "sleeps"}', 400),
        ("PUT", "/control/phones/%2B821012345678", b"{}", 400),
        ("PUT", "/control/phones/%2B821012345678", b'{"greeting_keys": "x"}', 400),
        ("PUT", "/control/faults", b"{}", 400),
        ("PUT", "/control/faults", b'{"seed": "1"}', 400),
        ("PUT", "/control/faults", b'{"seed": 1, "lose": 2}', 400),
        ("PUT", "/control/faults", b'{"seed": 1, "delay_ms": -1}', 400),
        ("PUT", "/control/faults", b'{"seed": 1, "look_up_timeout": 2}', 400),
        ("PUT", "/control/faults", b'{"seed": 1, "explode": 1}', 400),
    ],
)
async def test_wrong_input_is_refused_with_a_reason(
    bench: Bench, method: str, path: str, body: bytes, status: int
) -> None:
    response = await bench.http.request(method, path, data=body)
    assert response.status == status
    assert set(await response.json()) == {"error", "detail"}


async def test_a_phone_keeps_what_it_was_told(bench: Bench) -> None:
    await bench.behave(MOBILE, "busy", owner_name="김철수", registry="outage")
    await bench.behave(MOBILE, "voicemail", greeting_keys="99")
    [phone] = (await bench.control("/control/phones"))["phones"]
    assert (phone["behaviour"], phone["greeting_keys"]) == ("voicemail", "99")
    assert (phone["owner_name"], phone["registry"]) == ("김철수", "outage")


async def test_faults_start_over_from_a_seed_and_what_is_left_out_is_off(bench: Bench) -> None:
    put = await bench.http.put("/control/faults", json={"seed": 7, "error_rate": 1, "duplicate": True})
    assert put.status == 200
    assert await bench.control("/control/faults") == {
        "seed": 7,
        "delay_ms": 0.0,
        "duplicate": 1.0,
        "reorder": 0.0,
        "lose": 0.0,
        "error_rate": 1.0,
        "accept_then_timeout": 0.0,
        "accept_then_error": 0.0,
        "look_up_delay_ms": 0.0,
        "look_up_error_rate": 0.0,
        "look_up_timeout": 0.0,
    }
    with pytest.raises(TwilioRestException) as refused:
        await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="x")
    assert refused.value.status in (429, 503)
    assert bench.texts_to(MOBILE) == []


async def test_a_request_can_be_carried_out_and_answered_with_an_error(start_bench: StartBench) -> None:
    bench = await start_bench()
    await bench.http.put("/control/faults", json={"seed": 1, "accept_then_error": 1})
    with pytest.raises(TwilioRestException) as error:
        await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="x")
    assert (error.value.status, error.value.code) == (500, 20500)
    await bench.until(lambda: bench.texts_to(MOBILE)[0].arrived)


async def test_a_request_can_be_carried_out_and_never_answered(start_bench: StartBench) -> None:
    bench = await start_bench()
    await bench.http.put("/control/faults", json={"seed": 1, "accept_then_timeout": 1})
    with pytest.raises(TimeoutError):
        await bench.twilio.http_client.request(
            "POST",
            f"{bench.base_url}/2010-04-01/Accounts/{bench.twilio.account_sid}/Messages.json",
            data={"To": MOBILE, "From": SMS_NUMBER, "Body": "x"},
            auth=bench.twilio.auth,
            timeout=0.3,
        )
    await bench.until(lambda: bench.texts_to(MOBILE)[0].arrived)
