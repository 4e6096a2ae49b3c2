"""The CAMARA services over HTTP: a token endpoint, and four questions that want its tokens."""

import re
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

import orjson
from aiohttp import web

from carrier_sim.camara import CamaraError, Subscribers
from carrier_sim.camara_tokens import TOKEN_LIFE_SECONDS
from carrier_sim.carrier import CARRIER
from carrier_sim.control_inputs import read_date
from carrier_sim.faults import RequestFate
from carrier_sim.look_ups import Handler, with_faults
from carrier_sim.numbers import is_e164
from carrier_sim.rest import json_response

_CORRELATOR = re.compile("[a-zA-Z0-9-]{1,55}")
_LONGEST_MAX_AGE_HOURS = 2400

Question = Callable[[Subscribers, dict[str, Any]], Any]


async def token(request: web.Request) -> web.Response:
    """`POST /oauth2/token` `grant_type=client_credentials`, errors as RFC 6749 5.2 says."""
    tokens = request.app[CARRIER].camara_tokens
    if not tokens.admits(request.headers.get("Authorization", "")):
        return json_response({"error": "invalid_client"}, 401)
    given = await request.post()
    if given.get("grant_type") != "client_credentials":
        return json_response({"error": "unsupported_grant_type"}, 400)
    scope = str(given.get("scope", ""))
    return json_response(
        {"access_token": tokens.issue(), "token_type": "Bearer", "expires_in": TOKEN_LIFE_SECONDS, "scope": scope}
    )


def kyc_match(subscribers: Subscribers, asked: dict[str, Any]) -> dict[str, Any]:
    birthdate = _date(asked, "birthdate").isoformat() if "birthdate" in asked else None
    return subscribers.kyc_match(_number(asked), _text(asked, "name"), birthdate)


def sim_swap(subscribers: Subscribers, asked: dict[str, Any]) -> dict[str, Any]:
    max_age = asked.get("maxAge", 240)
    if not isinstance(max_age, int) or isinstance(max_age, bool):
        raise _invalid("maxAge")
    if not 1 <= max_age <= _LONGEST_MAX_AGE_HOURS:
        raise CamaraError(400, "OUT_OF_RANGE", "Client specified an invalid range.")
    return {"swapped": subscribers.sim_swapped(_number(asked), max_age)}


def call_forwarding(subscribers: Subscribers, asked: dict[str, Any]) -> dict[str, Any]:
    return {"active": subscribers.forwarded(_number(asked))}


def number_recycling(subscribers: Subscribers, asked: dict[str, Any]) -> dict[str, Any]:
    return {"phoneNumberRecycled": subscribers.recycled(_number(asked), _date(asked, "specifiedDate"))}


def _failure(error: CamaraError) -> tuple[dict[str, Any], int]:
    return {"status": error.status, "code": error.code, "message": error.message}, error.status


_FAILURES = {
    RequestFate.SERVER_ERROR: _failure(CamaraError(500, "INTERNAL", "Unknown server error. Typically a server bug.")),
    RequestFate.TOO_MANY: _failure(
        CamaraError(429, "TOO_MANY_REQUESTS", "Rejected due to request rate limit overpassed.")
    ),
}


def _answering(question: Question) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        carrier = request.app[CARRIER]
        if not carrier.camara_tokens.is_good(request.headers.get("Authorization", "")):
            raise CamaraError(401, "UNAUTHENTICATED", "Missing, invalid or expired credentials.")
        try:
            asked = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            asked = None
        if not isinstance(asked, dict):
            raise _invalid("the request body")
        return json_response(question(carrier.subscribers, asked))

    return answer


def _service(handler: Handler) -> Handler:
    """Faults, error bodies and the correlation id, which every answer has."""

    @wraps(handler)
    async def answered(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except CamaraError as error:
            return json_response(*_failure(error))

    answered_or_not = with_faults(answered, _FAILURES)

    @wraps(handler)
    async def service(request: web.Request) -> web.Response:
        response = await answered_or_not(request)
        correlator = request.headers.get("x-correlator", "")
        if _CORRELATOR.fullmatch(correlator):
            response.headers["x-correlator"] = correlator
        return response

    return service


def _number(asked: dict[str, Any]) -> str:
    if "phoneNumber" not in asked:
        raise CamaraError(422, "MISSING_IDENTIFIER", "The device cannot be identified.")
    number = _text(asked, "phoneNumber")
    if not is_e164(number):
        raise _invalid("phoneNumber")
    return number


def _text(asked: dict[str, Any], name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise _invalid(name)
    return value


def _date(asked: dict[str, Any], name: str) -> date:
    day = read_date(_text(asked, name))
    if day is None:
        raise _invalid(name)
    return day


def _invalid(name: str) -> CamaraError:
    return CamaraError(400, "INVALID_ARGUMENT", f"Client specified an invalid argument: {name}.")


ROUTES = [
    web.post("/oauth2/token", _service(token)),
    web.post("/kyc-match/v0.3/match", _service(_answering(kyc_match))),
    web.post("/sim-swap/v2/check", _service(_answering(sim_swap))),
    web.post("/call-forwarding-signal/v0.3/unconditional-call-forwardings", _service(_answering(call_forwarding))),
    web.post("/number-recycling/v0.1/check", _service(_answering(number_recycling))),
]
