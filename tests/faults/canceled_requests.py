"""Clients hang up in the middle: while they send, while they wait, while they are answered.

Beside them an honest client asks for what is its own, and must never be answered with what is somebody else's.
Afterwards the gateway is as it was: it answers, and holds no more connections and files than before.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable

from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.installation import Installation, Person, installation
from tests.faults.harness.load import in_parallel
from tests.faults.harness.processes import open_files

_AT_ONCE = 100
_AT_A_TIME = 1_000
_LONGEST_WAIT = 0.03
"""Seconds after which a client hangs up at the latest: about what a request takes under this load."""
_HONEST = 8
_ROOM_FOR_FILES = 20


async def run(trial: Trial) -> None:
    drawn = random.Random(1)
    async with installation(trial.directory) as bonin:
        people = await bonin.register(20)
        before = open_files(bonin.gateways[0].process.pid)
        honest = [asyncio.create_task(_ask_for_its_own(bonin, trial, people[n], n)) for n in range(_HONEST)]
        for first in range(0, trial.dose, _AT_A_TIME):
            count = min(_AT_A_TIME, trial.dose - first)
            storm: list[Awaitable[None]] = [_hang_up(bonin, drawn.choice(people), drawn) for _ in range(count)]
            await in_parallel(_AT_ONCE, storm)
            trial.advance(count)
        for task in honest:
            task.cancel()
        answered = await asyncio.gather(*honest, return_exceptions=True)
        for error in answered:
            if isinstance(error, Exception):
                raise error
        await _as_before(bonin, trial, before)
        trial.ledger.expect(not bonin.issuer.server_errors, f"{bonin.issuer.server_errors[:3]}")


async def _hang_up(bonin: Installation, person: Person, drawn: random.Random) -> None:
    """Send a request, or a part of one, and be gone."""
    request = _request(bonin, person, drawn)
    sent = request if drawn.random() < 0.8 else request[: drawn.randrange(len(request))]
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", bonin.gateways[0].port)
        writer.write(sent)
        await asyncio.sleep(drawn.uniform(0, _LONGEST_WAIT))
        if drawn.random() < 0.3:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.read(40), 0.02)
        # A reset rather than a farewell: what a phone does that loses its network.
        writer.transport.abort()


def _request(bonin: Installation, person: Person, drawn: random.Random) -> bytes:
    method, path, body = drawn.choice(
        [
            ("GET", f"/v1/customers/{person.customer_id}", b""),
            ("POST", "/v1/verifications",
             b'{"customer_id":"%s","method":"branch_otp","operation":"issue"}' % person.customer_id.encode()),
            ("POST", "/v1/decisions",
             b'{"customer_id":"%s","operation":"issue","client_ip":"203.0.113.7"}' % person.customer_id.encode()),
        ]
    )  # fmt: skip
    head = f"{method} {path} HTTP/1.1\r\nHost: bonin\r\nAuthorization: Bearer {bonin.key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{head}\r\n".encode() + body


async def _ask_for_its_own(bonin: Installation, trial: Trial, person: Person, number: int) -> None:
    """For as long as the storm goes on. What is answered has to be what was asked for."""
    opened = await bonin.issuer.expect("POST", "/v1/verifications", person.request("branch_otp"))
    while True:
        for path, field, own in (
            (f"/v1/verifications/{opened['id']}", "id", opened["id"]),
            (f"/v1/customers/{person.customer_id}", "customer_id", person.customer_id),
        ):
            answer = await bonin.issuer.ask("GET", path)
            if answer is None or answer.status != 200:
                trial.ledger.violated(f"an honest client got {answer and answer.status}")
            elif answer.json[field] != own:
                trial.ledger.violated(f"client {number} got somebody else's answer")
        await asyncio.sleep(0.01)


async def _as_before(bonin: Installation, trial: Trial, files: int) -> None:
    """Once the last of what was cut off has been noticed."""
    allowed = files + _ROOM_FOR_FILES + _HONEST
    for _ in range(150):
        if open_files(bonin.gateways[0].process.pid) <= allowed:
            break
        await asyncio.sleep(0.2)
    now = open_files(bonin.gateways[0].process.pid)
    trial.ledger.expect(now <= allowed, f"{now} files are open in the gateway, and {files} were before")
    ready = await bonin.issuer.ask("GET", "/readyz")
    trial.ledger.expect(ready is not None and ready.status == 200, "the gateway is not ready")


CANCELED_REQUESTS = Fault(
    "canceled-requests", "requests cut off by the client in the middle", "requests", full=50_000, short=500, run=run
)
