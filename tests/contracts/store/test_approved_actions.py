"""What an approval carries out: all of it, for the state of things that it was asked for, or nothing."""

import pytest

from contacts.models import Contact, ContactStatus
from contacts.phone_numbers import LineType
from gateway.core.approvals import (
    ApprovalKind,
    ApprovalOutdated,
    ApprovalStatus,
    NumberTaken,
)
from gateway.core.stores import CustomerLocked
from gateway.store import keys
from gateway.store.approvals import RedisApprovals
from gateway.store.contact_life import RedisContactLife
from gateway.store.fields import FIELDS
from gateway.store.read_model import RedisReadModel
from tests import builders
from tests.builders import CUSTOMER_ID, LANDLINE, MOBILE, new_verification
from tests.contracts.store.approval_requests import (
    CHECKER,
    MAKER,
    NEW_NUMBER,
    audit,
    change_of,
    locked,
    new,
    read,
)
from tests.contracts.store.servers import LIMITS, Ports


async def test_a_new_number_takes_the_place_of_the_old_one_and_needs_verification(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    await approvals.approve(await approvals.add(change_of(owned, LANDLINE)), CHECKER, "확인")
    now = await ports.stored(owned)
    assert (now.number.e164, now.number.line_type) == (LANDLINE, LineType.LANDLINE)
    assert (now.status, now.verified_by, now.version) == (ContactStatus.NEEDS_VERIFICATION, None, owned.version + 1)
    index_of = builders.personal_data().blind_indexes
    assert await ports.customers.is_known_number(index_of(LANDLINE))
    assert await RedisReadModel(ports.store).owners(index_of(LANDLINE)) == [(CUSTOMER_ID, owned.contact_id)]
    # The old number is free for another contact, the new one is not.
    await ports.customers.add_contact(CUSTOMER_ID, builders.contact(MOBILE))
    assert {one.blind_indexes for one in await ports.customers.contacts(CUSTOMER_ID)} == {
        index_of(MOBILE),
        index_of(LANDLINE),
    }


async def test_a_new_number_voids_what_was_open_with_the_old_one(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    opened = await ports.verifications.create(
        new_verification(contact_id=owned.contact_id, contact_version=owned.version)
    )
    await approvals.approve(await approvals.add(change_of(owned)), CHECKER, "확인")
    over = await ports.verifications.read(opened.verification_id)
    assert over is not None
    assert (over.status, over.reason) == ("failed", "contact_changed")


async def test_the_change_is_among_the_evidence(approvals: RedisApprovals, ports: Ports, owned: Contact) -> None:
    asked = await approvals.add(change_of(owned))
    await approvals.approve(asked, CHECKER, "확인")
    kept = await RedisContactLife(ports.store, LIMITS).evidence(CUSTOMER_ID, owned.contact_id)
    assert [(one.event, one.reference, one.person) for one in kept or ()][1:] == [
        ("needs_verification", asked.approval_id, CHECKER.name),
        ("changed", asked.approval_id, CHECKER.name),
    ]


async def test_an_unlock_gives_all_tries_back(approvals: RedisApprovals, ports: Ports, mobile: Contact) -> None:
    asked = await approvals.add(await locked(ports))
    with pytest.raises(CustomerLocked):
        await ports.verifications.create(new_verification())
    await approvals.approve(asked, CHECKER, "확인")
    assert await approvals.locked_at(CUSTOMER_ID) is None
    assert (await ports.verifications.create(new_verification())).wrong_answers == 0


async def test_a_release_is_in_force_until_its_time_is_over_or_the_contact_falls(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    life = RedisContactLife(ports.store, LIMITS)
    asked = await approvals.add(new(ApprovalKind.EARLY_RELEASE, {"version": str(owned.version)}, owned))
    assert not await life.is_released(CUSTOMER_ID, owned.contact_id)
    await approvals.approve(asked, CHECKER, "확인")
    assert await life.is_released(CUSTOMER_ID, owned.contact_id)
    until = int(
        await ports.store.command("HGET", keys.contact(CUSTOMER_ID, owned.contact_id), FIELDS["c.released_until"])
    )
    assert 1 <= (until - asked.requested_at) / (LIMITS.early_release_life * 1000) < 2
    now = await ports.now()
    await ports.store.command("HSET", keys.contact(CUSTOMER_ID, owned.contact_id), FIELDS["c.released_until"], now)
    assert not await life.is_released(CUSTOMER_ID, owned.contact_id)
    await ports.store.command("HSET", keys.contact(CUSTOMER_ID, owned.contact_id), FIELDS["c.released_until"], until)
    await life.demote(CUSTOMER_ID, owned, "number_recycling", "carrier", "gateway")
    assert not await life.is_released(CUSTOMER_ID, owned.contact_id)


async def test_an_exemption_by_phone_is_registered_with_both_names(
    approvals: RedisApprovals, ports: Ports, mobile: Contact
) -> None:
    seconds, _ = await ports.store.command("TIME")
    until = (int(seconds) + 86_400) * 1000
    action = {"from": "1", "until": str(until), "version": "0"}
    asked = [await approvals.add(new(ApprovalKind.OVERSEAS_EXEMPTION, action)) for _ in range(2)]
    assert not (await read(approvals, asked[1])).outdated
    await approvals.approve(asked[0], CHECKER, "확인")
    assert (await read(approvals, asked[1])).outdated
    customer = await ports.customers.read(CUSTOMER_ID)
    assert customer is not None
    found = customer.overseas_exemption
    assert found is not None
    assert (found.requested_via, found.requested_by, found.approved_by) == ("call_center", MAKER, CHECKER.name)
    with pytest.raises(ApprovalOutdated):
        await approvals.approve(asked[1], CHECKER, "확인")


async def test_a_request_for_another_state_of_things_is_outdated(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    first, second = [await approvals.add(change_of(owned, number)) for number in (NEW_NUMBER, LANDLINE)]
    release = await approvals.add(new(ApprovalKind.EARLY_RELEASE, {"version": str(owned.version)}, owned))
    unlock = await approvals.add(await locked(ports, at=1))
    await locked(ports, at=2)
    waiting = await approvals.with_status(ApprovalStatus.WAITING)
    assert {one.approval_id for one in waiting if one.outdated} == {unlock.approval_id}
    await approvals.approve(first, CHECKER, "확인")
    assert not (await read(approvals, first)).outdated
    waiting = await approvals.with_status(ApprovalStatus.WAITING)
    assert {one.approval_id: one.outdated for one in waiting} == {
        one.approval_id: True for one in (second, release, unlock)
    }
    for outdated in (second, release, unlock):
        with pytest.raises(ApprovalOutdated):
            await approvals.approve(outdated, CHECKER, "확인")
        assert (await read(approvals, outdated)).status is ApprovalStatus.WAITING
    assert (await ports.stored(owned)).number.e164 == NEW_NUMBER
    assert await approvals.locked_at(CUSTOMER_ID) == 2


async def test_a_number_that_is_another_contact_by_now_is_not_taken_from_it(
    approvals: RedisApprovals, ports: Ports, owned: Contact
) -> None:
    asked = await approvals.add(change_of(owned))
    assert not (await read(approvals, asked)).outdated
    other = builders.contact(NEW_NUMBER)
    await ports.customers.add_contact(CUSTOMER_ID, other)
    assert (await read(approvals, asked)).outdated
    with pytest.raises(NumberTaken) as taken:
        await approvals.approve(asked, CHECKER, "확인")
    assert taken.value.contact_id == other.contact_id
    assert (await ports.stored(owned)).number.e164 == MOBILE
    assert (await ports.stored(other)).number.e164 == NEW_NUMBER


async def test_the_new_number_is_nowhere_in_the_open(approvals: RedisApprovals, ports: Ports, owned: Contact) -> None:
    asked = await approvals.add(change_of(owned))
    await approvals.approve(asked, CHECKER, "확인")
    record = await ports.store.command("HGETALL", keys.approval(asked.approval_id))
    told = repr([record, await audit(ports), asked])
    assert NEW_NUMBER[3:] not in told
