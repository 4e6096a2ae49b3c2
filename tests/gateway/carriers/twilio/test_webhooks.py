"""Whose requests are taken, and what they come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.carriers.twilio.parameters import ParametersRefused
from gateway.carriers.twilio.webhooks import FORM, SignatureRefused, SignedForm, TwilioAccount, TwilioWebhooks
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from ivr.events import Answered, AnsweredBy, EarlyKeys, Keys, Silence
from tests.gateway.carriers.twilio.requests import (
    ACCOUNT_SID,
    ANSWERED,
    AUTH_TOKEN,
    CALL,
    CALL_STATUS,
    CUSTOMER,
    INBOUND_TEXT,
    KEYS,
    MESSAGE_STATUS,
    PUBLIC_URL,
    SILENCE,
    form,
    sign,
)

PATH = "/webhooks/twilio/messages/v-1/1"
REF = DeliveryRef("v-1", 1)
ACCOUNT = TwilioAccount("main", ACCOUNT_SID, [AUTH_TOKEN], takes_replies=True)
OTHER_SID, OTHER_TOKEN = "AC" + "f" * 32, "a-token-of-another-account"
OTHER = TwilioAccount("second", OTHER_SID, [OTHER_TOKEN], takes_replies=False)
WEBHOOKS = TwilioWebhooks([ACCOUNT, OTHER], PUBLIC_URL)


def of(parameters: dict[str, str], carrier: str = "main") -> SignedForm:
    """A form that was authenticated."""
    return SignedForm(carrier, parameters)


def test_a_form_signed_for_its_public_address_is_taken() -> None:
    taken = WEBHOOKS.authenticate(PATH, FORM, form(MESSAGE_STATUS), sign(PATH, MESSAGE_STATUS))
    assert taken == of(MESSAGE_STATUS)


def test_a_charset_after_the_content_type_and_a_slash_after_the_public_address_change_nothing() -> None:
    webhooks = TwilioWebhooks([ACCOUNT], PUBLIC_URL + "/")
    content_type = "application/x-www-form-urlencoded; charset=UTF-8"
    body, signature = form(INBOUND_TEXT), sign(PATH, INBOUND_TEXT)
    assert webhooks.authenticate(PATH, content_type, body, signature) == of(INBOUND_TEXT)


@pytest.mark.parametrize("signature", [None, "", "AAAA", "서명", sign(PATH, MESSAGE_STATUS, token="other")])
def test_a_missing_or_foreign_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, form(MESSAGE_STATUS), signature)


@pytest.mark.parametrize("token", ["the one before", AUTH_TOKEN])
def test_while_a_token_takes_the_place_of_another_either_signs(token: str) -> None:
    tokens = [AUTH_TOKEN, "the one before"]
    webhooks = TwilioWebhooks([TwilioAccount("main", ACCOUNT_SID, tokens, takes_replies=True)], PUBLIC_URL)
    signature = sign(PATH, MESSAGE_STATUS, token=token)
    assert webhooks.authenticate(PATH, FORM, form(MESSAGE_STATUS), signature) == of(MESSAGE_STATUS)
    with pytest.raises(SignatureRefused):
        webhooks.authenticate(PATH, FORM, form(MESSAGE_STATUS), sign(PATH, MESSAGE_STATUS, token="another"))


def test_a_signature_for_another_address_is_refused() -> None:
    elsewhere = sign("/webhooks/twilio/messages/v-2/1", MESSAGE_STATUS)
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, form(MESSAGE_STATUS), elsewhere)


def test_a_changed_value_is_refused() -> None:
    changed = {**MESSAGE_STATUS, "MessageStatus": "failed"}
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, form(changed), sign(PATH, MESSAGE_STATUS))


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=x", "", "text/plain"])
def test_anything_but_a_form_is_refused(content_type: str) -> None:
    with pytest.raises(ParametersRefused, match="content type"):
        WEBHOOKS.authenticate(PATH, content_type, form(MESSAGE_STATUS), sign(PATH, {}))
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, content_type, form(MESSAGE_STATUS), sign(PATH, MESSAGE_STATUS))


def test_a_query_behind_a_signed_address_is_not_signed() -> None:
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(f"{PATH}?more=1", FORM, form(MESSAGE_STATUS), sign(PATH, MESSAGE_STATUS))
    with pytest.raises(ParametersRefused, match="query"):
        WEBHOOKS.authenticate(f"{PATH}?more=1", FORM, form(MESSAGE_STATUS), sign(f"{PATH}?more=1", MESSAGE_STATUS))


def test_a_hash_of_the_body_in_the_query_does_not_stand_in_for_the_form() -> None:
    path = f"{PATH}?bodySHA256={'0' * 64}"
    with pytest.raises(ParametersRefused, match="query"):
        WEBHOOKS.authenticate(path, "application/json", b"{}", sign(path, {}))


@pytest.mark.parametrize(
    "body", [b"Body", b"Body=1&", b"Body=%ff", b"Body=%ed%a0%80", "Body=\uc5ec".encode(), b"Body=\xff"]
)
def test_a_body_that_is_no_utf_8_form_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, body, sign(PATH, {}))


def test_a_parameter_given_twice_is_refused() -> None:
    with pytest.raises(ParametersRefused, match="twice"):
        WEBHOOKS.authenticate(PATH, FORM, b"To=1&To=1", sign(PATH, {"To": "1"}))


def test_more_parameters_than_any_webhook_has_are_refused() -> None:
    many = {f"p{index}": "1" for index in range(101)}
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, form(many), sign(PATH, many))


@given(st.binary(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_whatever_comes_is_refused_in_order(body: bytes, content_type: str, signature: str) -> None:
    with pytest.raises((SignatureRefused, ParametersRefused)):
        WEBHOOKS.authenticate(PATH, content_type, body, signature)
    with pytest.raises((SignatureRefused, ParametersRefused)):
        WEBHOOKS.authenticate(PATH, FORM, body, signature)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", DeliveryState.QUEUED),
        ("queued", DeliveryState.QUEUED),
        ("sending", DeliveryState.QUEUED),
        ("sent", DeliveryState.SENT),
        ("delivered", DeliveryState.DELIVERED),
    ],
)
def test_a_text_is_followed_on_its_way(status: str, state: DeliveryState) -> None:
    report = WEBHOOKS.parse_message_status(REF, of({**MESSAGE_STATUS, "MessageStatus": status}))
    assert report == DeliveryReport(REF, state, None, MESSAGE_STATUS["MessageSid"])


@pytest.mark.parametrize(
    ("error_code", "reason"),
    [
        ("30003", DeliveryReason.UNREACHABLE),
        ("30005", DeliveryReason.INVALID_NUMBER),
        ("30006", DeliveryReason.LANDLINE),
        ("30007", DeliveryReason.FILTERED),
        ("30450", DeliveryReason.FRAUD_BLOCKED),
        ("30008", DeliveryReason.CARRIER_ERROR),
        ("", DeliveryReason.CARRIER_ERROR),
    ],
)
def test_an_undelivered_text_says_why(error_code: str, reason: DeliveryReason) -> None:
    failed = {**MESSAGE_STATUS, "MessageStatus": "undelivered", "ErrorCode": error_code}
    report = WEBHOOKS.parse_message_status(REF, of(failed))
    assert report == DeliveryReport(REF, DeliveryState.UNDELIVERED, reason, MESSAGE_STATUS["MessageSid"])


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("initiated", DeliveryState.QUEUED),
        ("ringing", DeliveryState.RINGING),
        ("in-progress", DeliveryState.IN_PROGRESS),
        ("completed", DeliveryState.COMPLETED),
        ("canceled", DeliveryState.FAILED),
    ],
)
def test_a_call_is_followed_on_its_way(status: str, state: DeliveryState) -> None:
    assert WEBHOOKS.parse_call_status(REF, of({**CALL_STATUS, "CallStatus": status})) == DeliveryReport(
        REF, state, None, CALL_STATUS["CallSid"]
    )


@pytest.mark.parametrize(
    ("status", "sip", "state", "reason"),
    [
        ("busy", "486", DeliveryState.BUSY, DeliveryReason.BUSY),
        ("busy", "600", DeliveryState.BUSY, DeliveryReason.BUSY),
        ("busy", "603", DeliveryState.BUSY, DeliveryReason.REJECTED),
        ("failed", "603", DeliveryState.FAILED, DeliveryReason.REJECTED),
        ("no-answer", "487", DeliveryState.NO_ANSWER, DeliveryReason.NO_ANSWER),
        ("failed", "480", DeliveryState.FAILED, DeliveryReason.UNREACHABLE),
        ("failed", "404", DeliveryState.FAILED, DeliveryReason.UNREACHABLE),
        ("failed", "410", DeliveryState.FAILED, DeliveryReason.UNREACHABLE),
        ("failed", "500", DeliveryState.FAILED, DeliveryReason.CARRIER_ERROR),
        ("failed", None, DeliveryState.FAILED, DeliveryReason.CARRIER_ERROR),
    ],
)
def test_a_call_that_nobody_took_says_why(
    status: str, sip: str | None, state: DeliveryState, reason: DeliveryReason
) -> None:
    ended = {**CALL_STATUS, "CallStatus": status, "SipResponseCode": sip or ""}
    if sip is None:
        del ended["SipResponseCode"]
    assert WEBHOOKS.parse_call_status(REF, of(ended)) == DeliveryReport(REF, state, reason, CALL_STATUS["CallSid"])


def test_a_text_that_came_in_is_told_without_showing_it() -> None:
    text = WEBHOOKS.parse_inbound_text(of(INBOUND_TEXT))
    assert (text.sender, text.body) == (CUSTOMER, "인증번호 123456 입니다")
    assert text.message_id == INBOUND_TEXT["MessageSid"]
    assert CUSTOMER not in repr(text)
    assert "123456" not in repr(text)


@pytest.mark.parametrize(
    ("answered_by", "heard"),
    [
        ("human", AnsweredBy.HUMAN),
        ("machine_start", AnsweredBy.MACHINE),
        ("machine_end_beep", AnsweredBy.MACHINE),
        ("machine_end_silence", AnsweredBy.MACHINE),
        ("machine_end_other", AnsweredBy.MACHINE),
        ("fax", AnsweredBy.MACHINE),
        ("unknown", AnsweredBy.UNKNOWN),
        ("somebody_else", AnsweredBy.UNKNOWN),
    ],
)
def test_who_picked_up_is_told_and_doubt_is_unknown(answered_by: str, heard: AnsweredBy) -> None:
    event = WEBHOOKS.parse_voice_turn("answered", of({**ANSWERED, "AnsweredBy": answered_by}))
    assert event == Answered(heard)


def test_a_call_without_machine_detection_reports_nobody() -> None:
    assert WEBHOOKS.parse_voice_turn("answered", of(CALL)) == Answered(AnsweredBy.NOT_REPORTED)


def test_keys_and_silence_become_events_of_the_dialogue() -> None:
    assert WEBHOOKS.parse_voice_turn("keys", of(KEYS)) == Keys("123456")
    assert WEBHOOKS.parse_voice_turn("early", of({**KEYS, "Digits": "*"})) == EarlyKeys("*")
    assert WEBHOOKS.parse_voice_turn("silence", of(SILENCE)) == Silence()
    assert WEBHOOKS.parse_voice_turn("silence", of(CALL)) == Silence()


@pytest.mark.parametrize("digits", ["", "１２３", "12 34", "12w", "1" * 33, "12\n"])
def test_keys_that_no_phone_has_are_refused(digits: str) -> None:
    with pytest.raises(ParametersRefused, match="malformed parameter Digits"):
        WEBHOOKS.parse_voice_turn("keys", of({**KEYS, "Digits": digits}))


def test_silence_with_keys_is_refused() -> None:
    with pytest.raises(ParametersRefused, match="malformed parameter Digits"):
        WEBHOOKS.parse_voice_turn("silence", of({**SILENCE, "Digits": "1"}))


def test_each_account_is_proven_by_its_own_token() -> None:
    of_the_other = {**MESSAGE_STATUS, "AccountSid": OTHER_SID}
    taken = WEBHOOKS.authenticate(PATH, FORM, form(of_the_other), sign(PATH, of_the_other, token=OTHER_TOKEN))
    assert taken == of(of_the_other, "second")
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, form(of_the_other), sign(PATH, of_the_other))
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, form(MESSAGE_STATUS), sign(PATH, MESSAGE_STATUS, token=OTHER_TOKEN))


@pytest.mark.parametrize("named", [{"AccountSid": "AC" + "e" * 32}, {"AccountSid": ""}, {}])
def test_an_account_that_is_none_of_ours_is_refused_though_it_is_signed(named: dict[str, str]) -> None:
    parameters = {name: value for name, value in MESSAGE_STATUS.items() if name != "AccountSid"} | named
    with pytest.raises(ParametersRefused, match="AccountSid"):
        WEBHOOKS.authenticate(PATH, FORM, form(parameters), sign(PATH, parameters))
    with pytest.raises(SignatureRefused):
        WEBHOOKS.authenticate(PATH, FORM, form(parameters), sign(PATH, parameters, token="nobody's"))


def test_a_text_from_a_carrier_that_is_not_trusted_with_senders_is_refused() -> None:
    with pytest.raises(ParametersRefused, match="inbound"):
        WEBHOOKS.parse_inbound_text(of({**INBOUND_TEXT, "AccountSid": OTHER_SID}, "second"))


@pytest.mark.parametrize("status", ["", "lost", "DELIVERED"])
def test_a_status_that_twilio_does_not_have_is_refused(status: str) -> None:
    with pytest.raises(ParametersRefused, match="MessageStatus"):
        WEBHOOKS.parse_message_status(REF, of({**MESSAGE_STATUS, "MessageStatus": status}))
    with pytest.raises(ParametersRefused, match="CallStatus"):
        WEBHOOKS.parse_call_status(REF, of({**CALL_STATUS, "CallStatus": status}))
