"""What the page asks of the desk, and the desk of the gateway."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from aiohttp import ClientError, web

from desk.announcing import Announcer
from desk.answers import json_answer
from desk.bodies import Check, IssueBranchPassword, Nothing, OpenVerification, read_body
from desk.gateway_client import GatewayClient
from desk.guard import COOKIE, locale_of, session_of
from desk.refusals import DeskRefused, Refusal
from desk.sessions import Case, Opened, Sessions
from desk.settings import PREFIX, DeskSettings


class DeskHandlers:
    """From requests of the page to the gateway's public interface, and back."""

    def __init__(self, settings: DeskSettings, sessions: Sessions, gateway: GatewayClient) -> None:
        self._settings = settings
        self._sessions = sessions
        self._gateway = gateway
        self._announcer = Announcer(gateway)
        self._customers = {customer.customer_id for customer in settings.customers}

    async def session(self, request: web.Request) -> web.Response:
        """The token of this browser's session, which begins here if there is none, and what the page shows."""
        cookie = request.cookies.get(COOKIE, "")
        session = self._sessions.find(cookie)
        if session is None:
            cookie, session = self._sessions.begin()
        settings = self._settings
        response = json_answer(
            {
                "csrf_token": session.csrf_token,
                "firm": asdict(settings.firm),
                "customer_centre": settings.customer_centre,
                "phones_url": settings.phones_url,
                "customers": [asdict(customer) for customer in settings.customers],
            }
        )
        response.set_cookie(
            COOKIE,
            cookie,
            path=PREFIX,
            httponly=True,
            samesite="Strict",
            secure=settings.public_url.startswith("https:"),
        )
        return response

    async def customer(self, request: web.Request) -> web.Response:
        customer_id = self._offered(request.match_info["customer_id"])
        return json_answer(await self._gateway.get(f"/v1/customers/{customer_id}", locale_of(request)))

    async def check_ownership(self, request: web.Request) -> web.Response:
        await read_body(request, Nothing)
        customer_id = self._offered(request.match_info["customer_id"])
        path = f"/v1/customers/{customer_id}/contacts/{request.match_info['contact_id']}/ownership-check"
        return json_answer(await self._gateway.post(path, locale_of(request), {}))

    async def open(self, request: web.Request) -> web.Response:
        """Open a verification, bound to this one request of this browser by an operation hash."""
        asked = await read_body(request, OpenVerification)
        self._offered(asked.customer_id)
        case = None if asked.case_id is None else case_of(request, asked.case_id)
        if case is not None and not (
            case.announced and (case.customer_id, case.operation) == (asked.customer_id, asked.operation)
        ):
            raise DeskRefused(Refusal.NOT_HERE)
        bound_to = f"{asked.customer_id}\n{asked.operation}\n{secrets.token_urlsafe(16)}"
        operation_hash = hashlib.sha256(bound_to.encode()).hexdigest()
        body = asked.model_dump(exclude_none=True, exclude={"case_id"}) | {
            "operation_hash": operation_hash,
            "locale": locale_of(request),
        }
        opened = await self._gateway.post("/v1/verifications", locale_of(request), body)
        session_of(request).remember(
            opened["id"], Opened(asked.customer_id, asked.operation, operation_hash, asked.target_contact_id, case)
        )
        return json_answer(opened, status=201)

    async def verification(self, request: web.Request) -> web.Response:
        path, _ = opened_in(request)
        return json_answer(await self._gateway.get(path, locale_of(request)))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The gateway's events (SSE), handed on as they come."""
        path, _ = opened_in(request)
        async with self._gateway.stream(f"{path}/events", locale_of(request)) as upstream:
            response = web.StreamResponse(
                headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
            )
            # A browser that leaves, or a gateway that ends in the middle: the page asks again.
            with suppress(ConnectionError, ClientError, TimeoutError):
                await response.prepare(request)
                async for chunk in upstream.content.iter_any():
                    await response.write(chunk)
        return response

    async def check(self, request: web.Request) -> web.Response:
        path, _ = opened_in(request)
        asked = await read_body(request, Check)
        return json_answer(await self._gateway.post(f"{path}/check", locale_of(request), asked.model_dump()))

    async def resend(self, request: web.Request) -> web.Response:
        return await self._do(request, "resend")

    async def cancel(self, request: web.Request) -> web.Response:
        return await self._do(request, "cancel")

    async def vouch(self, request: web.Request) -> web.Response:
        """Make the contact verifiable for which the verification was opened (추가인증)."""
        await read_body(request, Nothing)
        path, opened = opened_in(request)
        receipt = await self._receipt(path, locale_of(request))
        target = f"/v1/customers/{opened.customer_id}/contacts/{opened.target_contact_id}/vouch"
        return json_answer(await self._gateway.post(target, locale_of(request), {"receipt": receipt}))

    async def redeem(self, request: web.Request) -> web.Response:
        """Use the receipt, as the issuance system does before it issues; then tell the customer that it is done.

        Nothing is issued but in a case: the customer was told of that one when it began (R11).
        """
        await read_body(request, Nothing)
        path, opened = opened_in(request)
        case = opened.case
        if case is None:
            raise DeskRefused(Refusal.NOT_HERE)
        body = {
            "receipt": await self._receipt(path, locale_of(request)),
            "operation": opened.operation,
            "operation_hash": opened.operation_hash,
            "customer_id": opened.customer_id,
        }
        await self._announcer.require_no_denial(case)
        redeemed = await self._gateway.post("/v1/receipts/redeem", locale_of(request), body)
        return json_answer({**redeemed, "notice": await self._announcer.completed(case)})

    async def issue_branch_password(self, request: web.Request) -> web.Response:
        """What a clerk does at a branch. Only the slip shows the password, so only its address is answered."""
        asked = await read_body(request, IssueBranchPassword)
        self._offered(asked.customer_id)
        issued = await self._gateway.post("/v1/branch-passwords", locale_of(request), asked.model_dump())
        return json_answer({"slip_url": issued["slip_url"], "expires_at": issued["expires_at"]}, status=201)

    async def _do(self, request: web.Request, verb: str) -> web.Response:
        await read_body(request, Nothing)
        path, _ = opened_in(request)
        return json_answer(await self._gateway.post(f"{path}/{verb}", locale_of(request), {}))

    async def _receipt(self, path: str, locale: str) -> Any:
        verification = await self._gateway.get(path, locale)
        if "receipt" not in verification:
            raise DeskRefused(Refusal.DENIED if verification["status"] == "denied" else Refusal.NOT_VERIFIED)
        return verification["receipt"]

    def _offered(self, customer_id: str) -> str:
        if customer_id not in self._customers:
            raise DeskRefused(Refusal.NOT_HERE)
        return customer_id


def case_of(request: web.Request, case_id: str) -> Case:
    """The case that this browser began. Raises `DeskRefused`."""
    case = session_of(request).case(case_id)
    if case is None:
        raise DeskRefused(Refusal.NOT_HERE)
    return case


def opened_in(request: web.Request) -> tuple[str, Opened]:
    """The path of a verification at the gateway, and what this browser opened it for. Raises `DeskRefused`."""
    verification_id = request.match_info["verification_id"]
    opened = session_of(request).opened(verification_id)
    if opened is None:
        raise DeskRefused(Refusal.NOT_HERE)
    return f"/v1/verifications/{verification_id}", opened
