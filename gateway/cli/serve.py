"""`bonin serve`, `bonin worker` and `bonin check-config`."""

import argparse
from contextlib import AsyncExitStack

import structlog

from gateway.cli.commands import Commands, say
from gateway.serving import serving, until_asked_to_stop
from gateway.settings import Settings, SettingsRefused
from gateway.wiring import open_gateway, open_worker
from gateway.wiring.keys import key_rings

_log = structlog.get_logger(__name__)


def add_serve_commands(commands: Commands) -> None:
    serve_command = commands.add("serve", serve)
    serve_command.add_argument("--api-only", action="store_true", help="leave deliveries to `bonin worker`")
    commands.add("worker", work)
    commands.add("check-config", check_config)


async def serve(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    if arguments.api_only:
        _require_a_shared_store(settings)
    async with (
        open_gateway(settings, api_only=arguments.api_only) as gateway,
        serving(gateway.app, settings.host, settings.port) as port,
    ):
        _log.info("serving", host=settings.host, port=port)
        await until_asked_to_stop()
    return 0


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
