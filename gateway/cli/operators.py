"""`bonin operators`: who signs in at `/ops`."""

import argparse

from gateway.cli.commands import Commands, failed, readable_name, say
from gateway.cli.tables import moment, show_rows
from gateway.core.approvals import person_key
from gateway.core.callers import Scope
from gateway.core.operators import Role
from gateway.settings import Settings
from gateway.store.api_keys import RedisApiKeys
from gateway.store.operators import RedisOperators
from gateway.wiring.store import open_store

_CLIENT = "operations"
_OPERATIONS = frozenset({Scope.OPS_READ, Scope.OPS_WRITE})
"""With one of these a key is an operations key, whatever client it was made for."""
_NOBODY = "There is no such operator: see `bonin operators list`."


def add_commands(commands: Commands) -> None:
    operators = commands.group("operators")
    add = operators.add("add", add_operator)
    add.add_argument(
        "--person", required=True, type=readable_name, help="their name, by which approvals tell people apart"
    )
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    operators.add("list", list_operators).add_argument("--json", action="store_true", help="as JSON, one line each")
    for name, run in (("remove", remove_operator), ("reset-totp", reset_totp)):
        operators.add(name, run).add_argument("person", type=readable_name)


async def add_operator(settings: Settings, arguments: argparse.Namespace) -> int:
    """Add an operator, and print their operations key, once."""
    async with open_store(settings, beside_a_gateway=True) as store:
        role = Role(arguments.role)
        if not await RedisOperators(store, settings.limits).add(arguments.person, role):
            return failed(f"{arguments.person} is an operator already: remove them first to change their role.")
        say(await RedisApiKeys(store).create(_CLIENT, arguments.person, role.scopes))
    return 0


async def list_operators(settings: Settings, arguments: argparse.Namespace) -> int:
    """List operators: person, role, when they were added and when they enrolled an authenticator."""
    async with open_store(settings, beside_a_gateway=True) as store:
        rows = [
            {
                "person": operator.person,
                "role": operator.role.value,
                "added_at": moment(operator.added_at),
                "enrolled_at": moment(operator.enrolled_at),
            }
            for operator in await RedisOperators(store, settings.limits).entries()
        ]
    show_rows(rows, as_json=arguments.json, nothing="There is no operator: see `bonin operators add --help`.")
    return 0


async def remove_operator(settings: Settings, arguments: argparse.Namespace) -> int:
    """Remove an operator with their operations keys; their sessions end at once."""
    async with open_store(settings, beside_a_gateway=True) as store:
        keys = RedisApiKeys(store)
        # First, and also of nobody: a removal that was interrupted must not leave a key that approves over the API.
        revoked = [
            await keys.revoke(entry.key_id)
            for entry in await keys.entries()
            if _OPERATIONS.intersection(entry.scopes) and person_key(entry.person) == person_key(arguments.person)
        ]
        removed = await RedisOperators(store, settings.limits).remove(arguments.person)
    return 0 if removed or revoked else failed(_NOBODY)


async def reset_totp(settings: Settings, arguments: argparse.Namespace) -> int:
    """Reset an operator's authenticator: they enrol another at their next sign-in."""
    async with open_store(settings, beside_a_gateway=True) as store:
        if not await RedisOperators(store, settings.limits).reset_authenticator(arguments.person):
            return failed(_NOBODY)
    return 0
