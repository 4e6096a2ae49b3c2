"""`./run bench`: measures the whole product path; prints a table and writes `bench/results/*.json`."""

import argparse
import asyncio
import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench.load import Latencies, at_rate
from bench.server import Server, cpu_seconds, resident_megabytes, server
from demo.api import Api

_RATE = 100.0
_RESULTS = Path(__file__).parent / "results"


class Progress:
    """One line that says how far a step is; on a terminal only."""

    def __init__(self, name: str, total: int) -> None:
        self._name, self._total, self._shown = name, total, 0.0

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and (now - self._shown > 0.2 or done == self._total):
            self._shown = now
            end = "\n" if done == self._total else ""
            sys.stderr.write(f"\r{self._name}: {done}/{self._total}{end}")
            sys.stderr.flush()


class Bench:
    """Customers with a mobile each, and the verifications that are opened and answered for them."""

    def __init__(self, run: Server, api: Api, carrier: Api) -> None:
        self._run = run
        self._api = api
        self._carrier = carrier
        self._opened: dict[str, str] = {}

    async def register(self, count: int) -> list[tuple[str, str]]:
        """Customer and contact ids."""
        progress = Progress("customers", count)
        registered: list[tuple[str, str]] = []
        room = asyncio.Semaphore(16)

        async def one(number: int) -> None:
            async with room:
                path = f"/v1/customers/bench-{number}"
                await self._api.call("PUT", path, {"kind": "individual", "name": "김부하", "online_consent": True})
                given = {"number": f"+8210{20_000_000 + number}", "label": "mobile"}
                contact = await self._api.call("POST", f"{path}/contacts", given)
                await self._api.call("POST", f"{path}/contacts/{contact['contact_id']}/ownership-check", {})
                registered.append((f"bench-{number}", contact["contact_id"]))
                progress(len(registered))

        await asyncio.gather(*map(one, range(count)))
        return registered

    async def create(self, item: tuple[str, str]) -> None:
        customer_id, contact_id = item
        opened = await self._api.call(
            "POST",
            "/v1/verifications",
            {"customer_id": customer_id, "method": "sms", "operation": "issue", "contact_id": contact_id},
        )
        self._opened[customer_id] = opened["id"]

    async def check(self, item: tuple[str, str]) -> None:
        verification_id, code = item
        answered = await self._api.call("POST", f"/v1/verifications/{verification_id}/check", {"code": code})
        if answered["status"] != "verified":
            raise RuntimeError(f"a right code was answered with {answered['status']}")

    async def codes(self) -> list[tuple[str, str]]:
        """Verification ids with the codes that arrived for them, once all have."""
        progress = Progress("texts", len(self._opened))
        pairs = []
        for done, (customer_id, verification_id) in enumerate(self._opened.items(), 1):
            number = 20_000_000 + int(customer_id.rpartition("-")[2])
            pairs.append((verification_id, await self._code(number)))
            progress(done)
        self._opened = {}
        return pairs

    async def _code(self, number: int) -> str:
        async with asyncio.timeout(30):
            while True:
                inbox: Any = await self._carrier.call("GET", f"/control/messages?to=%2B8210{number}")
                if inbox["messages"]:
                    return str(re.findall("[0-9]{6}", inbox["messages"][-1]["body"])[-1])
                await asyncio.sleep(0.05)


async def run(verifications: int) -> dict[str, Any]:
    """Create and check `verifications` at 100 a second each; latencies, CPU and memory of the gateway process."""
    with tempfile.TemporaryDirectory() as directory:
        async with server(Path(directory)) as running:
            after_start = resident_megabytes(running.pid)
            async with Api(running.base_url, running.api_key) as api, Api(running.carrier_url) as carrier:
                bench = Bench(running, api, carrier)
                customers = await bench.register(verifications)
                creates, create_cpu = await _measured(running, bench.create, customers, "create")
                checks, check_cpu = await _measured(running, bench.check, await bench.codes(), "check")
            return {
                "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.system()},
                "requests": verifications,
                "rate_per_second": _RATE,
                "create": _row(creates, create_cpu),
                "check": _row(checks, check_cpu),
                "seconds_to_serving": round(running.seconds_to_serving, 2),
                "memory_after_start_mb": round(after_start, 1),
                "memory_at_end_mb": round(resident_megabytes(running.pid), 1),
            }


async def _measured(running: Server, send: Any, items: Any, name: str) -> tuple[Latencies, float]:
    before = cpu_seconds(running.pid)
    latencies = await at_rate(_RATE, items, send, Progress(name, len(items)))
    return latencies, (cpu_seconds(running.pid) - before) / len(items) * 1e6


def _row(latencies: Latencies, cpu_microseconds: float) -> dict[str, float]:
    return {
        "p50_ms": round(latencies.percentile(50), 2),
        "p99_ms": round(latencies.percentile(99), 2),
        "cpu_us": round(cpu_microseconds),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--verifications", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="1,000 verifications")
    arguments = parser.parse_args()
    measured = uvloop.run(run(1_000 if arguments.quick else arguments.verifications))
    for name in ("create", "check"):
        row = measured[name]
        print(f"{name:<8} p50 {row['p50_ms']:6.2f} ms   p99 {row['p99_ms']:7.2f} ms   CPU {row['cpu_us']:5.0f} µs")
    print(f"serving after {measured['seconds_to_serving']} s")
    print(f"memory {measured['memory_after_start_mb']} MB after the start, ", end="")
    print(f"{measured['memory_at_end_mb']} MB after {measured['requests']} verifications")
    _RESULTS.mkdir(exist_ok=True)
    (_RESULTS / "latency.json").write_bytes(orjson.dumps(measured, option=orjson.OPT_INDENT_2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
