"""How often a carrier is asked about one number of a customer: what failed counts, under each index key in force."""

import asyncio

import pytest

from contacts.models import Contact
from gateway.core.customer_stores import StoredContact
from gateway.core.stores import Capped
from gateway.store import cap_keys
from gateway.store.ownership_tries import RedisOwnershipTries
from tests.audit_events import events
from tests.builders import CUSTOMER_ID
from tests.contracts.store.servers import LIMITS, Ports

MOST = LIMITS.ownership_cap.count


@pytest.fixture
def tries(ports: Ports) -> RedisOwnershipTries:
    return RedisOwnershipTries(ports.store, LIMITS)


@pytest.fixture
def stored(mobile: Contact) -> StoredContact:
    """Known by two index keys."""
    return StoredContact(mobile, ("0a" * 20, "0b" * 20))


async def left(tries: RedisOwnershipTries, stored: StoredContact) -> int:
    """How many more may be begun at once."""
    begun = await asyncio.gather(*(tries.take(CUSTOMER_ID, stored) for _ in range(MOST + 2)), return_exceptions=True)
    taken = sum(one is None for one in begun)
    assert all(isinstance(one, Capped) and one.cap == "ownership_check" for one in begun if one is not None)
    for _ in range(taken):
        await tries.settle(CUSTOMER_ID, stored, failed=False)
    return taken


async def test_what_failed_counts_and_nothing_else_does(tries: RedisOwnershipTries, stored: StoredContact) -> None:
    for failed in (False, True, False, True):
        await tries.take(CUSTOMER_ID, stored)
        await tries.settle(CUSTOMER_ID, stored, failed=failed)
    assert await left(tries, stored) == MOST - 2


async def test_a_change_of_index_keys_gives_no_new_tries(tries: RedisOwnershipTries, stored: StoredContact) -> None:
    for _ in range(MOST):
        await tries.take(CUSTOMER_ID, stored)
        await tries.settle(CUSTOMER_ID, stored, failed=True)
    former, latter = stored.blind_indexes
    for indexes in ((former,), (latter,), (latter, "0c" * 20)):
        assert await left(tries, StoredContact(stored.contact, indexes)) == 0
    assert await left(tries, StoredContact(stored.contact, ("0d" * 20,))) == MOST


async def test_a_try_that_outlasts_its_window_is_not_given_back_to_the_next(
    ports: Ports, tries: RedisOwnershipTries, stored: StoredContact
) -> None:
    await tries.take(CUSTOMER_ID, stored)
    for index in stored.blind_indexes:
        await ports.lapse(cap_keys.of_ownership_checks(CUSTOMER_ID, index))
    await tries.settle(CUSTOMER_ID, stored, failed=False)
    assert await left(tries, stored) == MOST


async def test_only_what_failed_is_told(ports: Ports, tries: RedisOwnershipTries, stored: StoredContact) -> None:
    for failed in (False, True):
        await tries.take(CUSTOMER_ID, stored)
        await tries.settle(CUSTOMER_ID, stored, failed=failed)
    told = [event for event in await events(ports.store, CUSTOMER_ID) if event["event"].startswith("contact.owner")]
    assert [(event["event"], event["contact"]) for event in told] == [
        ("contact.ownership_refused", stored.contact.contact_id)
    ]
