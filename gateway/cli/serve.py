"""`bonin serve`, `bonin worker` and `bonin check-config`."""

import argparse
import contextlib
import tempfile
from pathlib import Path

from gateway.cli.commands import Commands, named_path, say, whole_number
from gateway.reading_settings import inherited, without_effect
from gateway.settings import Settings, SettingsRefused
from gateway.store.data_directory import ops_reader_password
from gateway.wiring.keys import key_rings
from gateway.wiring.store import store_url
from gateway.workers import Supervisor, listening_sockets, worker_words

_MOST_WORKERS = 64


def add_commands(commands: Commands) -> None:
    serve_command = commands.add("serve", serve, serves=True)
    serve_command.add_argument("--api-only", action="store_true", help="leave deliveries to `bonin worker`")
    serve_command.add_argument(
        "--workers", type=whole_number(1, _MOST_WORKERS), default=1, metavar="N", help="serve one port with N processes"
    )
    for word in ("--listen-fd", "--ready-fd", "--life-fd", "--memory-fd"):  # of a worker, by its supervisor
        serve_command.add_argument(word, type=int, help=argparse.SUPPRESS)
    serve_command.add_argument("--metrics-path", type=named_path, help=argparse.SUPPRESS)
    commands.add("worker", work, serves=True)
    commands.add("check-config", check_config)


async def serve(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP; with several workers, SIGHUP replaces them one after the other."""
    if arguments.api_only:
        _require_a_shared_store(settings)
    if arguments.workers > 1:
        return await _supervise(settings, arguments)
    # A supervisor, and whoever only checks the settings, holds no gateway in its memory.
    from gateway.cli.one_process import serve_alone

    return await serve_alone(settings, arguments)


async def work(settings: Settings, _: argparse.Namespace) -> int:
    """Deliver what gateways accept, until SIGINT, SIGTERM or SIGHUP."""
    _require_a_shared_store(settings)
    from gateway.cli.one_process import deliver

    return await deliver(settings)


async def _supervise(settings: Settings, arguments: argparse.Namespace) -> int:
    """The embedded store, where there is one, is the supervisor's: workers come and go."""
    with contextlib.ExitStack() as held:
        sockets = listening_sockets(settings.host, settings.port, arguments.workers)
        for one in sockets:
            held.enter_context(one)
        metrics_dir = Path(held.enter_context(_temporary_directory()))
        async with store_url(settings) as url:
            environment = inherited(**_of_embedded_store(settings, url))
            words = worker_words(*(["--api-only"] if arguments.api_only else []))
            return await Supervisor(words, sockets, environment, metrics_dir).run()


def _temporary_directory() -> tempfile.TemporaryDirectory[str]:
    """Raises OSError, which names what to give."""
    try:
        return tempfile.TemporaryDirectory(prefix="bonin-")
    except FileNotFoundError as nowhere:
        # Every place that Python knows of is read-only or full, and its error names no file.
        advice = "give a directory that can be written, and has room"
        raise FileNotFoundError(nowhere.errno, advice, "TMPDIR") from None


def _of_embedded_store(settings: Settings, url: str) -> dict[str, str]:
    """What workers cannot know of a store that is another process's: where it is, and the password of its account for
    dashboards. Of an outside one they read all that themselves, and a successor may find it changed."""
    if settings.redis_url is not None:
        return {}
    if settings.ops_reader_password is not None:
        return {"redis_url": url}
    return {"redis_url": url, "ops_reader_password": ops_reader_password(settings.data_dir)}


def _require_a_shared_store(settings: Settings) -> None:
    if settings.redis_url is None:
        raise SettingsRefused(["BONIN_REDIS_URL: give an outside store; the embedded one is one process's own"])


async def check_config(settings: Settings, _: argparse.Namespace) -> int:
    """Check the settings, and show them without secrets.

    All settings and policy tables are read and checked; neither the store nor a carrier is contacted. Exit code 0 if
    all is right; 2 if not, with a line for each setting that needs correcting. Shown are the store, the public URL,
    the version of the policy, the carriers with their capabilities and countries, the keys of which two are in force,
    and variables that are not settings.
    """
    policy = settings.load_policy()
    where = "an outside Redis" if settings.redis_url else f"embedded, in {settings.data_dir}"
    say(f"settings are good; store: {where}; public URL: {settings.public_url}; policy: {policy.version}")
    for entry in settings.carriers:
        places = ", ".join(sorted(entry.countries)) if entry.countries else "everywhere"
        say(f"carrier {entry.name} ({entry.kind}): {', '.join(sorted(entry.can))}; {places}")
    for line in _keys_in_rotation(settings):
        say(line)
    for name in without_effect(Settings):
        say(f"without effect: {name}: there is no such setting; is it misspelt?")
    return 0


def _keys_in_rotation(settings: Settings) -> list[str]:
    """The keys of which two are in force, by ids that show nothing of them."""
    pairs = {purpose.upper(): [one.hex() for one in ring.ids] for purpose, ring in key_rings(settings).items()}
    pairs["RECEIPT_KEY"] = [key.thumbprint() for key in settings.receipt_keys]
    lines = [f"in rotation: BONIN_{name}: {ids[0]} writes, {ids[1]} is read" for name, ids in pairs.items() if ids[1:]]
    if settings.second_twilio_auth_token is not None:
        lines.append("in rotation: BONIN_TWILIO_AUTH_TOKEN: webhooks may be signed with either")
    return lines
