"""Twilio's webhooks: a message's status, a call's status, an inbound text, the turns of a call.

Each is signed and held to the parameters we know; one that comes again changes nothing.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from aiohttp import web
from twilio.twiml.messaging_response import MessagingResponse

from gateway.carriers.twilio.carrier import WEBHOOKS
from gateway.carriers.twilio.parameters import OtherAccount, ParametersRefused
from gateway.carriers.twilio.twiml import render
from gateway.carriers.twilio.webhooks import SignatureRefused, SignedForm, TwilioWebhooks
from gateway.core.delivery import DeliveryRef, DeliveryReport, Effect
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.bodies import read_capped
from gateway.http.ids import NOTICE_ID, VERIFICATION_ID
from gateway.http.metrics import WebhookMetrics
from gateway.methods.ars import ArsMethod
from gateway.methods.deliveries import DeliveryReports
from gateway.methods.notices import NoticeMethod
from gateway.methods.sms_reply import SmsReplyMethod
from sms_reply.matching import ReplyOutcome

_KIND = "twilio"
_LARGEST_FORM = 24 * 1024
"""Bytes. The longest text, 1,600 characters in Korean, has 14,400 in a form; pictures add their addresses."""
_VERIFICATION = f"{{verification_id:{VERIFICATION_ID}}}"
_NOTICE = f"{{notice_id:{NOTICE_ID}}}"
_NUMBER = "{number:[1-9][0-9]?}{send:(?:[.][1-9][0-9]?)?}"

Read = TypeVar("Read")

_log = structlog.get_logger(__name__)


class TwilioEndpoints:
    """From signed forms to the methods, and back to TwiML."""

    def __init__(
        self,
        webhooks: TwilioWebhooks,
        reports: DeliveryReports,
        ars: ArsMethod,
        sms_reply: SmsReplyMethod,
        notices: NoticeMethod,
        public_url: str,
        metrics: WebhookMetrics,
    ) -> None:
        self._webhooks = webhooks
        self._reports = reports
        self._ars = ars
        self._sms_reply = sms_reply
        self._notices = notices
        self._took = metrics.took
        self._voice = f"{public_url.rstrip('/')}{WEBHOOKS}/voice"

    def add_to(self, app: web.Application) -> None:
        """Install the endpoints."""
        add = app.router.add_post
        add(f"{WEBHOOKS}/messages/{_VERIFICATION}/{_NUMBER}", self.message_status)
        add(f"{WEBHOOKS}/messages/{_NOTICE}/{_NUMBER}", self.notice_status)
        add(f"{WEBHOOKS}/calls/{_VERIFICATION}/{_NUMBER}", self.call_status)
        add(f"{WEBHOOKS}/inbound", self.inbound_text)
        add(
            f"{WEBHOOKS}/voice/{_VERIFICATION}/{{turn:[A-Za-z0-9_-]{{16}}}}/{{event:answered|early|keys|silence}}",
            self.voice_turn,
        )

    async def message_status(self, request: web.Request) -> web.Response:
        return await self._report(request, "messages", self._webhooks.parse_message_status, self._reports.take)

    async def notice_status(self, request: web.Request) -> web.Response:
        return await self._report(request, "messages", self._webhooks.parse_message_status, self._notices.report)

    async def call_status(self, request: web.Request) -> web.Response:
        return await self._report(request, "calls", self._webhooks.parse_call_status, self._reports.take)

    async def inbound_text(self, request: web.Request) -> web.Response:
        _, text = await self._read(request, "inbound", self._webhooks.parse_inbound_text)
        received = await self._sms_reply.receive(text.message_id, text.sender, text.body)
        self._took("inbound", _effect_of_text(received.outcome))
        response = MessagingResponse()
        if received.answer is not None:
            response.message(received.answer)
        return _twiml(str(response))

    async def voice_turn(self, request: web.Request) -> web.Response:
        verification_id, event = request.match_info["verification_id"], request.match_info["event"]
        carrier, happened = await self._read(
            request, "voice", lambda form: self._webhooks.parse_voice_turn(event, form)
        )
        try:
            turn = await self._ars.take_turn(verification_id, request.match_info["turn"], happened, carrier)
        except Refusal as refusal:
            taken = refusal.problem is Problem.TURN_ALREADY_TAKEN
            self._took("voice", Effect.REPEATED if taken else Effect.UNKNOWN)
            raise
        self._took("voice", Effect.NOTED)
        base = f"{self._voice}/{verification_id}/{turn.next_turn}"
        return _twiml(render(turn.actions, lambda event: f"{base}/{event}"))

    async def _report(
        self,
        request: web.Request,
        webhook: str,
        parse: Callable[[DeliveryRef, SignedForm], DeliveryReport],
        take: Callable[[DeliveryReport, str], Awaitable[Effect]],
    ) -> web.Response:
        given = request.match_info
        subject = given.get("verification_id") or given["notice_id"]
        ref = DeliveryRef(subject, int(given["number"]), int(given["send"].removeprefix(".") or "1"))
        carrier, report = await self._read(request, webhook, lambda form: parse(ref, form))
        self._took(webhook, await take(report, carrier))
        return web.Response(status=204)

    async def _read(self, request: web.Request, webhook: str, parse: Callable[[SignedForm], Read]) -> tuple[str, Read]:
        """Which carrier sends it, and what it says."""
        body = await read_capped(request, _LARGEST_FORM)
        try:
            form = self._webhooks.authenticate(
                request.raw_path,
                request.headers.get("Content-Type", ""),
                body,
                request.headers.get("X-Twilio-Signature"),
            )
            return form.carrier, parse(form)
        except SignatureRefused:
            self._took(webhook, "forged")
            _log.warning("webhook_refused", kind=_KIND, reason="signature")
            raise Refusal(Problem.WEBHOOK_SIGNATURE) from None
        except ParametersRefused as refused:
            self._took(webhook, "other_account" if isinstance(refused, OtherAccount) else "malformed")
            reason = str(refused)
            _log.warning("webhook_refused", kind=_KIND, reason=reason)
            raise Refusal(Problem.WEBHOOK_REFUSED, values={"reason": reason}) from None


def _effect_of_text(outcome: ReplyOutcome | None) -> Effect:
    match outcome:
        case None | ReplyOutcome.VERIFIED_BEFORE:
            return Effect.REPEATED
        case ReplyOutcome.LATE:
            return Effect.LATE
        case (
            ReplyOutcome.NO_OPEN_VERIFICATION
            | ReplyOutcome.FOR_THE_SCREEN
            | ReplyOutcome.UNRELATED
            | ReplyOutcome.UNKNOWN_SENDER
        ):
            return Effect.UNKNOWN
        case _:
            return Effect.NOTED


def _twiml(document: str) -> web.Response:
    return web.Response(text=document, content_type="application/xml", charset="utf-8")
