"""`bonin serve`, `bonin worker` and `bonin check-config`."""

import argparse
import contextlib
import socket
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from gateway.cli.commands import Commands, say
from gateway.http.health import METRICS_OF_ALL
from gateway.http.metrics_of_all import MetricsOfAll
from gateway.reading_settings import inherited
from gateway.serving import serving, until_asked_to_stop
from gateway.settings import Settings, SettingsRefused
from gateway.wiring import Gateway, open_gateway, open_worker, store_url
from gateway.wiring.keys import key_rings
from gateway.workers import Place, Supervisor, listening_sockets, worker_words

_MOST_WORKERS = 64

_log = structlog.get_logger(__name__)


def add_serve_commands(commands: Commands) -> None:
    serve_command = commands.add("serve", serve, serves=True)
    serve_command.add_argument("--api-only", action="store_true", help="leave deliveries to `bonin worker`")
    serve_command.add_argument("--workers", type=_count, default=1, metavar="N", help="so many processes on one port")
    for word in ("--listen-fd", "--ready-fd", "--life-fd"):  # of a worker, by its supervisor
        serve_command.add_argument(word, type=int, help=argparse.SUPPRESS)
    serve_command.add_argument("--metrics-dir", type=Path, help=argparse.SUPPRESS)
    commands.add("worker", work, serves=True)
    commands.add("check-config", check_config)


async def serve(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; with several workers, SIGHUP replaces them one after the other."""
    if arguments.api_only:
        _require_a_shared_store(settings)
    if arguments.workers > 1:
        return await _supervise(settings, arguments)
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(open_gateway(settings, api_only=arguments.api_only))
        if arguments.listen_fd is None:
            served = serving(gateway.app, settings.host, settings.port, drain_seconds=settings.drain_seconds)
            port = await stack.enter_async_context(served)
            _log.info("serving", host=settings.host, port=port)
        else:
            place = Place(arguments.listen_fd, arguments.ready_fd, arguments.life_fd, arguments.metrics_dir)
            await _serve_in_place(gateway, place, stack)
        await until_asked_to_stop()
    return 0


async def _supervise(settings: Settings, arguments: argparse.Namespace) -> int:
    """The embedded store, where there is one, is the supervisor's: workers come and go."""
    with contextlib.ExitStack() as held:
        sockets = listening_sockets(settings.host, settings.port, arguments.workers)
        for one in sockets:
            held.enter_context(one)
        metrics_dir = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="bonin-")))
        async with store_url(settings) as url:
            environment = inherited(redis_url=url)
            words = worker_words(*(["--api-only"] if arguments.api_only else []))
            return await Supervisor(words, sockets, environment, metrics_dir).run()


async def _serve_in_place(gateway: Gateway, place: Place, stack: AsyncExitStack) -> None:
    metrics = gateway.app[METRICS_OF_ALL] = MetricsOfAll(gateway.metrics, place.metrics_dir)
    await stack.enter_async_context(metrics.told())
    listening = socket.socket(fileno=place.listen_fd)
    await stack.enter_async_context(serving(gateway.app, "", 0, listening))
    place.watch_over()
    place.tell_ready()


async def work(settings: Settings, _: argparse.Namespace) -> int:
    """Deliver what gateways accept, until SIGINT or SIGTERM."""
    _require_a_shared_store(settings)
    async with AsyncExitStack() as stack:
        worker = await stack.enter_async_context(open_worker(settings))
        if settings.worker_port is not None:
            await stack.enter_async_context(serving(worker.app, settings.host, settings.worker_port))
        _log.info("working", host=settings.host, port=settings.worker_port)
        await until_asked_to_stop()
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"give a number from 1 to {_MOST_WORKERS}")
    return int(text)


def _require_a_shared_store(settings: Settings) -> None:
    if settings.redis_url is None:
        raise SettingsRefused(["BONIN_REDIS_URL: give an outside store; the embedded one is one process's own"])


async def check_config(settings: Settings, _: argparse.Namespace) -> int:
    """The settings were read: say what they come to, without a secret."""
    policy = settings.load_policy()
    where = "an outside Redis" if settings.redis_url else f"embedded, in {settings.data_dir}"
    say(f"settings are good; store: {where}; public URL: {settings.public_url}; policy: {policy.version}")
    for entry in settings.carriers:
        places = ", ".join(sorted(entry.countries)) if entry.countries else "everywhere"
        say(f"carrier {entry.name} ({entry.kind}): {', '.join(sorted(entry.can))}; {places}")
    for line in _keys_in_rotation(settings):
        say(line)
    return 0


def _keys_in_rotation(settings: Settings) -> list[str]:
    """The keys of which two are in force, by ids that show nothing of them."""
    pairs = {purpose.upper(): [one.hex() for one in ring.ids] for purpose, ring in key_rings(settings).items()}
    pairs["RECEIPT_KEY"] = [key.thumbprint() for key in settings.receipt_keys]
    lines = [f"in rotation: BONIN_{name}: {ids[0]} writes, {ids[1]} is read" for name, ids in pairs.items() if ids[1:]]
    if settings.second_twilio_auth_token is not None:
        lines.append("in rotation: BONIN_TWILIO_AUTH_TOKEN: webhooks may be signed with either")
    return lines
