"""Commands whose settings have another key than the data of the store is under."""

import asyncio
import base64
import os
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.settings import load_settings
from gateway.store import keys
from gateway.wiring.keys import store_under_keys
from gateway.wiring.stores import open_stores
from tests.builders import CUSTOMER_ID, MOBILE, individual

pytestmark = pytest.mark.usefixtures("log_as_before", "settings_of_an_empty_store")

APPROVAL = "apr_" + "0" * 22
BY = ("--by", "kim", "--reason", "x")


async def _written() -> None:
    """A customer, under the keys of the settings."""
    async with open_stores(load_settings(), writes=True) as stores:
        await stores.customers.put(individual())


async def _names_and_audit() -> tuple[set[bytes], list[int]]:
    """What there is, and how much was told."""
    async with store_under_keys(load_settings()) as store:
        told = await store.all(*(("XLEN", keys.audit(shard)) for shard in range(keys.SHARDS)))
        return set(await store.command("KEYS", "*")), told


@pytest.mark.parametrize("setting", ["BONIN_ENCRYPTION_KEY", "BONIN_INDEX_KEY"])
@pytest.mark.parametrize(
    "words",
    [
        ("customers", "show", CUSTOMER_ID),
        ("customers", "contacts", CUSTOMER_ID),
        ("customers", "unlock", CUSTOMER_ID, *BY),
        ("customers", "erase", CUSTOMER_ID, *BY),
        ("find", MOBILE),
        ("approvals", "list"),
        ("approvals", "reject", APPROVAL, *BY),
        ("export", "FOLDER/all.ndjson", *BY),
        ("audit", "export", "--with-reasons"),
        ("import", "FOLDER/some.csv", "--by", "kim"),
    ],
    ids=" ".join,
)
def test_a_command_under_another_key_says_so_and_does_nothing(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    words: tuple[str, ...],
) -> None:
    (tmp_path / "some.csv").write_text("customer_id,kind,name,online_consent\nkim,individual,김하나,true\n")
    asyncio.run(_written())
    before = asyncio.run(_names_and_audit())
    with monkeypatch.context() as changed:
        changed.setenv(setting, base64.b64encode(os.urandom(32)).decode())
        assert main([word.replace("FOLDER", str(tmp_path)) for word in words]) == 2
    assert f"{setting}: give key" in capsys.readouterr().err
    assert asyncio.run(_names_and_audit()) == before
    assert not (tmp_path / "all.ndjson").exists()


def test_what_an_import_seals_is_under_keys_that_the_store_knows(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text("customer_id,kind,name,online_consent\nkim,individual,김하나,true\n")
    assert main(["import", str(tmp_path / "some.csv"), "--by", "kim"]) == 0
    names, _ = asyncio.run(_names_and_audit())
    assert keys.KEYS_IN_USE.encode() in names
