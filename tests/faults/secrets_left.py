"""After a day of work with kills of gateway and store, nothing that is left on the machine shows a secret.

Logs, metrics, and the store's files, rewritten and as a snapshot too, are searched for numbers, a name, codes and keys,
plain and encoded.
"""

from pathlib import Path

from demo.customer import until
from tests.faults.harness.fault import Fault, Trial
from tests.faults.harness.flows import REQUESTS_EACH, Flows
from tests.faults.harness.installation import NAME, Installation, installation
from tests.faults.harness.load import Load
from tests.faults.harness.processes import PATIENCE
from tests.leaks import planted
from tests.leaks.planted import Planted
from tests.leaks.scanning import files_below, leaks

_REQUESTS_PER_SECOND = 60
_PLANTED_CODES = 20
_PLANTED_PEOPLE = 10


async def run(trial: Trial) -> None:
    async with installation(trial.directory) as bonin:
        people = await bonin.register(20 + trial.dose // 4)
        numbers = [person.number for person in people[:_PLANTED_PEOPLE]]
        flows = Flows(bonin, trial.ledger, people, seed=7, patience=10)
        for _ in range(2):
            await _work(trial, flows, (trial.dose + 1) // 2)
            await bonin.gateways[0].kill()
            await _kill_store(bonin)
            await bonin.gateways[0].start()
        await flows.give_up()
        await _search(trial, bonin, numbers)


async def _work(trial: Trial, flows: Flows, count: int) -> None:
    before = flows.finished

    async def is_done() -> bool:
        return flows.finished - before >= count

    async with Load(_REQUESTS_PER_SECOND / REQUESTS_EACH, flows.one):
        await until(is_done, PATIENCE)
    trial.advance(min(count, trial.dose - trial.done))


async def _kill_store(bonin: Installation) -> None:
    assert bonin.store is not None
    await bonin.store.command("SAVE")
    await bonin.store.kill()
    await bonin.store.start()
    await bonin.store.command("BGREWRITEAOF")


async def _search(trial: Trial, bonin: Installation, numbers: list[str]) -> None:
    metrics = await bonin.issuer.insist("GET", "/metrics")
    places = files_below(bonin.directory, but=("secrets.json", "carrier.log"))
    places |= {"metrics": metrics.content if metrics else b""}
    found = leaks(places, _planted(bonin, numbers))
    for leak in found:
        trial.ledger.violated(f"{leak.what} is in {Path(leak.place).name}")
    trial.notes.append(f"{sum(map(len, places.values())) / 2**20:.1f} MiB in {len(places)} places")


def _planted(bonin: Installation, numbers: list[str]) -> list[Planted]:
    secrets = bonin.secrets
    codes = [code for _, code in bonin.phones.texts_of_each_code()][:_PLANTED_CODES]
    keys = {
        "the encryption key": secrets.encryption_key,
        "the index key": secrets.index_key,
        "the pepper": secrets.code_pepper,
    }
    return [
        *(planted.number("a number", number) for number in numbers),
        *(planted.code("a code", code) for code in codes),
        *(planted.key(what, value) for what, value in keys.items()),
        planted.private_key("the receipt key", secrets.receipt_key),
        planted.private_key("the audit key", secrets.audit_key),
        planted.text("a name", NAME),
        planted.text("an API key", bonin.key),
        planted.text("the carrier's token", secrets.twilio_auth_token),
    ]


SECRETS_LEFT = Fault(
    "secrets-left", "kills of gateway and store, then a search of logs, metrics and the store's files", "verifications",
    full=1_000, short=20, run=run,
)  # fmt: skip
