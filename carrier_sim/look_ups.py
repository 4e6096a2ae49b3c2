"""What befalls questions to the look-up services: CAMARA, the registry and the departure records."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any

from aiohttp import web

from carrier_sim.carrier import CARRIER
from carrier_sim.control_inputs import BadInput
from carrier_sim.faults import RequestFate
from carrier_sim.rest import hold, json_response

Handler = Callable[[web.Request], Awaitable[web.Response]]
Failures = Mapping[RequestFate, tuple[Any, int]]

_FAILURES: Failures = {
    RequestFate.SERVER_ERROR: ({"error": "internal", "detail": "an error of the service"}, 500),
    RequestFate.TOO_MANY: ({"error": "too-many", "detail": "ask again later"}, 429),
}


def require_bearer(request: web.Request, token: str) -> None:
    """Let in who brings this token; without one there is no client, and nobody is. Raises `BadInput`."""
    given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
    if not token or not hmac.compare_digest(given, f"Bearer {token}".encode()):
        raise BadInput("unauthenticated", "a bearer token is needed", 401)


def with_faults(handler: Handler, failures: Failures = _FAILURES) -> Handler:
    """The service under the faults of look-ups; `failures` are the bodies and statuses that it fails with."""

    @wraps(handler)
    async def service(request: web.Request) -> web.Response:
        carrier = request.app[CARRIER]
        fate = carrier.faults.of_look_up()
        await asyncio.sleep(fate.delay / carrier.settings.speed)
        if fate.request in failures:
            return json_response(*failures[fate.request])
        response = await handler(request)
        if fate.request is RequestFate.ACCEPTED_THEN_SILENT:
            await hold(carrier)
        return response

    return service
