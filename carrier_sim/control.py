"""The control interface: what the people with the phones do, for tests and the phone page."""

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from carrier_sim.call import CallSession, WrongMoment
from carrier_sim.carrier import CARRIER, Carrier, Line
from carrier_sim.control_inputs import BadInput, Fields, json_body, read_faults, read_phone
from carrier_sim.keys import are_keys
from carrier_sim.numbers import read_number
from carrier_sim.rest import json_response
from carrier_sim.rest_messages import MAX_BODY_LENGTH
from carrier_sim.views import call_view, message_view, phone_view


@web.middleware
async def control_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers wrong input with JSON that says what is wrong."""
    try:
        return await handler(request)
    except BadInput as error:
        return json_response({"error": error.slug, "detail": error.detail}, error.status)


async def list_messages(request: web.Request) -> web.Response:
    """All texts, or with `to` those that this phone got, newest last."""
    number = _asked_number(request)
    texts = request.app[CARRIER].messages()
    wanted = [text for text in texts if number is None or (text.to == number and text.arrived)]
    return json_response({"messages": [message_view(text) for text in wanted]})


async def send_message(request: web.Request) -> web.Response:
    """A phone sends a text to the account that has the number."""
    carrier = request.app[CARRIER]
    fields = await _fields(request, {"from", "to", "body"})
    from_, to, body = fields.number("from"), fields.number("to"), fields.text("body")
    line = next((one for one in carrier.lines if one.account.sms_number == to), None)
    if line is None:
        raise BadInput("not-our-number", "to is not the SMS number of an account", 422)
    if not 1 <= len(body) <= MAX_BODY_LENGTH:
        raise BadInput("invalid-field", f"body has 1 to {MAX_BODY_LENGTH} characters")
    message = line.texting.receive(from_=from_, to=to, body=body)
    return json_response(message_view(message), 201)


async def list_calls(request: web.Request) -> web.Response:
    """All calls, or with `to` those to this phone, newest last."""
    number = _asked_number(request)
    calls = request.app[CARRIER].calls()
    return json_response({"calls": [call_view(call) for call in calls if number in (None, call.to)]})


async def answer_call(request: web.Request) -> web.Response:
    """`pace`: `quick` (as a test wants it) or `human` (as a person listens)."""
    pace = (await _fields(request, {"pace"})).choice("pace", ("quick", "human"), "quick")
    return _do(request, lambda session: session.answer(human_pace=pace == "human"), "the call is not ringing")


async def press_keys(request: web.Request) -> web.Response:
    keys = (await _fields(request, {"digits"})).text("digits")
    if not are_keys(keys):
        raise BadInput("invalid-field", "digits are 1 to 64 keys out of 0-9, * and #")
    return _do(request, lambda session: session.press(keys), "the call is not in progress")


async def hang_up_call(request: web.Request) -> web.Response:
    await _fields(request, set())
    return _do(request, lambda session: session.hang_up(), "the call is not in progress")


async def reject_call(request: web.Request) -> web.Response:
    await _fields(request, set())
    return _do(request, lambda session: session.reject(), "the call is not ringing")


async def list_phones(request: web.Request) -> web.Response:
    phones = request.app[CARRIER].phones.all()
    return json_response({"phones": [phone_view(phone) for phone in phones]})


async def put_phone(request: web.Request) -> web.Response:
    """How a phone behaves from now on, and in whose name it is; what is left out stays as it was."""
    carrier = request.app[CARRIER]
    number = read_number(request.match_info["number"])
    if number is None:
        raise BadInput("invalid-number", "the phone in the address is not an E.164 number")
    change = read_phone(await json_body(request))
    phone = carrier.phones.get(number)
    change(phone)
    view = phone_view(phone)
    carrier.events.publish("phone", view)
    return json_response(view)


async def get_faults(request: web.Request) -> web.Response:
    """Those in force: of the main account, or of the `account` that is asked for."""
    carrier = request.app[CARRIER]
    return json_response(_lines(carrier, request.query.get("account"))[0].faults.settings)


async def put_faults(request: web.Request) -> web.Response:
    """Start over from this seed; a fault that is left out is off. With `account` only there, else everywhere."""
    body = await json_body(request)
    account = body.pop("account", None)
    lines, faults = _lines(request.app[CARRIER], account), read_faults(body)
    for line in lines:
        line.faults.reset(faults)
    return json_response(faults)


def _lines(carrier: Carrier, account: object) -> list[Line]:
    if account is None:
        return list(carrier.lines)
    named = [line for line in carrier.lines if account in (line.account.name, line.account.account_sid)]
    if not named:
        names = ", ".join(line.account.name for line in carrier.lines)
        raise BadInput("invalid-field", f"account is one of {names}, or the sid of one")
    return named


def _do(request: web.Request, act: Callable[[CallSession], None], otherwise: str) -> web.Response:
    sid = request.match_info["sid"]
    boards = (line.switchboard for line in request.app[CARRIER].lines)
    found = next(((board, call) for board in boards if (call := board.calls.get(sid)) is not None), None)
    if found is None:
        raise BadInput("not-found", "there is no such call", 404)
    switchboard, call = found
    session = switchboard.session(call.sid)
    try:
        if session is None:
            raise WrongMoment
        act(session)
    except WrongMoment as error:
        raise BadInput("wrong-moment", f"{otherwise}: it is {call.status}", 409) from error
    return json_response(call_view(call))


def _asked_number(request: web.Request) -> str | None:
    text = request.query.get("to")
    if text is None:
        return None
    number = read_number(text)
    if number is None:
        raise BadInput("invalid-number", "to is not an E.164 number")
    return number


async def _fields(request: web.Request, known: set[str]) -> Fields:
    return Fields(await json_body(request), known)


ROUTES = [
    web.get("/control/messages", list_messages),
    web.post("/control/messages", send_message),
    web.get("/control/calls", list_calls),
    web.post("/control/calls/{sid}/answer", answer_call),
    web.post("/control/calls/{sid}/press", press_keys),
    web.post("/control/calls/{sid}/hangup", hang_up_call),
    web.post("/control/calls/{sid}/reject", reject_call),
    web.get("/control/phones", list_phones),
    web.put("/control/phones/{number}", put_phone),
    web.get("/control/faults", get_faults),
    web.put("/control/faults", put_faults),
]
