"""`bonin policy`: the tables that decide, and what others would have decided."""

import argparse
from pathlib import Path

import orjson

from gateway.cli.commands import Commands, named_path, say, say_aside
from gateway.core.policy import Policy
from gateway.core.policy_table import policy_document, policy_lines
from gateway.core.replaying import Replay
from gateway.settings import PolicySettings, Settings, load_policy_settings
from gateway.store.decisions import RedisDecisionRecords
from gateway.wiring.store import open_store

_PROGRESS_EVERY = 10_000


def add_commands(commands: Commands) -> None:
    policy = commands.group("policy")
    show = policy.add("show", show_policy, load_policy_settings)
    show.add_argument(
        "folder", nargs="?", type=named_path, metavar="FOLDER", help="show the policy in this folder instead"
    )
    show.add_argument("--json", action="store_true", help="as JSON")
    replay = policy.add("replay", replay_policy)
    replay.add_argument("table", type=named_path, help="a changed operations.csv, or a folder with a whole policy")


async def show_policy(settings: PolicySettings, arguments: argparse.Namespace) -> int:
    """Print the policy in force, or the one in FOLDER, if it is valid.

    Exit code 2 if it is not, with a line for each cell that needs correcting: file, line and column.
    """
    if arguments.folder is not None:
        settings = settings.model_copy(update={"policy_dir": arguments.folder})
    policy = settings.load_policy()
    if arguments.json:
        say(orjson.dumps(policy_document(policy), option=orjson.OPT_INDENT_2).decode())
    else:
        say("\n".join(policy_lines(policy)))
    return 0


async def replay_policy(settings: Settings, arguments: argparse.Namespace) -> int:
    """List the recorded decisions that a changed policy would decide differently: exit code 0 if none, 1 if some.

    The latest BONIN_DECISIONS_KEPT decisions are decided again by the changed tables, from the facts recorded with
    them; no outside service is asked, and nothing is changed.
    """
    replay = Replay(_changed_policy(settings, arguments.table))
    async with open_store(settings, beside_a_gateway=True) as store:
        async for recorded in RedisDecisionRecords(store, settings.limits).kept():
            if change := replay.look(recorded):
                say(str(change))
            if replay.looked_at % _PROGRESS_EVERY == 0:
                say_aside(f"{replay.looked_at} decisions ...")
    say("\n".join(replay.summary()))
    return 1 if replay.changes else 0


def _changed_policy(settings: Settings, table: Path) -> Policy:
    if table.is_dir():
        return settings.model_copy(update={"policy_dir": table}).load_policy()
    return settings.load_policy(operations=table)
