import re
from collections.abc import Callable

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import CollectorRegistry

from contacts.key_ring import KeyRing
from contacts.protection import PersonalData
from gateway.core.errors import Refusal, StoreUnavailable
from gateway.core.problems import Problem
from gateway.http.problems import problem_document
from gateway.http.server import create_base_app


async def test_a_problem_says_everything_in_the_callers_language(client: ClientSession) -> None:
    body = {"how": "refuse"}
    async with client.post("/v1/trouble", json=body, headers={"X-Request-Id": "caller-chosen-0001"}) as answer:
        problem = await answer.json(content_type=None)
    assert answer.status == 429
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Language"] == "en"
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["X-Request-Id"] == "caller-chosen-0001"
    assert problem == {
        "type": "/problems/too-many-requests",
        "title": "Too many requests",
        "status": 429,
        "detail": "Try again in 30 seconds. (cap: number)",
        "instance": "/requests/caller-chosen-0001",
        "errors": [{"field": "contact_id", "problem": "Wait a little."}],
        "retry_after": 30,
    }


async def test_korean_is_the_default(client: ClientSession) -> None:
    headers = {"Accept-Language": "fr"}
    async with client.post("/v1/trouble", json={"how": "refuse"}, headers=headers) as answer:
        problem = await answer.json(content_type=None)
    assert answer.headers["Content-Language"] == "ko"
    assert problem["title"] == "요청이 너무 많습니다"
    assert problem["errors"] == [{"field": "contact_id", "problem": "잠시 기다려 주세요."}]


async def test_no_attempts_left_is_said_even_though_it_is_zero(client: ClientSession) -> None:
    async with client.post("/v1/trouble", json={"how": "locked"}) as answer:
        assert answer.status == 423
        assert (await answer.json(content_type=None))["attempts_remaining"] == 0


async def test_a_crash_says_nothing_of_its_cause(client: ClientSession) -> None:
    async with client.post("/v1/trouble", json={"how": "crash"}) as answer:
        problem = await answer.text()
    assert answer.status == 500
    assert "/problems/internal" in problem
    assert "8210" not in problem
    assert "RuntimeError" not in problem


async def test_a_store_that_is_away_is_a_503_to_try_again(client: ClientSession) -> None:
    async with client.post("/v1/trouble", json={"how": "store"}) as answer:
        problem = await answer.json(content_type=None)
    assert answer.status == 503
    assert problem["type"] == "/problems/store-unavailable"
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/v1/",
        "/problems/unheard-of",
        "/v1/%00",
        "/v1/%ff%fe",
        "/static/http/",
        "/static/http/../problems.py",
        "/static/http/%2e%2e/problems.py",
    ],
)
async def test_a_path_that_does_not_exist_is_a_404_problem(client: ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.status == 404
        assert (await answer.json(content_type=None))["type"] == "/problems/not-found"


async def test_a_malformed_id_is_told_as_an_unknown_one(client: ClientSession) -> None:
    for customer_id in ("a b", "가", "x" * 33, "a%2Fb", "%00", "a%0A"):
        async with client.delete(f"/v1/customers/{customer_id}") as answer:
            assert answer.status == 404
            assert (await answer.json(content_type=None))["type"] == "/problems/customer-not-found"


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PATCH", "PROPFIND"])
async def test_a_method_that_is_not_allowed_is_told_which_are(client: ClientSession, method: str) -> None:
    async with client.request(method, "/v1/trouble") as answer:
        problem = await answer.json(content_type=None)
    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"
    assert problem["detail"] == "What is allowed here: POST."


async def test_every_problem_has_a_page_for_people_and_for_programs(client: ClientSession) -> None:
    for problem in Problem:
        path = f"/problems/{problem.value.slug}"
        async with client.get(path) as answer:
            described = await answer.json()
            assert described["type"] == path
            assert described["title"] == {"ko": problem.value.title_ko, "en": problem.value.title_en}
        async with client.get(path, headers={"Accept": "text/html"}) as answer:
            assert answer.content_type == "text/html"
            page = await answer.text()
            assert problem.value.title_ko in page
            assert "{" not in page, "a template is nothing for people"
            assert "`" not in page
            assert page.count("<main>") == 1, "what a screen reader jumps to"


async def test_somebody_with_a_browser_at_an_address_that_is_none_reads_so(client: ClientSession) -> None:
    async with client.get("/slips/bpw_cut-off", headers={"Accept": "text/html,*/*;q=0.8"}) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert Problem.NOT_FOUND.value.title_ko in await answer.text()
    async with client.get("/slips/bpw_cut-off") as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")


def test_every_sentence_can_be_said_even_with_values_missing() -> None:
    for problem in Problem:
        for locale in ("ko", "en"):
            document = problem_document(Refusal(problem), locale, "id")
            assert document["title"]
            assert document["detail"]
            assert "None" not in document["detail"]


def test_slugs_are_unique_and_fit_in_an_address() -> None:
    slugs = [problem.value.slug for problem in Problem]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", slug) for slug in slugs)


def unreadable() -> None:
    """What is read from a store that another installation's has taken the place of."""
    one, other = (PersonalData(KeyRing(key * 32), KeyRing(b"i" * 32)) for key in (b"1", b"2"))
    other.open(one.seal("홍길동", bound_to="cus_1"), bound_to="cus_1")


def away() -> None:
    raise StoreUnavailable("connection refused")


async def _nothing_wrong() -> str | None:
    return None


@pytest.mark.parametrize("read", [away, unreadable])
async def test_who_looks_while_the_store_will_not_do_is_told_so_at_a_page_in_words(read: Callable[[], None]) -> None:
    async def look(_: web.Request) -> web.Response:
        read()
        return web.Response()

    app = create_base_app(registry=CollectorRegistry(), trouble=_nothing_wrong)
    app.router.add_get("/page", look)
    async with TestClient(TestServer(app)) as browser:
        answer = await browser.get("/page", headers={"Accept": "text/html"})
        assert (answer.status, answer.content_type, answer.headers["Retry-After"]) == (503, "text/html", "1")
        assert "1초 후에 다시 요청해 주세요." in await answer.text()
        answer = await browser.get("/page")
        assert (answer.status, answer.content_type) == (503, "application/problem+json")


async def test_who_finds_a_fault_at_a_page_reads_in_words_what_to_quote() -> None:
    async def look(_: web.Request) -> web.Response:
        raise RuntimeError("+821012345678")

    app = create_base_app(registry=CollectorRegistry(), trouble=_nothing_wrong)
    app.router.add_get("/page", look)
    async with TestClient(TestServer(app)) as browser:
        answer = await browser.get("/page", headers={"Accept": "text/html"})
        page = await answer.text()
        assert (answer.status, answer.content_type) == (500, "text/html")
        assert {Problem.INTERNAL.value.title_ko in page, Problem.INTERNAL.value.title_en in page} == {True}
        assert f"/requests/{answer.headers['X-Request-Id']}" in page
        assert "8210" not in page
        answer = await browser.get("/page")
        assert (answer.status, answer.content_type) == (500, "application/problem+json")
