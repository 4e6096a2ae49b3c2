"""How a contact's verification ends, what falls with it, and the evidence that is kept."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from contacts.models import Contact, ContactStatus, CustomerKind, VerifiedBy
from gateway.core.contact_life import Evidence
from gateway.core.operations import Operation
from gateway.core.stores import ContactChanged
from gateway.core.verification import Method, Status, Verdict
from gateway.store import keys
from gateway.store.contact_life import RedisContactLife
from gateway.store.customers import RedisCustomers
from gateway.store.fields import FIELDS
from gateway.store.verifications import RedisVerifications
from tests import builders
from tests.builders import CUSTOMER_ID, LANDLINE, new_verification
from tests.contracts.store.servers import LIMITS, Ports
from tests.contracts.store.vouching import answered, opened_with, verified

GOOD_FOR = 3600
AGEING = replace(LIMITS, ownership_check_good_for=GOOD_FOR)
OWNERSHIP, VOUCH = VerifiedBy.OWNERSHIP, VerifiedBy.VOUCH
NEEDS_VERIFICATION, VERIFIABLE = ContactStatus.NEEDS_VERIFICATION, ContactStatus.VERIFIABLE
OWNED_AT = FIELDS["c.owned_at"]

Read = Callable[[Contact], Awaitable[Contact]]


@pytest.fixture
def life(ports: Ports) -> RedisContactLife:
    return RedisContactLife(ports.store, LIMITS)


@pytest.fixture
def read(ports: Ports) -> Read:
    return ports.stored


@pytest.fixture
async def owned(ports: Ports, mobile: Contact, read: Read) -> Contact:
    """The mobile, after its ownership check."""
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, OWNERSHIP, "carrier", None, person="김상담")
    return await read(mobile)


@pytest.fixture
async def home(ports: Ports, owned: Contact) -> Contact:
    home = builders.contact(LANDLINE)
    await ports.customers.add_contact(CUSTOMER_ID, home)
    return home


async def evidence_of(life: RedisContactLife, contact: Contact) -> list[Evidence]:
    found = await life.evidence(CUSTOMER_ID, contact.contact_id)
    assert found is not None
    return found


@pytest.fixture
async def vouched(ports: Ports, owned: Contact, home: Contact, read: Read) -> Contact:
    """The landline, for which the mobile vouched."""
    evidence = await verified(ports, owned, home)
    await ports.customers.make_verifiable(CUSTOMER_ID, home, VOUCH, evidence, owned)
    return await read(home)


async def test_what_a_contact_vouched_for_falls_with_it(
    life: RedisContactLife, owned: Contact, vouched: Contact, read: Read
) -> None:
    assert (vouched.status, vouched.verified_by) == (VERIFIABLE, VOUCH)
    assert await life.demote(CUSTOMER_ID, owned, "number_recycling", "carrier", "gateway")
    for before in (owned, vouched):
        now = await read(before)
        assert (now.status, now.verified_by, now.verified_at) == (NEEDS_VERIFICATION, None, None)
        assert now.version > before.version


async def test_a_contact_that_passed_its_own_check_stands_when_its_voucher_falls(
    ports: Ports, life: RedisContactLife, owned: Contact, vouched: Contact, read: Read
) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, vouched, OWNERSHIP, "carrier", None)
    await life.demote(CUSTOMER_ID, owned, "sim_swap", "carrier", "gateway")
    assert (await read(vouched)).verified_by is OWNERSHIP


async def test_a_contact_that_changed_since_it_was_read_is_not_demoted(
    life: RedisContactLife, owned: Contact, home: Contact, read: Read
) -> None:
    for gone in (replace(owned, version=owned.version + 1), home, builders.contact()):
        assert not await life.demote(CUSTOMER_ID, gone, "number_recycling", "carrier", "gateway")
    assert await read(owned) == owned


async def test_a_contact_that_was_vouched_for_vouches_for_nobody(
    ports: Ports, owned: Contact, vouched: Contact, read: Read
) -> None:
    other = builders.contact("+821099998888")
    await ports.customers.add_contact(CUSTOMER_ID, other)
    evidence = await verified(ports, vouched, other)
    with pytest.raises(ContactChanged):
        await ports.customers.make_verifiable(CUSTOMER_ID, other, VOUCH, evidence, vouched)
    assert (await read(other)).status is NEEDS_VERIFICATION


async def test_only_a_verification_of_the_voucher_for_this_contact_vouches(
    ports: Ports, owned: Contact, home: Contact, read: Read
) -> None:
    pending = (await opened_with(ports, owned, home)).verification_id
    for_another = await verified(ports, owned, owned)
    for_something_else = await verified(ports, owned, home, Operation.ISSUE)
    for evidence in (pending, for_another, for_something_else, "ver_1", ""):
        with pytest.raises(ContactChanged):
            await ports.customers.make_verifiable(CUSTOMER_ID, home, VOUCH, evidence, owned)
    assert (await read(home)).status is NEEDS_VERIFICATION


async def test_a_voucher_vouches_as_it_was_read_and_by_a_verification_of_its_own(
    ports: Ports, owned: Contact, home: Contact, read: Read
) -> None:
    other = builders.contact("+821099998888")
    await ports.customers.add_contact(CUSTOMER_ID, other)
    await ports.customers.make_verifiable(CUSTOMER_ID, other, OWNERSHIP, "carrier", None)
    evidence = await verified(ports, await read(other), home)
    for voucher in (owned, replace(await read(other), version=other.version + 1)):
        with pytest.raises(ContactChanged):
            await ports.customers.make_verifiable(CUSTOMER_ID, home, VOUCH, evidence, voucher)
    assert (await read(home)).status is NEEDS_VERIFICATION
    await ports.customers.make_verifiable(CUSTOMER_ID, home, VOUCH, evidence, await read(other))
    assert (await read(home)).status is VERIFIABLE


async def test_a_verification_from_before_the_voucher_fell_does_not_vouch(
    ports: Ports, life: RedisContactLife, owned: Contact, home: Contact, read: Read
) -> None:
    evidence = await verified(ports, owned, home)
    await life.demote(CUSTOMER_ID, owned, "number_recycling", "carrier", "gateway")
    await ports.customers.make_verifiable(CUSTOMER_ID, await read(owned), OWNERSHIP, "carrier", None)
    with pytest.raises(ContactChanged):
        await ports.customers.make_verifiable(CUSTOMER_ID, home, VOUCH, evidence, await read(owned))


async def test_what_is_open_with_a_contact_or_for_it_fails_at_once(
    ports: Ports, life: RedisContactLife, owned: Contact, home: Contact
) -> None:
    with_it = await opened_with(ports, owned, operation=Operation.ISSUE)
    for_home = await opened_with(ports, owned, home)
    elsewhere = await ports.verifications.create(new_verification(Method.BRANCH_OTP))
    await life.demote(CUSTOMER_ID, owned, "sim_swap", "carrier", "gateway")
    for one in (with_it, for_home):
        over = await ports.verifications.read(one.verification_id)
        assert over is not None
        assert (over.status, over.reason, over.sealed_code) == (Status.FAILED, "contact_changed", None)
        assert over.revision > one.revision
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == [elsewhere.verification_id]


async def test_a_phone_that_rings_for_a_fallen_contact_is_hung_up(
    ports: Ports, life: RedisContactLife, owned: Contact
) -> None:
    called = new_verification(Method.ARS, contact_id=owned.contact_id, contact_version=owned.version)
    await ports.verifications.create(called)
    await life.demote(CUSTOMER_ID, owned, "call_forwarding", "carrier", "gateway")
    outbox = await ports.store.command("XRANGE", keys.outbox(keys.shard_of(CUSTOMER_ID)), "-", "+")
    assert [b"hang_up" in words for _, words in outbox] == [False, True]


@pytest.mark.parametrize(
    "changed", [{"name": "임꺽정"}, {"birth_date": "1985-03-03"}, {"kind": CustomerKind.CORPORATE}]
)
async def test_another_person_voids_what_was_vouched_for_and_what_is_open_and_says_that_it_was_that(
    ports: Ports, owned: Contact, vouched: Contact, changed: dict[str, Any], read: Read
) -> None:
    opened = await opened_with(ports, owned, operation=Operation.ISSUE)
    for_another = await opened_with(ports, owned, vouched)
    await ports.customers.put(builders.individual(**changed))
    assert (await read(owned)).status is (await read(vouched)).status is NEEDS_VERIFICATION
    over = [await ports.verifications.read(one.verification_id) for one in (opened, for_another)]
    assert [one and (one.status, one.reason) for one in over] == [(Status.FAILED, "customer_changed")] * 2


async def test_every_change_keeps_what_it_rests_on(
    ports: Ports, life: RedisContactLife, owned: Contact, vouched: Contact
) -> None:
    await life.demote(CUSTOMER_ID, owned, "number_recycling", "carrier", "gateway")
    checked, recycled = await evidence_of(life, owned)
    assert (checked.event, checked.cause, checked.person) == ("verifiable", "ownership", "김상담")
    assert (recycled.event, recycled.cause) == ("needs_verification", "number_recycling")
    given, fell = await evidence_of(life, vouched)
    assert (given.event, given.cause, given.reference[:4]) == ("verifiable", "vouch", "ver_")
    assert (fell.cause, fell.reference, fell.version) == ("voucher_fell", owned.contact_id, vouched.version + 1)


async def test_there_is_no_evidence_of_a_contact_that_is_not_there(life: RedisContactLife, mobile: Contact) -> None:
    assert await life.evidence(CUSTOMER_ID, "con_1") is None
    assert await life.evidence("nobody", mobile.contact_id) is None
    assert await life.evidence(CUSTOMER_ID, mobile.contact_id) == []


async def test_the_evidence_names_nobody_and_no_number(ports: Ports, life: RedisContactLife, owned: Contact) -> None:
    await life.demote(CUSTOMER_ID, owned, "number_recycling", "carrier", "gateway")
    raw = await ports.store.command("LRANGE", keys.evidence(CUSTOMER_ID, owned.contact_id), 0, -1)
    audit = await ports.store.command("XRANGE", keys.audit(keys.shard_of(CUSTOMER_ID)), "-", "+")
    assert owned.number.e164[3:] not in repr([raw, audit])
    assert "홍길동".encode() not in b"".join([*raw, *(word for _, words in audit for word in words)])


class TestAgeing:
    """Where the settings let an ownership check count for so long only."""

    @pytest.fixture
    def customers(self, ports: Ports) -> RedisCustomers:
        return RedisCustomers(ports.store, builders.personal_data(), AGEING)

    async def let_checks_age(self, ports: Ports, *contacts: Contact) -> None:
        for contact in contacts:
            await ports.let_ownership_age(contact.contact_id)

    async def test_a_check_that_is_too_old_counts_no_more_and_the_audit_says_so(
        self, ports: Ports, customers: RedisCustomers, life: RedisContactLife, owned: Contact, vouched: Contact
    ) -> None:
        await self.let_checks_age(ports, owned, vouched)
        assert {one.contact.status for one in await customers.contacts(CUSTOMER_ID)} == {NEEDS_VERIFICATION}
        aged = (await evidence_of(life, owned))[-1]
        assert (aged.event, aged.cause) == ("needs_verification", "aged")

    async def test_whoever_reads_one_contact_sees_its_age(
        self, ports: Ports, customers: RedisCustomers, owned: Contact
    ) -> None:
        await self.let_checks_age(ports, owned)
        _, found = await customers.read_with_contact(CUSTOMER_ID, owned.contact_id)
        assert found is not None
        assert found.contact.status is NEEDS_VERIFICATION

    async def test_whoever_opens_a_verification_sees_its_age(
        self, ports: Ports, customers: RedisCustomers, owned: Contact
    ) -> None:
        await self.let_checks_age(ports, owned)
        applicant = await customers.applicant(CUSTOMER_ID, Operation.ISSUE, owned.contact_id)
        assert applicant is not None
        assert applicant.stored is not None
        assert applicant.stored.contact.status is NEEDS_VERIFICATION

    async def test_whoever_decides_sees_its_age(self, ports: Ports, customers: RedisCustomers, owned: Contact) -> None:
        await self.let_checks_age(ports, owned)
        subject = await customers.subject(CUSTOMER_ID, Operation.ISSUE)
        assert subject is not None
        assert [one.contact.status for one in subject.contacts] == [NEEDS_VERIFICATION]

    async def test_a_check_that_is_young_enough_counts(
        self, customers: RedisCustomers, owned: Contact, vouched: Contact
    ) -> None:
        assert {one.contact.status for one in await customers.contacts(CUSTOMER_ID)} == {VERIFIABLE}

    async def test_where_checks_do_not_age_an_old_one_counts(self, ports: Ports, owned: Contact, read: Read) -> None:
        await self.let_checks_age(ports, owned)
        assert (await read(owned)).status is VERIFIABLE

    async def test_a_new_check_holds_up_what_the_contact_vouched_for(
        self, ports: Ports, customers: RedisCustomers, owned: Contact, vouched: Contact
    ) -> None:
        nearly = await self.almost_too_old(ports, owned, vouched)
        await customers.make_verifiable(CUSTOMER_ID, owned, OWNERSHIP, "carrier", None)
        owned_at = await ports.store.command("HGET", keys.contact(CUSTOMER_ID, vouched.contact_id), OWNED_AT)
        assert int(owned_at) > nearly

    async def test_a_new_check_after_its_time_does_not_revive_what_the_contact_vouched_for(
        self, ports: Ports, customers: RedisCustomers, owned: Contact, vouched: Contact, read: Read
    ) -> None:
        await self.let_checks_age(ports, owned, vouched)
        await customers.contacts(CUSTOMER_ID)
        await customers.make_verifiable(CUSTOMER_ID, await read(owned), OWNERSHIP, "carrier", None)
        assert (await read(owned)).status is VERIFIABLE
        assert (await read(vouched)).status is NEEDS_VERIFICATION

    async def test_a_code_that_left_in_time_does_not_count_when_it_comes_back_too_late(
        self, ports: Ports, owned: Contact
    ) -> None:
        opened = await opened_with(ports, owned, operation=Operation.ISSUE)
        await self.let_checks_age(ports, owned)
        ageing = replace(ports, verifications=RedisVerifications(ports.store, AGEING))
        judged = await answered(ageing, opened)
        assert (judged.verdict, judged.verification.status) == (Verdict.CONTACT_CHANGED, Status.FAILED)

    async def almost_too_old(self, ports: Ports, *contacts: Contact) -> int:
        seconds, _ = await ports.store.command("TIME")
        nearly = int(seconds) - GOOD_FOR + 60
        for contact in contacts:
            await ports.store.command("HSET", keys.contact(CUSTOMER_ID, contact.contact_id), OWNED_AT, nearly)
        return nearly
