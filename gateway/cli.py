"""`bonin`: the production entry points."""

import argparse
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import orjson
import structlog

from gateway.core.callers import Scope
from gateway.core.errors import StoreUnavailable
from gateway.core.policy import Policy
from gateway.core.policy_table import policy_document, policy_lines
from gateway.core.replaying import Replay
from gateway.log import configure_logging
from gateway.serving import AddressRefused, run, serving, until_asked_to_stop
from gateway.settings import PolicySettings, Settings, SettingsRefused, load_policy_settings, load_settings
from gateway.store.api_keys import RedisApiKeys
from gateway.store.decisions import RedisDecisionRecords
from gateway.store.embedded import EmbeddedStoreFailed
from gateway.wiring import open_gateway, open_store

_log = structlog.get_logger(__name__)

Command = Callable[[Any, argparse.Namespace], Coroutine[Any, Any, int]]
"""Takes the settings that its `load` reads, and its words."""

_PROGRESS_EVERY = 10_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is 0, 1 when it failed, 2 when the settings or words are wrong."""
    parsed = _parser().parse_args(arguments)
    command: Command = parsed.command
    try:
        settings: PolicySettings = parsed.load()
        configure_logging(settings.log_level)
        return run(command(settings, parsed))
    except SettingsRefused as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)  # noqa: T201
        return 2
    except (AddressRefused, EmbeddedStoreFailed) as failure:
        print(failure, file=sys.stderr)  # noqa: T201
    except StoreUnavailable:
        print("The store cannot be reached: see BONIN_REDIS_URL.", file=sys.stderr)  # noqa: T201
    except BrokenPipeError:
        # Whoever read the output has seen enough (`| head`); flushing the rest at exit must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


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
    print(f"settings are good; store: {where}; public URL: {settings.public_url}; policy: {policy.version}")  # noqa: T201
    return 0


async def create_key(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print a new API key, once."""
    async with open_store(settings, beside_a_gateway=True) as store:
        scopes = frozenset(Scope(scope) for scope in arguments.scope)
        print(await RedisApiKeys(store).create(arguments.client, arguments.person, scopes))  # noqa: T201
    return 0


async def list_keys(settings: Settings, _: argparse.Namespace) -> int:
    """One line a key: its id, client, person and scopes."""
    async with open_store(settings, beside_a_gateway=True) as store:
        for entry in await RedisApiKeys(store).entries():
            print(f"{entry.key_id}  {entry.client}  {entry.person}  {' '.join(entry.scopes)}")  # noqa: T201
    return 0


async def revoke_key(settings: Settings, arguments: argparse.Namespace) -> int:
    """Revoke one key; it is dead in every process within a minute."""
    async with open_store(settings, beside_a_gateway=True) as store:
        if await RedisApiKeys(store).revoke(arguments.key_id):
            return 0
    print("No key, or more than one, begins with that id: see `bonin keys list`.", file=sys.stderr)  # noqa: T201
    return 1


async def show_policy(settings: PolicySettings, arguments: argparse.Namespace) -> int:
    """Print the policy in force, or the one in FOLDER, when it is good."""
    if arguments.folder is not None:
        settings = settings.model_copy(update={"policy_dir": arguments.folder})
    policy = settings.load_policy()
    if arguments.json:
        print(orjson.dumps(policy_document(policy), option=orjson.OPT_INDENT_2).decode())  # noqa: T201
    else:
        print("\n".join(policy_lines(policy)))  # noqa: T201
    return 0


async def replay_policy(settings: Settings, arguments: argparse.Namespace) -> int:
    """Say which recorded decisions would come out otherwise: exit code 0 when none would, 1 when some would."""
    replay = Replay(_changed_policy(settings, arguments.table))
    async with open_store(settings) as store:
        async for recorded in RedisDecisionRecords(store, settings.limits).kept():
            if change := replay.look(recorded):
                print(change)  # noqa: T201
            if replay.looked_at % _PROGRESS_EVERY == 0:
                print(f"{replay.looked_at} decisions ...", file=sys.stderr)  # noqa: T201
    print("\n".join(replay.summary()))  # noqa: T201
    return 1 if replay.changes else 0


def _changed_policy(settings: Settings, table: Path) -> Policy:
    if table.is_dir():
        return settings.model_copy(update={"policy_dir": table}).load_policy()
    return settings.load_policy(operations=table)


def _name(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("give a name that can be read")
    return text.strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bonin", description="step-up verification gateway")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str,
        run: Command,
        within: "argparse._SubParsersAction[argparse.ArgumentParser]" = commands,
        load: Callable[[], PolicySettings] = load_settings,
    ) -> argparse.ArgumentParser:
        command = within.add_parser(name, help=(run.__doc__ or "").splitlines()[0])
        command.set_defaults(command=run, load=load)
        return command

    add("serve", serve)
    add("check-config", check_config)
    key_commands = commands.add_parser("keys", help="API keys").add_subparsers(required=True, metavar="COMMAND")
    create = add("create", create_key, key_commands)
    create.add_argument("--client", required=True, type=_name, help="the system that will hold the key")
    create.add_argument("--person", required=True, type=_name, help="who answers for what is done with it")
    create.add_argument("--scope", required=True, action="append", choices=[scope.value for scope in Scope])
    add("list", list_keys, key_commands)
    add("revoke", revoke_key, key_commands).add_argument("key_id")
    policy_commands = commands.add_parser("policy", help="the policy").add_subparsers(required=True, metavar="COMMAND")
    show = add("show", show_policy, policy_commands, load_policy_settings)
    show.add_argument("folder", nargs="?", type=Path, help="a folder to show instead")
    show.add_argument("--json", action="store_true", help="as JSON")
    replay = add("replay", replay_policy, policy_commands)
    replay.add_argument("table", type=Path, help="a changed operations.csv, or a folder of a whole policy")
    return parser


if __name__ == "__main__":
    sys.exit(main())
