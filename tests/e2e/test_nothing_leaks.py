"""A whole life with planted values: none of them is in a log, a number, an error, or the store's files."""

import re
import shutil
from pathlib import Path

from demo.customer import until
from demo.secrets_file import load_or_make
from tests.conftest import a_store
from tests.e2e.leaking import life_in
from tests.e2e.shapes import require_listed
from tests.faults.harness.installation import Installation, installation
from tests.leaks.scanning import files_below, leaks

MAY_SHOW = [
    ("answer (POST|GET) /v1/verifications.*|stream", "binding code", "the screen shows it: that is its purpose"),
    ("answer POST /v1/branch-passwords", "branch password", "the slip is printed from this answer"),
    ("answer POST /v1/verifications/{id}/check|answer GET /v1/verifications/{id}|stream", "receipt", "for the caller"),
    ("answer POST /v1/customers/{id}/auto-connects", "auto-connect token", "for the device"),
    ("answer POST /v1/decisions", "auto-connect token", "the one that takes its place, for the device"),
    ("command keys create", "operator's key", "it is printed once, for its holder"),
    ("answer .*(approvals|/change|/unlock).*", "reason", "what staff wrote for the second person"),
]
"""Where, what, and why. Everything else is a leak."""

OURS = ["secrets.json", "carrier.log"]
"""The vault of the installation, and the carrier's own log."""


async def test_no_secret_is_where_it_does_not_belong(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with (
        installation(tmp_path, settings=settings, carrier_speed=25.0) as bonin,
        life_in(bonin, settings) as life,
    ):
        await life.live()
        await life.without_a_carrier()
        await life.misuse()
        await life.webhooks()
        await life.commands()
        await life.metrics()
        await keep_every_kind_of_file(bonin)
        assert bonin.store is not None
        async with a_store(bonin.store.url) as store:
            # Here more is used than anywhere else.
            await require_listed(store)
        await bonin.store.kill()
        await life.misuse()
        await life.webhooks()
        await life.command("keys", "list")
        await life.metrics()

    left = files_below(tmp_path, but=OURS)
    assert {"dump.rdb", "valkey.log", "gateway-0.log"} <= {Path(name).name for name in left}
    assert len(life.planted) > 25
    places = left | {place: bytes(content) for place, content in life.heard.places.items()}
    found = leaks(places, life.planted)
    assert [one for one in found if not any(_is_allowed(rule, one.place, one.what) for rule in MAY_SHOW)] == []
    # What may be seen was seen: the search works, and the list says nothing that is not so.
    unused = [rule for rule in MAY_SHOW if not any(_is_allowed(rule, one.place, one.what) for one in found)]
    assert unused == []


def settings_of(directory: Path) -> dict[str, str]:
    """Two of every key in force, everything logged, and no limit in the way of whoever tries everything."""
    second = load_or_make(directory / "second" / "secrets.json")
    return {
        "BONIN_LOG_LEVEL": "debug",
        **{
            f"BONIN_SECOND_{name.upper()}": getattr(second, name)
            for name in ("encryption_key", "index_key", "code_pepper", "receipt_key", "twilio_auth_token")
        },
    }


def _is_allowed(rule: tuple[str, str, str], place: str, what: str) -> bool:
    return re.fullmatch(rule[0], place) is not None and what == rule[1]


async def keep_every_kind_of_file(bonin: Installation) -> None:
    """The log of commands so far, the same as one of all that there is, and a snapshot."""
    store = bonin.store
    assert store is not None
    shutil.copytree(store.directory / "appendonlydir", store.directory / "log-so-far")
    await store.command("CONFIG", "SET", "aof-use-rdb-preamble", "no")
    await store.command("BGREWRITEAOF")
    await until(lambda: _idle(bonin))
    await store.command("BGSAVE")
    await until(lambda: _idle(bonin))


async def _idle(bonin: Installation) -> bool:
    assert bonin.store is not None
    told = str(await bonin.store.command("INFO", "persistence"))
    return all(
        re.search(rf"{name}['\"]?: ?0", told)
        for name in ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
    )
