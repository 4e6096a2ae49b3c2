"""Commands whose store has the data of another build: each says what to do, and reads nothing."""

import asyncio
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.store import keys
from gateway.store.layout import LAYOUT
from tests.builders import CUSTOMER_ID
from tests.conftest import a_store

pytestmark = pytest.mark.usefixtures("log_as_before")

BY = ("--by", "kim", "--reason", "x")
PACKAGED_POLICY = str(Path(__file__).parents[2] / "gateway" / "policy")
APPROVAL = "apr_" + "0" * 22


async def _set_layout(url: str, *words: str) -> None:
    async with a_store(url) as store:
        await store.command(*words)


async def _names(url: str) -> set[bytes]:
    async with a_store(url) as store:
        return set(await store.command("KEYS", "*"))


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("serve", "--workers", "2"),
        ("worker",),
        ("keys", "create", "--client", "a", "--person", "kim", "--scope", "verify"),
        ("keys", "list"),
        ("keys", "rotate"),
        ("keys", "rotate", "--check"),
        ("carriers", "list"),
        ("carriers", "pause", "twilio", *BY),
        ("deadletters", "list"),
        ("policy", "replay", PACKAGED_POLICY),
        ("status",),
        ("find", CUSTOMER_ID),
        ("customers", "show", CUSTOMER_ID),
        ("customers", "erase", CUSTOMER_ID, *BY),
        ("import", "FOLDER/some.csv", "--by", "kim"),
        ("export", "FOLDER/all.ndjson", *BY),
        ("approvals", "list"),
        ("approvals", "reject", APPROVAL, *BY),
        ("operators", "add", "--person", "lee", "--role", "viewer"),
        ("operators", "list"),
        ("audit", "head"),
        ("audit", "archive", "FOLDER"),
        ("audit", "export"),
    ],
    ids=" ".join,
)
def test_a_command_says_that_the_data_are_of_another_build_and_touches_nothing(
    settings_of_an_empty_store: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: tuple[str, ...],
) -> None:
    (tmp_path / "some.csv").write_text("customer_id,kind,name,online_consent\nkim,individual,김하나,true\n")
    monkeypatch.setenv("BONIN_PORT", "0")
    asyncio.run(_set_layout(settings_of_an_empty_store, "SET", keys.LAYOUT, str(LAYOUT + 1)))
    assert main([word.replace("FOLDER", str(tmp_path)) for word in words]) == 1
    said = capfd.readouterr().err
    assert f"they have layout {LAYOUT + 1}, and this build reads layout {LAYOUT}" in said
    assert "docs/operations.md (Data of another build)" in said
    assert "Traceback" not in said
    assert asyncio.run(_names(settings_of_an_empty_store)) == {keys.LAYOUT.encode()}
    assert not (tmp_path / "all.ndjson").exists()


def test_the_first_command_gives_an_empty_store_its_layout(settings_of_an_empty_store: str) -> None:
    asyncio.run(_set_layout(settings_of_an_empty_store, "DEL", keys.LAYOUT))
    assert main(["keys", "create", "--client", "a", "--person", "kim", "--scope", "verify"]) == 0
    assert keys.LAYOUT.encode() in asyncio.run(_names(settings_of_an_empty_store))
    assert main(["keys", "list"]) == 0
