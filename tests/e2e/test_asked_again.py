"""The store did it, and only its answer was lost: asked again under the same key it is not done twice."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.store import keys
from gateway.store.receipts import _REDEEM
from gateway.store.scripts import Script
from gateway.store.verifications import _CREATE
from tests.faults.harness.client import Answer
from tests.faults.harness.installation import Installation, Person, installation
from tests.faults.harness.proxy import Wire
from tests.faults.harness.store import StoreServer

KEY, ANOTHER = {"Idempotency-Key": "order-1"}, {"Idempotency-Key": "order-2"}


@dataclass(frozen=True)
class Rig:
    """A gateway, and the wire by which it comes to its store."""

    bonin: Installation
    store: StoreServer
    wire: Wire

    async def ask(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        answer = await self.bonin.issuer.ask("POST", path, body, headers)
        assert answer is not None
        return answer

    async def ask_in_vain(self, script: Script, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        """The store carries it out, and its answer is lost."""
        await self.store.command("SCRIPT", "LOAD", script.source)
        self.wire.lose_the_answer_to(script.sha.encode())
        answer = await self.ask(path, body, headers)
        assert (answer.status, answer.slug) == (503, "store-unavailable")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    store = StoreServer(tmp_path / "store")
    await store.start_anywhere()
    wire = Wire(store.port)
    await wire.open()
    try:
        async with installation(tmp_path / "installation", store=store, store_urls=[wire.url]) as bonin:
            yield Rig(bonin, store, wire)
    finally:
        await wire.close()
        await store.stop()


@pytest.fixture
async def person(rig: Rig) -> Person:
    (person,) = await rig.bonin.register(1)
    return person


async def _redeeming(rig: Rig, person: Person) -> dict[str, str]:
    opened = await rig.bonin.issuer.expect("POST", "/v1/verifications", person.request("sms"))
    body = {"code": await rig.bonin.phones.code_after(person.number, 0, patience=30.0)}
    verified = await rig.bonin.issuer.expect("POST", f"/v1/verifications/{opened['id']}/check", body)
    return {"receipt": verified["receipt"], "operation": "issue", "customer_id": person.customer_id}


async def test_whoever_redeemed_a_receipt_learns_so_and_nobody_else_redeems_it(rig: Rig, person: Person) -> None:
    body = await _redeeming(rig, person)
    await rig.ask_in_vain(_REDEEM, "/v1/receipts/redeem", body, KEY)
    for headers in (ANOTHER, {}):
        refused = await rig.ask("/v1/receipts/redeem", body, headers)
        assert (refused.status, refused.slug) == (409, "receipt-already-redeemed")
    redeemed = [await rig.ask("/v1/receipts/redeem", body, KEY) for _ in range(2)]
    assert [answer.status for answer in redeemed] == [200, 200]
    assert redeemed[0].json == redeemed[1].json
    assert redeemed[0].json["customer_id"] == person.customer_id


async def test_without_a_key_a_redemption_whose_answer_was_lost_is_nobodys(rig: Rig, person: Person) -> None:
    body = await _redeeming(rig, person)
    await rig.ask_in_vain(_REDEEM, "/v1/receipts/redeem", body, {})
    for headers in (KEY, {}):
        refused = await rig.ask("/v1/receipts/redeem", body, headers)
        assert (refused.status, refused.slug) == (409, "receipt-already-redeemed")


@pytest.mark.parametrize("method", ["sms", "sms_reply"])
async def test_whoever_opened_a_verification_gets_it_again_and_one_text_is_sent(
    rig: Rig, person: Person, method: str
) -> None:
    body = person.request(method)
    await rig.ask_in_vain(_CREATE, "/v1/verifications", body, KEY)
    opened, replayed = [await rig.ask("/v1/verifications", body, KEY) for _ in range(2)]
    assert (opened.status, opened.content) == (201, replayed.content)
    assert opened.json["status"] == "pending"
    another = await rig.ask("/v1/verifications", body, ANOTHER)
    assert another.json["id"] != opened.json["id"]
    assert await _queued(rig, person) == 2
    assert (await rig.bonin.phones.code_after(person.number, 1, patience=30.0) is None) == (method == "sms_reply")
    assert rig.bonin.phones.count(person.number) == 2


async def _queued(rig: Rig, person: Person) -> int:
    """How many deliveries to the customer ever were."""
    told = await rig.store.command("XINFO", "STREAM", keys.outbox(keys.shard_of(person.customer_id)))
    return int(told["entries-added"])
