"""What the gateway's account in the store may do. Every test over a store has one with the documented rights."""

import asyncio

import pytest

from gateway.cli.main import main
from gateway.core.approvals import ApprovalStatus
from gateway.core.limits import Limits
from gateway.store.approvals import RedisApprovals
from gateway.store.connection import Store
from gateway.store.customers import RedisCustomers
from gateway.store.ops_reader import OpsReader
from gateway.store.refusals import RightMissing
from gateway.store.watch import StoreWatch
from tests import builders
from tests.builders import CUSTOMER_ID
from tests.conftest import a_store, an_empty_store, documented_account
from tests.contracts.store.approval_requests import CHECKER, change_of, read


async def with_account(url: str, *rules: str) -> str:
    """The address of the store for an account with these rules after those that are documented."""
    async with an_empty_store(url) as store:
        await store.command("ACL", "SETUSER", "limited", "reset", *documented_account()[1:], *rules)
    return url.replace("unix://", "unix://limited:password@")


@pytest.mark.parametrize("words", ["FLUSHALL", "KEYS *", "CONFIG SET save 1", "GET another:key", "ACL LIST"])
async def test_the_documented_account_reaches_nothing_but_what_is_bonins(valkey_url: str, words: str) -> None:
    async with a_store(await with_account(valkey_url)) as store:
        with pytest.raises(RightMissing):
            await store.command(*words.split())


async def test_the_documented_account_is_enough_to_watch_the_store(valkey_url: str) -> None:
    async with a_store(await with_account(valkey_url)) as store:
        assert await StoreWatch(store, may_forget=False).trouble() is None


@pytest.mark.parametrize(
    ("rule", "right"),
    [
        ("-info", "run INFO"),
        ("-evalsha", "run EVALSHA"),
        ("-set", "run SET"),
        ("resetkeys", "use all of bonin's keys and channels"),
    ],
)
@pytest.mark.usefixtures("log_as_before")
def test_a_right_that_is_missing_is_named_at_the_start(
    settings_of_an_empty_store: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rule: str,
    right: str,
) -> None:
    url = asyncio.run(with_account(settings_of_an_empty_store, rule))
    monkeypatch.setenv("BONIN_REDIS_URL", url)
    monkeypatch.setenv("BONIN_PORT", "0")
    assert main(["serve"]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"The store cannot be used: the store's account may not {right}: give it the rights that docs/operations.md "
        "lists (ACL SETUSER). See BONIN_REDIS_URL.\n"
    )


async def test_a_right_that_is_missing_later_is_no_fault_of_the_request(valkey_url: str) -> None:
    async with a_store(await with_account(valkey_url, "-hset")) as store:
        with pytest.raises(RightMissing, match="HSET"):
            await RedisCustomers(store, builders.personal_data(), Limits()).put(builders.individual())


@pytest.mark.usefixtures("log_as_before")
def test_a_command_says_why_the_store_cannot_be_used(
    settings_of_an_empty_store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = settings_of_an_empty_store.replace("unix://", "unix://nobody:guess@")
    monkeypatch.setenv("BONIN_REDIS_URL", wrong)
    assert main(["status"]) == 1
    assert capsys.readouterr().err == "The store cannot be used: WRONGPASS. See BONIN_REDIS_URL.\n"


async def test_an_account_that_may_make_no_other_leaves_the_one_for_dashboards(store: Store) -> None:
    with pytest.raises(RightMissing, match="ACL"):
        await OpsReader(store, "password").put("password")


async def test_what_is_done_is_not_told_as_failed_where_the_read_model_cannot_be_told(valkey_url: str) -> None:
    all_but_the_read_model = ("resetkeys", "~bonin:{*}:[^o]*", "~bonin:{*}:o[^p]*")
    contact, personal_data = builders.contact(), builders.personal_data()
    async with a_store(await with_account(valkey_url, *all_but_the_read_model)) as store:
        customers = RedisCustomers(store, personal_data, Limits())
        await customers.put(builders.individual())
        await customers.add_contact(CUSTOMER_ID, contact)
        approvals = RedisApprovals(store, personal_data, Limits())
        asked = await approvals.add(change_of(contact))
        await approvals.approve(asked, CHECKER, "확인")
        assert (await read(approvals, asked)).status is ApprovalStatus.APPROVED
