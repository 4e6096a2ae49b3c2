"""`bonin deadletters`: deliveries that failed for good."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.cli.commands import Commands, failed, readable_name, say, say_aside
from gateway.core.dead_letters import DeadLetter, Replay
from gateway.settings import Settings
from gateway.store.dead_letters import RedisDeadLetters
from gateway.wiring.store import open_store

_REPLAYED = {
    Replay.QUEUED: "{id}: queued",
    Replay.MISSING: "{id}: it is gone, replayed or discarded by somebody else",
    Replay.CLOSED: "{id}: its verification is over; the customer has to ask again",
    Replay.REPLACED: "{id}: a resend has taken its place",
    Replay.WITH_CARRIER: "{id}: a carrier has reported that it has it",
}


def add_commands(commands: Commands) -> None:
    letters = commands.group("deadletters")
    listing = letters.add("list", list_letters)
    listing.add_argument("--reason", help="only those that failed for this reason")
    show = letters.add("show", show_letter)
    for command in (listing, show):
        command.add_argument("--json", action="store_true", help="as JSON, one line each")
    replay = letters.add("replay", replay_letters)
    discard = letters.add("discard", discard_letters)
    show.add_argument("dead_letter_id")
    for command in (replay, discard):
        command.add_argument("dead_letter_id", nargs="+")
        command.add_argument(
            "--by", required=True, type=readable_name, help="who is responsible; recorded in the audit"
        )


async def list_letters(settings: Settings, arguments: argparse.Namespace) -> int:
    """List dead letters, by shard, the oldest first."""
    async with _letters(settings) as letters:
        found = [one async for one in letters.entries() if arguments.reason in (None, one.reason)]
    for letter in found:
        say(_json(letter) if arguments.json else _line(letter))
    if not found and not arguments.json:
        say_aside("There are no dead letters." if arguments.reason is None else "None failed for that reason.")
    return 0


async def show_letter(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show one dead letter."""
    async with _letters(settings) as letters:
        letter = await letters.read(arguments.dead_letter_id)
    if letter is None:
        return _missing(arguments.dead_letter_id)
    if arguments.json:
        say(_json(letter))
    else:
        for name, value in _fields(letter).items():
            say(f"{name:<15} {value}")
    return 0


async def replay_letters(settings: Settings, arguments: argparse.Namespace) -> int:
    """Queue dead letters for delivery again: exit code 1 if one of them cannot be."""
    code = 0
    async with _letters(settings) as letters:
        for dead_letter_id in arguments.dead_letter_id:
            letter = await letters.read(dead_letter_id)
            replay = Replay.MISSING if letter is None else await letters.replay(letter, arguments.by)
            say(_REPLAYED[replay].format(id=dead_letter_id))
            code = code if replay is Replay.QUEUED else 1
    return code


async def discard_letters(settings: Settings, arguments: argparse.Namespace) -> int:
    """Discard dead letters."""
    code = 0
    async with _letters(settings) as letters:
        for dead_letter_id in arguments.dead_letter_id:
            letter = await letters.read(dead_letter_id)
            if letter is None or not await letters.discard(letter, arguments.by):
                code = _missing(dead_letter_id)
    return code


@asynccontextmanager
async def _letters(settings: Settings) -> AsyncIterator[RedisDeadLetters]:
    async with open_store(settings, beside_a_gateway=True) as store:
        yield RedisDeadLetters(store)


def _missing(dead_letter_id: str) -> int:
    return failed(f"{dead_letter_id}: there is no such dead letter; see `bonin deadletters list`.")


def _fields(letter: DeadLetter) -> dict[str, Any]:
    fields = asdict(letter) | {"at": datetime.fromtimestamp(letter.at / 1000, UTC).isoformat(timespec="milliseconds")}
    return {name: value for name, value in fields.items() if value is not None}


def _json(letter: DeadLetter) -> str:
    return orjson.dumps(_fields(letter)).decode()


def _line(letter: DeadLetter) -> str:
    fields = _fields(letter)
    carrier = letter.carrier or "no carrier"
    of_what = f"{letter.cargo} {letter.subject_id} delivery {letter.delivery}"
    return f"{letter.dead_letter_id}  {fields['at']}  {letter.reason:<16}  {carrier}  {of_what}"
