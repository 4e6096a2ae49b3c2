"""What earns a device its auto-connect token (R14): a reply of the customer's own, for the cloud, just now."""

from pathlib import Path

import pytest

from contacts.key_ring import KeyRing
from contacts.models import Contact
from gateway.core.auto_connections import AutoConnect
from gateway.core.errors import Refusal
from gateway.core.limits import Limits
from gateway.core.open_request import OpenRequest
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.verification import Method
from gateway.store import keys
from gateway.store.auto_connections import RedisAutoConnections
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID
from tests.gateway.core.policies import policy_with
from tests.gateway.rooms import Rooms

DEVICE = "pc-1"


@pytest.fixture
def rooms(store: Store, signer: ReceiptSigner, tmp_path: Path) -> Rooms:
    """Of a firm that takes a code for a cloud sign-in as well."""
    policy = policy_with(tmp_path, Operation.CLOUD_LOGIN, methods="sms sms_reply")
    return Rooms(store, Limits(), signer, policy=policy)


@pytest.fixture
def auto_connect(rooms: Rooms) -> AutoConnect:
    families = RedisAutoConnections(rooms.store)
    return AutoConnect(families, rooms.verifications, KeyRing(builders.PEPPER), rooms.limits, keys.new_auto_connect_id)


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


async def signed_in(rooms: Rooms, contact: Contact, method: Method = Method.SMS_REPLY) -> str:
    """The id of a verification by which the customer signed in to the cloud."""
    asked = OpenRequest(CLIENT, CUSTOMER_ID, method, Operation.CLOUD_LOGIN, contact.contact_id, None, None, "ko")
    opened = await rooms.opening.open(asked)
    await rooms.judge(opened, rooms.code_of(opened))
    return opened.verification_id


async def refused(
    auto_connect: AutoConnect, verification_id: str, customer_id: str = CUSTOMER_ID, client: str = CLIENT
) -> Problem:
    with pytest.raises(Refusal) as refusal:
        await auto_connect.give(customer_id, verification_id, DEVICE, client)
    assert await auto_connect.list(customer_id) == []
    assert isinstance(refusal.value.problem, Problem)
    return refusal.value.problem


async def test_a_reply_earns_it(rooms: Rooms, auto_connect: AutoConnect, contact: Contact) -> None:
    given = await auto_connect.give(CUSTOMER_ID, await signed_in(rooms, contact), DEVICE, CLIENT)
    assert await auto_connect.list(CUSTOMER_ID) == [given.family]


async def test_a_code_does_not(rooms: Rooms, auto_connect: AutoConnect, contact: Contact) -> None:
    typed = await signed_in(rooms, contact, Method.SMS)
    assert await refused(auto_connect, typed) is Problem.AUTO_CONNECT_REFUSED


async def test_another_customers_reply_does_not(rooms: Rooms, auto_connect: AutoConnect, contact: Contact) -> None:
    other = builders.individual("sung-chunhyang")
    await rooms.customer_store.put(other)
    theirs = await signed_in(rooms, contact)
    assert await refused(auto_connect, theirs, other.customer_id) is Problem.AUTO_CONNECT_REFUSED


async def test_a_reply_to_another_client_is_not_there(
    rooms: Rooms, auto_connect: AutoConnect, contact: Contact
) -> None:
    theirs = await signed_in(rooms, contact)
    assert await refused(auto_connect, theirs, client="somebody-else") is Problem.VERIFICATION_NOT_FOUND


async def test_a_reply_that_is_older_than_its_receipt_is_good_for_does_not(
    rooms: Rooms, auto_connect: AutoConnect, contact: Contact
) -> None:
    verification_id = await signed_in(rooms, contact)
    closed_at = FIELDS["v.closed_at"]
    long_ago = (await rooms.verifications.get(verification_id)).read_at - rooms.limits.receipt_life * 1000 - 1
    await rooms.store.command("HSET", keys.verification(verification_id), closed_at, long_ago)
    assert await refused(auto_connect, verification_id) is Problem.AUTO_CONNECT_REFUSED
