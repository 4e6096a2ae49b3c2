import asyncio

import pytest

from gateway.core.audit.exporting import Wanted
from tests.audit_rooms import AuditRooms
from tests.conftest import an_empty_store
from tests.gateway.core.audit.exports import CUSTOMER_ID, SHARDS, Exports


@pytest.fixture(scope="session")
def exports(valkey_url: str) -> Exports:
    """Three exports of one audit: early, whole, and of one customer. Tests change copies of their lines."""
    return asyncio.run(_exports(valkey_url))


async def _exports(url: str) -> Exports:
    async with an_empty_store(url) as store:
        rooms = AuditRooms.over(store)
        early: list[bytes] = []
        for number in range(3):
            for shard in SHARDS:
                await rooms.tell(shard, 2, customer=CUSTOMER_ID, word=f"{number}")
                await rooms.tell(shard, 1, customer="another")
            await rooms.sealer.seal_everything()
            early = early or await rooms.export()
        return Exports(early, await rooms.export(), await rooms.export(Wanted(customer_id=CUSTOMER_ID)))
