"""Logs as JSON lines (or for eyes, on a terminal), with a second line of defence against secrets.

Nothing passes a code, a number, a name or a key to the log on purpose. Should it happen by accident,
or in a library, `redact` removes it: known keys whole, and in any text all runs of digits that could
be a phone number, a date of birth or a code. Exceptions are logged by type and place only, because
their messages quote data.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TextIO, cast

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.log_stream import LogStream

HIDDEN = "[hidden]"
DIGITS_HIDDEN = "[digits]"

_HIDDEN_KEYS = frozenset(
    {
        "api_key",
        "auth_token",
        "authorization",
        "birth_date",
        "body",
        "code",
        "cookie",
        "digits",
        "headers",
        "key",
        "name",
        "number",
        "password",
        "pepper",
        "phone",
        "query",
        "receipt",
        "secret",
        "text",
        "to",
        "token",
        "url",
    }
)
_OURS = frozenset(
    {"timestamp", "level", "route", "method", "request_id", "verification_id", "contact_id", "exception", "place"}
)
"""Values we make ourselves: they may look like digits, and finding them in the log is their purpose."""

_DIGITS = re.compile(
    r"(?<![0-9A-Za-z０-９])"
    r"(?:(?P<address>(?:[0-9]{1,3}\.){3}[0-9]{1,3})|\+?[0-9０-９](?:[ .\-]?[0-9０-９]){5,})"
    r"(?![0-9A-Za-z０-９])"
)
"""Six digits and more, of either width, in groups or not; an IPv4 address is recognised, so that it can stay."""

_WORDS = re.compile("[A-Za-z ]*")

_PLAIN = frozenset({type(None), bool, int, float})
_DEEPEST = 4
_QUIET = ("twilio.http_client", "aiohttp.access", "asyncio")
"""Loggers that are of no use below a warning; Twilio's writes numbers and texts at INFO."""


def configure_logging(level: str = "INFO", *, pretty: bool | None = None, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to one stream; `pretty` by default on a terminal."""
    out = stream or sys.stdout
    if pretty is None:
        pretty = out.isatty()
    render: Processor = _for_a_terminal() if pretty else structlog.processors.JSONRenderer(_to_json)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _stamp,
        show_exceptions_by_place,
        redact,
    ]

    def gap(count: int) -> str:
        event: EventDict = {"count": count, "event": "log_lines_lost", "level": "error"}
        return str(render(None, "error", _stamp(None, "error", event)))

    lines = cast(TextIO, LogStream(out, gap))
    numeric = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=structlog.WriteLoggerFactory(lines),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[without_values_of_asyncio, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.raiseExceptions = False  # it would print the arguments of a line that cannot be written
    logging.basicConfig(level=numeric, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(numeric, logging.WARNING))


def _for_a_terminal() -> Processor:
    console = structlog.dev.ConsoleRenderer()

    def render(logger: WrappedLogger, name: str, event: EventDict) -> str:
        if "exception" in event:
            # ConsoleRenderer takes this key for a traceback, which is one text.
            event["exception"] = "\n".join([*event["exception"], *event.pop("place", ())])
        return console(logger, name, event)

    return render


def _stamp(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC)
    return event


def without_values_of_asyncio(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """asyncio's messages hold the arguments of what failed and the text of exceptions: only the first words stay."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name == "asyncio" and (words := _WORDS.match(event["event"])):
        event["event"] = words[0].strip()
    return event


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Hide what must not be logged."""
    for key, value in event.items():
        if key not in _OURS:
            event[key] = _redacted(key, value, _DEEPEST)
    return event


def _redacted(key: str, value: Any, depth: int) -> Any:
    if type(value) in _PLAIN:
        return value
    if key in _HIDDEN_KEYS or depth == 0:
        return HIDDEN
    if isinstance(value, str):
        return _DIGITS.sub(_hide, value)
    if isinstance(value, dict):
        return {_DIGITS.sub(_hide, str(inner)): _redacted(str(inner), item, depth - 1) for inner, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted("", item, depth - 1) for item in value]
    return _DIGITS.sub(_hide, str(value))


def _hide(found: re.Match[str]) -> str:
    return found["address"] or DIGITS_HIDDEN


def show_exceptions_by_place(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the types of the chained exceptions and the lines they passed."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = [type(link).__qualname__ for link in _chain(error)]
        event["place"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in _frames(error)]
    return event


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return chain


def _frames(error: BaseException) -> Sequence[traceback.FrameSummary]:
    return traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)


def _to_json(event: EventDict, **_: Any) -> str:
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_UTC_Z).decode()
    except orjson.JSONEncodeError:  # a lone surrogate from a header, an integer beyond 64 bits
        return json.dumps(event, default=str)
