"""The filters of a list, as they stand in its address."""

import re
from collections.abc import Mapping
from datetime import datetime

from gateway.core.errors import FieldError, Refusal
from gateway.core.problems import Problem
from gateway.core.read_model import Filters
from gateway.http.ids import VERIFICATION_ID
from gateway.http.moments import SEOUL

_WORD = re.compile("[a-z0-9_-]{1,40}")
_CURSOR = re.compile(f"[0-9]{{1,15}}-{VERIFICATION_ID}")
_LOCAL_TIME = "%Y-%m-%dT%H:%M"


def read_filters(query: Mapping[str, str]) -> tuple[Filters, str | None]:
    """The filters and the cursor. Raises `Refusal` for what cannot be one."""
    words = {name: query.get(name) or None for name in ("state", "method", "carrier", "reason")}
    for name, value in words.items():
        if value is not None and _WORD.fullmatch(value) is None:
            raise _wrong(name)
    older = query.get("older") or None
    if older is not None and _CURSOR.fullmatch(older) is None:
        raise _wrong("older")
    return Filters(**words, since=_moment(query, "since"), until=_moment(query, "until")), older


def _moment(query: Mapping[str, str], name: str) -> int | None:
    """A time as `<input type="datetime-local">` gives it, in Seoul."""
    text = query.get(name)
    if not text:
        return None
    try:
        moment = datetime.strptime(text, _LOCAL_TIME).replace(tzinfo=SEOUL)
    except ValueError:
        error = FieldError(
            name, f"{name}: 날짜와 시각을 다시 선택해 주세요.", f"{name}: choose the date and the time again."
        )
        raise Refusal(Problem.INVALID_FIELDS, errors=(error,)) from None
    return round(moment.timestamp() * 1000)


def _wrong(name: str) -> Refusal:
    error = FieldError(name, f"{name}: 목록에서 골라 주세요.", f"{name}: choose from the list.")
    return Refusal(Problem.INVALID_FIELDS, errors=(error,))
