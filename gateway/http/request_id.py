"""One id per request: in the log, in the answer's header and in a problem's `instance`."""

import re
import secrets
from itertools import count

from aiohttp import web

from gateway.http.whole_request import Incoming

HEADER = "X-Request-Id"

_KEY = web.RequestKey("request_id", str)
_FROM_CALLER = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""Anything shorter could be a phone number or a code, and this value is logged."""

_NOT_FOR_THE_LOG = re.compile(r"bonin_|(?<![0-9])(?:82-?|0)1[016-9]-?[0-9]{3,4}-?[0-9]{4}(?![0-9])")
"""A key of ours that was put into the wrong header, or a Korean mobile number between other signs."""


_PROCESS = secrets.token_hex(8)
_numbers = count(1)
"""Unique without asking the system for randomness at every request; nobody has to be unable to guess it."""


def assign(request: Incoming) -> str:
    """Give the request its id: the caller's own when it is safe to log, else a new one."""
    offered = request.headers.get(HEADER)
    if offered is None or _FROM_CALLER.fullmatch(offered) is None or _NOT_FOR_THE_LOG.search(offered):
        offered = new()
    request[_KEY] = offered
    return offered


def new() -> str:
    """An id that no request had before."""
    return f"{_PROCESS}{next(_numbers):08x}"


def request_id_of(request: Incoming) -> str:
    """The id that `assign` gave."""
    return request[_KEY]
