"""A customer's way to a certificate: is extra authentication required, exempt or refused, and why."""

import re
import secrets
from collections.abc import Collection
from typing import Any

from aiohttp import web

from desk.announcing import Announcer
from desk.answers import json_answer
from desk.bodies import Location, Nothing, OpenCase, read_body
from desk.gateway_client import GatewayClient
from desk.guard import locale_of, session_of
from desk.handlers import case_of, opened_in
from desk.refusals import DeskRefused, Refusal
from desk.sessions import AutoConnect, Case
from desk.settings import PREFIX, DeskSettings

DEVICE_COOKIE = "bonin_desk_device"
_DEVICE_LIFE_SECONDS = 365 * 24 * 3600
_DEVICE = re.compile("[A-Za-z0-9_-]{1,64}")

# A desk on loopback sees loopback, which is in no country: the demonstration lends an address of each kind.
_ADDRESSES = {Location.DOMESTIC: "168.126.63.1", Location.FOREIGN: "133.11.0.1"}
_REMEMBERED_FOR = "cloud_login"


class CaseHandlers:
    """From requests of the page to decisions of the gateway, and back."""

    def __init__(self, settings: DeskSettings, gateway: GatewayClient) -> None:
        self._gateway = gateway
        self._announcer = Announcer(gateway)
        self._secure = settings.public_url.startswith("https:")
        self._customers: Collection[str] = frozenset(one.customer_id for one in settings.customers)

    async def open(self, request: web.Request) -> web.Response:
        """Begin a case: decide, and announce to the registered phone what begins, unless it is refused."""
        asked = await read_body(request, OpenCase)
        if asked.customer_id not in self._customers:
            raise DeskRefused(Refusal.NOT_HERE)
        case = Case(
            f"case_{secrets.token_urlsafe(16)}",
            asked.customer_id,
            asked.operation,
            _ADDRESSES[asked.location],
            locale_of(request),
        )
        decision = await self._decide(request, case)
        session_of(request).begin(case)
        notice = await self._announce(case, decision)
        return json_answer({"case_id": case.case_id, "decision": decision, "notice": notice}, status=201)

    async def decide_again(self, request: web.Request) -> web.Response:
        """What the case stands at now: a contact was confirmed, or a method turned out to be held."""
        await read_body(request, Nothing)
        case = case_of(request, request.match_info["case_id"])
        decision = await self._decide(request, case)
        return json_answer({"decision": decision, "notice": await self._announce(case, decision)})

    async def complete(self, request: web.Request) -> web.Response:
        """Go on without extra authentication, because the decision of now says so."""
        await read_body(request, Nothing)
        case = case_of(request, request.match_info["case_id"])
        if not case.announced or (await self._decide(request, case))["outcome"] != "exempt":
            raise DeskRefused(Refusal.NOT_EXEMPT)
        await self._announcer.require_no_denial(case)
        return json_answer({"notice": await self._announcer.completed(case)})

    async def remember_device(self, request: web.Request) -> web.Response:
        """Auto-connect this browser because of a verified reply (R14). Its token stays here."""
        await read_body(request, Nothing)
        path, opened = opened_in(request)
        session, verification_id = session_of(request), path.rpartition("/")[2]
        known = session.auto_connect(opened.customer_id)
        device = _device_of(request) or secrets.token_urlsafe(24)
        if known is None or known.verification_id != verification_id:
            given = await self._gateway.post(
                f"/v1/customers/{opened.customer_id}/auto-connects",
                locale_of(request),
                {"verification_id": verification_id, "device": device},
            )
            session.keep_auto_connect(opened.customer_id, AutoConnect(verification_id, given["auto_connect_token"]))
        response = json_answer({}, status=201)
        response.set_cookie(
            DEVICE_COOKIE,
            device,
            max_age=_DEVICE_LIFE_SECONDS,
            path=PREFIX,
            httponly=True,
            samesite="Strict",
            secure=self._secure,
        )
        return response

    async def _announce(self, case: Case, decision: dict[str, Any]) -> Any:
        """Tell the customer that it begins: once, and not while it is refused."""
        return None if decision["outcome"] == "refused" or case.announced else await self._announcer.started(case)

    async def _decide(self, request: web.Request, case: Case) -> dict[str, Any]:
        body = {"customer_id": case.customer_id, "operation": case.operation, "client_ip": case.client_ip}
        known = session_of(request).auto_connect(case.customer_id) if case.operation == _REMEMBERED_FOR else None
        token = _take_token(known)
        device = _device_of(request)
        if token is not None and device is not None:
            body |= {"auto_connect_token": token, "device": device}
        decision: dict[str, Any] = await self._gateway.post("/v1/decisions", locale_of(request), body)
        rotated = decision.pop("auto_connect_token", None)
        if known is not None:
            # What is refused is refused before anybody looks at the token: it is still good.
            known.token = token if decision["outcome"] == "refused" else rotated
        return decision


def _take_token(known: AutoConnect | None) -> str | None:
    """The token, gone from the session: shown twice, as by two windows at once, it would end the whole family."""
    if known is None:
        return None
    token, known.token = known.token, None
    return token


def _device_of(request: web.Request) -> str | None:
    device = request.cookies.get(DEVICE_COOKIE, "")
    return device if _DEVICE.fullmatch(device) else None
