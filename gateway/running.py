"""What every process of ours does, whether it serves or not: it runs until it is done or asked to stop."""

import asyncio
import errno
import gc
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import structlog
import uvloop

from gateway.standard_streams import to_nowhere

BACKLOG = 1024
"""Connections that the kernel holds until they are accepted: beyond it callers wait a second to try again."""

_YOUNG_OBJECTS = 10_000
"""New objects after which Python looks for cycles among the young ones; its own default is 700."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What writing to an open file fails with when there is no room: such an error names no file."""

_log = structlog.get_logger(__name__)


class AddressRefused(Exception):
    """Nothing can listen there; the message says why."""


class PortTaken(AddressRefused):
    """Another program listens there."""


def cannot_listen(host: str, port: int, failure: OSError) -> AddressRefused:
    """What to raise for the failure to listen there."""
    if failure.errno == errno.EADDRINUSE:
        return PortTaken(f"Port {port} on {host} is taken by another program.")
    return AddressRefused(f"Nothing can listen on {host} port {port}: {failure.strerror or failure}.")


def about_a_file(failure: OSError) -> str:
    """What to say of a file that cannot be used; empty when the failure is of another kind, and a defect of ours."""
    if failure.filename is None and failure.errno not in _FULL:
        return ""
    return f"{failure.filename or 'A file that is being written'}: {failure.strerror}"


def print_no_more() -> None:
    """Whoever read the output has seen enough (`| head`): flushing the rest at exit must not fail again."""
    to_nowhere(sys.stdout)


def spare_the_collector() -> None:
    """Keep the garbage collector from all that the start has made, and have it look less often.

    Those objects stay anyway, and looking through them holds work up. What a request or a line of an import makes is
    freed by its reference counts when it ends.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)


async def until_asked_to_stop() -> None:
    """Never come back: whoever runs this under `run` is cancelled when the process is asked to stop."""
    await asyncio.Event().wait()


def run(command: Coroutine[Any, Any, int], *, stopped: int = 0) -> int:
    """The exit code of the command, or `stopped` when SIGINT, SIGTERM or SIGHUP comes before its end.

    SIGHUP comes when a terminal is closed; where it is ignored already (nohup) it stays ignored. What the command has
    opened is closed in order, and a second signal does not cut that short.
    """
    return uvloop.run(_until_signalled(command, stopped))


async def _until_signalled(command: Coroutine[Any, Any, int], stopped: int) -> int:
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(command)
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            asked = True
            _log.info("stopping")
            running.cancel()

    hangs_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    for signalled in (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hangs_up else [])):
        loop.add_signal_handler(signalled, stop)
    try:
        return await running
    except asyncio.CancelledError:
        return stopped
