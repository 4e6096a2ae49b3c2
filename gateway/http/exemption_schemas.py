"""The body that registers an overseas exemption."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from contacts.exemption import Period, RequestedVia
from gateway.http.models import Body, field_error

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _milliseconds(value: object) -> int:
    """RFC 3339 (section 5.6) as ms since the epoch. Python's and pydantic's own readers take more than that."""
    try:
        if not isinstance(value, str) or _RFC_3339.fullmatch(value) is None:
            raise ValueError
        return (datetime.fromisoformat(value.upper()) - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise field_error(
            "시각을 시간대와 함께 RFC 3339로 입력해 주세요. (예: 2026-01-31T09:00:00+09:00)",
            "Give a time with its zone as in RFC 3339, such as 2026-01-31T09:00:00+09:00.",
        ) from None


Instant = Annotated[
    int,
    BeforeValidator(_milliseconds),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-01-31T09:00:00+09:00"]}),
]
"""RFC 3339 with a zone outside, ms since the epoch inside."""


class PutOverseasExemption(Body):
    from_: Annotated[Instant, Field(alias="from")]
    until: Annotated[Instant, Field(examples=["2026-02-28T18:00:00+09:00"])]
    requested_via: Annotated[RequestedVia, Field(strict=False)]

    @property
    def period(self) -> Period:
        return Period(self.from_, self.until)
