"""Exceptions that nobody caught: told by type and place, as all are, since what they say may hold anything."""

import sys
import threading
from types import TracebackType


def tell_by_place() -> None:
    """For a whole process, and its threads."""
    sys.excepthook = _tell
    threading.excepthook = lambda thread: _tell(thread.exc_type, thread.exc_value, thread.exc_traceback)
    sys.unraisablehook = lambda ignored: _tell(ignored.exc_type, ignored.exc_value, ignored.exc_traceback)


def _tell(kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    # Not before: most processes end without.
    import structlog

    from gateway.log import configure_logging

    if not structlog.is_configured():
        configure_logging(stream=sys.stderr)
    log = structlog.get_logger(__name__)
    log.critical("uncaught_exception", exc_info=(kind, error or kind(), traceback))
