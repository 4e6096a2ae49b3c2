"""What moves the read model on: it loses nothing when its process ends, and stands still at nothing."""

from collections.abc import Sequence

import pytest

from contacts.models import Contact
from demo.customer import until
from gateway.core.errors import StoreUnavailable
from gateway.core.read_model import Filters
from gateway.core.verification import Channel
from gateway.store import keys, ops_keys
from gateway.store.projection import Event
from gateway.store.projector import Projector
from gateway.store.read_model import RedisReadModel
from gateway.store.read_model_upkeep import Upkeep
from gateway.store.scripts import load
from tests import builders
from tests.builders import CUSTOMER_ID, MOBILE
from tests.contracts.store.answering import verified
from tests.contracts.store.projection_observers import Told
from tests.contracts.store.servers import Ports

KEPT = 3600


def a_projector(ports: Ports, upkeep: type[Upkeep] = Upkeep) -> Projector:
    return Projector(ports.store, upkeep(ports.store, KEPT, most_rows=100_000), Told(), KEPT)


async def test_one_process_at_a_time_moves_it_on_and_another_when_that_is_gone(ports: Ports) -> None:
    async def holds(who: str) -> bool:
        return bool(await ports.store.run(load("hold_lease"), (ops_keys.LEASE,), (who, 60_000)))

    assert [await holds(who) for who in ("one", "other", "one")] == [True, False, True]
    await ports.lapse(ops_keys.LEASE)
    assert [await holds(who) for who in ("other", "one")] == [True, False]


@pytest.mark.parametrize(
    "words",
    [
        ("what", "junk"),
        ("event", b"\xff\xfe", "at", "1"),
        ("event", "verification.created", "at", "1"),
        ("event", "contact.created", "at", "1", "customer", CUSTOMER_ID),
        ("event", "customer.locked", "at", "soon", "customer", CUSTOMER_ID),
    ],
)
async def test_an_event_that_nobody_of_ours_wrote_is_passed_over(
    ports: Ports, mobile: Contact, words: tuple[str | bytes, ...]
) -> None:
    audit = keys.audit(keys.shard_of(CUSTOMER_ID))
    written = await ports.store.command("XADD", audit, "*", *words)
    verification = await ports.verifications.create(builders.new_verification(contact_id=mobile.contact_id))
    await a_projector(ports).catch_up()
    await ports.store.command("XDEL", audit, written)
    assert (await RedisReadModel(ports.store).find(Filters(), 10)).ids == [verification.verification_id]


async def test_what_is_denied_after_it_was_verified_is_found_as_denied_only(ports: Ports) -> None:
    one, projector, read_model = await verified(ports), a_projector(ports), RedisReadModel(ports.store)
    await projector.catch_up()
    assert (await read_model.find(Filters(state="verified"), 10)).ids == [one.verification_id]
    await ports.denials.deny(one, "denied_by_reply", Channel.REPLY)
    await projector.catch_up()
    for sought in (Filters(state="verified"), Filters(reason="correct")):
        assert (await read_model.find(sought, 10)).ids == []
    for sought in (Filters(state="denied"), Filters(reason="denied_by_reply")):
        assert (await read_model.find(sought, 10)).ids == [one.verification_id]


async def test_whose_a_number_is_is_known_though_a_process_ended_at_noting_it(ports: Ports, mobile: Contact) -> None:
    class Ending(Upkeep):
        has_ended = False

        async def note_owners(self, events: Sequence[Event]) -> None:
            if not self.has_ended:
                self.has_ended = True
                raise StoreUnavailable("the connection was lost")
            await super().note_owners(events)

    projector = a_projector(ports, Ending)
    with pytest.raises(StoreUnavailable):
        await projector.catch_up()
    await projector.catch_up()
    owners = await RedisReadModel(ports.store).owners(builders.personal_data().blind_indexes(MOBILE))
    assert owners == [(CUSTOMER_ID, mobile.contact_id)]


async def test_what_is_so_now_is_written_while_much_is_still_to_be_counted(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import brings more events in a minute than can be counted in it."""
    monkeypatch.setattr("gateway.store.projector._LONGEST_SECONDS", 0.0)
    shard = keys.shard_of(CUSTOMER_ID)
    words = ("event", "decision.required", "at", "1", "customer", CUSTOMER_ID)
    await ports.store.all(*(("XADD", keys.audit(shard), f"1-{number}", *words) for number in range(1, 121)))
    counted_up_to: list[bytes | None] = []

    class Noting(Upkeep):
        async def keep_up(self) -> None:
            counted_up_to.append(await ports.store.command("GET", ops_keys.position(shard)))
            await super().keep_up()

    async def all_is_counted() -> bool:
        return counted_up_to[-1:] == [b"1-120"]

    projector = a_projector(ports, Noting)
    await projector.open()
    try:
        await until(all_is_counted)
    finally:
        await projector.close()
        await ports.store.command("DEL", keys.audit(shard))
    assert counted_up_to[0] == b"1-50"
