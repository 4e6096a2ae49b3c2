"""The documents that Twilio is answered with, read back as XML."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gateway.carriers.twilio.twiml import render
from ivr.actions import Action, Ask, CheckCode, Deny, HangUp, Say
from ivr.dialogue import Script, step
from ivr.events import Answered, AnsweredBy, EarlyKeys, Keys
from ivr.phrases import Language
from ivr.state import DialogueState

SCRIPT = Script(Language.KOREAN, "본인증권", "공동인증서 발급")


def turn_url(event: str) -> str:
    return f"https://verify.example.com/webhooks/twilio/voice/v-1/turn/{event}"


def document(*actions: Action) -> ElementTree.Element:
    root = ElementTree.fromstring(render(actions, turn_url))  # noqa: S314 (our own document)
    assert root.tag == "Response"
    return root


def asking_for_first_key() -> ElementTree.Element:
    return document(*step(DialogueState(), Answered(AnsweredBy.HUMAN), SCRIPT, "3").actions)


def test_an_ask_is_announced_said_collected_and_given_up_in_this_order() -> None:
    assert [verb.tag for verb in asking_for_first_key()] == ["Gather", "Say", "Gather", "Redirect"]


def test_a_key_over_the_announcement_is_noticed_whichever_it_is() -> None:
    early = asking_for_first_key()[0]
    assert early.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "1",
        "finishOnKey": "",
        "action": turn_url("early"),
        "method": "POST",
        "actionOnEmptyResult": "false",
    }
    assert [verb.tag for verb in early] == ["Say"]
    assert "본인증권" in (early[0].text or "")


def test_the_keys_after_an_early_one_are_taken_by_nothing_until_it_was_told_of() -> None:
    asked = step(DialogueState(), Answered(AnsweredBy.HUMAN), SCRIPT, "3")
    told, *rest = document(*step(asked.state, EarlyKeys("1"), SCRIPT, "3").actions)
    assert (told.tag, told.text) == ("Say", "안내가 끝난 뒤에 누른 번호만 인정됩니다.")
    assert [verb.tag for verb in rest] == ["Gather", "Say", "Gather", "Redirect"]


def test_the_first_key_is_said_where_no_key_is_taken() -> None:
    say = asking_for_first_key()[1]
    assert say.attrib == {"language": "ko-KR"}
    assert say.text == "본인이 맞으시면 먼저 3번을 눌러 주세요."


def test_who_heard_the_first_key_need_not_wait_for_how_to_deny() -> None:
    entry = asking_for_first_key()[2]
    assert [say.text for say in entry] == ["본인이 아니면 9번을 눌러 주세요."]


def test_the_entry_comes_back_to_the_same_turn_and_so_does_silence() -> None:
    _, _, entry, redirect = asking_for_first_key()
    assert entry.attrib["action"] == turn_url("keys")
    assert entry.attrib["numDigits"] == "1"
    assert entry.attrib["finishOnKey"] == "#"
    assert redirect.text == turn_url("silence")
    assert redirect.attrib == {"method": "POST"}


def test_the_code_may_be_keyed_while_it_is_asked_for() -> None:
    asked = step(DialogueState(), Answered(AnsweredBy.HUMAN), SCRIPT, "3")
    thanks, entry, redirect = document(*step(asked.state, Keys("3"), SCRIPT, "3").actions)
    assert (thanks.tag, entry.tag, redirect.tag) == ("Say", "Gather", "Redirect")
    assert entry.attrib["numDigits"] == "6"
    assert [say.text for say in entry] == ["화면에 보이는 여섯 자리 숫자를 눌러 주세요."]


def test_last_words_are_followed_by_the_end_and_what_the_driver_does_is_not_said() -> None:
    root = document(Deny(), Say(Language.ENGLISH, ("One.", "Two.")), HangUp())
    assert [(verb.tag, verb.text) for verb in root] == [("Say", "One."), ("Say", "Two."), ("Hangup", None)]
    assert root[0].attrib == {"language": "en-US"}


def test_a_code_never_gets_into_a_document() -> None:
    assert len(document(CheckCode("123456"))) == 0


def test_no_actions_are_an_empty_document_which_ends_the_call() -> None:
    assert len(document()) == 0


@given(st.text(), st.text())
def test_whatever_a_firm_is_called_the_document_stays_well_formed(firm: str, operation: str) -> None:
    ask = Ask(
        Language.KOREAN,
        announcement=(firm,),
        instructions=(operation,),
        prompt=(firm + operation,),
        keys=1,
        timeout_seconds=5,
    )
    assert [verb.tag for verb in document(ask)] == ["Gather", "Say", "Gather", "Redirect"]
