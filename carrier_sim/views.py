"""Texts, calls and phones as the control interface and the phone page see them. Times are RFC 3339 UTC."""

from datetime import UTC, datetime
from typing import Any

from carrier_sim.numbers import is_landline
from carrier_sim.phones import Phone
from carrier_sim.records import Call, Message


def message_view(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "account": message.account,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "error_code": message.error_code,
        "arrived": message.arrived,
        "at": _rfc3339(message.sent or message.created),
    }


def call_view(call: Call) -> dict[str, Any]:
    saying = call.saying
    return {
        "sid": call.sid,
        "account": call.account,
        "from": call.from_,
        "to": call.to,
        "status": call.status,
        "heard": list(call.heard),
        "turn": call.turn,
        "saying": saying and {"text": saying.text, "language": saying.language, "seconds": saying.seconds},
        "listening": call.listening,
        "answered_by": call.answered_by,
        "at": _rfc3339(call.created),
        "answered_at": _rfc3339(call.answered),
        "ended_at": _rfc3339(call.ended),
    }


def phone_view(phone: Phone) -> dict[str, Any]:
    return {
        "number": phone.number,
        "name": phone.name,
        "name_en": phone.name_en,
        "behaviour": phone.behaviour,
        "greeting_keys": phone.greeting_keys,
        "owner_name": phone.owner_name,
        "registry": phone.registry,
        "sim_swapped_at": _rfc3339(phone.sim_swapped_at),
        "forwarded": phone.forwarded,
        "recycled_on": phone.recycled_on and phone.recycled_on.isoformat(),
        "opted_out": phone.opted_out,
        "listed": phone.listed,
        "line": "landline" if is_landline(phone.number) else "mobile",
    }


def _rfc3339(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
