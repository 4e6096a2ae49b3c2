from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import Gather as GatherElement
from twilio.twiml.voice_response import VoiceResponse

from carrier_sim.twiml import Gather, Hangup, Pause, Redirect, Say, TwimlError, parse_messages, parse_voice


def test_what_the_sdk_writes_is_read() -> None:
    response = VoiceResponse()
    gather = GatherElement(
        input="dtmf", num_digits=6, timeout=10, finish_on_key="#", action="/turn?t=1&u=2", action_on_empty_result=True
    )
    gather.say("여섯 자리 <숫자>", language="ko-KR")
    gather.pause(length=2)
    response.append(gather)
    response.redirect("/again", method="GET")
    response.hangup()
    assert parse_voice(str(response)) == (
        Gather(
            prompts=(Say("여섯 자리 <숫자>", "ko-KR"), Pause(2.0)),
            num_digits=6,
            timeout=10.0,
            finish_on_key="#",
            action="/turn?t=1&u=2",
            method="POST",
            action_on_empty_result=True,
        ),
        Redirect("/again", "GET"),
        Hangup(),
    )


def test_a_gather_says_nothing_takes_any_number_of_keys_and_waits_five_seconds_by_default() -> None:
    assert parse_voice("<Response><Gather/></Response>") == (
        Gather(
            prompts=(),
            num_digits=None,
            timeout=5.0,
            finish_on_key="#",
            action="",
            method="POST",
            action_on_empty_result=False,
        ),
    )


@pytest.mark.parametrize(
    "document",
    [
        "",
        "hello",
        "<Say/>",
        "<Response><Say></Response>",
        "<Response><Dial>1</Dial></Response>",
        "<Response><Gather><Hangup/></Gather></Response>",
        '<Response><Gather input="speech"/></Response>',
        '<Response><Gather timeout="soon"/></Response>',
        '<Response><Gather finishOnKey="12"/></Response>',
        '<Response><Gather method="PUT"/></Response>',
        '<!DOCTYPE r [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>',
    ],
)
def test_a_document_that_cannot_be_followed_is_refused(document: str) -> None:
    with pytest.raises(TwimlError):
        parse_voice(document)


@pytest.mark.parametrize("document", ["", " \n", "<Response/>"])
def test_an_empty_answer_to_a_text_is_no_answer(document: str) -> None:
    assert parse_messages(document) == ()


@given(st.text())
def test_any_other_text_is_refused_and_breaks_nothing(document: str) -> None:
    with suppress(TwimlError):
        parse_voice(document)
    with suppress(TwimlError):
        parse_messages(document)
