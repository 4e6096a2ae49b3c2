"""What the page sends. Shapes only: whether it is allowed is for the gateway to say."""

from enum import StrEnum
from typing import Annotated, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from desk.refusals import DeskRefused, Refusal

LARGEST_BODY = 4096
"""Bytes."""

Word = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Nothing(_Body):
    pass


class Location(StrEnum):
    """Where the customer is said to be: a desk on loopback sees no address that says it."""

    DOMESTIC = "domestic"
    FOREIGN = "foreign"


class OpenCase(_Body):
    customer_id: Word
    operation: Word
    location: Annotated[Location, Field(strict=False)] = Location.DOMESTIC


class OpenVerification(_Body):
    case_id: Word | None = None
    """The case it is for; without one its receipt vouches for a contact, and is redeemed for nothing."""
    customer_id: Word
    method: Word
    operation: Word
    contact_id: Word | None = None
    target_contact_id: Word | None = None


class Check(_Body):
    code: Line
    attempt_id: Word


class IssueBranchPassword(_Body):
    customer_id: Word
    operation: Word
    branch: Line
    issued_by: Line


B = TypeVar("B", bound=_Body)


async def read_body(request: web.Request, kind: type[B]) -> B:
    """The body of a request, which says its length beforehand. Raises `DeskRefused`."""
    length = request.content_length
    if length is None or length > LARGEST_BODY or request.content_type != "application/json":
        raise DeskRefused(Refusal.UNREADABLE)
    try:
        return kind.model_validate(orjson.loads(await request.read()))
    except (orjson.JSONDecodeError, ValidationError):
        raise DeskRefused(Refusal.UNREADABLE) from None
