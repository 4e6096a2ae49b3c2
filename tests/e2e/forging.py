"""Somebody who forges, repeats or bends a carrier's webhooks."""

from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from demo.carriers import SMS_NUMBER, VOICE_NUMBER
from tests.e2e.caller import Answer, Caller, Person
from tests.e2e.conftest import Served

FORM = "application/x-www-form-urlencoded"


class Forger:
    """Knows the auth token, as the carrier does, and uses it as it likes."""

    def __init__(self, caller: Caller, served: Served) -> None:
        self._caller = caller
        self.account_sid = served.demo.secrets.twilio_account_sid
        self._validator = RequestValidator(served.demo.secrets.twilio_auth_token)

    async def send(
        self,
        path: str,
        parameters: dict[str, str],
        *,
        signature: str | None = None,
        signed_for: str | None = None,
        body: str | None = None,
        content_type: str = FORM,
    ) -> Answer:
        path = f"/webhooks/twilio/{path}"
        address = (signed_for or self._caller.base_url) + path
        if signature is None:
            signature = self._validator.compute_signature(address, parameters)
        headers = {"Content-Type": content_type, "X-Twilio-Signature": signature}
        return await self._caller.send("POST", path, (body or urlencode(parameters)).encode(), headers)

    def status(self, word: str) -> dict[str, str]:
        return {"AccountSid": self.account_sid, "MessageSid": "SM" + "0" * 32, "MessageStatus": word}

    def call(self, person: Person, **more: str) -> dict[str, str]:
        call = {"AccountSid": self.account_sid, "CallSid": "CA" + "0" * 32, "CallStatus": "in-progress"}
        return call | {"Direction": "outbound-api", "From": VOICE_NUMBER, "To": person.number, **more}

    def text(self, person: Person, body: str, sid: str) -> dict[str, str]:
        text = {"AccountSid": self.account_sid, "MessageSid": f"SM{sid}"}
        return text | {"From": person.number, "To": SMS_NUMBER, "Body": body}
