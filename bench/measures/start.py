"""How soon a gateway serves, what it holds then, and what it does when there is nothing to do."""

import asyncio

from bench.processes import cpu_of, module, resident_megabytes
from bench.product import Installation, product, store
from bench.rows import Measured, Rounds, Row
from bench.session import Session

_IDLE_SECONDS = 10.0
_COMMANDS = {
    "help": ("--help",),
    "check-config": ("check-config",),
    "keys create": ("keys", "create", "--client", "bench", "--person", "bench", "--scope", "verify"),
}


async def measure_start(session: Session) -> Measured:
    rounds, times = Rounds(), 2 if session.quick else 5
    idle_seconds = _IDLE_SECONDS / 4 if session.quick else _IDLE_SECONDS
    directory = session.folder("start")
    async with store(directory) as embedded:
        installation = Installation(directory, embedded.url)
        progress = session.progress("starts", times)
        for done in range(1, times + 1):
            async with product(installation) as started:
                rounds.note("start", started.seconds_to_serving)
                rounds.note("CPU", started.cpu() / 1e6)
                rounds.note("memory", resident_megabytes(started.pid))
                if done == times:
                    await asyncio.sleep(1)
                    before = started.cpu()
                    await asyncio.sleep(idle_seconds)
                    rounds.note("idle", (started.cpu() - before) / idle_seconds / 1e4)
            for name, words in _COMMANDS.items():
                rounds.note(name, await cpu_of(module("gateway.cli", *words), installation.environment) / 1e6)
            progress(done)
        async with product(installation, "--workers", "2") as supervised:
            rounds.note("supervisor", resident_megabytes(supervised.pid))
    return Measured(
        [
            Row("from the start to serving", rounds.median("start"), "s", 1.0, details={"CPU": rounds.median("CPU")}),
            Row("memory of a process after its start", rounds.median("memory"), "MB", 80.0),
            Row("memory of the supervisor of several", rounds.median("supervisor"), "MB"),
            Row("CPU of a process with nothing to do", rounds.median("idle"), "%", 1.0),
            *(Row(f"CPU of bonin {name}", rounds.median(name), "s") for name in _COMMANDS),
        ]
    )
