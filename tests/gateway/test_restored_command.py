"""`bonin restored`, as it is typed at a store whose data are those of a copy."""

import asyncio
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from contacts.models import VerifiedBy
from gateway.cli import main
from gateway.core.approvals import ApprovalKind, Approvals, ApprovalStatus
from gateway.core.callers import Scope
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.verification import Verification
from gateway.settings import load_settings
from gateway.store import keys, ops_keys
from gateway.store.api_keys import RedisApiKeys
from gateway.store.connection import Store
from gateway.store.restoring import kind_to_forget
from gateway.wiring.read_model import build_projector
from gateway.wiring.store import open_store
from gateway.wiring.stores import Stores, build_stores
from tests.audit_events import Event, all_events, unknown_to_the_catalogue
from tests.builders import CODE, CUSTOMER_ID, contact, individual, new_verification
from tests.contracts.store.answering import answer
from tests.e2e.shapes import listed

KEPT = {
    "alarms", "alarms-cleared", "api-keys", "audit", "audit-keys", "audit-segment", "cap", "contact", "contacts",
    "conversion", "customer", "customer-words", "decisions", "erased", "evidence", "exemption", "exemption-version",
    "guard", "inbound", "installation", "keys-in-use", "known", "layout", "notice", "noticed", "ops-customer",
    "ops-index", "ops-indexes", "ops-lease", "ops-locked", "ops-minute", "ops-operator", "ops-operators", "ops-owners",
    "ops-position", "ops-timeline", "processes",
}  # fmt: skip
"""Facts, counters, and what is over by itself."""

pytestmark = pytest.mark.usefixtures("log_as_before", "settings_of_an_empty_store")

ANOTHER = "somebody-else"
RESTORED = ["restored", "--by", "lee", "--reason", "disk of yesterday"]


async def _with_stores(do: Any) -> Any:
    settings = load_settings()
    async with open_store(settings) as store:
        return await do(store, build_stores(store, settings.personal_data, settings.limits))


async def _as_in_the_copy(store: Store, stores: Stores) -> Verification:
    """Something of every kind: open and verified, waiting, printed, sent, locked."""
    for customer_id in (CUSTOMER_ID, ANOTHER):
        await stores.customers.put(individual(customer_id), "kim")
    mobile = contact()
    await stores.customers.add_contact(CUSTOMER_ID, mobile, "kim")
    await stores.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "carrier", None)
    opened = await stores.verifications.create(new_verification(contact_id=mobile.contact_id))
    verified = await stores.verifications.create(new_verification(contact_id=mobile.contact_id))
    await stores.verifications.check(verified, answer(verified, CODE))
    await Approvals(stores.approvals, keys.new_approval_id).request(
        ApprovalKind.UNLOCK, CUSTOMER_ID, "kim", "고객 요청", {}, None
    )
    await RedisApiKeys(store).create("issuance", "kim", frozenset({Scope.VERIFY}))
    await store.command("HSET", keys.guard(ANOTHER), "wrong", Limits.wrong_answers, "locked_at", 1)
    return opened


async def _kinds(store: Store, _: Stores) -> set[str]:
    return {keys.kind_and_rest(key.decode())[0] async for found in store.scan("COUNT", 100) for key in found}


def test_what_is_used_once_or_was_sent_is_forgotten_and_who_is_whose_is_not() -> None:
    asyncio.run(_with_stores(_as_in_the_copy))
    before = asyncio.run(_with_stores(_kinds))
    assert {"v", "expiring", "outbox", "approval", "approvals-waiting"} <= before
    assert main(RESTORED) == 0
    after = asyncio.run(_with_stores(_kinds))
    assert {"customer", "contact", "contacts", "guard", "api-keys", "audit", "evidence"} <= after
    assert after.isdisjoint({"v", "expiring", "outbox", "approval", "approvals-waiting", "replies", "branch"})


def test_whoever_stores_something_else_decides_whether_a_restore_makes_it_good_again() -> None:
    _, stored = listed()
    assert {kind for kind, _ in stored if kind_to_forget(f"bonin:{{00}}:{kind}") is None} == KEPT


def test_what_signs_in_or_is_sent_once_more_is_forgotten_also_where_no_store_of_the_tests_has_it() -> None:
    assert kind_to_forget(ops_keys.session("0" * 64)) == "ops-session"
    assert kind_to_forget(keys.dead_letters(0)) == "dead-letters"


def test_nothing_is_shown_as_open_that_is_not_there_any_more() -> None:
    async def shown(store: Store, stores: Stores) -> str:
        await build_projector(load_settings(), stores, CollectorRegistry()).round()
        return str((await store.command("HGET", ops_keys.LIVE, "open")).decode())

    asyncio.run(_with_stores(_as_in_the_copy))
    assert asyncio.run(_with_stores(shown)) == "1"
    assert main(RESTORED) == 0
    assert asyncio.run(_with_stores(shown)) == "0"


def test_it_says_how_much_it_forgot_and_what_is_still_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_with_stores(_as_in_the_copy))
    assert main(RESTORED) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == ["approvals  1", "verifications  2"]
    assert "receipt_key" in said.err
    assert "customer.erased" in said.err
    assert main(RESTORED) == 0
    assert capsys.readouterr().out == "", "there is nothing left"


def test_the_audit_tells_who_did_it_and_why() -> None:
    assert main(RESTORED) == 0

    async def told(store: Store, _: Stores) -> list[Event]:
        return await all_events(store)

    (restored,) = asyncio.run(_with_stores(told))
    assert (restored["event"], restored["by"], restored["reason"]) == ("store.restored", "lee", "disk of yesterday")
    assert unknown_to_the_catalogue([restored]) == []


def test_customers_go_on_as_if_what_they_had_open_had_run_out() -> None:
    asyncio.run(_with_stores(_as_in_the_copy))
    assert main(RESTORED) == 0

    async def go_on(_: Store, stores: Stores) -> None:
        assert await stores.approvals.with_status(ApprovalStatus.WAITING) == []
        await stores.customers.put(individual(online_consent=False), "kim")
        await stores.customers.put(individual(), "kim")
        (mobile,) = await stores.customers.contacts(CUSTOMER_ID)
        opened = await stores.verifications.create(
            new_verification(contact_id=mobile.contact.contact_id, operation=Operation.ISSUE)
        )
        assert (await stores.verifications.check(opened, answer(opened, CODE))).verdict == "correct"

    asyncio.run(_with_stores(go_on))


def test_nothing_is_forgotten_under_a_gateway_that_is_at_work(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_with_stores(_as_in_the_copy))

    async def working(store: Store, stores: Stores) -> None:
        await stores.carrier_board.put("process", "host", {})

    async def gone(store: Store, stores: Stores) -> None:
        await stores.carrier_board.drop("process")

    before = asyncio.run(_with_stores(_kinds))
    asyncio.run(_with_stores(working))
    assert main(RESTORED) == 1
    assert "A gateway on host uses this store" in capsys.readouterr().err
    assert asyncio.run(_with_stores(_kinds)) == before | {"processes"}
    asyncio.run(_with_stores(gone))
    assert main(RESTORED) == 0
