"""How often a delivery may have reached the customer, and whose reports of it count."""

import asyncio

import pytest

from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState, Effect
from gateway.core.outbox import Begun, DeliveryNotWanted, SendsSpent
from gateway.core.verification import Method, Status, Verification
from tests.builders import CUSTOMER_ID, new_verification
from tests.contracts.store.servers import Ports

pytestmark = pytest.mark.usefixtures("mobile")


@pytest.fixture
async def one(ports: Ports) -> Verification:
    return await ports.verifications.create(new_verification())


def ref(one: Verification, number: int = 1, send: int = 1) -> DeliveryRef:
    return DeliveryRef(one.verification_id, number, send)


async def report(
    ports: Ports, one: Verification, state: DeliveryState, carrier: str = "first", send: int = 1, ours: bool = False
) -> bool:
    reported = DeliveryReport(ref(one, send=send), state, DeliveryReason.CARRIER_ERROR, None if ours else "SM1", ours)
    return await ports.verifications.report(reported, carrier, None) is Effect.NOTED


async def test_a_hand_over_counts_until_it_is_given_back(ports: Ports, one: Verification) -> None:
    begun = await ports.hand_overs.begin(ref(one), "first", 1)
    assert begun == Begun(ref(one), left=0)
    with pytest.raises(SendsSpent):
        await ports.hand_overs.begin(ref(one), "second", 1)
    await ports.hand_overs.give_back(begun)
    assert await ports.hand_overs.begin(ref(one), "second", 2) == Begun(ref(one), left=1)
    assert await ports.hand_overs.begin(ref(one), "first", 2) == Begun(ref(one, send=2), left=0, after="second")


async def test_only_the_latest_can_be_given_back(ports: Ports, one: Verification) -> None:
    first, _ = [await ports.hand_overs.begin(ref(one), carrier, 2) for carrier in ("first", "second")]
    await ports.hand_overs.give_back(first)
    with pytest.raises(SendsSpent):
        await ports.hand_overs.begin(ref(one), "first", 2)


async def test_who_may_have_it_is_heard_again_when_the_one_after_did_nothing(ports: Ports, one: Verification) -> None:
    await ports.hand_overs.begin(ref(one), "first", 2)
    await ports.hand_overs.give_back(await ports.hand_overs.begin(ref(one), "second", 2))
    assert await report(ports, one, DeliveryState.DELIVERED, "first")
    with pytest.raises(DeliveryNotWanted):
        await ports.hand_overs.begin(ref(one), "second", 2)


async def test_of_many_processes_as_many_may_hand_it_over_as_there_are_sends(ports: Ports, one: Verification) -> None:
    begun = await asyncio.gather(
        *(ports.hand_overs.begin(ref(one), f"carrier-{number}", 2) for number in range(20)), return_exceptions=True
    )
    assert sorted(came.ref.send for came in begun if isinstance(came, Begun)) == [1, 2]
    assert sum(isinstance(came, SendsSpent) for came in begun) == 18


async def test_what_is_over_replaced_or_gone_is_not_wanted(ports: Ports) -> None:
    closed, late, replaced, gone = [await ports.verifications.create(new_verification()) for _ in range(4)]
    await ports.verifications.close(closed.verification_id, CUSTOMER_ID, Status.CANCELED, "canceled", "screen")
    await ports.let_life_pass(late.verification_id)
    await ports.let_resend_pause_pass(replaced.verification_id)
    await ports.verifications.resend(replaced.verification_id)
    unknown = new_verification()
    for over in (ref(closed), ref(late), ref(replaced), DeliveryRef(unknown.verification_id, 1), ref(gone, number=2)):
        with pytest.raises(DeliveryNotWanted):
            await ports.hand_overs.begin(over, "first", 2)


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENT])
async def test_what_a_carrier_says_that_it_has_is_wanted_no_more(
    ports: Ports, one: Verification, state: DeliveryState
) -> None:
    begun = await ports.hand_overs.begin(ref(one), "first", 2)
    await report(ports, one, state)
    with pytest.raises(DeliveryNotWanted):
        await ports.hand_overs.begin(ref(one), "second", 2)
    await ports.hand_overs.give_back(begun)
    now = await ports.verifications.read(one.verification_id)
    assert now is not None
    assert (now.carrier_id, now.delivery_carrier) == ("SM1", "first")


@pytest.mark.parametrize(("carrier", "send"), [("second", 1), ("first", 2), ("", 1), ("first", 0)])
async def test_a_report_of_another_carrier_or_hand_over_changes_nothing(
    ports: Ports, one: Verification, carrier: str, send: int
) -> None:
    await ports.hand_overs.begin(ref(one), "first", 2)
    assert not await report(ports, one, DeliveryState.DELIVERED, carrier, send)
    now = await ports.verifications.read(one.verification_id)
    assert now is not None
    assert (now.delivery_state, now.carrier_id) == ("queued", None)


async def test_the_first_id_that_a_carrier_gave_it_stays(ports: Ports, one: Verification) -> None:
    await ports.hand_overs.begin(ref(one), "first", 1)
    for carrier_id, known in ((None, None), ("SM1", "SM1"), ("SM2", "SM1"), (None, "SM1")):
        await ports.verifications.report(
            DeliveryReport(ref(one), DeliveryState.QUEUED, carrier_id=carrier_id), "first", None
        )
        now = await ports.verifications.read(one.verification_id)
        assert now is not None
        assert now.carrier_id == known


async def test_a_report_on_what_nobody_was_asked_to_deliver_changes_nothing(ports: Ports, one: Verification) -> None:
    assert not await report(ports, one, DeliveryState.DELIVERED)


async def test_giving_up_counts_only_while_no_carrier_has_it_and_is_outranked_by_its_last_word(
    ports: Ports, one: Verification
) -> None:
    await ports.hand_overs.begin(ref(one), "first", 1)
    assert await report(ports, one, DeliveryState.FAILED, ours=True)
    assert not await report(ports, one, DeliveryState.SENT)
    assert await report(ports, one, DeliveryState.DELIVERED)
    other = await ports.verifications.create(new_verification(Method.ARS))
    await ports.hand_overs.begin(ref(other), "first", 1)
    await report(ports, other, DeliveryState.RINGING)
    assert not await report(ports, other, DeliveryState.FAILED, ours=True)


async def test_what_was_given_up_is_handed_to_nobody_else(ports: Ports, one: Verification) -> None:
    await ports.hand_overs.begin(ref(one), "first", 2)
    assert await report(ports, one, DeliveryState.FAILED, ours=True)
    with pytest.raises(DeliveryNotWanted):
        await ports.hand_overs.begin(ref(one), "second", 2)


async def test_a_resend_counts_anew_and_knows_who_had_the_last_one(ports: Ports, one: Verification) -> None:
    await ports.hand_overs.begin(ref(one), "first", 1)
    await ports.let_resend_pause_pass(one.verification_id)
    await ports.verifications.resend(one.verification_id)
    again = await ports.verifications.read(one.verification_id)
    assert again is not None
    assert (again.delivery_carrier, again.carrier_before) == (None, "first")
    assert again.revision > one.revision
    assert (await ports.hand_overs.begin(ref(one, number=2), "second", 1)).ref.send == 1
