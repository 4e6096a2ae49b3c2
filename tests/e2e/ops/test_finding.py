"""Finding what happened: by id, by number, by filter."""

import asyncio
import re
import threading

import pytest
from yarl import URL

from demo.customer import until
from gateway.core.ops_actions import OpsActions
from gateway.ops.guard import COOKIE
from gateway.store.embedded import EmbeddedStore
from tests.audit_events import Event, all_events, unknown_to_the_catalogue
from tests.conftest import a_store
from tests.e2e.caller import Person
from tests.e2e.conftest import Served
from tests.e2e.ops.operator import Operator, Page, a_pending_verification, seen
from tests.gateway.http.lines import connected


async def test_a_verification_is_found_by_its_id_with_all_that_happened(viewer: Operator, person: Person) -> None:
    verified = await person.verified_by_sms()
    found = await viewer.act("/ops/find", "/ops", q=verified["id"])
    assert found.path == f"/ops/verifications/{verified['id']}"
    events = ["verification.created", "delivery.delivered", "verification.verified"]
    page = await seen(viewer, found.path, *(f'data-event="{event}"' for event in events))
    assert person.number not in page.text


@pytest.mark.parametrize("written", ["+82{}{}{}", "0{}{}{}", "0{}-{}-{}", "0{} {} {}"])
async def test_a_customer_is_found_by_the_full_number_and_shown_masked(
    viewer: Operator, person: Person, written: str
) -> None:
    national = person.number.removeprefix("+82")
    asked = written.format(national[:2], national[2:6], national[6:])

    async def look() -> Page | None:
        page = await viewer.act("/ops/find", "/ops", q=asked)
        return page if page.path == f"/ops/customers/{person.customer_id}" else None

    page = await until(look)
    assert f"+8210****{person.number[-4:]}" in page.text
    assert person.number not in page.text
    assert "김시험" not in page.text


async def test_a_number_of_nobody_is_said_to_be_nobody_s(viewer: Operator) -> None:
    page = await viewer.act("/ops/find", "/ops?lang=en", q="010-9999-0000")
    assert page.status == 200
    assert "No customer has this number" in page.text


@pytest.mark.parametrize(
    ("path", "next_step"),
    [
        ("/ops/customers/of-nobody", "고객 번호를 확인해 주세요"),
        ("/ops/verifications/ver_0000000000000000000000", "인증 ID를 확인해 주세요"),
        ("/ops/verifications?since=yesterday", "날짜와 시각을 다시 선택해 주세요"),
    ],
)
async def test_what_is_refused_is_told_to_an_operator_and_not_to_a_caller_of_the_api(
    viewer: Operator, path: str, next_step: str
) -> None:
    page = await viewer.get(path)
    assert page.status in (404, 422)
    assert next_step in page.text
    assert "/v1/" not in page.text
    assert "errors에" not in page.text


@pytest.mark.parametrize("asked", ["010-9999-0000", "?"])
async def test_what_comes_of_a_form_can_be_left_for_the_other_language(viewer: Operator, asked: str) -> None:
    found = await viewer.act("/ops/find", "/ops?lang=ko", q=asked)
    refused = await viewer.post("/ops/find", {"q": asked})
    for page in (found, refused):
        assert '<html lang="ko">' in page.text
        [other] = re.findall(r'href="([^"]*)" lang="en"', page.text)
        there = await viewer.get(URL(page.path).join(URL(other)).path_qs)
        assert (there.status, '<html lang="en">' in there.text) == (200, True)


async def test_the_list_is_filtered_and_exported(viewer: Operator, person: Person) -> None:
    verification_id = await a_pending_verification(person)
    mine = f"/ops/verifications/{verification_id}"
    await seen(viewer, "/ops/verifications?state=pending&method=sms", mine)
    assert mine not in (await viewer.get("/ops/verifications?state=verified")).text
    assert mine not in (await viewer.get("/ops/verifications?method=ars")).text
    assert mine not in (await viewer.get("/ops/verifications?until=2020-01-01T00:00")).text
    exported = await viewer.get("/ops/verifications.csv?state=pending")
    assert verification_id in exported.text
    assert person.number not in exported.text


async def test_who_takes_a_list_away_is_in_the_audit(viewer: Operator, served: Served) -> None:
    async def told() -> list[Event]:
        async with a_store(EmbeddedStore(served.directory / "data").url) as store:
            return [event for event in await all_events(store) if event["event"] == "operator.exported"]

    before = await told()
    await viewer.head("/ops/verifications.csv")
    assert await told() == before
    await viewer.get("/ops/verifications.csv?state=verified")
    *others, latest = await told()
    assert others == before
    assert latest["by"].startswith("operator ")
    assert unknown_to_the_catalogue([latest]) == []


async def test_who_leaves_before_a_list_has_come_is_no_error_of_ours(
    viewer: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def number_of(name: str) -> float:
        told = (await viewer.get("/metrics")).text
        return sum(float(line.rpartition(" ")[2]) for line in told.splitlines() if line.startswith(name))

    async def is_gone() -> bool:
        return await number_of("bonin_http_connections ") <= connections

    async def is_over() -> bool:
        return await number_of(f"{answers}2xx") > taken

    # The gateway is in another thread: an event of asyncio's would not wake this one.
    asked, left, take = threading.Event(), threading.Event(), OpsActions.take_list

    async def take_later(actions: OpsActions, person: str) -> None:
        asked.set()
        assert await asyncio.to_thread(left.wait, 30)
        await take(actions, person)

    monkeypatch.setattr(OpsActions, "take_list", take_later)
    answers = 'bonin_http_request_seconds_count{method="GET",route="/ops/verifications.csv",status="'
    connections, taken = await number_of("bonin_http_connections "), await number_of(f"{answers}2xx")
    async with connected(("127.0.0.1", URL(viewer.base_url).port or 0)) as line:
        cookie = f"Cookie: {COOKIE}={viewer.cookie}"
        line.send(f"GET /ops/verifications.csv HTTP/1.1\r\nHost: x\r\n{cookie}\r\n\r\n".encode())
        assert await asyncio.to_thread(asked.wait, 30)
        line.break_off()
    await until(is_gone)
    left.set()
    await until(is_over)
    assert await number_of(f"{answers}5xx") == 0


@pytest.mark.parametrize("path", ["/ops/verifications", "/ops/verifications.csv", "/ops/live"])
async def test_whoever_asks_for_a_head_gets_no_body_that_is_taken_for_the_next_answer(
    viewer: Operator, path: str
) -> None:
    for _ in range(2):
        page = await viewer.head(path)
        assert (page.status, page.text) == (200, "")
    assert (await viewer.get("/ops")).status == 200


@pytest.mark.parametrize("query", ["state=%27", "older=x", "since=yesterday", "method=" + "a" * 50, "reason=a%20b"])
async def test_a_filter_that_cannot_be_is_refused(viewer: Operator, query: str) -> None:
    assert (await viewer.get(f"/ops/verifications?{query}")).status == 422


@pytest.mark.parametrize("path", ["/ops/verifications/ver_nope", "/ops/approvals/apr_1/nope", "/ops/nothing"])
async def test_an_address_with_a_slip_in_it_is_told_by_a_page_that_leads_back(viewer: Operator, path: str) -> None:
    page = await viewer.get(path)
    assert page.status == 404
    assert 'href="/ops"' in page.text
