"""Verifications: open, follow, answer, send again, cancel."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from aiohttp import web
from structlog.contextvars import bind_contextvars

from gateway.core.callers import Scope
from gateway.core.limits import Limits
from gateway.core.open_request import OpenRequest
from gateway.core.opening import Opening
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.stores import Changes
from gateway.core.verification import TRAITS, Status, Verdict, Verification
from gateway.core.verifications import Verifications, closed_refusal
from gateway.http.models import NoBody
from gateway.http.rates import Rates
from gateway.http.routes import ApiRequest, ApiResponse, Route
from gateway.http.schemas import Check, CheckAnswer, OpenVerification, VerificationAnswer, Wait
from gateway.http.sse import ServerEvent, stream_events
from gateway.http.verification_answers import check_answer, verification_answer
from gateway.http.whole_request import is_gone

_VERIFICATION = "/v1/verifications/{verification_id}"

_STATUS_OF = {
    Verdict.CORRECT: Status.VERIFIED,
    Verdict.WRONG: Status.PENDING,
    Verdict.LOCKED: Status.FAILED,
    Verdict.CONTACT_CHANGED: Status.FAILED,
    Verdict.STORE_CHANGED: Status.FAILED,
}


class VerificationHandlers:
    """From requests to the use cases of `gateway.core.opening` and `gateway.core.verifications`, and back."""

    def __init__(
        self,
        opening: Opening,
        verifications: Verifications,
        signer: ReceiptSigner,
        changes: Changes,
        limits: Limits,
        rates: Rates,
    ) -> None:
        self._opening = opening
        self._verifications = verifications
        self._signer = signer
        self._changes = changes
        self._limits = limits
        self._rates = rates

    async def open_verification(self, request: ApiRequest[OpenVerification]) -> ApiResponse:
        asked = OpenRequest(client=request.caller.client, known_as=request.known_as, **vars(request.body))
        verification = await self._opening.open(asked)
        bind_contextvars(verification_id=verification.verification_id)
        location = f"/v1/verifications/{verification.verification_id}"
        return ApiResponse(201, self._answer(verification), {"Location": location})

    async def get_verification(self, request: ApiRequest[NoBody, Wait]) -> ApiResponse:
        sent = ",".join(request.raw.headers.getall("If-None-Match", ()))
        seen = {tag.strip(" \t").removeprefix("W/").strip('"') for tag in sent.split(",")} if sent else set()
        if request.query.wait:
            with self._rates.following(request.caller):
                verification = await self._changed(request, seen)
        else:
            verification = await self._verifications.get(request.path["verification_id"], request.caller.client)
        tag = _tag(verification)
        # Each receipt has a signature of its own, so the tag is a weak one (RFC 9110, 8.8.1 and 13.1.2).
        headers = {"ETag": f'W/"{tag}"'}
        if seen.isdisjoint((tag, "*")):
            return ApiResponse(200, self._answer(verification), headers)
        return ApiResponse(304, headers=headers)

    async def _changed(self, request: ApiRequest[NoBody, Wait], seen: set[str]) -> Verification:
        """The verification after its next change, or when the caller has waited long enough."""
        verification_id, client, lifecycle = request.path["verification_id"], request.caller.client, request.lifecycle
        until = asyncio.get_running_loop().time() + request.query.wait
        async with self._changes.watch(verification_id) as watch:
            verification = await self._verifications.get(verification_id, client)
            known = seen - {"*"} or {_tag(verification)}
            while verification.is_open and _tag(verification) in known and not lifecycle.closing.is_set():
                left = until - asyncio.get_running_loop().time()
                if left <= 0 or is_gone(request.raw):
                    break
                await lifecycle.wait_unless_closing(watch.next(min(left, _seconds_open(verification))))
                verification = await self._verifications.get(verification_id, client)
        return verification

    async def follow_verification(self, request: ApiRequest) -> ApiResponse | web.StreamResponse:
        first = await self._verifications.get(request.path["verification_id"], request.caller.client)
        known = request.raw.headers.get("Last-Event-ID", "")
        if not first.is_open and known == _event_id(first):
            # The one answer after which an `EventSource` does not ask again.
            return ApiResponse(204)
        with self._rates.following(request.caller):
            events = self._follow(first.verification_id, known, request.may_go_on)
            return await stream_events(request.raw, events, request.lifecycle)

    async def check_verification(self, request: ApiRequest[Check]) -> ApiResponse:
        judgement = await self._verifications.check_on_screen(
            request.path["verification_id"], request.caller.client, request.body.code, request.body.attempt_id
        )
        verdict, verification = judgement.verdict, judgement.verification
        if verdict is Verdict.EXPIRED:
            raise closed_refusal(Status.EXPIRED)
        receipt = self._signer.sign(verification) if verdict is Verdict.CORRECT else None
        answer = check_answer(
            verification,
            self._limits,
            status=_STATUS_OF[verdict],
            wrong_answers=judgement.wrong_answers,
            receipt=receipt,
        )
        return ApiResponse(200, answer)

    async def check_stands(self, request: ApiRequest[Check]) -> None:
        """Whoever asks again for a lost answer must not go on with what the customer has denied since."""
        verification = await self._verifications.get(request.path["verification_id"], request.caller.client)
        if verification.status is Status.DENIED:
            raise closed_refusal(Status.DENIED)

    async def resend_verification(self, request: ApiRequest) -> ApiResponse:
        verification = await self._verifications.resend(request.path["verification_id"], request.caller.client)
        return ApiResponse(200, self._answer(verification))

    async def cancel_verification(self, request: ApiRequest) -> ApiResponse:
        verification = await self._verifications.cancel(request.path["verification_id"], request.caller.client)
        return ApiResponse(200, self._answer(verification))

    def _answer(self, verification: Verification) -> bytes:
        shows_code = TRAITS[verification.method].shows_code
        verified = verification.status is Status.VERIFIED
        return verification_answer(
            verification,
            self._limits,
            binding_code=self._verifications.code_of(verification) if shows_code else None,
            receipt=self._signer.sign(verification) if verified else None,
        )

    async def _follow(
        self, verification_id: str, told: str, may_go_on: Callable[[], Awaitable[bool]]
    ) -> AsyncGenerator[ServerEvent, None]:
        """The state, unless it is the one `told` before, and then each change until the verification closes."""
        async with self._changes.watch(verification_id) as watch:
            while True:
                verification = await self._verifications.get(verification_id)
                if not await may_go_on():
                    return
                if _event_id(verification) != told:
                    told = _event_id(verification)
                    yield ServerEvent("verification", self._answer(verification), told)
                if not verification.is_open:
                    return
                await watch.next(_seconds_open(verification))


def _tag(verification: Verification) -> str:
    """Changes with the answer. Attempts are counted for the customer, without a revision of the verification."""
    return f"{_event_id(verification)}-{'locked' if verification.locked else verification.wrong_answers}"


def _event_id(verification: Verification) -> str:
    """Changes with each revision, and when time runs out, which closes a verification without one."""
    return f"{verification.shown_status}-{verification.revision}"


def _seconds_open(verification: Verification) -> float:
    return max(0.0, (verification.expires_at - verification.read_at) / 1000) + 0.005


def verification_routes(handlers: VerificationHandlers) -> list[Route]:
    """The routes of verifications; all take a key with scope `verify`."""
    scope, tags = Scope.VERIFY, ("verifications",)
    missing = (Problem.VERIFICATION_NOT_FOUND,)
    return [
        Route(
            method="POST", path="/v1/verifications", handler=handlers.open_verification, scope=scope, tags=tags,
            request=OpenVerification, summary_ko="추가인증 요청", summary_en="Open a verification",
            responses={201: VerificationAnswer}, gives=("Location",),
            problems=(
                Problem.CUSTOMER_NOT_FOUND, Problem.CONTACT_NOT_FOUND, Problem.METHOD_NOT_AVAILABLE,
                Problem.METHOD_NOT_CARRIED, Problem.METHOD_HELD, Problem.VOUCH_REFUSED,
                Problem.EXTRA_AUTHENTICATION_NOT_REQUIRED, Problem.ONLINE_CONSENT_MISSING, Problem.OPERATION_REFUSED,
                Problem.CUSTOMER_LOCKED, Problem.TOO_MANY_REQUESTS, Problem.TEXTING_HELD,
            ),
        ),
        Route(
            method="POST", path=f"{_VERIFICATION}/check", handler=handlers.check_verification, scope=scope, tags=tags,
            request=Check, summary_ko="인증번호 확인", summary_en="Check the code typed on the screen",
            responses={200: CheckAnswer}, stands=handlers.check_stands,
            problems=(*missing, Problem.VERIFICATION_CLOSED, Problem.ANSWER_IN_ANOTHER_CHANNEL),
        ),
        Route(
            method="GET", path=_VERIFICATION, handler=handlers.get_verification, scope=scope, tags=tags, query=Wait,
            summary_ko="추가인증 조회 (변화를 기다림)", summary_en="Read a verification, or wait for its next change",
            takes=("If-None-Match",), responses={200: VerificationAnswer, 304: None}, gives=("ETag",), problems=missing,
        ),
        Route(
            method="GET", path=f"{_VERIFICATION}/events", handler=handlers.follow_verification, scope=scope, tags=tags,
            streams=True, summary_ko="추가인증의 변화 (server-sent events)",
            summary_en="Follow a verification by server-sent events", takes=("Last-Event-ID",),
            responses={200: VerificationAnswer, 204: None}, problems=missing,
        ),
        Route(
            method="POST", path=f"{_VERIFICATION}/resend", handler=handlers.resend_verification, scope=scope, tags=tags,
            request=NoBody, summary_ko="다시 보내기", summary_en="Send the text again",
            responses={200: VerificationAnswer},
            problems=(
                *missing, Problem.VERIFICATION_CLOSED, Problem.RESEND_NOT_POSSIBLE, Problem.METHOD_NOT_CARRIED,
                Problem.METHOD_HELD, Problem.TOO_MANY_REQUESTS, Problem.TEXTING_HELD,
            ),
        ),
        Route(
            method="POST", path=f"{_VERIFICATION}/cancel", handler=handlers.cancel_verification, scope=scope, tags=tags,
            request=NoBody, summary_ko="취소", summary_en="Cancel a verification",
            responses={200: VerificationAnswer}, problems=(*missing, Problem.VERIFICATION_CLOSED),
        ),
    ]  # fmt: skip
