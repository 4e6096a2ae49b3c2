"""`POST /departures/check` `{name, birth_date}` with a bearer token; `PUT /control/departures` changes a record."""

from datetime import datetime
from typing import Any

from aiohttp import web

from carrier_sim.carrier import CARRIER
from carrier_sim.control_inputs import BadInput, Fields, json_body, read_date
from carrier_sim.departures import DepartureOutage, Record
from carrier_sim.look_ups import require_bearer, with_faults
from carrier_sim.rest import json_response


async def check(request: web.Request) -> web.Response:
    carrier = request.app[CARRIER]
    require_bearer(request, carrier.settings.departure_token)
    given = Fields(await json_body(request), {"name", "birth_date"})
    try:
        departed, as_of = carrier.departures.check(given.text("name"), _birth_date(given))
    except DepartureOutage:
        return json_response({"error": "outage", "detail": "the records are not available"}, 503)
    return json_response({"departed": departed, "as_of": as_of})


async def put_departure(request: web.Request) -> web.Response:
    """What the records say of a person from now on; with `as_of`, as of then and no later."""
    given = Fields(await json_body(request), {"name", "birth_date", "departed", "as_of"})
    record = _record(given.value("departed"), _as_of(given))
    request.app[CARRIER].departures.put(given.text("name"), _birth_date(given), record)
    return json_response({"departed": "outage" if record.departed is None else record.departed, "as_of": record.as_of})


def _record(departed: Any, as_of: datetime | None) -> Record:
    if departed is True or departed is False or departed == "unknown":
        return Record(departed, as_of)
    if departed == "outage":
        return Record(None)
    raise BadInput("invalid-field", "departed is true, false, unknown or outage")


def _birth_date(given: Fields) -> str:
    birth_date = given.text("birth_date")
    if read_date(birth_date) is None:
        raise BadInput("invalid-field", "birth_date is a date as YYYY-MM-DD")
    return birth_date


def _as_of(given: Fields) -> datetime | None:
    if "as_of" not in given:
        return None
    try:
        as_of = datetime.fromisoformat(given.text("as_of"))
    except ValueError:
        as_of = datetime.min  # noqa: DTZ901 - without a zone, and so refused below
    if as_of.tzinfo is None:
        raise BadInput("invalid-field", "as_of is a time in RFC 3339, with its zone")
    return as_of


ROUTES = [
    web.post("/departures/check", with_faults(check)),
    web.put("/control/departures", put_departure),
]
