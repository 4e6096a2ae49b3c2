"""How soon a gateway serves, what it holds then, and what it does when there is nothing to do."""

import asyncio
import sys

from bench.processes import output, resident_megabytes
from bench.product import Installation, product, store
from bench.rows import Measured, Rounds, Row
from bench.session import Session

_IDLE_SECONDS = 10.0


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
                rounds.note("memory", resident_megabytes(started.pid))
                if done == times:
                    await asyncio.sleep(1)
                    before = started.cpu()
                    await asyncio.sleep(idle_seconds)
                    rounds.note("idle", (started.cpu() - before) / idle_seconds / 1e4)
            progress(done)
        timed = "import time; began = time.perf_counter(); import gateway.cli; print(time.perf_counter() - began)"
        rounds.note("import", float(await output((sys.executable, "-P", "-c", timed), installation.environment)))
    return Measured(
        [
            Row("from the start to serving", rounds.median("start"), "s", 1.0),
            Row("importing the gateway", rounds.median("import"), "s"),
            Row("memory of a process after its start", rounds.median("memory"), "MB", 80.0),
            Row("CPU of a process with nothing to do", rounds.median("idle"), "%", 1.0),
        ]
    )
