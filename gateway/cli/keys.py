"""`bonin keys`: who may call, and the keys of the installation."""

import argparse

from gateway.cli.commands import Commands, failed, readable_name, say, say_aside
from gateway.cli.rotation import add_rotation_commands
from gateway.core.callers import Scope
from gateway.settings import Settings
from gateway.store.api_keys import RedisApiKeys
from gateway.wiring.store import open_store


def add_commands(commands: Commands) -> None:
    keys = commands.group("keys")
    create = keys.add("create", create_key)
    create.add_argument("--client", required=True, type=readable_name, help="the system that will hold the key")
    create.add_argument(
        "--person", required=True, type=readable_name, help="who is responsible for what is done with it"
    )
    create.add_argument("--scope", required=True, action="append", choices=[scope.value for scope in Scope])
    keys.add("list", list_keys)
    keys.add("revoke", revoke_key).add_argument("key_id")
    add_rotation_commands(keys)


async def create_key(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print a new API key, once."""
    async with open_store(settings, beside_a_gateway=True) as store:
        scopes = frozenset(Scope(scope) for scope in arguments.scope)
        say(await RedisApiKeys(store).create(arguments.client, arguments.person, scopes))
    return 0


async def list_keys(settings: Settings, _: argparse.Namespace) -> int:
    """List API keys: id, client, person and scopes of each."""
    async with open_store(settings, beside_a_gateway=True) as store:
        entries = await RedisApiKeys(store).entries()
    for entry in entries:
        say(f"{entry.key_id}  {entry.client}  {entry.person}  {' '.join(entry.scopes)}")
    if not entries:
        say_aside("There is no key: see `bonin keys create --help`.")
    return 0


async def revoke_key(settings: Settings, arguments: argparse.Namespace) -> int:
    """Revoke one API key; every process refuses it within a minute."""
    async with open_store(settings, beside_a_gateway=True) as store:
        if await RedisApiKeys(store).revoke(arguments.key_id):
            return 0
    return failed("No key has that id: see `bonin keys list`.")
