"""`bonin carriers`: who delivers, how each is doing, and which are paused."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.carrier_settings import CarrierEntry
from gateway.cli.commands import Commands, failed, readable_name, say
from gateway.core.carrier_board import Pause, ProcessHealth
from gateway.settings import Settings
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.wiring.store import open_store


def add_commands(commands: Commands) -> None:
    carriers = commands.group("carriers")
    carriers.add("list", list_carriers).add_argument("--json", action="store_true", help="as JSON, one line each")
    pause, resume = carriers.add("pause", pause_carrier), carriers.add("resume", resume_carrier)
    for command in (pause, resume):
        command.add_argument("carrier", help="its name in the settings")
        command.add_argument(
            "--by", required=True, type=readable_name, help="who is responsible; recorded in the audit"
        )
    pause.add_argument(
        "--reason", required=True, type=readable_name, help="why; shown with the carrier and recorded in the audit"
    )


async def list_carriers(settings: Settings, arguments: argparse.Namespace) -> int:
    """List the carriers in the order in which they are asked, as each process sees them."""
    async with open_store(settings, beside_a_gateway=True) as store:
        board = RedisCarrierBoard(store)
        pauses, processes = await board.pauses(), await board.processes()
    for entry in settings.carriers:
        told = _told(entry, pauses.get(entry.name), processes)
        if arguments.json:
            say(orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS).decode())
        else:
            for line in _lines(told):
                say(line)
    return 0


async def pause_carrier(settings: Settings, arguments: argparse.Namespace) -> int:
    """Hand nothing to a carrier until it is resumed; takes effect within two seconds in every process."""
    names = [entry.name for entry in settings.carriers]
    if arguments.carrier not in names:
        return failed(f"There is no such carrier: give one of {', '.join(names)}.")
    async with open_store(settings, beside_a_gateway=True) as store:
        await RedisCarrierBoard(store).pause(arguments.carrier, arguments.reason, arguments.by)
    return 0


async def resume_carrier(settings: Settings, arguments: argparse.Namespace) -> int:
    """Resume a paused carrier."""
    async with open_store(settings, beside_a_gateway=True) as store:
        if await RedisCarrierBoard(store).resume(arguments.carrier, arguments.by):
            return 0
    return failed(f"{arguments.carrier} is not paused: see `bonin carriers list`.")


def _told(entry: CarrierEntry, pause: Pause | None, processes: list[ProcessHealth]) -> dict[str, Any]:
    return {
        "carrier": entry.name,
        "kind": entry.kind,
        "can": sorted(entry.can),
        "countries": sorted(entry.countries) if entry.countries else None,
        "paused": None if pause is None else asdict(pause) | {"at": _time(pause.at)},
        "processes": [
            {"process": each.process, "host": each.host, "at": _time(each.at), "health": health}
            for each in processes
            if (health := {one: asdict(line) for one, line in each.carriers.get(entry.name, {}).items()})
        ],
    }


def _lines(told: dict[str, Any]) -> Iterator[str]:
    places = ", ".join(told["countries"]) if told["countries"] else "everywhere"
    yield f"{told['carrier']}  {', '.join(told['can'])}; {places}"
    if pause := told["paused"]:
        yield f"  paused since {pause['at']} by {pause['by']}: {pause['reason']}"
    for each in told["processes"]:
        for one, health in each["health"].items():
            failed = health["unavailable"] + health["timed_out"]
            last = f", last {health['last_error']} {_time(health['last_error_at'])}" if health["last_error"] else ""
            counts = f"asked {health['asked']}, failed {failed}{last}"
            yield f"  {each['host']} {each['process']}  {one}  {health['state']}  {counts}"


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
