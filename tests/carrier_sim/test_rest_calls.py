from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.carrier_sim.support import (
    ACCOUNT_SID,
    MOBILE,
    OTHER_MOBILE,
    SDK_AUTHENTICATES_THE_OLD_WAY,
    VOICE_NUMBER,
    Bench,
    statuses,
)

pytestmark = SDK_AUTHENTICATES_THE_OLD_WAY

ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
SILENT = '<Response><Gather numDigits="1" timeout="600"/></Response>'
BRIEF = "<Response><Say>Hello.</Say></Response>"


async def call_with_callbacks(bench: Bench, **request: Any) -> Any:
    return await bench.call(
        **{"twiml": BRIEF, "status_callback": bench.hook("/status"), "status_callback_event": ALL_EVENTS, **request}
    )


async def test_an_answered_call_reports_every_step(bench: Bench) -> None:
    call = await call_with_callbacks(bench)
    await bench.ringing(call)
    await bench.do(call, "answer")
    callbacks = await bench.customer.until_count("/status", 4)
    assert statuses(callbacks, "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert statuses(callbacks, "SequenceNumber") == ["0", "1", "2", "3"]
    last = callbacks[-1]
    assert last["CallSid"] == call.sid
    assert (last["From"], last["To"], last["Direction"]) == (VOICE_NUMBER, MOBILE, "outbound-api")
    assert last["CallbackSource"] == "call-progress-events"
    assert last["CallDuration"] == "1"
    assert last["Timestamp"].endswith("+0000")
    assert bench.customer.badly_signed == 0


async def test_only_the_end_is_reported_unless_more_was_asked_for(bench: Bench) -> None:
    call = await bench.call(twiml=BRIEF, status_callback=bench.hook("/status"))
    await bench.ringing(call)
    await bench.do(call, "answer")
    await bench.customer.until_count("/status", 1)
    assert statuses(bench.customer.of("/status"), "CallStatus") == ["completed"]


@pytest.mark.parametrize(
    ("behaviour", "status", "sip_response"),
    [
        ("busy", "busy", "486"),
        ("rejects", "busy", "603"),
        ("no_answer", "no-answer", "487"),
        ("unreachable", "failed", "480"),
    ],
)
async def test_a_phone_that_does_not_take_the_call_ends_it_by_itself(
    bench: Bench, behaviour: str, status: str, sip_response: str
) -> None:
    await bench.behave(MOBILE, behaviour)
    call = await call_with_callbacks(bench, status_callback_event=["completed"])
    [last] = await bench.customer.until_count("/status", 1)
    assert (last["CallStatus"], last["SipResponseCode"], last["CallDuration"]) == (status, sip_response, "0")
    assert (call.status, call.heard) == (status, [])


async def test_a_phone_that_answers_picks_up_by_itself(bench: Bench) -> None:
    await bench.behave(MOBILE, "answers")
    call = await call_with_callbacks(bench)
    await bench.over(call)
    assert (call.status, call.heard) == ("completed", ["Hello."])


async def test_a_phone_left_alone_rings_until_the_caller_gives_up(bench: Bench) -> None:
    call = await bench.call(twiml=BRIEF, timeout=5)
    await bench.over(call)
    assert call.status == "no-answer"


async def test_rejecting_by_hand_is_busy_with_603(bench: Bench) -> None:
    call = await call_with_callbacks(bench, status_callback_event=["completed"])
    await bench.ringing(call)
    await bench.do(call, "reject")
    [last] = await bench.customer.until_count("/status", 1)
    assert (last["CallStatus"], last["SipResponseCode"]) == ("busy", "603")


@pytest.mark.parametrize(
    ("behaviour", "detection", "answered_by"),
    [
        ("voicemail", "Enable", "machine_start"),
        ("voicemail", "DetectMessageEnd", "machine_end_beep"),
        ("answers", "Enable", "human"),
    ],
)
async def test_machine_detection_says_who_picked_up(
    bench: Bench, behaviour: str, detection: str, answered_by: str
) -> None:
    await bench.behave(MOBILE, behaviour)
    bench.customer.documents["/voice"] = "<Response><Hangup/></Response>"
    call = await bench.call(url=bench.hook("/voice"), machine_detection=detection)
    await bench.over(call)
    assert bench.customer.of("/voice")[0]["AnsweredBy"] == answered_by
    assert (await bench.twilio.calls(call.sid).fetch_async()).answered_by == answered_by


async def test_without_machine_detection_a_voicemail_looks_like_a_person_and_may_play_keys(bench: Bench) -> None:
    await bench.behave(MOBILE, "voicemail", greeting_keys="4711")
    bench.customer.documents["/voice"] = '<Response><Gather numDigits="4" timeout="5" action="/keys"/></Response>'
    bench.customer.documents["/keys"] = "<Response><Hangup/></Response>"
    call = await bench.call(url=bench.hook("/voice"))
    await bench.over(call)
    assert "AnsweredBy" not in bench.customer.of("/voice")[0]
    keyed = "".join(turn["Digits"] for turn in bench.customer.of("/keys"))
    assert "4711".endswith(keyed)


async def test_the_first_voice_webhook_says_what_the_call_is(bench: Bench) -> None:
    await bench.behave(MOBILE, "answers")
    bench.customer.documents["/voice"] = "<Response><Hangup/></Response>"
    call = await bench.call(url=bench.hook("/voice?turn=abc"))
    await bench.over(call)
    assert bench.customer.of("/voice") == [
        {
            "CallSid": call.sid,
            "AccountSid": ACCOUNT_SID,
            "From": VOICE_NUMBER,
            "To": MOBILE,
            "Caller": VOICE_NUMBER,
            "Called": MOBILE,
            "CallStatus": "in-progress",
            "Direction": "outbound-api",
            "ApiVersion": "2010-04-01",
        }
    ]


@pytest.mark.parametrize("status", ["canceled", "completed"])
async def test_a_ringing_call_can_be_canceled(bench: Bench, status: str) -> None:
    call = await bench.call(twiml=BRIEF)
    await bench.ringing(call)
    await bench.twilio.calls(call.sid).update_async(status=status)
    await bench.over(call)
    assert call.status == "canceled"


async def test_a_call_can_be_canceled_before_it_rings(bench: Bench) -> None:
    call = await call_with_callbacks(bench)
    await bench.twilio.calls(call.sid).update_async(status="canceled")
    await bench.over(call)
    assert call.status == "canceled"


async def test_a_call_in_progress_can_be_ended_and_no_more_canceled(bench: Bench) -> None:
    call = await bench.answered_call(SILENT)
    await bench.until(lambda: call.listening)
    await bench.twilio.calls(call.sid).update_async(status="canceled")
    assert call.status == "in-progress"
    await bench.twilio.calls(call.sid).update_async(status="completed")
    await bench.over(call)
    assert call.status == "completed"
    with pytest.raises(TwilioRestException) as refused:
        await bench.twilio.calls(call.sid).update_async(status="completed")
    assert refused.value.code == 21220


async def test_a_call_in_progress_can_be_led_elsewhere(bench: Bench) -> None:
    call = await bench.answered_call(SILENT)
    await bench.until(lambda: call.listening)
    await bench.twilio.calls(call.sid).update_async(twiml="<Response><Say>Elsewhere.</Say></Response>")
    await bench.over(call)
    assert call.heard == ["Elsewhere."]


async def test_a_finished_call_reads_as_the_sdk_expects_it(bench: Bench) -> None:
    await bench.behave(MOBILE, "answers")
    call = await bench.call(twiml=BRIEF)
    await bench.over(call)
    fetched = await bench.twilio.calls(call.sid).fetch_async()
    assert (fetched.status, fetched.duration, fetched.direction) == ("completed", "1", "outbound-api")
    assert fetched.start_time is not None
    assert fetched.end_time is not None


async def test_calls_are_listed_by_number_and_status(bench: Bench) -> None:
    await bench.behave(MOBILE, "busy")
    call = await bench.call(twiml=BRIEF)
    await bench.call(to=OTHER_MOBILE, twiml=BRIEF)
    await bench.over(call)
    assert [found.sid for found in await bench.twilio.calls.list_async(to=MOBILE)] == [call.sid]
    assert [found.sid for found in await bench.twilio.calls.list_async(status="busy")] == [call.sid]


async def test_calls_are_listed_by_when_they_were_answered_and_ended(bench: Bench) -> None:
    await bench.behave(OTHER_MOBILE, "busy")
    call = await bench.answered_call(BRIEF)
    await bench.over(call)
    await bench.over(await bench.call(to=OTHER_MOBILE, twiml=BRIEF))
    assert call.answered is not None
    assert call.ended is not None
    day = timedelta(days=1)
    calls = bench.twilio.calls
    assert [found.sid for found in await calls.list_async(start_time_after=call.answered)] == [call.sid]
    assert [found.to for found in await calls.list_async(end_time_after=call.ended - day)] == [OTHER_MOBILE, MOBILE]
    assert await calls.list_async(start_time_before=call.answered - day) == []
    assert await calls.list_async(end_time_after=call.ended + day) == []


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"to": "", "from_": VOICE_NUMBER, "twiml": BRIEF}, 21201),
        ({"to": "call me", "from_": VOICE_NUMBER, "twiml": BRIEF}, 21211),
        ({"to": MOBILE, "from_": "", "twiml": BRIEF}, 21213),
        ({"to": MOBILE, "from_": "me", "twiml": BRIEF}, 21212),
        ({"to": MOBILE, "from_": OTHER_MOBILE, "twiml": BRIEF}, 21210),
        ({"to": MOBILE, "from_": VOICE_NUMBER}, 21205),
        ({"to": MOBILE, "from_": VOICE_NUMBER, "url": "/voice"}, 21205),
        ({"to": MOBILE, "from_": VOICE_NUMBER, "url": "http://a/", "method": "PUT"}, 21206),
        ({"to": MOBILE, "from_": VOICE_NUMBER, "twiml": BRIEF, "status_callback": "no"}, 21609),
        ({"to": MOBILE, "from_": VOICE_NUMBER, "twiml": BRIEF, "status_callback_event": ["never"]}, 21626),
    ],
)
async def test_a_wrong_call_is_refused_with_twilios_code(bench: Bench, request_: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await bench.twilio.calls.create_async(**request_)
    assert (refused.value.status, refused.value.code) == (400, code)
