"""Two carriers, over real HTTP: whatever one of them does, the customer gets what they wait for, and not too often."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from demo.api import Api
from demo.carriers import BACKUP, MAIN
from demo.customer import until
from gateway.core.carriers import Capability
from gateway.methods.breaker import BreakerState
from gateway.store import keys
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from gateway.store.fields import FIELDS
from tests.e2e.caller import Person


class Carriers:
    """The local carrier's two accounts, as whoever breaks them sees them."""

    def __init__(self, control: Api) -> None:
        self._control = control

    async def fail(self, account: str | None = None, **faults: float) -> None:
        """From now on, there or everywhere; without faults all is well."""
        given = {} if account is None else {"account": account}
        await self._control.call("PUT", "/control/faults", {"seed": 1, **given, **faults})

    async def texts(self, person: Person) -> list[tuple[str, str]]:
        """What the phone has got: by which account, and what."""
        inbox = await self._control.call("GET", f"/control/messages?to=%2B{person.number[1:]}")
        return [(message["account"], message["body"]) for message in inbox["messages"]]

    async def calls(self, person: Person) -> list[str]:
        """The accounts that have called."""
        found = await self._control.call("GET", f"/control/calls?to=%2B{person.number[1:]}")
        return [call["account"] for call in found["calls"]]


@pytest.fixture
async def carriers(carrier: Api) -> Carriers:
    carriers = Carriers(carrier)
    await carriers.fail()
    return carriers


@pytest.fixture
async def person(api: Api, carrier: Api) -> Person:
    person = Person(api, carrier)
    await person.register()
    return person


@pytest.fixture
async def store(demo: object, tmp_path: Path) -> AsyncIterator[Store]:
    """The demo's own, beside it."""
    store = Store(EmbeddedStore(tmp_path / "demo" / "data").url)
    await store.open()
    yield store
    await store.close()


async def carrier_of(person: Person, opened: Any) -> str | None:
    return str((await person.now(opened))["delivery"]["carrier"])


async def nothing_to_deliver(store: Store) -> bool:
    lengths = await store.all(*(("XLEN", keys.outbox(shard)) for shard in range(keys.SHARDS)))
    return not any(lengths)


async def in_state(person: Person, opened: Any, state: str) -> Any:
    async def look() -> Any:
        now = await person.now(opened)
        return now if now["delivery"]["state"] == state else None

    return await until(look)


async def test_when_the_first_carrier_is_down_the_second_delivers_whatever_the_method(
    person: Person, carriers: Carriers
) -> None:
    await carriers.fail(MAIN, error_rate=1)
    opened, code = await person.open_by_sms()
    assert (await person.check(opened, code))["status"] == "verified"
    called = await person.start("ars")
    call = await person.answer_call()
    await call.press((await call.hear("먼저 ([0-8])번"))[1])
    await call.hear("여섯 자리")
    await call.press(called["binding_code"])
    assert (await person.closed(called))["status"] == "verified"
    asked = await person.start("sms_reply")
    await person.texted(2)
    await person.text(asked["binding_code"], to=await person.asked_by_text())
    assert (await person.closed(asked))["status"] == "verified"
    assert {await carrier_of(person, one) for one in (opened, called, asked)} == {BACKUP}
    await person.texted(3)  # the last of them answers the customer's own
    assert [account for account, _ in await carriers.texts(person)] == [BACKUP, BACKUP, BACKUP]
    assert await carriers.calls(person) == [BACKUP]


async def test_a_text_that_was_accepted_without_an_answer_comes_twice_at_most_and_with_one_code(
    person: Person, carriers: Carriers
) -> None:
    # Nothing is heard of the first text: neither the answer nor a report comes.
    await carriers.fail(MAIN, accept_then_timeout=1, lose=1)
    opened = await person.start("sms")
    await person.texted(2)
    delivered = await in_state(person, opened, "delivered")
    assert delivered["delivery"]["carrier"] == BACKUP
    texts = await carriers.texts(person)
    assert sorted(account for account, _ in texts) == [BACKUP, MAIN]
    assert len({body.split("(")[0] for _, body in texts}) == 1
    assert (await person.check(opened, await person.texted_code()))["status"] == "verified"


async def test_a_text_that_its_carrier_reports_is_not_sent_again_though_no_answer_came(
    person: Person, carriers: Carriers, store: Store
) -> None:
    await carriers.fail(MAIN, accept_then_timeout=1)
    opened = await person.start("sms")
    delivered = await in_state(person, opened, "delivered")
    assert delivered["delivery"]["carrier"] == MAIN
    await until(lambda: nothing_to_deliver(store))  # the carrier's time is up, and nobody else was asked
    assert [account for account, _ in await carriers.texts(person)] == [MAIN]


async def test_when_every_carrier_times_out_two_texts_are_the_most(person: Person, carriers: Carriers) -> None:
    await carriers.fail(accept_then_timeout=1, lose=1)
    opened = await person.start("sms")
    failed = await in_state(person, opened, "failed")
    assert failed["status"] == "pending"
    assert sorted(account for account, _ in await carriers.texts(person)) == [BACKUP, MAIN]
    await carriers.fail()
    assert (await person.check(opened, await person.texted_code()))["status"] == "verified"


@pytest.mark.parametrize("fault", ["accept_then_timeout", "accept_then_error"])
async def test_a_call_that_was_placed_without_an_answer_is_not_placed_again(
    person: Person, carriers: Carriers, fault: str
) -> None:
    await carriers.fail(MAIN, lose=1, **{fault: 1})
    opened = await person.start("ars")
    over = await person.closed(opened)
    assert (over["status"], over["status_reason"]) == ("failed", "carrier_timeout")
    assert await carriers.calls(person) == [MAIN]


async def test_a_resend_comes_by_another_carrier(person: Person, carriers: Carriers, store: Store) -> None:
    opened = await person.start("sms")
    await person.texted(1)
    await store.command("HSET", keys.verification(opened["id"]), FIELDS["v.resend_at"], 1)
    await person.api.call("POST", f"/v1/verifications/{opened['id']}/resend", {})
    await person.texted(2)
    assert [account for account, _ in await carriers.texts(person)] == [MAIN, BACKUP]
    assert await carrier_of(person, opened) == BACKUP


async def test_a_breaker_opens_and_the_carrier_comes_back_when_it_answers(
    api: Api, carrier: Api, carriers: Carriers, store: Store
) -> None:
    board = RedisCarrierBoard(store)

    async def main_is(state: BreakerState) -> bool:
        seen = [process.carriers[MAIN][Capability.SMS].state for process in await board.processes()]
        return [state.value] == seen

    async def by_text() -> str | None:
        person = Person(api, carrier)
        await person.register()
        opened = await person.start("sms")
        await person.texted(1)
        return await carrier_of(person, opened)

    await carriers.fail(MAIN, error_rate=1)
    for _ in range(5):
        assert await by_text() == BACKUP
    await until(lambda: main_is(BreakerState.OPEN))
    await carriers.fail(MAIN)
    await until(lambda: main_is(BreakerState.HALF_OPEN))
    assert await by_text() == MAIN
    await until(lambda: main_is(BreakerState.CLOSED))


async def test_a_paused_carrier_gets_nothing_and_with_all_paused_nothing_is_offered(
    api: Api, carrier: Api, carriers: Carriers, person: Person, store: Store
) -> None:
    board = RedisCarrierBoard(store)
    for name in (MAIN, BACKUP):
        await board.pause(name, "maintenance", "kim")

    async def methods() -> list[str]:
        return list((await person.decision_on("issue"))["methods"])

    async def nothing_offered() -> bool:
        return await methods() == []

    async def of_the_contact() -> list[str]:
        [contact] = (await api.call("GET", f"/v1/customers/{person.customer_id}/contacts"))["contacts"]
        return list(contact["methods"])

    await until(nothing_offered)
    assert await of_the_contact() == []
    asked = person.request("sms")
    with pytest.raises(Exception, match="method-not-carried"):
        await api.call("POST", "/v1/verifications", asked)
    await board.resume(BACKUP, "kim")

    async def offered_again() -> bool:
        return await methods() == ["sms", "ars", "sms_reply"]

    await until(offered_again)
    assert await of_the_contact() == ["sms", "ars", "sms_reply"]
    opened = await person.start("sms")
    await person.texted(1)
    assert await carrier_of(person, opened) == BACKUP
    assert [account for account, _ in await carriers.texts(person)] == [BACKUP]
