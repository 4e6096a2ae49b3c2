"""How fast a file of customers is imported, by as many processes as there are cores, the store's among them."""

import asyncio
from collections.abc import Sequence

from bench.processes import cpu_microseconds, cpu_of, module
from bench.product import Installation, store
from bench.rows import Measured, Row
from bench.session import Session

_HEADER = "customer_id,kind,name,birth_date,online_consent,number"


def _line(number: int) -> str:
    return f"i-{number},individual,김부하,1985-03-02,true,010-{2000 + number // 10_000}-{number % 10_000:04d}"


async def measure_import(session: Session) -> Measured:
    count, directory = session.some(200_000), session.folder("import")
    file, copy = directory / "customers.csv", directory / "customers.ndjson"
    file.write_text("\n".join([_HEADER, *map(_line, range(count))]) + "\n", encoding="utf-8")
    async with store(directory) as embedded:
        environment, pid = Installation(directory, embedded.url).environment, embedded.pid or 0

        async def run(*words: str) -> tuple[float, float, float]:
            """Seconds, and µs for each contact in the processes of the command and in the store."""
            began, before = asyncio.get_running_loop().time(), cpu_microseconds(pid)
            used = await cpu_of(module("gateway.cli", *words, "--by", "bench"), environment)
            seconds = asyncio.get_running_loop().time() - began
            return seconds, used / count, (cpu_microseconds(pid) - before) / count

        rows = _rows("imported", count, await run("import", str(file)), 20_000.0)
        return Measured([*rows, *_rows("exported", count, await run("export", str(copy), "--reason", "bench"), None)])


def _rows(done: str, count: int, took: tuple[float, float, float], goal: float | None) -> Sequence[Row]:
    seconds, in_processes, in_store = took
    details = {"lines": count, "seconds, with the start of the processes": round(seconds, 1)}
    cpu = {"in the processes": round(in_processes, 1), "in the store": round(in_store, 1)}
    return (
        Row(f"contacts {done}, with their customers", count / seconds, "/s", goal, more_is_better=True,
            details=details),
        Row(f"CPU of a contact that is {done}", in_processes + in_store, "µs", details=cpu),
    )  # fmt: skip
