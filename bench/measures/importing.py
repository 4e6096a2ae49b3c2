"""How fast a file of customers is imported, by as many processes as there are cores, the store's among them."""

import asyncio

from bench.processes import module, output
from bench.product import Installation, store
from bench.rows import Measured, Row
from bench.session import Session

_HEADER = "customer_id,kind,name,birth_date,online_consent,number"


def _line(number: int) -> str:
    return f"i-{number},individual,김부하,1985-03-02,true,010-{2000 + number // 10_000}-{number % 10_000:04d}"


async def measure_import(session: Session) -> Measured:
    count, directory = session.some(200_000), session.folder("import")
    file = directory / "customers.csv"
    file.write_text("\n".join([_HEADER, *map(_line, range(count))]) + "\n", encoding="utf-8")
    async with store(directory) as embedded:
        installation = Installation(directory, embedded.url)
        began = asyncio.get_running_loop().time()
        await output(module("gateway.cli", "import", str(file), "--by", "bench"), installation.environment)
        seconds = asyncio.get_running_loop().time() - began
    rate = count / seconds
    return Measured(
        [
            Row("contacts imported, with their customers", rate, "/s", 20_000.0, more_is_better=True,
                details={"lines": count, "seconds, with the start of the processes": round(seconds, 1)}),
        ]
    )  # fmt: skip
