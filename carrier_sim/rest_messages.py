"""The Message resource. Source: https://www.twilio.com/docs/messaging/api/message-resource"""

from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from carrier_sim.carrier import CARRIER, Line
from carrier_sim.numbers import is_e164
from carrier_sim.records import Direction, Message, MessageStatus, now
from carrier_sim.rest import ACCOUNT_PATH, LINE, RestError, json_response, not_found, read_form
from carrier_sim.rest_lists import asked_period, listing
from carrier_sim.segments import count_segments
from carrier_sim.webhooks import is_web_address

MAX_BODY_LENGTH = 1600


async def create_message(request: web.Request) -> web.Response:
    line = request[LINE]
    form = await read_form(request)
    to = _check_numbers(form, request)
    body = form.get("Body", "")
    if not body:
        raise RestError(21602, "Message body is required.")
    if len(body) > MAX_BODY_LENGTH:
        raise RestError(21617, "The concatenated message body exceeds the 1600 character limit")
    status_callback = form.get("StatusCallback", "")
    if status_callback and not is_web_address(status_callback):
        raise RestError(21609, "The 'StatusCallback' URL is not a valid URL")
    message = line.texting.send(
        to=to,
        from_=form["From"],
        body=body,
        direction=Direction.OUTBOUND_API,
        status_callback=status_callback,
    )
    return json_response(message_resource(message, line), 201)


async def list_messages(request: web.Request) -> web.Response:
    line = request[LINE]
    sent_when_asked = asked_period(request, "DateSent")
    wanted = [
        message
        for message in line.texting.messages
        if not message.deleted
        and sent_when_asked(message.sent)
        and request.query.get("To", message.to) == message.to
        and request.query.get("From", message.from_) == message.from_
    ]
    return listing(request, "messages", wanted, lambda message: message_resource(message, line))


async def fetch_message(request: web.Request) -> web.Response:
    return json_response(message_resource(_existing(request), request[LINE]))


async def update_message(request: web.Request) -> web.Response:
    """Redact the body, which is all that can be changed of a message that was not scheduled."""
    message = _existing(request)
    if (await read_form(request)).get("Body") != "":
        raise RestError(20001, "Only an empty Body can be set on this message.")
    _require_final(message)
    message.redacted = True
    message.updated = now()
    return json_response(message_resource(message, request[LINE]))


async def delete_message(request: web.Request) -> web.Response:
    message = _existing(request)
    _require_final(message)
    message.deleted = True
    return web.Response(status=204)


async def list_media(request: web.Request) -> web.Response:
    """None: no text here has pictures."""
    _existing(request)
    return listing(request, "media_list", (), lambda medium: medium)


def _existing(request: web.Request) -> Message:
    message = request[LINE].texting.messages.get(request.match_info["sid"])
    if message is None or message.deleted:
        raise not_found(request)
    return message


def _require_final(message: Message) -> None:
    if message.status in (MessageStatus.QUEUED, MessageStatus.SENT):
        raise RestError(20009, "Message cannot be changed before it has a final status.", 409)


def _check_numbers(form: Mapping[str, str], request: web.Request) -> str:
    account = request[LINE].account
    to, from_ = form.get("To", ""), form.get("From", "")
    if not to:
        raise RestError(21604, "A 'To' phone number is required.")
    if not is_e164(to):
        raise RestError(21211, "The 'To' number is not a valid phone number.")
    if not from_:
        raise RestError(21603, "A 'From' phone number is required.")
    if from_ == account.sms_number:
        if to == from_:
            raise RestError(21266, "'To' and 'From' number cannot be the same")
        if request.app[CARRIER].phones.peek(to).opted_out:
            raise RestError(21610, "Attempt to send to unsubscribed recipient")
        return to
    if not is_e164(from_):
        raise RestError(21212, "The 'From' number is not a valid phone number.")
    if from_ == account.voice_number:
        raise RestError(21606, "The 'From' phone number provided is not a message-capable Twilio phone number.")
    raise RestError(21659, "The 'From' number is not a Twilio phone number of this account.")


def message_resource(message: Message, line: Line) -> dict[str, Any]:
    uri = f"{ACCOUNT_PATH.format(account_sid=line.account.account_sid)}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": line.account.account_sid,
        "messaging_service_sid": None,
        "from": message.from_,
        "to": message.to,
        "body": "" if message.redacted else message.body,
        "status": message.status,
        "direction": message.direction,
        "num_segments": str(count_segments(message.body)),
        "num_media": "0",
        "error_code": message.error_code,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "date_created": format_datetime(message.created),
        "date_updated": format_datetime(message.updated),
        "date_sent": message.sent and format_datetime(message.sent),
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


ROUTES = [
    web.post(f"{ACCOUNT_PATH}/Messages.json", create_message),
    web.get(f"{ACCOUNT_PATH}/Messages.json", list_messages),
    web.get(f"{ACCOUNT_PATH}/Messages/{{sid}}.json", fetch_message),
    web.post(f"{ACCOUNT_PATH}/Messages/{{sid}}.json", update_message),
    web.delete(f"{ACCOUNT_PATH}/Messages/{{sid}}.json", delete_message),
    web.get(f"{ACCOUNT_PATH}/Messages/{{sid}}/Media.json", list_media),
]
