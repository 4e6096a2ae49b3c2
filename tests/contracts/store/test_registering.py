"""Many customers at once come to the same as one by one."""

from typing import Any

import pytest

from contacts.models import Contact, ContactStatus, Customer, VerifiedBy
from gateway.core.customer_stores import ContactDuplicate, TooManyContacts
from gateway.store import keys
from gateway.store.everybody import Everybody, Somebody
from gateway.store.registering import RedisRegistrations, Registered
from tests import builders
from tests.builders import CUSTOMER_ID, LANDLINE, MOBILE
from tests.contracts.store.servers import LIMITS, Ports

OTHER = "sung-chunhyang"
NUMBERS = [f"{MOBILE[:-1]}{last}" for last in range(LIMITS.contacts + 1)]


@pytest.fixture
def registrations(ports: Ports) -> RedisRegistrations:
    return RedisRegistrations(ports.store, builders.personal_data(), LIMITS)


async def test_they_are_there_with_their_contacts_and_numbers_known(
    ports: Ports, registrations: RedisRegistrations
) -> None:
    people = [
        (builders.individual(), [builders.contact(), builders.contact(LANDLINE)]),
        (builders.individual(OTHER, birth_date=None, online_consent=False), []),
    ]
    assert await registrations.register(people, "lee") == [Registered(True, 2, 0, 0), Registered(True, 0, 0, 0)]
    for customer, contacts in people:
        assert await ports.customers.read(customer.customer_id) == customer
        stored = [one.contact for one in await ports.customers.contacts(customer.customer_id)]
        assert {one.contact_id: one for one in stored} == {one.contact_id: one for one in contacts}
    assert await ports.customers.is_known_number(builders.personal_data().blind_indexes(LANDLINE))


async def test_more_than_one_call_of_the_script_takes_are_answered_in_their_order(
    ports: Ports, registrations: RedisRegistrations
) -> None:
    people = [
        (
            builders.individual(f"somebody-{number % 1000}"),
            [builders.contact(number) for number in NUMBERS[: number % 3]],
        )
        for number in range(1500)
    ]
    registered = await registrations.register(people, "lee")
    assert registered[:1000] == [Registered(True, number % 3, 0, 0) for number in range(1000)]
    assert [(one.is_new, one.created + one.known) for one in registered[1000:]] == [
        (False, number % 3) for number in range(1000, 1500)
    ]


async def test_everybody_is_told_with_their_numbers(ports: Ports, registrations: RedisRegistrations) -> None:
    people = [
        (builders.individual(), [builders.contact(), builders.contact(LANDLINE)]),
        (builders.individual(OTHER, birth_date=None, online_consent=False), []),
    ]
    await registrations.register(people, "lee")
    told = {one.customer_id: one async for one in Everybody(ports.store, builders.personal_data()).read()}
    assert sorted(told[CUSTOMER_ID].numbers) == [(MOBILE, "mobile"), (LANDLINE, "home")]
    assert told[CUSTOMER_ID].birth_date == builders.individual().birth_date
    assert told[OTHER] == Somebody(OTHER, "individual", builders.individual().name, None, False, [])


async def test_what_was_registered_before_is_known_and_what_is_too_much_is_left(
    ports: Ports, registrations: RedisRegistrations
) -> None:
    await registrations.register([(builders.individual(), [builders.contact(NUMBERS[0])])], "lee")
    again = [builders.contact(number) for number in NUMBERS]
    registered = await registrations.register([(builders.individual(), again)], "lee")
    assert registered == [Registered(False, LIMITS.contacts - 1, 1, 1)]
    assert len(await ports.customers.contacts(CUSTOMER_ID)) == LIMITS.contacts


async def test_another_name_takes_every_contacts_verification_back(
    ports: Ports, registrations: RedisRegistrations, mobile: Contact
) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "asked", None)
    await registrations.register([(builders.individual(name="임꺽정"), [])], "lee")
    (stored,) = await ports.customers.contacts(CUSTOMER_ID)
    assert stored.contact.status is ContactStatus.NEEDS_VERIFICATION


async def test_a_store_that_forgot_the_script_is_taught_it(ports: Ports, registrations: RedisRegistrations) -> None:
    await ports.store.command("SCRIPT", "FLUSH")
    people = [(builders.individual(f"somebody-{number}"), [builders.contact()]) for number in range(3)]
    assert await registrations.register(people, "lee") == [Registered(True, 1, 0, 0)] * 3


async def test_the_store_and_the_audit_hold_what_they_would_one_by_one(
    ports: Ports, registrations: RedisRegistrations
) -> None:
    contacts = [builders.contact(number) for number in NUMBERS]
    for customer_id in (CUSTOMER_ID, OTHER):
        customer = builders.individual(customer_id)
        if customer_id == OTHER:
            await registrations.register([(customer, contacts), (customer, contacts)], "lee")
        else:
            await _one_by_one(ports, customer, contacts)
            await _one_by_one(ports, customer, contacts)
    one_by_one, at_once = [await _told(ports, customer_id) for customer_id in (CUSTOMER_ID, OTHER)]
    assert at_once == one_by_one
    fields = [await _fields(ports, customer_id, contacts[0]) for customer_id in (CUSTOMER_ID, OTHER)]
    assert fields[0] == fields[1]


async def _one_by_one(ports: Ports, customer: Customer, contacts: list[Contact]) -> None:
    await ports.customers.put(customer, "lee")
    for contact in contacts:
        try:
            await ports.customers.add_contact(customer.customer_id, contact, "lee")
        except (ContactDuplicate, TooManyContacts):
            continue


async def _told(ports: Ports, customer_id: str) -> list[dict[bytes, bytes]]:
    """What the audit was told of a customer, without who and when."""
    entries = await ports.store.command("XRANGE", keys.audit(keys.shard_of(customer_id)), "-", "+")
    events = [dict(zip(words[::2], words[1::2], strict=True)) for _, words in entries]
    apart = (b"customer", b"at")
    return [
        {name: value for name, value in event.items() if name not in apart}
        for event in events
        if event.get(b"customer") == customer_id.encode()
    ]


async def _fields(ports: Ports, customer_id: str, contact: Contact) -> list[Any]:
    """The names of what is kept of a customer and of one of the contacts."""
    records = (keys.customer(customer_id), keys.contact(customer_id, contact.contact_id))
    return [sorted(await ports.store.command("HKEYS", record)) for record in records]
