"""A whole life over HTTP, read back from the audit by the commands that an auditor has, and then erased."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from demo.api import Api
from demo.customer import new_number, until
from demo.secrets_file import load_or_make
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from gateway.store.fields import FIELDS
from tests.audit_events import unknown_to_the_catalogue
from tests.e2e.caller import Person, another
from tests.e2e.processes import DemoProcess
from tests.gateway.installations import needed_settings

REASON = "휴대폰을 바꾸었고 신분증을 확인함"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[DemoProcess]:
    process = DemoProcess(tmp_path / "demo")
    yield process
    process.end()


def _bonin(process: DemoProcess, *words: str) -> str:
    """What a command says when it goes well, run beside the gateway with its settings."""
    given = {**needed_settings(process.directory), "data_dir": str(process.directory / "data")}
    return _said({f"BONIN_{name.upper()}": value for name, value in given.items()}, *words)


def _said(settings: Mapping[str, str], *words: str) -> str:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("BONIN_")}
    command = [sys.executable, "-m", "gateway.cli", *words]
    done = subprocess.run(command, env=bare | dict(settings), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _export(process: DemoProcess, path: Path, *words: str) -> list[dict[str, str]]:
    _bonin(process, "audit", "export", "--out", str(path), *words)
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def _verify(process: DemoProcess, *exports: Path) -> str:
    """What another process says of them, without the environment of the gateway."""
    known = exports[0].with_suffix(".keys")
    known.write_text(_bonin(process, "audit", "keys"))
    return _said({}, "audit", "verify", *map(str, exports), "--keys", str(known))


async def _live(person: Person) -> None:
    await person.register()
    await person.decision_on("issue")
    verified = await person.start("sms")
    await person.texted(1)
    code = await person.texted_code()
    await person.check(verified, another(code))
    verified = await person.check(verified, code)
    redeeming = {"receipt": verified["receipt"], "operation": "issue", "customer_id": person.customer_id}
    await person.api.call("POST", "/v1/receipts/redeem", redeeming)
    await person.cancel(await person.start("sms", "reissue"))
    asked = await person.ask_centre(f"/contacts/{person.contact_id}/change", {"number": new_number(), "reason": REASON})
    await person.decide(asked, "이센터장")


def _in_order(told: list[dict[str, str]]) -> list[str]:
    """The names of events, without what carriers report when they please."""
    return [event["event"] for event in told if event["event"].split(".")[0] not in ("delivery", "api_key", "alarm")]


async def _traces(process: DemoProcess, person: Person) -> list[bytes]:
    """What the store has of the person: sealed values, digests, and the indexes of numbers."""
    store = Store(EmbeddedStore(process.directory / "data").url)
    await store.open()
    try:
        customer = await store.command("HMGET", keys.customer(person.customer_id), "name", "birth_date", "name_digest")
        contact = keys.contact(person.customer_id, person.contact_id)
        number, index = await store.command("HMGET", contact, FIELDS["c.number"], FIELDS["c.index"])
        words = await store.command("HGET", keys.customer_words(person.customer_id), "key")
        return [*customer, number, index, index.hex().encode(), words]
    finally:
        await store.close()


def _files_with(process: DemoProcess, traces: list[bytes]) -> list[str]:
    found = []
    for path in (process.directory / "data").rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue  # the store has just put another in its place
        if any(trace in content for trace in traces):
            found.append(path.name)
    return found


async def test_a_life_stands_in_the_audit_in_order_and_is_erased_without_breaking_it(
    process: DemoProcess, tmp_path: Path
) -> None:
    credentials = process.serve()
    manager = load_or_make(process.directory / "secrets.json").operator_key
    async with (
        Api(credentials["base_url"], credentials["api_key"]) as api,
        Api(credentials["carrier_url"]) as carrier,
        Api(credentials["base_url"], manager) as operator,
    ):
        person = Person(api, carrier, operator)
        await _live(person)
        exports = [tmp_path / name for name in ("whole.ndjson", "before.ndjson", "after.ndjson")]
        whole = _export(process, exports[0])
        mine = _export(process, exports[1], "--customer", person.customer_id, "--with-reasons")

        told = [line for line in mine if "event" in line]
        assert {event["customer"] for event in told} == {person.customer_id}
        assert _in_order(told) == [
            "customer.created", "customer.consent_given", "contact.created", "contact.verifiable",
            "decision.required", "verification.created", "verification.wrong_answer", "verification.verified",
            "receipt.redeemed", "verification.created", "verification.canceled", "approval.requested",
            "contact.needs_verification", "contact.changed", "approval.approved",
        ]  # fmt: skip
        added = {"id", "salt"}
        as_told = [{name: event[name] for name in event if name not in added} for event in whole if "event" in event]
        assert unknown_to_the_catalogue(as_told) == []
        assert REASON in [line["reasons"]["request_reason"] for line in mine if "reasons" in line]  # type: ignore[index]
        assert REASON not in exports[0].read_text()

        traces = await _traces(process, person)
        assert None not in traces
        assert _files_with(process, traces) != []
        erasing = ("customers", "erase", person.customer_id, "--by", "박개인정보", "--reason", "고객 요청")
        assert person.customer_id in _bonin(process, *erasing)

        async def are_gone() -> bool:
            return _files_with(process, traces) == []

        await until(are_gone)
        after = _export(process, exports[2], "--customer", person.customer_id, "--with-reasons")
        assert _in_order([line for line in after if "event" in line])[-1] == "customer.erased"
        assert {line["reasons"]["request_reason"] for line in after if "reasons" in line} == {"(삭제됨 · erased)"}  # type: ignore[index]
        assert "봉인된 그대로" in _verify(process, *exports)
