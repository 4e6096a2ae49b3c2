"""`bonin keys new`, `rotate` and `retire` as they are typed, and what a start with the wrong keys says."""

import argparse
import asyncio
import base64
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.cli.rotation import rotate_keys
from gateway.core.signing_keys import load_signing_key
from gateway.settings import load_settings
from gateway.store import keys, keys_in_use
from gateway.store.customers import RedisCustomers
from gateway.store.embedded import EmbeddedStore
from gateway.wiring.keys import enter_keys
from gateway.wiring.store import open_store
from tests import builders
from tests.gateway.generations import silence
from tests.gateway.installations import needed_settings

ROTATED = ("encryption_key", "index_key", "code_pepper")
MANY = 1_500

Give = Callable[..., None]

pytestmark = pytest.mark.usefixtures("log_as_before")


@pytest.fixture
def old(tmp_path: Path) -> dict[str, str]:
    return needed_settings(tmp_path / "old")


@pytest.fixture
def new(tmp_path: Path) -> dict[str, str]:
    return needed_settings(tmp_path / "new")


@pytest.fixture
def give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Give:
    """Sets the environment to these keys, with these as the second ones."""

    def give(first: dict[str, str], second: dict[str, str] | None = None, **changes: str) -> None:
        given = {**first, "data_dir": str(tmp_path / "data"), "log_level": "error", **changes}
        for name in ROTATED:
            monkeypatch.delenv(f"BONIN_SECOND_{name.upper()}", raising=False)
            if second is not None:
                given[f"second_{name}"] = second[name]
        for name, value in given.items():
            monkeypatch.setenv(f"BONIN_{name.upper()}", value)

    return give


@pytest.fixture
def store_of_old(old: dict[str, str], give: Give) -> None:
    """A store with customers under the old keys; no gateway has written under them for a while."""

    async def fill(count: int = 1) -> None:
        settings = load_settings()
        async with open_store(settings) as store:
            await enter_keys(store, settings)
            await silence(store)
            customers = RedisCustomers(store, settings.personal_data, settings.limits)
            await customers.put(builders.individual())
            await customers.add_contact(builders.CUSTOMER_ID, builders.contact())

    give(old)
    asyncio.run(fill())


def rotate(*words: str) -> int:
    return main(["keys", "rotate", *words])


@pytest.mark.usefixtures("store_of_old")
def test_a_rotation_from_beginning_to_end(
    old: dict[str, str], new: dict[str, str], give: Give, capsys: pytest.CaptureFixture[str]
) -> None:
    give(new, old)
    assert rotate("--check") == 1
    assert "BONIN_SECOND_ENCRYPTION_KEY" in (told := capsys.readouterr().out)
    assert "must stay: 3 records are under it." in told
    assert rotate() == 0
    told = capsys.readouterr().out
    assert told.count("may go: nothing is under it.") == 3
    give(new)
    assert rotate("--check") == 0
    assert "everything is under the first ones" in capsys.readouterr().out


@pytest.mark.usefixtures("store_of_old")
def test_a_key_that_data_is_under_cannot_be_dropped(
    old: dict[str, str], new: dict[str, str], give: Give, capsys: pytest.CaptureFixture[str]
) -> None:
    give({**old, "encryption_key": new["encryption_key"]})
    assert main(["serve"]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    settings = load_settings()
    assert told.startswith("BONIN_ENCRYPTION_KEY: give key ")
    assert f"key {settings.encryption_keys.current_id.hex()} was given" in told
    assert not any(value in told for value in (*old.values(), *new.values()))


@pytest.mark.usefixtures("store_of_old")
def test_keys_that_are_exchanged_are_told_as_such(
    old: dict[str, str], give: Give, capsys: pytest.CaptureFixture[str]
) -> None:
    give({**old, "encryption_key": old["index_key"], "index_key": old["encryption_key"]})
    assert main(["serve"]) == 2
    told = capsys.readouterr().err
    assert "BONIN_ENCRYPTION_KEY and BONIN_INDEX_KEY: " in told
    assert "exchanged" in told


@pytest.mark.usefixtures("store_of_old")
def test_retiring_gives_up_what_is_under_the_second_pepper_and_nothing_else(
    old: dict[str, str], new: dict[str, str], give: Give, capsys: pytest.CaptureFixture[str]
) -> None:
    give({**old, "code_pepper": new["code_pepper"]})
    assert main(["keys", "rotate", "--check"]) == 2
    give({**old, "code_pepper": new["code_pepper"]}, second_code_pepper=old["code_pepper"])
    assert main(["keys", "retire", "00000000"]) == 1
    second = load_settings().peppers.ids[1].hex()
    assert second in capsys.readouterr().err
    assert main(["keys", "retire", second]) == 0
    give({**old, "code_pepper": new["code_pepper"]})
    assert main(["keys", "rotate", "--check"]) == 0


async def test_nothing_is_retired_while_a_gateway_writes_under_it(
    old: dict[str, str], new: dict[str, str], give: Give, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(keys_in_use, "SILENT_MS", 1000)
    monkeypatch.setattr(keys_in_use, "_EVERY_SECONDS", 0.05)
    give(old, new)
    former = load_settings()
    async with open_store(former) as store:
        gateway = await enter_keys(store, former)
        await gateway.open()
        give(new, old)
        assert await rotate_keys(load_settings(), argparse.Namespace(check=False)) == 1
        assert "swap the two keys there first" in capsys.readouterr().out
        await gateway.close()
        assert await rotate_keys(load_settings(), argparse.Namespace(check=False)) == 0


def test_a_rotation_that_is_killed_goes_on_where_it_was(
    old: dict[str, str], new: dict[str, str], give: Give, tmp_path: Path
) -> None:
    embedded = EmbeddedStore(tmp_path / "data")
    embedded.start()
    try:
        give(old)
        asyncio.run(_register(MANY))
        give(new, old)
        command = [sys.executable, "-m", "gateway.cli", "keys", "rotate"]
        first = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        changed = asyncio.run(_until_some_are_changed())
        first.send_signal(signal.SIGKILL)
        first.communicate()
        assert changed > 0
        assert rotate() == 0
    finally:
        embedded.stop()
    give(new)
    assert rotate("--check") == 0


async def _register(count: int) -> None:
    settings = load_settings()
    async with open_store(settings, beside_a_gateway=True) as store:
        await enter_keys(store, settings)
        await silence(store)
        customers = RedisCustomers(store, settings.personal_data, settings.limits)
        await asyncio.gather(*(customers.put(builders.individual(f"customer-{one}")) for one in range(count)))


async def _until_some_are_changed() -> int:
    settings = load_settings()
    current = settings.encryption_keys.current_id
    async with open_store(settings, beside_a_gateway=True) as store:
        while True:
            names = await store.all(*(("HGET", keys.customer(f"customer-{one}"), "name") for one in range(MANY)))
            if changed := sum(1 for name in names if name.startswith(current)):
                return changed


@pytest.mark.parametrize("name", ROTATED)
def test_a_new_key_is_good_and_another_each_time(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = set()
    for _ in range(2):
        assert main(["keys", "new", name]) == 0
        made.add(capsys.readouterr().out.strip())
    assert {len(base64.b64decode(key, validate=True)) for key in made} == {32}
    assert len(made) == 2


@pytest.mark.parametrize("name", ["receipt_key", "audit_key"])
def test_a_new_key_that_signs_is_good(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", name]) == 0
    assert load_signing_key(capsys.readouterr().out).is_private


def test_the_settings_say_which_keys_are_in_rotation_and_show_none(
    old: dict[str, str], new: dict[str, str], give: Give, capsys: pytest.CaptureFixture[str]
) -> None:
    give(old)
    assert main(["check-config"]) == 0
    assert "rotation" not in capsys.readouterr().out
    tokens = {"second_twilio_auth_token": new["twilio_auth_token"], "second_receipt_key": new["receipt_key"]}
    give(old, new, **tokens)
    assert main(["check-config"]) == 0
    told = capsys.readouterr().out
    settings = load_settings()
    for name, ring in (("ENCRYPTION_KEY", settings.encryption_keys), ("CODE_PEPPER", settings.peppers)):
        assert f"in rotation: BONIN_{name}: {ring.ids[0].hex()} writes, {ring.ids[1].hex()} is read" in told
    assert told.count("in rotation: ") == 5
    assert not any(value in told for value in (*old.values(), *new.values()) if len(value) > 20)


def test_a_key_of_no_purpose_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["keys", "new", "pepper"])
    told = capsys.readouterr().err
    assert "'code_pepper', 'receipt_key'" in told
    assert "Purpose" not in told
