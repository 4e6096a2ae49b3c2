"""Families of auto-connect tokens: given once for a verification, listed while they live, and forgotten after it."""

import pytest

from contacts.models import Contact
from gateway.core.auto_connections import AutoConnectFamily
from gateway.core.verification import Channel, Method
from gateway.store import keys
from gateway.store.auto_connections import RedisAutoConnections
from gateway.store.contact_life import RedisContactLife
from gateway.store.erasure import RedisErasure
from tests.builders import CUSTOMER_ID, new_verification, personal_data
from tests.contracts.store.answering import verified
from tests.contracts.store.servers import LIMITS, Ports

TOKEN, DEVICE = b"token", b"device"


@pytest.fixture
def families(ports: Ports) -> RedisAutoConnections:
    return RedisAutoConnections(ports.store)


async def given(ports: Ports, families: RedisAutoConnections, owned: Contact) -> AutoConnectFamily:
    """One that a verification of its own has earned."""
    proof = new_verification(Method.SMS_REPLY, contact_id=owned.contact_id, contact_version=owned.version)
    earned_by = await verified(ports, proof)
    new = (keys.new_auto_connect_id(), earned_by.verification_id, TOKEN, DEVICE)
    family = await families.give(CUSTOMER_ID, *new, life=60)
    assert family is not None
    assert await families.give(CUSTOMER_ID, *new, life=60) is None
    return family


async def test_what_was_denied_by_then_has_no_device_remembered(
    ports: Ports, families: RedisAutoConnections, owned: Contact
) -> None:
    proof = new_verification(Method.SMS_REPLY, contact_id=owned.contact_id, contact_version=owned.version)
    denied = await verified(ports, proof)
    await ports.denials.deny(denied, "denied_by_reply", Channel.REPLY)
    new = (keys.new_auto_connect_id(), denied.verification_id, TOKEN, DEVICE)
    assert await families.give(CUSTOMER_ID, *new, life=60) is None
    assert await families.list(CUSTOMER_ID) == []


@pytest.mark.parametrize("is_erased", [False, True])
async def test_no_device_is_remembered_for_a_contact_that_is_another_by_then_or_gone(
    ports: Ports, families: RedisAutoConnections, owned: Contact, is_erased: bool
) -> None:
    proof = new_verification(Method.SMS_REPLY, contact_id=owned.contact_id, contact_version=owned.version)
    earned_by = await verified(ports, proof)
    if is_erased:
        await RedisErasure(ports.store, personal_data(), LIMITS).erase(CUSTOMER_ID, "lee", "삭제 요청")
    else:
        life = RedisContactLife(ports.store, LIMITS)
        await life.demote(CUSTOMER_ID, owned, "number_recycling", "carrier", "gateway")
    new = (keys.new_auto_connect_id(), earned_by.verification_id, TOKEN, DEVICE)
    assert await families.give(CUSTOMER_ID, *new, life=60) is None
    assert await ports.store.command("EXISTS", keys.auto_connects(CUSTOMER_ID)) == 0


async def test_each_is_listed_until_it_is_revoked(ports: Ports, families: RedisAutoConnections, owned: Contact) -> None:
    one, other = [await given(ports, families, owned) for _ in range(2)]
    assert {each.auto_connect_id for each in await families.list(CUSTOMER_ID)} == {
        one.auto_connect_id,
        other.auto_connect_id,
    }
    assert await families.revoke(CUSTOMER_ID, one.auto_connect_id, "kim")
    assert not await families.revoke(CUSTOMER_ID, one.auto_connect_id, "kim")
    assert await families.list(CUSTOMER_ID) == [other]


async def test_those_that_are_over_are_forgotten_when_the_next_is_given(
    ports: Ports, families: RedisAutoConnections, owned: Contact
) -> None:
    for _ in range(2):
        over = await given(ports, families, owned)
        await ports.lapse(keys.auto_connect(CUSTOMER_ID, over.auto_connect_id))
    assert await families.list(CUSTOMER_ID) == []
    last = await given(ports, families, owned)
    assert await ports.store.command("HKEYS", keys.auto_connects(CUSTOMER_ID)) == [last.auto_connect_id.encode()]
