"""`bonin restored`: after the store was restored from a copy, and before a gateway serves from it."""

import argparse

from gateway.cli.commands import Commands, readable_name, say, say_aside
from gateway.settings import Settings
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.store.restoring import Restoring
from gateway.wiring.store import open_store

_WHAT_NEXT = """\
Before a gateway starts, replace receipt_key (bonin keys new receipt_key): used receipts would be valid again.
Customers erased since the backup are back: erase again those in `customer.erased` events of the last archive.
Then check what else is as it was then: bonin keys list, bonin operators list, bonin customers locked.
인증 결과에 서명하는 receipt_key를 새로 만드세요. 백업 이후에 삭제한 고객은 다시 삭제하고, API 키와 운영자,
잠긴 고객을 확인하세요."""


def add_commands(commands: Commands) -> None:
    command = commands.add("restored", forget_what_is_over)
    command.add_argument("--by", required=True, type=readable_name, help="who restored it; recorded in the audit")
    command.add_argument("--reason", required=True, type=readable_name, help="why; recorded in the audit")


async def forget_what_is_over(settings: Settings, arguments: argparse.Namespace) -> int:
    """Void what the backup contains and must not be valid again: verifications, branch passwords, approvals, remembered
    devices, waiting deliveries, operators' sessions. No gateway may be using the store.
    """
    async with open_store(settings) as store:
        if hosts := sorted({each.host for each in await RedisCarrierBoard(store).processes()}):
            say_aside(
                f"A gateway on {', '.join(hosts)} uses this store: stop it first. One that was killed counts for 15 s."
            )
            return 1
        forgotten = await Restoring(store).forget(arguments.by, arguments.reason)
    for what, count in sorted(forgotten.items()):
        say(f"{what}  {count:,}")
    say_aside(_WHAT_NEXT)
    return 0
