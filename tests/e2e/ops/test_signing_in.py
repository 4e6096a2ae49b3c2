"""Signing in at the operations pages, and what other sites send there."""

import re
import time
from hashlib import sha256
from urllib.parse import quote

import pyotp
import pytest

from gateway.core.callers import Scope
from gateway.core.operators import Role
from gateway.store import api_keys
from gateway.store.api_keys import ApiKeyEntry, RedisApiKeys
from tests.e2e.caller import Caller, another
from tests.e2e.conftest import Served
from tests.e2e.ops.conftest import NewOperator
from tests.e2e.ops.operator import Operator

PAGES = [
    "/ops", "/ops/verifications", "/ops/customers", "/ops/approvals", "/ops/carriers", "/ops/dead-letters",
    "/ops/audit", "/ops/alarms",
]  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, "/ops/verifications.csv", "/ops/live"])
async def test_who_is_not_signed_in_is_sent_to_sign_in(served: Served, path: str) -> None:
    async with Operator(served.demo.base_url) as stranger:
        page = await stranger.get(path)
        assert (page.status, page.location) == (303, f"/ops/sign-in?next={quote(path, safe='')}")
        assert (await stranger.get(path, {"X-Refresh": "1"})).status == 401


@pytest.mark.parametrize("where", ["https://evil.example", "//evil.example", "/desk", "/opsevil", "/ops/../desk"])
async def test_signing_in_leads_nowhere_else(served: Served, where: str) -> None:
    async with Operator(served.demo.base_url) as stranger:
        asked = await stranger.get(f"/ops/sign-in?next={quote(where, safe='')}")
        refused = await stranger.post("/ops/sign-in", {"key": "", "next": where})
        assert (asked.status, refused.status) == (200, 401)
        for page in (asked, refused):
            assert re.search('name="next" value="([^"]*)"', page.text)[1] in ("/ops", "/ops/../desk")  # type: ignore[index]


async def test_who_signs_in_comes_back_also_after_a_mistake(new_operator: NewOperator) -> None:
    browser, key = await new_operator(Role.VIEWER)
    secret = pyotp.TOTP(await browser.enrol(key))
    await browser.act("/ops/sign-out", "/ops")
    form = {"key": key, "next": "/ops/audit?lang=en"}
    refused = await browser.post("/ops/sign-in", {**form, "code": another(secret.now())})
    assert (refused.status, 'name="next" value="/ops/audit?lang=en"' in refused.text) == (401, True)
    entered = await browser.post("/ops/sign-in", {**form, "code": secret.at(time.time() + secret.interval)})
    assert (entered.status, entered.location) == (303, "/ops/audit?lang=en")


async def test_a_language_that_is_chosen_before_signing_in_is_kept_by_all_that_follows(
    new_operator: NewOperator,
) -> None:
    browser, key = await new_operator(Role.VIEWER)
    assert "Sign in to operations" in (await browser.get("/ops/sign-in?lang=en")).text
    refused = await browser.post("/ops/sign-in", {"key": "no key", "code": ""})
    entered = await browser.post("/ops/sign-in", {"key": key, "code": ""}, follow=True)
    for page, title in ((refused, "Sign in to operations"), (entered, "Enrol an authenticator")):
        assert ('<html lang="en">' in page.text, title in page.text) == (True, True)


async def test_a_language_that_is_chosen_where_nothing_is_found_is_kept(viewer: Operator) -> None:
    nothing = await viewer.get("/ops/customers/of-nobody?lang=en")
    assert nothing.status == 404
    assert '<html lang="en">' in (await viewer.get("/ops")).text


async def test_an_authenticator_is_enrolled_once_and_its_codes_work_once(new_operator: NewOperator) -> None:
    browser, key = await new_operator(Role.VIEWER)
    secret = await browser.enrol(key)
    assert (await browser.get("/ops")).status == 200
    code = pyotp.TOTP(secret).now()
    again = await browser.post("/ops/sign-in", {"key": key, "code": code})
    assert again.status == 401
    assert "Set-Cookie" not in again.text
    assert again.cookies == ""


async def test_of_two_browsers_that_enrol_with_one_key_the_second_enrols_nothing(
    served: Served, new_operator: NewOperator
) -> None:
    browser, key = await new_operator(Role.VIEWER)
    async with Operator(served.demo.base_url) as thief:
        await thief.post("/ops/sign-in", {"key": key, "code": ""})
        page, secret = await thief.enrolment()
        await browser.enrol(key)
        late = await thief.post("/ops/enrol", {"csrf": page.csrf, "code": pyotp.TOTP(secret).now()})
        assert (late.status, late.location) == (303, "/ops/sign-in")
        assert (await thief.get("/ops")).status == 303
        assert (await thief.post("/ops/sign-in", {"key": key, "code": pyotp.TOTP(secret).now()})).status == 401
    assert (await browser.get("/ops")).status == 200


async def entry_of(keys: RedisApiKeys, key: str) -> ApiKeyEntry:
    [entry] = [one for one in await keys.entries() if sha256(key.encode()).hexdigest().startswith(one.key_id)]
    return entry


@pytest.mark.parametrize("is_revoked", [True, False])
async def test_a_session_ends_with_the_key_that_began_it_or_with_its_scope(
    new_operator: NewOperator, keys: RedisApiKeys, monkeypatch: pytest.MonkeyPatch, is_revoked: bool
) -> None:
    monkeypatch.setattr(api_keys, "_REFRESH_SECONDS", 0.0)
    browser, key = await new_operator(Role.VIEWER)
    await browser.enrol(key)
    assert (await browser.get("/ops")).status == 200
    entry = await entry_of(keys, key)
    if is_revoked:
        assert await keys.revoke(entry.key_id)
    else:
        await keys.install(key, entry.client, entry.person, frozenset({Scope.VERIFY}))
    assert (await browser.get("/ops")).status == 303


async def test_who_saw_the_enrolment_begin_sees_its_secret_no_more_when_it_is_done(
    served: Served, new_operator: NewOperator
) -> None:
    browser, key = await new_operator(Role.VIEWER)
    await browser.post("/ops/sign-in", {"key": key, "code": ""})
    async with Operator(served.demo.base_url, browser.cookie) as thief:
        page, secret = await browser.enrolment()
        assert (await thief.enrolment())[1] == secret
        await browser.post("/ops/enrol", {"csrf": page.csrf, "code": pyotp.TOTP(secret).now()})
        assert (await browser.get("/ops")).status == 200
        assert (await thief.get("/ops/enrol")).location == "/ops/sign-in"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(new_operator: NewOperator) -> None:
    browser, key = await new_operator(Role.VIEWER)
    entered = await browser.post("/ops/sign-in", {"key": key, "code": ""})
    assert {"HttpOnly", "SameSite=Strict", "Path=/ops"} <= {part.strip() for part in entered.cookies.split(";")}


async def test_neither_a_stranger_s_key_nor_the_issuer_s_signs_in(served: Served) -> None:
    async with Operator(served.demo.base_url) as stranger:
        for key in ("bonin_nobody", served.demo.secrets.api_key, "", "x" * 5000, "\x00", "키"):
            assert (await stranger.post("/ops/sign-in", {"key": key, "code": "000000"})).status == 401


async def test_a_key_that_an_operator_has_for_something_else_does_not_sign_in(
    served: Served, new_operator: NewOperator, keys: RedisApiKeys
) -> None:
    browser, key = await new_operator(Role.VIEWER)
    other = await keys.create("issuance", (await entry_of(keys, key)).person, frozenset({Scope.VERIFY}))
    async with Caller(served.demo.base_url, other) as caller:
        await caller.until_the_key_is_known()
    assert (await browser.post("/ops/sign-in", {"key": other, "code": ""})).status == 401
    assert (await browser.post("/ops/sign-in", {"key": key, "code": ""})).status == 303


async def test_five_wrong_codes_lock_the_operator_for_a_while(new_operator: NewOperator) -> None:
    browser, key = await new_operator(Role.VIEWER)
    secret = await browser.enrol(key)
    await browser.act("/ops/sign-out", "/ops")
    wrong = another(pyotp.TOTP(secret).now())
    answers = [(await browser.post("/ops/sign-in", {"key": key, "code": wrong})).status for _ in range(6)]
    assert answers == [401] * 5 + [429]


async def test_signing_out_ends_the_session_and_not_only_in_the_browser(
    served: Served, new_operator: NewOperator
) -> None:
    browser, key = await new_operator(Role.VIEWER)
    await browser.enrol(key)
    async with Operator(served.demo.base_url, browser.cookie) as thief:
        assert (await thief.get("/ops")).status == 200
        await browser.act("/ops/sign-out", "/ops")
        assert (await thief.get("/ops")).status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_of_another_site_is_refused(viewer: Operator, headers: dict[str, str]) -> None:
    form = {"csrf": (await viewer.get("/ops")).csrf}
    assert (await viewer.post("/ops/sign-out", form, headers)).status == 403
    assert (await viewer.post("/ops/sign-in", {"key": "x", "code": ""}, headers)).status == 403
    assert (await viewer.get("/ops")).status == 200


@pytest.mark.parametrize("token", ["", "x", "토큰"])
async def test_a_form_without_the_session_s_token_is_refused(viewer: Operator, token: str) -> None:
    assert (await viewer.post("/ops/sign-out", {"csrf": token})).status == 403


async def test_a_page_says_nothing_that_only_stands_in_its_address(viewer: Operator) -> None:
    assert "The carrier is paused." in (await viewer.get("/ops/carriers?lang=en&done=paused")).text
    assert ">p1anted<" not in (await viewer.get("/ops/customers?done=p1anted")).text


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("locale", ["ko", "en"])
async def test_every_page_is_there_in_both_languages_and_asks_no_other_host(
    viewer: Operator, path: str, locale: str
) -> None:
    page = await viewer.get(f"{path}?lang={locale}")
    assert page.status == 200
    assert f'<html lang="{locale}">' in page.text
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text) == []
