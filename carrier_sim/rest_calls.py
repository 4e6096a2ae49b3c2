"""The Call resource. Source: https://www.twilio.com/docs/voice/api/call-resource"""

import re
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from carrier_sim.call import CallPlan, WrongMoment
from carrier_sim.call_callbacks import EVENTS
from carrier_sim.carrier import Line
from carrier_sim.numbers import is_e164
from carrier_sim.records import Call
from carrier_sim.rest import ACCOUNT_PATH, LINE, RestError, json_response, not_found, read_form
from carrier_sim.rest_lists import asked_period, listing
from carrier_sim.talk import Document
from carrier_sim.webhooks import is_web_address

DEFAULT_RING_SECONDS = 60
MAX_RING_SECONDS = 600


async def create_call(request: web.Request) -> web.Response:
    line = request[LINE]
    form = await read_form(request)
    _check_numbers(form, request)
    plan = CallPlan(
        document=_document(form),
        ring_seconds=_ring_seconds(form),
        machine_detection=form.get("MachineDetection", ""),
    )
    callback_url = form.get("StatusCallback", "")
    if callback_url and not is_web_address(callback_url):
        raise RestError(21609, "The 'StatusCallback' URL is not a valid URL")
    call = line.switchboard.place(
        to=form["To"],
        from_=form["From"],
        plan=plan,
        callback_url=callback_url,
        callback_method=_method(form, "StatusCallbackMethod"),
        callback_events=_callback_events(form),
    )
    return json_response(call_resource(call, line), 201)


async def list_calls(request: web.Request) -> web.Response:
    line = request[LINE]
    started_when_asked, ended_when_asked = asked_period(request, "StartTime"), asked_period(request, "EndTime")
    wanted = [
        call
        for call in line.switchboard.calls
        if request.query.get("To", call.to) == call.to
        and request.query.get("From", call.from_) == call.from_
        and request.query.get("Status", call.status) == call.status
        and started_when_asked(call.answered)
        and ended_when_asked(call.ended)
    ]
    return listing(request, "calls", wanted, lambda call: call_resource(call, line))


async def fetch_call(request: web.Request) -> web.Response:
    return json_response(call_resource(_find(request), request[LINE]))


async def update_call(request: web.Request) -> web.Response:
    line = request[LINE]
    call = _find(request)
    form = await read_form(request)
    session = line.switchboard.session(call.sid)
    status = form.get("Status", "")
    if status not in ("", "completed", "canceled"):
        raise RestError(21218, "Status is 'completed' or 'canceled'")
    if session is None or call.over:
        raise RestError(21220, "Call is not in-progress. Cannot redirect.")
    if status:
        session.complete(only_unanswered=status == "canceled")
    else:
        try:
            session.redirect(_document(form))
        except WrongMoment as error:
            raise RestError(21220, "Call is not in-progress. Cannot redirect.") from error
    return json_response(call_resource(call, line))


def _find(request: web.Request) -> Call:
    call = request[LINE].switchboard.calls.get(request.match_info["sid"])
    if call is None:
        raise not_found(request)
    return call


def _check_numbers(form: Mapping[str, str], request: web.Request) -> None:
    account = request[LINE].account
    to, from_ = form.get("To", ""), form.get("From", "")
    if not to:
        raise RestError(21201, "No 'To' number specified")
    if not is_e164(to):
        raise RestError(21211, "The 'To' number is not a valid phone number.")
    if not from_:
        raise RestError(21213, "Caller phone number required")
    if not is_e164(from_):
        raise RestError(21212, "The 'From' number is not a valid phone number.")
    if from_ not in (account.voice_number, account.sms_number):
        raise RestError(21210, "The 'From' phone number is not verified for this account.")


def _document(form: Mapping[str, str]) -> Document:
    if twiml := form.get("Twiml", ""):
        return Document(inline=twiml)
    url = form.get("Url", "")
    if not url:
        raise RestError(21205, "Url parameter is required.")
    if not is_web_address(url):
        raise RestError(21205, "Url is not a valid URL.")
    return Document(url, _method(form, "Method"))


def _method(form: Mapping[str, str], name: str) -> str:
    method = form.get(name, "POST").upper()
    if method not in ("GET", "POST"):
        raise RestError(21206, f"{name} is 'GET' or 'POST'")
    return method


def _ring_seconds(form: Mapping[str, str]) -> int:
    text = form.get("Timeout", str(DEFAULT_RING_SECONDS))
    if not re.fullmatch("[0-9]{1,6}", text):
        raise RestError(21214, "Timeout is a whole number of seconds")
    return min(int(text), MAX_RING_SECONDS)


def _callback_events(form: MultiMapping[str]) -> frozenset[str]:
    asked = [part for value in form.getall("StatusCallbackEvent", []) for part in value.split()]
    if not all(event in EVENTS for event in asked):
        raise RestError(21626, "StatusCallbackEvent is one of initiated, ringing, answered, completed")
    return frozenset(asked or ["completed"])


def call_resource(call: Call, line: Line) -> dict[str, Any]:
    uri = f"{ACCOUNT_PATH.format(account_sid=line.account.account_sid)}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": line.account.account_sid,
        "parent_call_sid": None,
        "from": call.from_,
        "from_formatted": call.from_,
        "to": call.to,
        "to_formatted": call.to,
        "phone_number_sid": None,
        "status": call.status,
        "direction": "outbound-api",
        "answered_by": call.answered_by,
        "api_version": "2010-04-01",
        "forwarded_from": None,
        "caller_name": None,
        "group_sid": None,
        "trunk_sid": None,
        "queue_time": "0",
        "price": None,
        "price_unit": "USD",
        "duration": str(call.duration) if call.over else None,
        "start_time": call.answered and format_datetime(call.answered),
        "end_time": call.ended and format_datetime(call.ended),
        "date_created": format_datetime(call.created),
        "date_updated": format_datetime(call.updated),
        "uri": f"{uri}.json",
        "subresource_uris": {},
    }


ROUTES = [
    web.post(f"{ACCOUNT_PATH}/Calls.json", create_call),
    web.get(f"{ACCOUNT_PATH}/Calls.json", list_calls),
    web.get(f"{ACCOUNT_PATH}/Calls/{{sid}}.json", fetch_call),
    web.post(f"{ACCOUNT_PATH}/Calls/{{sid}}.json", update_call),
]
