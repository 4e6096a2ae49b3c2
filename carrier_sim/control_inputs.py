"""Reads the bodies of the control interface, and says what is wrong with them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import orjson
from aiohttp import web

from carrier_sim.keys import are_keys
from carrier_sim.numbers import is_e164
from carrier_sim.phones import Phone
from carrier_sim.settings import Behaviour, FaultSettings, RegistryState

E = TypeVar("E", bound=StrEnum)

MAX_DELAY_MS = 60_000
MAX_HOURS = 24 * 366 * 10


class BadInput(Exception):
    """A request to the control interface that cannot be done; `detail` never repeats a value."""

    def __init__(self, slug: str, detail: str, status: int = 400) -> None:
        super().__init__(slug)
        self.slug = slug
        self.detail = detail
        self.status = status


def read_date(text: str) -> date | None:
    """A day as `YYYY-MM-DD`, or None."""
    try:
        return date.fromisoformat(text) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent; an empty body is an empty object."""
    raw = await request.read()
    try:
        body = orjson.loads(raw) if raw.strip() else {}
    except orjson.JSONDecodeError as error:
        raise BadInput("malformed-json", "the body is not JSON in UTF-8") from error
    if not isinstance(body, dict):
        raise BadInput("malformed-json", "the body is not a JSON object")
    return body


class Fields:
    """The fields of a JSON object, of which none may be unknown."""

    def __init__(self, body: Mapping[str, Any], known: set[str]) -> None:
        if unknown := sorted(set(body) - known):
            raise BadInput(
                "unknown-field", f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known)) or 'none'}"
            )
        self._body = body

    def __contains__(self, name: str) -> bool:
        return name in self._body

    def value(self, name: str) -> Any:
        return self._body.get(name)

    def text(self, name: str) -> str:
        value = self._body.get(name)
        if not isinstance(value, str):
            raise BadInput("invalid-field", f"{name} is a text, and required")
        return value

    def number(self, name: str) -> str:
        value = self.text(name)
        if not is_e164(value):
            raise BadInput("invalid-field", f"{name} is not an E.164 number")
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(name) if name in self else default
        if value not in choices:
            raise BadInput("invalid-field", f"{name} is one of {', '.join(choices)}")
        return value

    def member(self, name: str, kind: type[E]) -> E:
        return kind(self.choice(name, tuple(kind), ""))


def _greeting_keys(given: Fields) -> str:
    keys = given.text("greeting_keys")
    if keys and not are_keys(keys):
        raise BadInput("invalid-field", "greeting_keys are keys out of 0-9, * and #, or empty")
    return keys


def _sim_swapped_at(given: Fields) -> datetime | None:
    hours = given.value("sim_swapped_hours_ago")
    if hours is None:
        return None
    if not isinstance(hours, int | float) or isinstance(hours, bool) or not 0 <= hours <= MAX_HOURS:
        raise BadInput("invalid-field", f"sim_swapped_hours_ago is a number from 0 to {MAX_HOURS}, or null")
    return datetime.now(UTC) - timedelta(hours=hours)


def _forwarded(given: Fields) -> bool:
    forwarded = given.value("forwarded")
    if not isinstance(forwarded, bool):
        raise BadInput("invalid-field", "forwarded is true or false")
    return forwarded


def _recycled_on(given: Fields) -> date | None:
    day = given.value("recycled_on")
    recycled_on = read_date(day) if isinstance(day, str) else None
    if day is not None and recycled_on is None:
        raise BadInput("invalid-field", "recycled_on is a date as YYYY-MM-DD, or null")
    return recycled_on


_READ_PHONE: dict[str, Callable[[Fields], Any]] = {
    "behaviour": lambda given: given.member("behaviour", Behaviour),
    "greeting_keys": _greeting_keys,
    "registry": lambda given: given.member("registry", RegistryState),
    "owner_name": lambda given: given.text("owner_name"),
    "name": lambda given: given.text("name"),
    "sim_swapped_hours_ago": _sim_swapped_at,
    "forwarded": _forwarded,
    "recycled_on": _recycled_on,
}
_ATTRIBUTES = {"sim_swapped_hours_ago": "sim_swapped_at"}
"""Of a phone, where it is called something else than the field."""


def read_phone(body: Mapping[str, Any]) -> Callable[[Phone], None]:
    """The change that a body asks for; nothing is changed before all of it is known to be right."""
    given = Fields(body, set(_READ_PHONE))
    changes = {name: read(given) for name, read in _READ_PHONE.items() if name in given}
    if not changes:
        raise BadInput("invalid-field", "name what is to change, such as behaviour")

    def change(phone: Phone) -> None:
        for name, value in changes.items():
            setattr(phone, _ATTRIBUTES.get(name, name), value)
        # Whoever names a phone wants to see it.
        phone.listed = phone.listed or "name" in changes

    return change


def read_faults(body: Mapping[str, Any]) -> FaultSettings:
    names = {field.name for field in fields(FaultSettings)}
    Fields(body, names)
    seed = body.get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise BadInput("invalid-field", "seed is a whole number, and required")
    most = {name: MAX_DELAY_MS if name.endswith("_ms") else 1 for name in names - {"seed"}}
    return FaultSettings(seed=seed, **{name: _within(body, name, limit) for name, limit in most.items()})


def _within(body: Mapping[str, Any], name: str, most: float) -> float:
    value = body.get(name, 0)
    if not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadInput("invalid-field", f"{name} is a number from 0 to {most}")
    return float(value)
