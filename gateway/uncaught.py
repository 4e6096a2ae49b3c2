"""Exceptions that nobody caught: told by type and place, as all are, since what they say may hold anything."""

import sys
import threading


def tell_by_place() -> None:
    """For a whole process, and its threads."""
    sys.excepthook = lambda kind, error, _: _tell(kind, error)
    threading.excepthook = lambda thread: _tell(thread.exc_type, thread.exc_value)
    sys.unraisablehook = lambda ignored: _tell(ignored.exc_type, ignored.exc_value)


def _tell(kind: type[BaseException], error: BaseException | None) -> None:
    """It must not fail: Python would print what the exception says."""
    if issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    # Imported here: most processes never need them.
    import structlog

    from gateway.log import configure_logging

    if not structlog.is_configured():
        configure_logging(stream=sys.stderr)
    log = structlog.get_logger(__name__)
    log.critical("uncaught_exception", exception=[kind.__qualname__], exc_info=error)
