"""The outbox of a store that goes away."""

import asyncio
from pathlib import Path

import pytest

from gateway.core.errors import StoreUnavailable
from gateway.store import keys
from gateway.store.outbox import RedisOutbox
from tests.builders import CUSTOMER_ID
from tests.conftest import a_store
from tests.gateway.store.valkey_servers import running, until_it_answers
from tests.outboxes import taken


async def test_who_begins_while_the_store_is_away_reads_when_it_is_there(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.kill()
        async with a_store(server.url) as store:
            reading = asyncio.create_task(taken(RedisOutbox(store), 1))
            await asyncio.sleep(0)
            with pytest.raises(StoreUnavailable):
                await store.command("PING")
            server.start()
            await until_it_answers(store)
            subject = keys.new_verification_id(CUSTOMER_ID)
            await store.command("XADD", keys.outbox(1), "*", "verification", subject, "delivery", 1)
            (entry,) = await reading
            assert entry.ref.verification_id == subject
