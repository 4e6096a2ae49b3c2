"""One signature, one meaning: whatever way the signed string is cut, what we use of it stays the same."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.carriers.twilio import parameters as known
from gateway.carriers.twilio.parameters import Parameters, ParametersRefused
from tests.gateway.carriers.twilio import requests

KINDS = [
    pytest.param(known.MESSAGE_STATUS, requests.MESSAGE_STATUS, id="message status"),
    pytest.param(known.INBOUND_TEXT, requests.INBOUND_TEXT, id="inbound text"),
    pytest.param(known.CALL_STATUS, requests.CALL_STATUS, id="call status"),
    pytest.param(known.VOICE_ANSWERED, requests.ANSWERED, id="answered"),
    pytest.param(known.VOICE_KEYS, requests.KEYS, id="keys"),
    pytest.param(known.VOICE_SILENCE, requests.SILENCE, id="silence"),
]


def readings(expected: Parameters, sent: dict[str, str]) -> set[frozenset[tuple[str, str]]]:
    """What the required parameters may be, in any way to cut the signed string that the allow-list takes."""
    signed = "".join(name + sent[name] for name in sorted(sent))
    shapes = {**expected.required, **expected.optional}

    @cache
    def from_here(start: int, after: str) -> frozenset[frozenset[tuple[str, str]]]:
        if start == len(signed):
            return frozenset({frozenset()})
        found: set[frozenset[tuple[str, str]]] = set()
        for name in (name for name in shapes if name > after and signed.startswith(name, start)):
            for end in range(start + len(name), len(signed) + 1):
                value = signed[start + len(name) : end]
                if re.fullmatch(shapes[name], value):
                    kept = {(name, value)} if name in expected.required else set()
                    found |= {rest | kept for rest in from_here(end, name)}
        return frozenset(found)

    return {reading for reading in from_here(0, "") if len(reading) == len(expected.required)}


def required_of(expected: Parameters, sent: dict[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((name, sent[name]) for name in expected.required)


@pytest.mark.parametrize(("expected", "sent"), KINDS)
def test_what_twilio_documents_is_accepted(expected: Parameters, sent: dict[str, str]) -> None:
    expected.check(sent)


@pytest.mark.parametrize(("expected", "sent"), KINDS)
def test_every_required_parameter_is_missed(expected: Parameters, sent: dict[str, str]) -> None:
    for name in expected.required:
        with pytest.raises(ParametersRefused, match=f"missing parameter {name}$"):
            expected.check({key: value for key, value in sent.items() if key != name})


@pytest.mark.parametrize(("expected", "sent"), KINDS)
def test_a_parameter_nobody_documented_is_refused_by_name(expected: Parameters, sent: dict[str, str]) -> None:
    with pytest.raises(ParametersRefused, match=r"unknown parameter SpeechResult$"):
        expected.check({**sent, "SpeechResult": "hello"})


def test_a_refusal_does_not_repeat_what_was_cut_into_a_name() -> None:
    with pytest.raises(ParametersRefused, match=r"^unknown parameter$"):
        known.VOICE_KEYS.check({**requests.KEYS, "Digits123456From": "1"})


names = st.sampled_from(sorted(known.INBOUND_TEXT.optional))
fillers = st.sampled_from(["", "1", "x", "KR", "https://x/", "image/png"])
forgeries = st.builds("123456From+821099998888{}{}{}{}".format, names, fillers, names, fillers)
fragments = st.sampled_from(["123456", "From", "+821099998888", "MessageSid", "SM", "To"]) | names | fillers


@settings(max_examples=300)
@given(forgeries | st.lists(fragments, max_size=6).map("".join))
def test_no_text_can_be_cut_so_that_it_comes_from_somebody_else(body: str) -> None:
    sent = {**requests.INBOUND_TEXT, "Body": body}
    assert readings(known.INBOUND_TEXT, sent) == {required_of(known.INBOUND_TEXT, sent)}


@given(st.text("0123456789*#", min_size=1, max_size=6), st.sampled_from(["", "#", "timeout"]))
def test_no_keys_can_be_cut_into_other_keys(digits: str, finished_on: str) -> None:
    sent = {**requests.KEYS, "Digits": digits, "FinishedOnKey": finished_on}
    assert readings(known.VOICE_KEYS, sent) == {required_of(known.VOICE_KEYS, sent)}


@pytest.mark.parametrize(("expected", "sent"), KINDS)
def test_a_signature_stands_for_one_reading_only(expected: Parameters, sent: dict[str, str]) -> None:
    assert readings(expected, sent) == {required_of(expected, sent)}
