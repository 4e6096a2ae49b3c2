"""Deliveries on their way: the outbox, what carriers report, the turns of a call, and who is told of changes."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from gateway.core.delivery import RANK, DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState, Effect
from gateway.core.outbox import Cargo, Outbox
from gateway.core.stores import VerificationMissing
from gateway.core.verification import Method, Status, Verification
from tests.builders import CUSTOMER_ID, new_verification
from tests.contracts.store.servers import Ports
from tests.outboxes import taken

PATIENCE_SECONDS = 10
ONE_OF_EACH_RANK = [
    DeliveryState.QUEUED,
    DeliveryState.SENT,
    DeliveryState.RINGING,
    DeliveryState.IN_PROGRESS,
    DeliveryState.DELIVERED,
    DeliveryState.FAILED,
]

pytestmark = pytest.mark.usefixtures("mobile")


async def reported(
    ports: Ports,
    to: Verification,
    state: DeliveryState,
    *,
    number: int = 1,
    carrier: str = "twilio",
    carrier_id: str | None = None,
    close_reason: str | None = None,
    **ref: int,
) -> bool:
    delivery = DeliveryRef(to.verification_id, number, **ref)
    report = DeliveryReport(delivery, state, DeliveryReason.CARRIER_ERROR, carrier_id)
    return await ports.verifications.report(report, carrier, close_reason) is Effect.NOTED


async def handed_over(ports: Ports, one: Verification, carrier: str = "twilio", number: int = 1) -> DeliveryRef:
    """A carrier is being asked to take the delivery."""
    return (await ports.hand_overs.begin(DeliveryRef(one.verification_id, number), carrier, 2)).ref


async def read(ports: Ports, one: Verification) -> Verification:
    found = await ports.verifications.read(one.verification_id)
    assert found is not None
    return found


@pytest.mark.parametrize(("known", "reported_now"), list(itertools.product(ONE_OF_EACH_RANK, repeat=2)))
async def test_only_a_report_that_ranks_above_what_is_known_is_noted(
    ports: Ports, known: DeliveryState, reported_now: DeliveryState
) -> None:
    one = await ports.verifications.create(new_verification())
    await handed_over(ports, one)
    await reported(ports, one, known)
    before = await read(ports, one)
    assert before.delivery_state is known
    assert await reported(ports, one, reported_now) == (RANK[reported_now] > RANK[known])
    after = await read(ports, one)
    assert after.delivery_state is max(known, reported_now, key=lambda state: RANK[state])
    assert (after.revision > before.revision) == (RANK[reported_now] > RANK[known])


async def test_a_report_says_what_it_changed(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification())
    ref = await handed_over(ports, one)

    async def report(state: DeliveryState, of: DeliveryRef = ref) -> Effect:
        return await ports.verifications.report(DeliveryReport(of, state), "twilio", None)

    assert await report(DeliveryState.DELIVERED) is Effect.NOTED
    assert await report(DeliveryState.DELIVERED) is Effect.REPEATED
    assert await report(DeliveryState.SENT) is Effect.LATE
    assert await report(DeliveryState.DELIVERED, replace(ref, number=2)) is Effect.LATE
    assert await report(DeliveryState.SENT, DeliveryRef("ver_00" + "a" * 20, 1)) is Effect.UNKNOWN


async def test_a_text_that_did_not_arrive_closes_nothing(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification())
    await handed_over(ports, one)
    assert await reported(ports, one, DeliveryState.FAILED, close_reason="carrier_error")
    assert (await read(ports, one)).status is Status.PENDING


async def test_a_report_of_an_earlier_delivery_changes_nothing(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification())
    await handed_over(ports, one)
    await reported(ports, one, DeliveryState.SENT, carrier_id="SM1")
    await ports.let_resend_pause_pass(one.verification_id)
    await ports.verifications.resend(one.verification_id)
    again = await read(ports, one)
    assert (again.delivery_number, again.delivery_state, again.carrier_id) == (2, "queued", None)
    assert not await reported(ports, one, DeliveryState.DELIVERED, number=1, carrier_id="SM1")
    assert (await read(ports, one)).carrier_id is None
    await handed_over(ports, one, number=2)
    assert await reported(ports, one, DeliveryState.SENT, number=2, carrier_id="SM2")
    now = await read(ports, one)
    assert (now.delivery_state, now.delivery_carrier, now.carrier_id) == ("sent", "twilio", "SM2")


async def test_the_end_of_a_call_fails_what_is_open_and_leaves_what_is_closed(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification(Method.ARS))
    await handed_over(ports, one)
    await reported(ports, one, DeliveryState.BUSY, close_reason="busy")
    over = await read(ports, one)
    assert (over.status, over.reason, over.sealed_code) == ("failed", "busy", None)
    other = await ports.verifications.create(new_verification(Method.ARS))
    await handed_over(ports, other)
    await ports.verifications.close(other.verification_id, CUSTOMER_ID, Status.DENIED, "denied_by_phone", "phone")
    assert await reported(ports, other, DeliveryState.COMPLETED, close_reason="hung_up")
    over = await read(ports, other)
    assert (over.status, over.reason, over.delivery_state) == ("denied", "denied_by_phone", "completed")


async def test_a_call_that_ends_past_its_time_leaves_it_expired(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification(Method.ARS))
    await handed_over(ports, one)
    await ports.let_life_pass(one.verification_id)
    assert (await read(ports, one)).shown_status is Status.EXPIRED
    await reported(ports, one, DeliveryState.COMPLETED, close_reason="hung_up")
    over = await read(ports, one)
    assert (over.status, over.reason) == ("expired", "expired")


async def test_a_report_on_nothing_known_changes_nothing(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification())
    await ports.store.everywhere("FLUSHALL")
    assert not await reported(ports, one, DeliveryState.SENT)
    assert await ports.verifications.read(one.verification_id) is None


async def test_a_turn_is_taken_once_and_only_by_its_token(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification(Method.ARS))
    await handed_over(ports, one)

    async def take(turn: str, carrier: str = "twilio") -> str | None:
        taken = await ports.turns.take_turn(one.verification_id, turn, carrier)
        assert taken is None or taken == replace(await read(ports, one), read_at=taken.read_at)
        return None if taken is None else taken.dialogue

    await ports.turns.put_turn(one.verification_id, "first", "ringing..0000")
    assert await take("guessed") is None
    with pytest.raises(VerificationMissing):
        await take("first", "another")
    takers = await asyncio.gather(*(take("first") for _ in range(10)))
    assert sorted(filter(None, takers)) == ["ringing..0000"]
    await ports.turns.put_turn(one.verification_id, "second", "code..0000")
    assert await take("first") is None
    assert await take("") is None
    assert await take("second") == "code..0000"


async def test_a_call_that_is_gone_has_no_turns(ports: Ports) -> None:
    gone = new_verification(Method.ARS).verification_id
    await ports.turns.put_turn(gone, "first", "ringing..0000")
    with pytest.raises(VerificationMissing):
        await ports.turns.take_turn(gone, "first", "twilio")


async def test_what_is_delivered_waits_in_the_outbox_and_the_rest_does_not(ports: Ports) -> None:
    texted = await ports.verifications.create(new_verification(Method.SMS))
    await ports.verifications.create(new_verification(Method.BRANCH_OTP))
    called = await ports.verifications.create(new_verification(Method.ARS))
    await ports.verifications.request_hang_up(called.verification_id, 1)
    entries = {(entry.ref.verification_id, entry.ref.number, entry.cargo) for entry in await taken(ports.outbox(), 3)}
    assert entries == {
        (texted.verification_id, 1, Cargo.VERIFICATION),
        (called.verification_id, 1, Cargo.VERIFICATION),
        (called.verification_id, 1, Cargo.HANG_UP),
    }


async def test_what_a_crashed_process_took_is_given_to_another_and_what_was_done_is_not(ports: Ports) -> None:
    crashed = ports.outbox()
    opened = [await ports.verifications.create(new_verification()) for _ in range(3)]
    entries = await taken(crashed, 3)
    await crashed.done(entries[0])
    await ports.let_entries_idle(*entries[1:])
    taken_over = await taken(ports.outbox(), 2)
    refs = {entry.ref for entry in entries}
    assert refs == {DeliveryRef(one.verification_id, 1) for one in opened}
    assert {entry.ref for entry in taken_over} == refs - {entries[0].ref}


async def test_two_processes_share_the_outbox_and_none_gets_what_the_other_has(ports: Ports) -> None:
    opened = {(await ports.verifications.create(new_verification())).verification_id for _ in range(6)}
    seen: list[str] = []
    all_seen = asyncio.Event()

    async def work(outbox: Outbox) -> None:
        async for entry in outbox.entries():
            seen.append(entry.ref.verification_id)
            await outbox.done(entry)
            if len(seen) == len(opened):
                all_seen.set()

    workers = [asyncio.create_task(work(ports.outbox())) for _ in range(2)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await all_seen.wait()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    assert sorted(seen) == sorted(opened)


async def test_whoever_waits_is_told_of_a_change_made_elsewhere(ports: Ports) -> None:
    one = await ports.verifications.create(new_verification())
    await handed_over(ports, one)
    changes = ports.changes()
    await changes.open()
    try:
        async with changes.watch(one.verification_id) as watch:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await reported(ports, one, DeliveryState.SENT)
                started = asyncio.get_running_loop().time()
                await watch.next(PATIENCE_SECONDS)
        assert asyncio.get_running_loop().time() - started < 2
    finally:
        await changes.close()
