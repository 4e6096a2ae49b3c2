"""`bonin status`, `find`, `customers`, `approvals` and `operators` as they are typed."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from contacts.models import VerifiedBy
from gateway.cli import main
from gateway.core.approvals import ApprovalKind, Approvals
from gateway.core.limits import Limits
from gateway.core.verification import Verification
from gateway.settings import load_settings
from gateway.store import keys
from gateway.store.fields import FIELDS
from gateway.store.operators import RedisOperators
from gateway.wiring.read_model import build_projector
from gateway.wiring.store import open_store
from gateway.wiring.stores import Stores, build_stores, open_stores
from tests.builders import CUSTOMER_ID, MOBILE, contact, individual, new_verification
from tests.contracts.store.answering import answer

pytestmark = pytest.mark.usefixtures("log_as_before", "settings_of_an_empty_store")


async def _register(stores: Stores) -> Any:
    await stores.customers.put(individual(), "kim")
    mobile = contact()
    await stores.customers.add_contact(CUSTOMER_ID, mobile, "kim")
    await stores.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "carrier", None)
    return mobile


async def _happen(*, wrong: int = 0) -> Verification:
    """A customer opened a verification, answered wrong so often, and it was counted."""
    settings = load_settings()
    async with open_store(settings) as store:
        stores = build_stores(store, settings.personal_data, settings.limits)
        mobile = await _register(stores)
        verification = await stores.verifications.create(new_verification(contact_id=mobile.contact_id))
        for _ in range(wrong):
            await stores.verifications.check(verification, answer(verification, "000000"))
        await build_projector(settings, stores, CollectorRegistry()).round()
        return verification


async def _change_a_number() -> None:
    async with open_stores(load_settings()) as stores:
        mobile = await _register(stores)
        key = keys.contact(CUSTOMER_ID, mobile.contact_id)
        sealed = await stores.connection.command("HGET", key, FIELDS["c.number"])
        await stores.connection.command("HSET", key, FIELDS["c.number"], sealed[:-1] + bytes([sealed[-1] ^ 1]))


async def _ask_for(kind: ApprovalKind, action: dict[str, str]) -> None:
    settings = load_settings()
    async with open_stores(settings) as stores:
        await stores.customers.put(individual())
        await Approvals(stores.approvals, keys.new_approval_id).request(
            kind, CUSTOMER_ID, "kim", "고객 요청", action, "con_1"
        )


def printed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[Any]:
    """The lines of JSON that a command prints."""
    capsys.readouterr()
    assert main([*words, "--json"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_status_is_bad_while_nothing_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "status", code=1)[0]["where"] == "us"


def test_status_says_that_a_store_that_can_be_read_takes_no_verdict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_happen())
    monkeypatch.setenv("BONIN_STORE_REPLICAS", "1")
    [status] = printed(capsys, "status", code=1)
    assert (status["where"], status["what"], status["why"]) == ("us", "store", "0 of 1 replicas")


def test_status_says_what_is_so_now(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_happen())
    [status] = printed(capsys, "status")
    assert (status["where"], status["open"], status["open:sms"]) == ("nowhere", 1, 1)
    assert main(["status"]) == 0
    assert "where" in capsys.readouterr().out


@pytest.mark.parametrize("what", [[], ["--state", "pending"], [CUSTOMER_ID], [MOBILE], ["010-1234-5678"]])
def test_a_verification_is_found(capsys: pytest.CaptureFixture[str], what: list[str]) -> None:
    verification = asyncio.run(_happen())
    [row] = printed(capsys, "find", *what)
    assert row["verification_id"] == verification.verification_id
    assert main(["find", *what]) == 0
    assert MOBILE not in capsys.readouterr().out
    assert printed(capsys, "find", verification.verification_id)[0] == row


@pytest.mark.parametrize(("typed", "code"), [("010-1234-5678\n", 0), (MOBILE, 0), ("010-9999-0000\n", 1), ("", 1)])
def test_what_to_find_need_not_be_an_argument_that_everybody_sees(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    asyncio.run(_happen())
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert len(printed(capsys, "find", "-", code=code)) == 1 - code


@pytest.mark.parametrize(
    "words",
    [
        ["customers", "contacts", CUSTOMER_ID],
        ["export", "FOLDER/all.ndjson", "--by", "lee", "--reason", "move"],
    ],
)
def test_what_was_changed_in_the_store_is_told_in_a_sentence_and_can_be_erased(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asyncio.run(_change_a_number())
    words = [word.replace("FOLDER", str(tmp_path)) for word in words]
    assert main(words) == 1
    told = capsys.readouterr().err
    assert "is not as it was sealed" in told
    assert (CUSTOMER_ID in told) is (words[0] == "export")
    assert not (tmp_path / "all.ndjson").exists()
    assert main(["customers", "erase", CUSTOMER_ID, "--by", "lee", "--reason", "unreadable"]) == 0
    assert main(["export", str(tmp_path / "all.ndjson"), "--by", "lee", "--reason", "move"]) == 0


@pytest.mark.parametrize("what", [["ver_" + "0" * 22], ["nobody"], ["--state", "verified"], ["+821099990000"]])
def test_what_is_not_there_is_not_found(capsys: pytest.CaptureFixture[str], what: list[str]) -> None:
    asyncio.run(_happen())
    assert printed(capsys, "find", *what, code=1) == []


def test_a_customer_is_shown_masked(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_happen())
    [customer] = printed(capsys, "customers", "show", CUSTOMER_ID)
    assert (customer["name"], customer["locked"]) == ("홍*동", False)
    [mobile] = printed(capsys, "customers", "contacts", CUSTOMER_ID)
    assert (mobile["number"], mobile["methods"]) == ("+8210****5678", ["sms", "ars", "sms_reply"])
    assert main(["customers", "show", "nobody"]) == 1
    assert main(["customers", "contacts", "nobody"]) == 1


def test_a_locked_customer_is_unlocked_by_two_people(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_happen(wrong=Limits.wrong_answers))
    assert [row["customer_id"] for row in printed(capsys, "customers", "locked")] == [CUSTOMER_ID]
    assert main(["customers", "unlock", CUSTOMER_ID, "--by", "kim", "--reason", "신분증 확인"]) == 0
    approval_id = capsys.readouterr().out.strip()
    assert [row["approval_id"] for row in printed(capsys, "approvals", "list")] == [approval_id]
    for person in ("kim", "lee"):
        assert main(["operators", "add", "--person", person, "--role", "approver"]) == 0
    decide = ["approvals", "approve", approval_id, "--reason", "확인"]
    assert main([*decide, "--by", "somebody"]) == 1
    assert main([*decide, "--by", "kim"]) == 1
    assert "self-approval" in capsys.readouterr().err
    assert main([*decide, "--by", "lee"]) == 0
    assert main([*decide, "--by", "lee"]) == 1
    assert printed(capsys, "approvals", "show", approval_id)[0]["decided_by"] == "lee"
    assert printed(capsys, "customers", "show", CUSTOMER_ID)[0]["locked"] is False


def test_what_would_be_approved_is_shown_masked(capsys: pytest.CaptureFixture[str]) -> None:
    change = {"number": "+821077776666", "line_type": "mobile", "former": "+821012345678"}
    asyncio.run(_ask_for(ApprovalKind.CONTACT_CHANGE, change))
    [row] = printed(capsys, "approvals", "list")
    assert (row["new_number"], row["contact_id"], row["exempt_until"]) == ("+8210****6666", "con_1", None)


def test_for_how_long_somebody_would_be_exempt_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_ask_for(ApprovalKind.OVERSEAS_EXEMPTION, {"from": "0", "until": "86400000", "version": "0"}))
    [row] = printed(capsys, "approvals", "list")
    assert (row["exempt_from"], row["exempt_until"]) == ("1970-01-01T00:00:00.000Z", "1970-01-02T00:00:00.000Z")


def test_who_is_not_locked_cannot_be_unlocked(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_happen())
    assert main(["customers", "unlock", CUSTOMER_ID, "--by", "kim", "--reason", "x"]) == 1
    assert "customer-not-locked" in capsys.readouterr().err


def test_a_request_is_rejected_once(capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_happen(wrong=Limits.wrong_answers))
    main(["operators", "add", "--person", "lee", "--role", "approver"])
    main(["customers", "unlock", CUSTOMER_ID, "--by", "kim", "--reason", "x"])
    approval_id = capsys.readouterr().out.splitlines()[-1]
    assert main(["approvals", "reject", approval_id, "--by", "lee", "--reason", "본인 아님"]) == 0
    assert printed(capsys, "approvals", "list") == []
    assert [row["status"] for row in printed(capsys, "approvals", "list", "--status", "rejected")] == ["rejected"]
    assert main(["approvals", "show", "apr_" + "0" * 22]) == 1
    with pytest.raises(SystemExit, match="2"):
        main(["approvals", "show", "apr_nothing"])


def test_operators_come_and_go_with_their_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operators", "add", "--person", "이 당직", "--role", "operator"]) == 0
    assert capsys.readouterr().out.startswith("bonin_")
    assert main(["operators", "add", "--person", "이당직", "--role", "viewer"]) == 1
    [row] = printed(capsys, "operators", "list")
    assert (row["person"], row["role"], row["enrolled_at"]) == ("이 당직", "operator", None)
    assert main(["operators", "reset-totp", "이당직"]) == 0
    assert main(["operators", "remove", "이당직"]) == 0
    assert printed(capsys, "operators", "list") == []
    assert main(["keys", "list"]) == 0
    assert capsys.readouterr().out == ""
    for command in ("remove", "reset-totp"):
        assert main(["operators", command, "이당직"]) == 1


async def _remove_without_the_keys(person: str) -> None:
    settings = load_settings()
    async with open_store(settings) as store:
        assert await RedisOperators(store, settings.limits).remove(person)


def test_a_key_that_an_interrupted_removal_has_left_goes_with_the_next_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operators", "add", "--person", "이 당직", "--role", "approver"]) == 0
    asyncio.run(_remove_without_the_keys("이 당직"))
    assert main(["operators", "remove", "이 당직"]) == 0
    capsys.readouterr()
    assert main(["keys", "list"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["operators", "remove", "이 당직"]) == 1


def test_with_an_operator_goes_every_key_of_theirs_for_operations(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operators", "add", "--person", "이 당직", "--role", "viewer"]) == 0
    for person, scope in (("이당직", "ops:write"), ("이당직", "verify"), ("박 당직", "ops:write")):
        assert main(["keys", "create", "--client", "desk", "--person", person, "--scope", scope]) == 0
    assert main(["operators", "remove", "이 당직"]) == 0
    capsys.readouterr()
    assert main(["keys", "list"]) == 0
    left = sorted(line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines())
    assert left == ["desk  박 당직  ops:write", "desk  이당직  verify"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["approvals", "list"], "No request is waiting."),
        (["approvals", "list", "--status", "rejected"], "No request is rejected."),
        (["deadletters", "list"], "There are no dead letters."),
        (["deadletters", "list", "--reason", "landline"], "None failed for that reason."),
        (["customers", "locked"], "Nobody is locked."),
        (["keys", "list"], "There is no key: see `bonin keys create --help`."),
        (["operators", "list"], "There is no operator: see `bonin operators add --help`."),
    ],
)
def test_a_list_of_nothing_says_so_beside_its_output(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(words) == 0
    assert capsys.readouterr() == ("", f"{said}\n")


@pytest.mark.parametrize("most", ["x", "0", "-1", "1001", "٣", "1e2", "9" * 5000])
def test_what_is_no_number_of_rows_is_refused_with_what_to_give(capsys: pytest.CaptureFixture[str], most: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["find", f"--most={most}"])
    assert "argument --most: give a number from 1 to 1000" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["check-config"], ["audit", "export"], ["policy", "replay"], ["find"], ["audit"]])
def test_help_says_what_a_command_does_before_its_options(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([*words, "--help"])
    usage, said, *_ = capsys.readouterr().out.split("\n\n")
    assert usage.startswith("usage: bonin")
    assert said.rstrip().endswith(".")


def test_a_table_keeps_its_columns_where_korean_takes_two_cells(capsys: pytest.CaptureFixture[str]) -> None:
    for person in ("이당직", "kim"):
        main(["operators", "add", "--person", person, "--role", "viewer"])
    capsys.readouterr()
    main(["operators", "list"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("kim     viewer")
    assert lines[2].startswith("이당직  viewer")
