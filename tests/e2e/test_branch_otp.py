"""Method `branch_otp`: the password on a slip, and everything that it is not good for."""

from collections.abc import Awaitable, Callable

import pytest

from gateway.store.embedded import EmbeddedStore
from tests.audit_events import events
from tests.conftest import a_store
from tests.e2e.caller import Caller, Person
from tests.e2e.conftest import Served

Spoil = Callable[[Person, Caller], Awaitable[str]]


async def test_the_password_on_the_slip_verifies(person: Person) -> None:
    opened = await person.start("branch_otp")
    assert (opened["contact_id"], opened["delivery"], opened["resends_remaining"]) == (None, None, 0)
    checked = await person.check(opened, (await person.slip())["password"])
    assert (checked["status"], checked["attempts_remaining"]) == ("verified", 5)


async def _used(person: Person, _: Caller) -> str:
    password = (await person.slip())["password"]
    await person.check(await person.start("branch_otp"), password)
    return str(password)


async def _revoked(person: Person, issuer: Caller) -> str:
    slip = await person.slip()
    path = f"/v1/branch-passwords/{slip['branch_password_id']}"
    assert (await issuer.send("DELETE", path)).status == 204
    assert (await issuer.send("DELETE", path)).slug == "branch-password-not-found"
    return str(slip["password"])


async def _replaced(person: Person, _: Caller) -> str:
    old = (await person.slip())["password"]
    while (await person.slip())["password"] == old:
        continue
    return str(old)


async def _of_another_operation(person: Person, _: Caller) -> str:
    return str((await person.slip("reissue"))["password"])


async def _of_nobody(_: Person, __: Caller) -> str:
    return "000000"


@pytest.mark.parametrize("spoil", [_used, _revoked, _replaced, _of_another_operation, _of_nobody])
async def test_a_password_that_is_not_in_force_is_wrong(person: Person, issuer: Caller, spoil: Spoil) -> None:
    password = await spoil(person, issuer)
    checked = await person.check(await person.start("branch_otp"), password)
    assert (checked["correct"], checked["status"], checked["attempts_remaining"]) == (False, "pending", 4)


async def test_the_password_of_another_customer_is_wrong(person: Person, another_person: Person) -> None:
    password = (await another_person.slip())["password"]
    checked = await person.check(await person.start("branch_otp"), password)
    assert checked["correct"] is False


async def test_a_newer_password_takes_the_place_of_an_older_one(person: Person) -> None:
    await person.slip()
    newer = (await person.slip())["password"]
    assert (await person.check(await person.start("branch_otp"), newer))["correct"] is True


async def test_the_slip_can_be_printed_and_the_server_cannot_read_the_password_off_it(
    person: Person, issuer: Caller, stranger: Caller
) -> None:
    slip = await person.slip()
    address, _, fragment = slip["slip_url"].partition("#")
    assert fragment == slip["password"]
    page = await stranger.get(address.removeprefix(stranger.base_url))
    assert page.status == 200
    shown = page.content.decode()
    assert slip["password"] not in shown
    for words in (
        "일회용 비밀번호 발급 확인서",
        "김*험",
        "인증서 발급",
        "여의도",
        "타인에게 절대 알려주지 마세요",
        "전자서명법",
    ):
        assert words in shown
    await issuer.send("DELETE", f"/v1/branch-passwords/{slip['branch_password_id']}")
    assert (await stranger.get(address.removeprefix(stranger.base_url))).status == 404


@pytest.mark.parametrize("seconds", [0, 59, 604_801, -1, 10**15, 60.5, True, "600"])
async def test_a_password_lives_from_a_minute_to_a_week(person: Person, issuer: Caller, seconds: object) -> None:
    body = {"customer_id": person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
    refused = await issuer.post("/v1/branch-passwords", body | {"valid_for": seconds})
    assert (refused.status, refused.fields) == (422, ["valid_for"])
    if seconds in (0, 59, -1):
        assert "60" in refused.json["errors"][0]["problem"]


@pytest.mark.parametrize(
    ("kind", "operation", "slug"),
    [
        ("individual", "cloud_login", "method-not-available"),
        ("individual", "renew", "extra-authentication-not-required"),
        ("corporate", "issue", "extra-authentication-not-required"),
        ("corporate", "cloud_login", "operation-refused"),
    ],
)
async def test_no_slip_is_printed_that_no_verification_would_take(
    person: Person, issuer: Caller, kind: str, operation: str, slug: str
) -> None:
    known = {"kind": kind, "name": "김시험", "online_consent": True}
    await issuer.send("PUT", f"/v1/customers/{person.customer_id}", known)
    body = {"customer_id": person.customer_id, "operation": operation, "branch": "여의도", "issued_by": "박지점"}
    refused = await issuer.post("/v1/branch-passwords", body)
    assert (refused.status, refused.slug) == (409, slug)


async def test_whoever_opens_a_slip_that_is_spent_reads_so_and_programs_get_a_problem(
    person: Person, issuer: Caller, stranger: Caller
) -> None:
    slip = await person.slip()
    await issuer.send("DELETE", f"/v1/branch-passwords/{slip['branch_password_id']}")
    address = slip["slip_url"].partition("#")[0].removeprefix(stranger.base_url)
    page = await stranger.get(address, {"Accept": "text/html,*/*"})
    assert (page.status, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "새로 발급해 주세요" in page.content.decode()
    assert (await stranger.get(address)).slug == "branch-password-not-found"


async def test_whoever_names_somebody_else_on_a_slip_is_in_the_audit_by_their_key(
    served: Served, person: Person, issuer: Caller
) -> None:
    body = {"customer_id": person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "남의이름"}
    assert (await issuer.post("/v1/branch-passwords", body)).status == 201
    async with a_store(EmbeddedStore(served.directory / "data").url) as store:
        told = (await events(store, person.customer_id))[-1]
    assert (told["event"], told["by"], told["key_of"]) == ("branch_password.issued", "남의이름", "demo-operator")
