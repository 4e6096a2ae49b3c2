"""What Twilio sends, as its documentation shows it, and its signature."""

from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC00000000000000000000000000000001"
AUTH_TOKEN = "a-token-for-tests"
PUBLIC_URL = "https://verify.example.com"
CUSTOMER = "+821012345678"
FIRM = "+8225550100"

CALL = {
    "AccountSid": ACCOUNT_SID,
    "ApiVersion": "2010-04-01",
    "CallSid": "CA00000000000000000000000000000002",
    "CallStatus": "in-progress",
    "Called": CUSTOMER,
    "CalledCity": "",
    "CalledCountry": "KR",
    "CalledState": "",
    "CalledZip": "",
    "Caller": FIRM,
    "CallerCity": "",
    "CallerCountry": "KR",
    "CallerState": "",
    "CallerZip": "",
    "Direction": "outbound-api",
    "From": FIRM,
    "FromCity": "",
    "FromCountry": "KR",
    "FromState": "",
    "FromZip": "",
    "To": CUSTOMER,
    "ToCity": "",
    "ToCountry": "KR",
    "ToState": "",
    "ToZip": "",
}
ANSWERED = {**CALL, "AnsweredBy": "human", "MachineDetectionDuration": "2450"}
KEYS = {**CALL, "Digits": "123456", "FinishedOnKey": "", "msg": "Gather End"}
SILENCE = {**CALL, "Digits": "", "FinishedOnKey": "", "msg": "Gather End"}
CALL_STATUS = {
    **CALL,
    "CallStatus": "completed",
    "CallDuration": "31",
    "Duration": "1",
    "CallbackSource": "call-progress-events",
    "SequenceNumber": "3",
    "SipResponseCode": "200",
    "Timestamp": "Tue, 08 Apr 2025 09:00:31 +0000",
}
MESSAGE_STATUS = {
    "AccountSid": ACCOUNT_SID,
    "ApiVersion": "2010-04-01",
    "From": FIRM,
    "MessageSid": "SM00000000000000000000000000000003",
    "MessageStatus": "delivered",
    "RawDlrDoneDate": "2504080900",
    "SmsSid": "SM00000000000000000000000000000003",
    "SmsStatus": "delivered",
    "To": CUSTOMER,
}
INBOUND_TEXT = {
    "AccountSid": ACCOUNT_SID,
    "ApiVersion": "2010-04-01",
    "Body": "인증번호 123456 입니다",
    "From": CUSTOMER,
    "FromCity": "",
    "FromCountry": "KR",
    "FromState": "",
    "FromZip": "",
    "MessageSid": "SM00000000000000000000000000000004",
    "NumMedia": "0",
    "NumSegments": "1",
    "SmsMessageSid": "SM00000000000000000000000000000004",
    "SmsSid": "SM00000000000000000000000000000004",
    "SmsStatus": "received",
    "To": FIRM,
    "ToCity": "",
    "ToCountry": "KR",
    "ToState": "",
    "ToZip": "",
}


def form(parameters: dict[str, str]) -> bytes:
    return urlencode(parameters).encode("ascii")


def sign(path: str, parameters: dict[str, str], token: str = AUTH_TOKEN) -> str:
    signature: str = RequestValidator(token).compute_signature(PUBLIC_URL + path, parameters)
    return signature
