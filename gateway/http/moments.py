"""Times, as answers tell them and people read them."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, WithJsonSchema

SEOUL = ZoneInfo("Asia/Seoul")
"""Where customers and operators are, wherever the server stands: their day begins there."""

_MILLISECONDS = tuple(f".{rest:03d}Z" for rest in range(1000))


def moment(milliseconds: int) -> str:
    """RFC 3339 in UTC."""
    return _second(milliseconds // 1000) + _MILLISECONDS[milliseconds % 1000]


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    """To the second. Cached, because the answers of one second tell mostly the same moments."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


Moment = Annotated[
    int,
    PlainSerializer(moment, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Milliseconds inside, RFC 3339 in UTC outside."""
