"""`bonin serve` and `bonin check-config`."""

import argparse

import structlog

from gateway.cli.commands import Commands, say
from gateway.serving import serving, until_asked_to_stop
from gateway.settings import Settings
from gateway.wiring import open_gateway

_log = structlog.get_logger(__name__)


def add_serve_commands(commands: Commands) -> None:
    commands.add("serve", serve)
    commands.add("check-config", check_config)


async def serve(settings: Settings, _: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    async with open_gateway(settings) as gateway, serving(gateway.app, settings.host, settings.port) as port:
        _log.info("serving", host=settings.host, port=port)
        await until_asked_to_stop()
    return 0


async def check_config(settings: Settings, _: argparse.Namespace) -> int:
    """The settings were read: say what they come to, without a secret."""
    policy = settings.load_policy()
    where = "an outside Redis" if settings.redis_url else f"embedded, in {settings.data_dir}"
    say(f"settings are good; store: {where}; public URL: {settings.public_url}; policy: {policy.version}")
    return 0
