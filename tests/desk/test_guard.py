"""Nobody but the page of this desk, in the browser that began, gets anything done."""

import pytest

from demo.running import Demo
from desk.guard import COOKIE
from tests.desk.browser import Browser


async def test_the_cookie_of_the_session_is_out_of_reach_of_scripts_and_other_sites(browser: Browser) -> None:
    async with Browser(browser.origin) as another:
        cookie = (await another.get("/desk/api/session")).headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/desk"):
        assert attribute in cookie.split("; ")


async def test_the_page_allows_nothing_but_its_own_files(browser: Browser) -> None:
    page = await browser.get("/desk")
    policy = page.headers["Content-Security-Policy"]
    assert page.status == 200
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert b"<script>" not in page.content
    assert b"style=" not in page.content


async def test_the_page_is_also_at_the_address_with_a_slash(browser: Browser) -> None:
    assert (await browser.get("/desk/")).content == (await browser.get("/desk")).content


async def test_the_gateways_key_never_reaches_the_browser(browser: Browser, demo: Demo) -> None:
    opened = await browser.request("sms", "hong-gildong")
    answers = [opened, await browser.get("/desk"), await browser.get("/desk/api/session")]
    for answer in answers:
        assert demo.secrets.api_key.encode() not in answer.content
        assert demo.secrets.api_key not in str(answer.headers)


@pytest.mark.parametrize(
    ("headers", "slug"),
    [
        ({"X-CSRF-Token": None}, "session-over"),
        ({"X-CSRF-Token": "guessed"}, "session-over"),
        ({"Origin": "http://evil.example"}, "cross-site-request"),
        ({"Origin": "http://["}, "cross-site-request"),
        ({"Origin": "null"}, "cross-site-request"),
        ({"Origin": None}, "cross-site-request"),
        ({"Sec-Fetch-Site": "cross-site"}, "cross-site-request"),
        ({"Sec-Fetch-Site": "same-site"}, "cross-site-request"),
    ],
)
async def test_a_request_that_the_page_did_not_send_is_refused(
    browser: Browser, headers: dict[str, str | None], slug: str
) -> None:
    answer = await browser.post("/branch-passwords", {}, headers)
    assert (answer.status, answer.slug) == (403, slug)


async def test_a_browser_that_cannot_say_where_a_request_is_from_still_has_its_origin_and_token(
    browser: Browser,
) -> None:
    answer = await browser.post("/verifications", {}, {"Sec-Fetch-Site": None})
    assert answer.status == 422


@pytest.mark.parametrize("host", ["evil.example", "", "["])
async def test_a_name_that_somebody_else_points_here_is_refused(browser: Browser, host: str) -> None:
    for path in ("/desk", "/desk/api/session"):
        answer = await browser.get(path, {"Host": host})
        assert (answer.status, answer.slug) == (421, "unknown-host")


@pytest.mark.parametrize("headers", [{}, {"Cookie": f"{COOKIE}=guessed"}])
async def test_without_a_session_nothing_can_be_read_or_done(browser: Browser, headers: dict[str, str]) -> None:
    browser.forget_cookies()
    answers = [
        await browser.get("/desk/api/customers/hong-gildong", headers),
        await browser.post("/branch-passwords", {}, headers),
    ]
    assert {(answer.status, answer.slug) for answer in answers} == {(403, "session-over")}


async def test_another_browser_can_neither_read_a_verification_nor_go_on_with_it(browser: Browser) -> None:
    opened = await browser.open("sms", "hong-gildong")
    path = f"/verifications/{opened['id']}"
    async with Browser(browser.origin) as another:
        answers = [
            await another.get(f"/desk/api{path}"),
            await another.get(f"/desk/api{path}/events"),
            await another.check(opened, "123456"),
            *[await another.post(f"{path}/{verb}") for verb in ("resend", "cancel", "vouch", "redeem")],
        ]
    assert {(answer.status, answer.slug) for answer in answers} == {(404, "not-found")}
    assert (await browser.get(f"/desk/api{path}")).json["attempts_remaining"] == 5


async def test_only_the_customers_of_the_desk_can_be_chosen(browser: Browser) -> None:
    asked = {"customer_id": "somebody-else", "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
    assert (await browser.get("/desk/api/customers/somebody-else")).status == 404
    assert (await browser.post("/branch-passwords", asked)).status == 404
    assert (await browser.post("/customers/somebody-else/contacts/con_1/ownership-check")).status == 404
    assert (await browser.request("branch_otp", "somebody-else")).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"customer_id": "hong-gildong"},
        {"customer_id": "hong-gildong", "method": "sms", "operation": "issue", "operation_hash": "chosen"},
        {"customer_id": "hong-gildong", "method": "branch_otp", "operation": "is sue"},
        {"customer_id": ["hong-gildong"], "method": "branch_otp", "operation": "issue"},
        {"customer_id": "hong-gildong", "method": "x" * 5000, "operation": "issue"},
        [],
    ],
)
async def test_a_body_that_the_page_would_not_send_is_refused(browser: Browser, body: object) -> None:
    answer = await browser.post("/verifications", body)
    assert (answer.status, answer.slug) == (422, "unreadable")


async def test_a_form_of_another_site_is_no_json(browser: Browser) -> None:
    answer = await browser.post("/verifications", {}, {"Content-Type": "text/plain"})
    assert (answer.status, answer.slug) == (422, "unreadable")
