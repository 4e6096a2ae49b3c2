"""`bonin export`: every customer and contact, opened, into a file that `bonin import` reads."""

import argparse
from typing import Any, BinaryIO

import orjson

from gateway.cli.commands import Commands, failed, named_path, readable_name, say
from gateway.cli.new_file import new_file
from gateway.settings import Settings
from gateway.store.everybody import Everybody, Somebody
from gateway.wiring.keys import store_under_keys


def add_commands(commands: Commands) -> None:
    command = commands.add("export", export_customers)
    command.add_argument("file", type=named_path, help="a new file, written as NDJSON")
    command.add_argument("--by", required=True, type=readable_name, help="who exports; recorded in the audit")
    command.add_argument("--reason", required=True, type=readable_name, help="why; recorded in the audit")


async def export_customers(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write all customers and their numbers, in plain text, to a file that only this user can read.

    Contacts are written without their verification: after an import they need it again.
    """
    try:
        with new_file(arguments.file) as file:
            count = await _write(settings, arguments, file)
    except FileExistsError as error:
        return failed(f"{error.filename}: {error.strerror}", code=2)
    say(f"{count:,} customers in {arguments.file}: personal data in the clear. 개인정보가 평문으로 들어 있습니다.")
    return 0


async def _write(settings: Settings, arguments: argparse.Namespace, file: BinaryIO) -> int:
    """Gives how many customers there are."""
    count = 0
    async with store_under_keys(settings, writes=True) as store:
        everybody = Everybody(store, settings.personal_data)
        await everybody.note_export(arguments.by, arguments.reason)
        async for somebody in everybody.read():
            file.write(orjson.dumps(_row(somebody)) + b"\n")
            count += 1
    return count


def _row(somebody: Somebody) -> dict[str, Any]:
    row = {
        "customer_id": somebody.customer_id,
        "kind": somebody.kind,
        "name": somebody.name,
        "birth_date": somebody.birth_date,
        "online_consent": somebody.online_consent,
        "contacts": [{"number": number, "label": label} for number, label in somebody.numbers],
    }
    return {name: value for name, value in row.items() if value is not None}
