"""Customers and contacts: what every `CustomerStore` promises."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from contacts.models import Contact, ContactStatus, CustomerKind, VerifiedBy
from gateway.core.customer_stores import ContactDuplicate, TooManyContacts
from gateway.core.operations import Operation
from gateway.core.stores import ContactChanged, CustomerMissing
from gateway.store import keys
from tests import builders
from tests.builders import CUSTOMER_ID, LANDLINE, MOBILE, basis, new_verification
from tests.contracts.store.answering import put_password
from tests.contracts.store.servers import LIMITS, Ports

OWNERSHIP = VerifiedBy.OWNERSHIP


async def test_a_customer_is_new_once_and_replaced_from_then_on(ports: Ports) -> None:
    individual = builders.individual(online_consent=False)
    assert await ports.customers.read(CUSTOMER_ID) is None
    assert await ports.customers.put(individual)
    assert await ports.customers.read(CUSTOMER_ID) == individual
    company = replace(individual, kind=CustomerKind.CORPORATE, birth_date=None, online_consent=True)
    assert not await ports.customers.put(company)
    assert await ports.customers.read(CUSTOMER_ID) == company


async def test_a_contact_is_kept_as_given_and_needs_verification(ports: Ports, mobile: Contact) -> None:
    home = builders.contact(LANDLINE)
    await ports.customers.add_contact(CUSTOMER_ID, home)
    found = {one.contact.contact_id: one for one in await ports.customers.contacts(CUSTOMER_ID)}
    assert {one.contact_id: found[one.contact_id].contact for one in (mobile, home)} == {
        mobile.contact_id: mobile,
        home.contact_id: home,
    }
    assert found[mobile.contact_id].blind_indexes == builders.personal_data().blind_indexes(MOBILE)


async def test_who_wants_to_open_a_verification_is_read_in_one_look(ports: Ports, mobile: Contact) -> None:
    applicant = await ports.customers.applicant(CUSTOMER_ID, Operation.ISSUE, mobile.contact_id)
    assert applicant is not None
    assert (applicant.kind, applicant.online_consent, applicant.locked) == (CustomerKind.INDIVIDUAL, True, False)
    assert (applicant.standing.opened_today, applicant.standing.day_left) == (0, 0)
    assert not applicant.standing.branch_password
    assert applicant.stored is not None
    assert applicant.stored.contact == mobile


async def test_an_applicant_is_read_as_they_stand_now(ports: Ports, mobile: Contact) -> None:
    await ports.customers.put(builders.individual(online_consent=False))
    await ports.verifications.create(new_verification(basis=basis(online_consent=False)))
    await put_password(ports, "31415926")
    await ports.store.command("HSET", keys.guard(CUSTOMER_ID), "wrong", 5, "wrong_at", 1, "locked_at", 1)
    applicant = await ports.customers.applicant(CUSTOMER_ID, Operation.ISSUE, None)
    assert applicant is not None
    assert (applicant.online_consent, applicant.locked, applicant.stored) == (False, True, None)
    assert applicant.standing.opened_today == 1
    assert 0 < applicant.standing.day_left <= 86_400_000
    assert applicant.standing.branch_password
    other = await ports.customers.applicant(CUSTOMER_ID, Operation.REISSUE, "con_none")
    assert other is not None
    assert (other.stored, other.standing.opened_today, other.standing.branch_password) == (None, 0, False)


async def test_nobody_applies_who_is_no_customer(ports: Ports) -> None:
    assert await ports.customers.applicant("nobody", Operation.ISSUE, "con_none") is None


async def test_whom_a_decision_is_about_is_read_in_one_look(ports: Ports, mobile: Contact) -> None:
    await ports.customers.add_contact(CUSTOMER_ID, builders.contact(LANDLINE))
    subject = await ports.customers.subject(CUSTOMER_ID, Operation.ISSUE)
    assert subject is not None
    assert (subject.kind, subject.online_consent, subject.locked) == (CustomerKind.INDIVIDUAL, True, False)
    assert subject.overseas_exemption is None
    assert (subject.standing.opened_today, subject.standing.branch_password) == (0, False)
    assert list(subject.contacts) == await ports.customers.contacts(CUSTOMER_ID)
    assert len(subject.contacts) == 2


async def test_a_decision_sees_its_subject_as_they_stand_now(ports: Ports, mobile: Contact) -> None:
    await ports.customers.put(builders.individual(online_consent=False))
    await ports.verifications.create(new_verification(basis=basis(online_consent=False)))
    await put_password(ports, "31415926")
    await ports.store.command("HSET", keys.guard(CUSTOMER_ID), "wrong", 5, "wrong_at", 1, "locked_at", 1)
    subject = await ports.customers.subject(CUSTOMER_ID, Operation.ISSUE)
    assert subject is not None
    assert (subject.online_consent, subject.locked) == (False, True)
    assert (subject.standing.opened_today, subject.standing.branch_password) == (1, True)
    other = await ports.customers.subject(CUSTOMER_ID, Operation.REISSUE)
    assert other is not None
    assert (other.standing.opened_today, other.standing.branch_password) == (0, False)


async def test_no_decision_is_about_who_is_no_customer(ports: Ports) -> None:
    assert await ports.customers.subject("nobody", Operation.ISSUE) is None


async def test_a_number_is_a_customers_once_and_may_be_anothers_too(ports: Ports, mobile: Contact) -> None:
    with pytest.raises(ContactDuplicate) as duplicate:
        await ports.customers.add_contact(CUSTOMER_ID, builders.contact())
    assert duplicate.value.contact_id == mobile.contact_id
    await ports.customers.put(builders.individual("sung-chunhyang"))
    await ports.customers.add_contact("sung-chunhyang", builders.contact())
    assert len(await ports.customers.contacts("sung-chunhyang")) == 1


async def test_a_customer_has_so_many_contacts_and_no_more(ports: Ports, mobile: Contact) -> None:
    for last in range(1, LIMITS.contacts):
        await ports.customers.add_contact(CUSTOMER_ID, builders.contact(f"{mobile.number.e164[:-1]}{last}"))
    with pytest.raises(TooManyContacts):
        await ports.customers.add_contact(CUSTOMER_ID, builders.contact(LANDLINE))
    assert len(await ports.customers.contacts(CUSTOMER_ID)) == LIMITS.contacts


async def test_a_contact_needs_a_customer(ports: Ports) -> None:
    with pytest.raises(CustomerMissing):
        await ports.customers.add_contact("nobody", builders.contact())
    assert await ports.customers.contacts("nobody") == []
    assert await ports.customers.read_with_contact("nobody", "con_1") == (None, None)


async def test_a_number_is_known_once_it_is_somebodys(ports: Ports, mobile: Contact) -> None:
    index_of = builders.personal_data().blind_indexes
    assert await ports.customers.is_known_number(index_of(mobile.number.e164))
    assert not await ports.customers.is_known_number(index_of(LANDLINE))


async def test_a_contact_becomes_verifiable_with_its_evidence(ports: Ports, mobile: Contact) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, OWNERSHIP, "carrier", None)
    now = await ports.stored(mobile)
    assert (now.status, now.verified_by) == (ContactStatus.VERIFIABLE, OWNERSHIP)
    assert now.verified_at is not None


async def test_a_vouch_does_not_weaken_an_ownership_check(ports: Ports, mobile: Contact) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, OWNERSHIP, "carrier", None)
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.VOUCH, "ver_1", None)
    assert (await ports.stored(mobile)).verified_by is OWNERSHIP


async def test_an_ownership_check_strengthens_a_vouch(ports: Ports, mobile: Contact) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.VOUCH, "ver_1", None)
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, OWNERSHIP, "carrier", None)
    assert (await ports.stored(mobile)).verified_by is OWNERSHIP


async def test_a_contact_or_voucher_that_changed_since_it_was_read_is_refused(ports: Ports, mobile: Contact) -> None:
    home = builders.contact(LANDLINE)
    await ports.customers.add_contact(CUSTOMER_ID, home)
    other = replace(mobile, version=2)
    with pytest.raises(ContactChanged):
        await ports.customers.make_verifiable(CUSTOMER_ID, other, OWNERSHIP, "carrier", None)
    with pytest.raises(ContactChanged):
        await ports.customers.make_verifiable(CUSTOMER_ID, home, VerifiedBy.VOUCH, "ver_1", other)
    with pytest.raises(ContactChanged):
        await ports.customers.make_verifiable(CUSTOMER_ID, builders.contact(), OWNERSHIP, "carrier", None)
    assert (await ports.stored(home)).status is ContactStatus.NEEDS_VERIFICATION


@pytest.mark.parametrize(
    "changed",
    [{"name": "임꺽정"}, {"birth_date": "1985-03-03"}, {"birth_date": None}, {"kind": CustomerKind.CORPORATE}],
)
async def test_another_person_needs_new_ownership_checks(
    ports: Ports, mobile: Contact, changed: dict[str, Any]
) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, OWNERSHIP, "carrier", None)
    await ports.customers.put(builders.individual(**changed))
    now = await ports.stored(mobile)
    assert (now.status, now.verified_by, now.verified_at) == (ContactStatus.NEEDS_VERIFICATION, None, None)
    assert now.version > mobile.version


async def test_an_individual_who_was_a_company_for_a_while_proves_everything_anew(
    ports: Ports, mobile: Contact
) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, OWNERSHIP, "carrier", None)
    await put_password(ports, "31415926")
    waiting = await ports.verifications.create(new_verification())
    await ports.customers.put(builders.individual(kind=CustomerKind.CORPORATE))
    await ports.customers.put(builders.individual())
    assert (await ports.stored(mobile)).status is ContactStatus.NEEDS_VERIFICATION
    over = await ports.verifications.read(waiting.verification_id)
    assert over is not None
    assert (over.status, over.reason) == ("failed", "customer_changed")
    applicant = await ports.customers.applicant(CUSTOMER_ID, Operation.ISSUE, None)
    assert applicant is not None
    assert not applicant.standing.branch_password


async def test_the_same_person_written_otherwise_keeps_their_checks(ports: Ports, mobile: Contact) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, OWNERSHIP, "carrier", None)
    await ports.customers.put(builders.individual(name=" 홍길동 ", online_consent=False))
    assert (await ports.stored(mobile)).status is ContactStatus.VERIFIABLE


async def test_an_ownership_check_that_began_under_another_name_does_not_count(ports: Ports, mobile: Contact) -> None:
    _, read = await ports.customers.read_with_contact(CUSTOMER_ID, mobile.contact_id)
    assert read is not None
    await ports.customers.put(builders.individual(name="임꺽정"))
    with pytest.raises(ContactChanged):
        await ports.customers.make_verifiable(CUSTOMER_ID, read.contact, OWNERSHIP, "carrier", None)
    assert (await ports.stored(mobile)).status is ContactStatus.NEEDS_VERIFICATION


async def test_the_same_number_registered_at_once_becomes_one_contact(ports: Ports) -> None:
    await ports.customers.put(builders.individual())
    adding = (ports.customers.add_contact(CUSTOMER_ID, builders.contact()) for _ in range(10))
    outcomes = await asyncio.gather(*adding, return_exceptions=True)
    assert outcomes.count(None) == 1
    assert len(await ports.customers.contacts(CUSTOMER_ID)) == 1
