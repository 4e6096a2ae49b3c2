"""What all REST resources of the account share: who may ask, errors in Twilio's shape, faults.

Source: https://www.twilio.com/docs/usage/twilios-response
"""

import asyncio
import base64
import binascii
import hmac
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import MultiDict, MultiMapping

from carrier_sim.carrier import CARRIER, Carrier, Line
from carrier_sim.faults import RequestFate

LINE = web.RequestKey("line", Line)
"""The account that asks."""

ACCOUNT_PATH = "/2010-04-01/Accounts/{account_sid}"

NO_CLIENT_WAITS_SECONDS = 60
"""How long the answer to a request is held that is accepted and then not answered."""


class RestError(Exception):
    """A request is refused with one of Twilio's error codes."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.status = status


def json_response(data: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(data), status=status, content_type="application/json")


async def read_form(request: web.Request) -> MultiMapping[str]:
    """The texts in a form. Raises `RestError` for a body that is no form: without a boundary, or not in UTF-8."""
    try:
        posted = await request.post()
    except ValueError:
        raise RestError(20001, "The body is not a form.") from None
    return MultiDict((name, value) for name, value in posted.items() if isinstance(value, str))


def not_found(request: web.Request) -> RestError:
    return RestError(20404, f"The requested resource {request.path} was not found", 404)


@web.middleware
async def rest_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Authentication, faults and error bodies of everything under an account."""
    if not request.path.startswith("/2010-04-01/"):
        return await handler(request)
    carrier = request.app[CARRIER]
    try:
        line = request[LINE] = _authenticated(request, carrier)
        fate = line.faults.of_request()
        _refuse_by(fate)
        response = await handler(request)
    except RestError as error:
        return _error_response(error)
    except web.HTTPException as error:
        if error.status == 404:
            return _error_response(not_found(request))
        return _error_response(RestError(20004, error.reason, error.status))
    if fate is RequestFate.ACCEPTED_THEN_SILENT:
        await hold(carrier)
    if fate is RequestFate.ACCEPTED_THEN_ERROR:
        return _error_response(RestError(20500, "An internal server error has occurred", 500))
    return response


def _authenticated(request: web.Request, carrier: Carrier) -> Line:
    """Who asks: an account, for what is its own."""
    given = _credentials(request)
    for line in carrier.lines:
        account = line.account
        known = hmac.compare_digest(given, f"{account.account_sid}:{account.auth_token}".encode())
        if known and request.match_info.get("account_sid", account.account_sid) == account.account_sid:
            return line
    raise RestError(20003, "Authenticate", 401)


def _credentials(request: web.Request) -> bytes:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        return base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        return b""


def _refuse_by(fate: RequestFate) -> None:
    if fate is RequestFate.SERVER_ERROR:
        # Not 20500: after that one Twilio itself may have done it, as `ACCEPTED_THEN_ERROR` has.
        raise RestError(20503, "Service is unavailable", 503)
    if fate is RequestFate.TOO_MANY:
        raise RestError(20429, "Too many requests", 429)


async def hold(carrier: Carrier) -> None:
    """Wait until any client has given up."""
    try:
        async with asyncio.timeout(NO_CLIENT_WAITS_SECONDS):
            await carrier.background.stopping.wait()
    except TimeoutError:
        return


def _error_response(error: RestError) -> web.Response:
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    response = json_response(body, error.status)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response
