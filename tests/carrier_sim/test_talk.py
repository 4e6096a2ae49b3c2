"""The turn model: what is heard, and which keys count."""

from hypothesis import given
from hypothesis import strategies as st

from carrier_sim.keys import KEYS, KeyEntry
from tests.carrier_sim.support import SDK_AUTHENTICATES_THE_OLD_WAY, Bench

pytestmark = SDK_AUTHENTICATES_THE_OLD_WAY

ASK = '<Gather numDigits="3" timeout="3" action="{action}">{prompt}</Gather><Say>Nothing came.</Say>'


def response(inside: str) -> str:
    return f"<Response>{inside}</Response>"


def asking(bench: Bench, prompt: str = "", path: str = "/turn") -> str:
    return ASK.format(action=bench.hook(path), prompt=prompt)


async def test_what_is_said_is_heard_in_order_and_the_end_of_the_document_hangs_up(bench: Bench) -> None:
    call = await bench.answered_call(
        response(
            '<Say language="ko-KR">본인증권입니다.</Say><Pause length="1"/><Play>a.mp3</Play><Say> Good\n bye. </Say>'
        )
    )
    await bench.over(call)
    assert call.heard == ["본인증권입니다.", "Good bye."]
    assert call.status == "completed"


async def test_keys_reach_the_action_of_the_gather(bench: Bench) -> None:
    bench.customer.documents["/turn"] = response("<Say>Thank you.</Say>")
    call = await bench.answered_call(response(asking(bench, "<Say>Your digits?</Say>")))
    await bench.until(lambda: call.listening and call.saying is None)
    await bench.do(call, "press", digits="1*3")
    await bench.over(call)
    [turn] = bench.customer.of("/turn")
    assert (turn["Digits"], turn["FinishedOnKey"]) == ("1*3", "")
    assert call.heard == ["Your digits?", "Thank you."]


async def test_a_key_interrupts_a_prompt_inside_the_gather_and_counts(bench: Bench) -> None:
    call = await bench.answered_call(response(asking(bench, f"<Say>{'long ' * 2000}</Say><Say>Never begun.</Say>")))
    await bench.until(lambda: call.saying is not None)
    await bench.do(call, "press", digits="123")
    await bench.over(call)
    assert bench.customer.of("/turn")[0]["Digits"] == "123"
    assert call.heard == [("long " * 2000).strip()]


async def test_keys_during_a_sentence_outside_a_gather_are_dropped(bench: Bench) -> None:
    call = await bench.answered_call(response(f"<Say>{'Listen first. ' * 20}</Say>{asking(bench)}"))
    await bench.until(lambda: call.saying is not None)
    await bench.do(call, "press", digits="999")
    await bench.until(lambda: call.listening)
    await bench.do(call, "press", digits="123")
    await bench.over(call)
    assert [turn["Digits"] for turn in bench.customer.of("/turn")] == ["123"]


async def test_keys_beyond_the_gather_are_dropped(bench: Bench) -> None:
    bench.customer.documents["/turn"] = response(asking(bench, path="/second"))
    call = await bench.answered_call(response(asking(bench)))
    await bench.until(lambda: call.listening)
    await bench.do(call, "press", digits="123456")
    await bench.until(lambda: "Nothing came." in call.heard)
    await bench.over(call)
    assert bench.customer.of("/turn")[0]["Digits"] == "123"
    assert bench.customer.of("/second") == []


async def test_the_turn_has_grown_once_keys_count(bench: Bench) -> None:
    call = await bench.answered_call(response(f"<Say>Listen first.</Say>{asking(bench)}"))
    await bench.until(lambda: "Listen first." in call.heard)
    assert call.turn == 2
    assert call.listening


async def test_the_finishing_key_ends_the_entry_and_is_no_part_of_it(bench: Bench) -> None:
    call = await bench.answered_call(response(asking(bench)))
    await bench.until(lambda: call.listening)
    await bench.do(call, "press", digits="#12#3")
    await bench.over(call)
    [turn] = bench.customer.of("/turn")
    assert (turn["Digits"], turn["FinishedOnKey"]) == ("12", "#")


async def test_what_was_keyed_until_the_timeout_is_submitted(bench: Bench) -> None:
    call = await bench.answered_call(response(asking(bench)))
    await bench.until(lambda: call.listening)
    await bench.do(call, "press", digits="12")
    await bench.over(call)
    assert bench.customer.of("/turn")[0]["Digits"] == "12"


async def test_silence_falls_through_to_what_follows_the_gather(bench: Bench) -> None:
    call = await bench.answered_call(response(asking(bench, "<Say>Your digits?</Say>")))
    await bench.over(call)
    assert bench.customer.of("/turn") == []
    assert call.heard == ["Your digits?", "Nothing came."]


async def test_silence_is_submitted_where_that_was_asked_for(bench: Bench) -> None:
    await bench.over(
        await bench.answered_call(
            response(f'<Gather timeout="1" actionOnEmptyResult="true" action="{bench.hook("/turn")}"/>')
        )
    )
    [turn] = bench.customer.of("/turn")
    assert (turn["Digits"], turn["FinishedOnKey"]) == ("", "")


async def test_addresses_are_relative_to_the_document_and_an_action_defaults_to_it(bench: Bench) -> None:
    bench.customer.documents["/voice/start"] = response("<Redirect>next?turn=2</Redirect>")
    bench.customer.documents["/voice/next"] = response('<Gather numDigits="1" timeout="5"/>')
    call = await bench.call(url=bench.hook("/voice/start"))
    await bench.ringing(call)
    await bench.do(call, "answer")
    await bench.until(lambda: call.listening)
    bench.customer.documents["/voice/next"] = response("<Hangup/>")
    await bench.do(call, "press", digits="7")
    await bench.over(call)
    assert [turn.get("Digits") for turn in bench.customer.of("/voice/next")] == [None, "7"]
    assert bench.customer.badly_signed == 0


async def test_a_document_is_asked_for_by_get_where_that_is_wanted(bench: Bench) -> None:
    bench.customer.documents["/voice"] = response("<Hangup/>")
    call = await bench.call(url=bench.hook("/voice?turn=1"), method="GET")
    await bench.ringing(call)
    await bench.do(call, "answer")
    await bench.over(call)
    [asked] = bench.customer.of("/voice")
    assert (asked["turn"], asked["CallSid"]) == ("1", call.sid)
    assert bench.customer.badly_signed == 0


async def test_nothing_is_said_after_hang_up(bench: Bench) -> None:
    call = await bench.answered_call(response("<Say>Bye.</Say><Hangup/><Say>Never said.</Say>"))
    await bench.over(call)
    assert call.heard == ["Bye."]


async def test_a_document_that_cannot_be_followed_ends_the_call_with_an_apology(bench: Bench) -> None:
    for twiml in (
        "<Response><Say>",
        "<Response><Dial>x</Dial></Response>",
        "<Response><Redirect>x</Redirect></Response>",
    ):
        call = await bench.answered_call(twiml)
        await bench.over(call)
        assert call.heard[-1].startswith("We are sorry.")


async def test_a_voice_webhook_is_asked_again_while_the_server_restarts(bench: Bench) -> None:
    bench.customer.documents["/voice"] = response("<Say>Here again.</Say>")
    bench.customer.failures = [503, 502]
    call = await bench.call(url=bench.hook("/voice"))
    await bench.ringing(call)
    await bench.do(call, "answer")
    await bench.over(call)
    assert call.heard == ["Here again."]


async def test_hanging_up_cuts_what_is_being_said(bench: Bench) -> None:
    call = await bench.answered_call(response(f"<Say>{'long ' * 2000}</Say>"))
    await bench.until(lambda: call.saying is not None)
    await bench.do(call, "hangup")
    await bench.over(call)
    assert (call.status, call.heard) == ("completed", [])


async def test_a_call_answered_on_the_page_is_spoken_at_the_pace_of_a_person(bench: Bench) -> None:
    call = await bench.call(
        twiml=response('<Gather numDigits="1"><Say language="ko-KR">본인증권입니다.</Say></Gather>')
    )
    await bench.ringing(call)
    await bench.do(call, "answer", pace="human")
    await bench.until(lambda: call.saying is not None)
    assert call.saying is not None
    assert call.saying.seconds * 20 > 0.095 * 7


@given(
    keys=st.text(KEYS, max_size=12), limit=st.none() | st.integers(1, 8), finish=st.sampled_from(["", "#", "*", "5"])
)
def test_an_entry_holds_what_was_keyed_up_to_its_end(keys: str, limit: int | None, finish: str) -> None:
    entry = KeyEntry(limit, finish)
    for key in keys:
        entry.press(key)
    assert finish == "" or finish not in entry.digits
    assert limit is None or len(entry.digits) <= limit
    begun = keys.lstrip(finish) if finish else keys
    until_finish = begun.split(finish)[0] if finish else begun
    assert entry.digits == (until_finish if limit is None else until_finish[:limit])
    assert entry.complete == (len(entry.digits) == limit or (finish != "" and finish in begun))
