from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from contacts.models import Contact, ContactStatus, VerifiedBy
from gateway.store.approvals import RedisApprovals
from tests import builders
from tests.audit_events import all_events, unknown_to_the_catalogue
from tests.audit_rooms import AuditRooms
from tests.conftest import an_empty_store
from tests.contracts.store.servers import LIMITS, Ports, redis_7


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_7(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["valkey_url", "redis_url", "cluster_url"])
async def ports(request: pytest.FixtureRequest) -> AsyncIterator[Ports]:
    """Every store port on each server; what a test does there is told to the audit as the catalogue says."""
    async with an_empty_store(request.getfixturevalue(request.param)) as store:
        yield Ports.over(store)
        assert unknown_to_the_catalogue(await all_events(store)) == []


@pytest.fixture
async def mobile(ports: Ports) -> Contact:
    """The mobile of a registered customer."""
    await ports.customers.put(builders.individual())
    mobile = builders.contact()
    await ports.customers.add_contact(builders.CUSTOMER_ID, mobile)
    return mobile


@pytest.fixture
async def owned(ports: Ports, mobile: Contact) -> Contact:
    """The mobile, after its ownership check."""
    await ports.customers.make_verifiable(builders.CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "carrier", None)
    return replace(mobile, status=ContactStatus.VERIFIABLE)


@pytest.fixture
def approvals(ports: Ports) -> RedisApprovals:
    return RedisApprovals(ports.store, builders.personal_data(), LIMITS)


@pytest.fixture(params=["valkey_url", "redis_url"])
async def rooms(request: pytest.FixtureRequest) -> AsyncIterator[AuditRooms]:
    """What writes, seals and exports the audit, with nothing in it."""
    async with an_empty_store(request.getfixturevalue(request.param)) as store:
        yield AuditRooms.over(store)
