"""What the carrier tells the gateway, told by hand: signed as the carrier signs, or not."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp
from twilio.request_validator import RequestValidator

from demo.carriers import SMS_NUMBER, VOICE_NUMBER
from tests.faults.harness.client import Answer
from tests.faults.harness.installation import Installation

FORM = "application/x-www-form-urlencoded"


@dataclass
class Webhooks:
    """Knows the account's token, as the carrier does. Signatures are over the public address."""

    bonin: Installation
    session: aiohttp.ClientSession

    def __post_init__(self) -> None:
        self.account_sid = self.bonin.secrets.twilio_account_sid
        self._validator = RequestValidator(self.bonin.secrets.twilio_auth_token)
        self._public = self.bonin.gateways[0].url

    def sign(self, path: str, form: dict[str, str]) -> str:
        return str(self._validator.compute_signature(f"{self._public}/webhooks/twilio/{path}", form))

    async def send(
        self, path: str, form: dict[str, str], *, signature: str | None = None, body: str | None = None, to: int = 0
    ) -> Answer:
        """Deliver to gateway number `to`; signed well unless a `signature` is given."""
        headers = {"Content-Type": FORM, "X-Twilio-Signature": signature or self.sign(path, form)}
        url = f"{self.bonin.gateways[to].url}/webhooks/twilio/{path}"
        content = body if body is not None else urlencode(form)
        async with self.session.post(url, data=content.encode(), headers=headers) as response:
            return Answer(response.status, await response.read())

    def text(self, number: str, body: str) -> dict[str, str]:
        """A text of a phone to the account."""
        sid = f"SM{secrets.token_hex(16)}"
        return {"AccountSid": self.account_sid, "MessageSid": sid, "From": number, "To": SMS_NUMBER, "Body": body}

    def call(self, number: str, **more: str) -> dict[str, str]:
        """Something that happened in a call to a phone."""
        call = {"AccountSid": self.account_sid, "CallSid": "CA" + "0" * 32, "CallStatus": "in-progress"}
        return call | {"Direction": "outbound-api", "From": VOICE_NUMBER, "To": number, **more}

    def status(self, word: str) -> dict[str, str]:
        """What became of a text."""
        return {"AccountSid": self.account_sid, "MessageSid": "SM" + "0" * 32, "MessageStatus": word}
