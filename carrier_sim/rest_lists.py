"""Lists of REST resources: page by page, and of a time.

Sources: https://www.twilio.com/docs/usage/twilios-response#pagination,
https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from carrier_sim.rest import RestError, json_response

T = TypeVar("T")


def listing(request: web.Request, key: str, items: Iterable[T], form: Callable[[T], Any]) -> web.Response:
    """One page of a list, newest first, with the addresses of the pages beside it."""
    newest = list(items)[::-1]
    page, size = _query_number(request, "Page", 0, 0), _query_number(request, "PageSize", 50, 1)
    start = page * size
    records = newest[start : start + size]
    query = {name: value for name, value in request.query.items() if name not in ("Page", "PageToken")}

    def uri(number: int) -> str:
        return f"{request.path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

    return json_response(
        {
            key: [form(record) for record in records],
            "page": page,
            "page_size": size,
            "start": start,
            "end": max(start, start + len(records) - 1),
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if start + size < len(newest) else None,
            "previous_page_uri": uri(page - 1) if page else None,
        }
    )


def _query_number(request: web.Request, name: str, default: int, least: int) -> int:
    text = request.query.get(name, str(default))
    if not re.fullmatch("[0-9]{1,6}", text):
        raise RestError(20001, f"{name} is not a number")
    return min(max(least, int(text)), 1000) if name == "PageSize" else max(least, int(text))


def asked_period(request: web.Request, name: str) -> Callable[[datetime | None], bool]:
    """Whether a time is what the query asks for by `name`, `name<` and `name>`, both up to and with what they say.

    What has no such time yet is in no period.
    """
    at, until, since = (_query_time(request, name + sign) for sign in ("", "<", ">"))
    if at is until is since is None:
        return lambda moment: True

    def is_asked_for(moment: datetime | None) -> bool:
        if moment is None:
            return False
        return (
            (at is None or _alike(moment, at) == at)
            and (until is None or _alike(moment, until) <= until)
            and (since is None or _alike(moment, since) >= since)
        )

    return is_asked_for


def _alike(moment: datetime, asked: date) -> date:
    """The time as exactly as it was asked for: its second, or its day in UTC."""
    return moment.replace(microsecond=0) if isinstance(asked, datetime) else moment.date()


def _query_time(request: web.Request, name: str) -> date | None:
    """A day as `YYYY-MM-DD`, or a moment in ISO 8601 (a `datetime`), UTC unless it says otherwise."""
    text = request.query.get(name)
    if text is None:
        return None
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RestError(20001, f"{name} is not a date") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
