"""The program that the page about the audit gives an auditor, who has nothing else of ours."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest

from gateway.core.audit.exporting import Wanted
from gateway.core.audit.records import Why, public_key_set
from gateway.store import keys
from gateway.store.connection import Store
from tests.audit_rooms import DAY_MS, AuditRooms
from tests.conftest import an_empty_store
from tests.docs.documents import blocks

(PROGRAM,) = blocks("python audit")
SHARD, OTHER_SHARD = 5, 7

Verify = Callable[[Iterable[bytes]], bool]


@pytest.fixture
async def rooms(valkey_url: str) -> AsyncIterator[AuditRooms]:
    async with an_empty_store(valkey_url) as store:
        yield await _with_a_history(store)


@pytest.fixture
def verify(rooms: AuditRooms, tmp_path: Path) -> Verify:
    (tmp_path / "audit-keys.json").write_bytes(public_key_set([rooms.signer.public_key()]))

    def is_good(lines: Iterable[bytes]) -> bool:
        given = b"".join(lines)
        command = [sys.executable, "-c", PROGRAM.text]
        done = subprocess.run(command, cwd=tmp_path, input=given, capture_output=True, check=False)
        assert done.returncode == 0 or b"Error" in done.stderr
        return done.returncode == 0

    return is_good


async def _with_a_history(store: Store) -> AuditRooms:
    rooms = AuditRooms.over(store)
    for word in ("one", "two"):
        await rooms.tell(SHARD, 2, word=word, customer="hong-gildong")
        await rooms.tell(OTHER_SHARD, word=word)
        await rooms.sealer.seal_everything()
    return rooms


async def test_it_accepts_exports_whole_and_in_part_also_of_what_goes_on_after_an_archive(
    rooms: AuditRooms, verify: Verify
) -> None:
    whole = await rooms.export()
    assert verify(whole)
    assert verify(await rooms.export(Wanted(customer_id="hong-gildong")))
    await rooms.tell(SHARD)
    await rooms.sealer.seal_everything()
    assert verify([*whole, *[line async for line in rooms.lines({SHARD: 2, OTHER_SHARD: 2})]])
    await rooms.retention.remove(SHARD, await rooms.audit.now() + DAY_MS, Why.ARCHIVED, up_to=1)
    after = await rooms.export()
    assert b'"removed"' in b"".join(after)
    assert verify(after)


async def test_it_refuses_an_export_without_any_of_its_lines_or_with_another(rooms: AuditRooms, verify: Verify) -> None:
    lines = await rooms.export()
    for at in range(len(lines)):
        assert not verify([*lines[:at], *lines[at + 1 :]])
    event = next(at for at, line in enumerate(lines) if b'"word":"two"' in line)
    assert not verify([*lines[:event], lines[event].replace(b"two", b"six"), *lines[event + 1 :]])
    assert not verify([*lines[:event], lines[event + 1], lines[event], *lines[event + 2 :]])
    assert not verify([*lines, lines[event]])


async def test_it_refuses_what_was_gone_before_it_was_sealed(rooms: AuditRooms, verify: Verify) -> None:
    await rooms.tell(SHARD, 2)
    ((latest, _),) = await rooms.store.command("XREVRANGE", keys.audit(SHARD), "+", "-", "COUNT", 1)
    await rooms.store.command("XDEL", keys.audit(SHARD), latest)
    await rooms.sealer.seal_everything()
    assert not verify(await rooms.export())
