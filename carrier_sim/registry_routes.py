"""`POST /registry/match` `{phone_number, name, birth_date?}` with a bearer token."""

from aiohttp import web

from carrier_sim.carrier import CARRIER
from carrier_sim.control_inputs import Fields, json_body
from carrier_sim.look_ups import require_bearer, with_faults
from carrier_sim.registry import RegistryOutage
from carrier_sim.rest import json_response


async def match(request: web.Request) -> web.Response:
    carrier = request.app[CARRIER]
    require_bearer(request, carrier.settings.registry_token)
    given = Fields(await json_body(request), {"phone_number", "name", "birth_date"})
    birth_date = given.text("birth_date") if "birth_date" in given else None
    try:
        verdict = carrier.registry.match(given.number("phone_number"), given.text("name"), birth_date)
    except RegistryOutage:
        return json_response({"error": "outage", "detail": "the registry is not available"}, 503)
    return json_response({"name_match": verdict})


ROUTES = [web.post("/registry/match", with_faults(match))]
