"""How many ARS dialogues one process holds at once, what a turn costs it, and how soon it answers the carrier."""

import asyncio
import time

import orjson
from prometheus_client.parser import text_string_to_metric_families

from bench.callers import create
from bench.load import Connection, closed_loop, connections, open_loop, post, request
from bench.measures.requests import CONNECTIONS
from bench.product import Installation, Product, carrier, product, store
from bench.rows import Measured, Rounds, Row
from bench.seeding import CHECK_WRONG, seed
from bench.session import Session, nothing

_CALLS = 2_000
_PACE = 150.0
"""Checks a second, as there are about so many turns."""
_LONGEST_SECONDS = 240.0
_UNDER_WAY = ("ringing", "in-progress")


async def measure_calls(session: Session) -> Measured:
    count, directory = session.some(_CALLS), session.folder("calls")
    async with store(directory) as embedded:
        # The phones are picked up and nothing is pressed: each dialogue asks again until it gives up. At half speed
        # they last long enough to meet.
        installation = Installation(directory, embedded.url, CARRIER_SPEED="0.5")
        async with seed(installation.settings) as seeding, carrier(installation), product(installation) as running:
            customers = await seeding.customers(count + 500, session.progress("customers", count + 500))
            callees, others = customers[:count], customers[count:]
            checked = await _check(running, await seeding.verifications(others, nothing))
            async with connections(installation.carrier_port, 8) as phones:
                answering = [_answers(20_000_000 + number) for number in range(count)]
                (await closed_loop(phones, answering)).must_be(200)
            async with connections(running.port, CONNECTIONS) as over:
                (await closed_loop(over, [create(one, running.api_key, "ars") for one in callees])).must_be(201)
            watch = _Watch(installation, count, session)
            await watch.until_all_have_begun()
            # From here on there are turns only: opening and placing the calls is over.
            began, before, turned = time.monotonic(), running.cpu(), await _turns(running)
            await watch.until_half_are_over()
            turns, cpu = await _turns(running), running.cpu() - before
            taken, seconds = turns.count - turned.count, time.monotonic() - began
    return Measured(
        [
            Row("ARS dialogues at once in one process", watch.most, "", float(count), more_is_better=True),
            Row("CPU of a turn, with the status reports beside it", cpu / taken / checked, "×", 2.0,
                compared_with="a check, CPU",
                details={"turn": cpu / taken, "check": checked, "turns": taken, "turns per second": taken / seconds}),
            Row("turns answered within 100 ms", (turns.in_time - turned.in_time) / taken * 100, "%", 99.0,
                more_is_better=True),
        ]
    )  # fmt: skip


class _Turns:
    """Turns of calls answered so far, by the gateway's own histogram."""

    def __init__(self, told: str) -> None:
        self.count = self.in_time = 0.0
        for family in text_string_to_metric_families(told):
            for sample in family.samples:
                if not sample.labels.get("route", "").startswith("/webhooks/twilio/voice/"):
                    continue
                if sample.name == "bonin_http_request_seconds_count":
                    self.count += sample.value
                elif sample.labels.get("le") == "0.1":
                    self.in_time += sample.value


async def _turns(running: Product) -> _Turns:
    async with connections(running.port, 1) as [connection]:
        _, body = await connection.send(request("GET", "/metrics"))
    return _Turns(body.decode())


async def _check(running: Product, opened: list[str]) -> float:
    """µs of a check in the same process, before there are calls; one by one as turns come, and as many a second.

    Many at once share one wake-up of gateway and store, and cost half.
    """
    rounds = Rounds()
    checks = [post(f"/v1/verifications/{one}/check", CHECK_WRONG, running.api_key) for one in opened]
    async with connections(running.port, CONNECTIONS) as over:
        for _ in range(4):
            before = running.cpu()
            (await open_loop(over, checks, _PACE)).must_be(200)
            rounds.note("check", (running.cpu() - before) / len(checks))
    return rounds.median("check")


class _Watch:
    """Looks at the carrier's calls once a second; `most` were under way at once."""

    def __init__(self, installation: Installation, count: int, session: Session) -> None:
        self.most = 0
        self._port, self._count = installation.carrier_port, count
        self._progress = session.progress("calls", count)

    async def until_all_have_begun(self) -> None:
        begun = 0
        async with asyncio.timeout(_LONGEST_SECONDS), connections(self._port, 1) as [connection]:
            while begun < self._count:
                await asyncio.sleep(1.0)
                begun, _ = await self._look(connection)
                self._progress(begun)

    async def until_half_are_over(self) -> None:
        async with asyncio.timeout(_LONGEST_SECONDS), connections(self._port, 1) as [connection]:
            while (await self._look(connection))[1] > self._count // 2:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(1.0)

    async def _look(self, connection: Connection) -> tuple[int, int]:
        calls = await _calls(connection)
        under_way = sum(call["status"] in _UNDER_WAY for call in calls)
        self.most = max(self.most, under_way)
        return len(calls), under_way


async def _calls(connection: Connection) -> list[dict[str, str]]:
    _, body = await connection.send(request("GET", "/control/calls"))
    calls: list[dict[str, str]] = orjson.loads(body)["calls"]
    return calls


def _answers(number: int) -> bytes:
    """The request that makes a phone pick up whatever rings."""
    return request("PUT", f"/control/phones/%2B8210{number}", body=b'{"behaviour":"answers"}')
