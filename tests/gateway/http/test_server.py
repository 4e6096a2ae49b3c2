import re

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs
from yarl import URL

from tests.gateway.http.demo_app import World

PATHS = ["/whoami", "/v1/greetings", "/nowhere", "/docs", "/livez", "/metrics"]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_carries_the_security_headers(client: ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers
        assert re.fullmatch("[0-9a-f]{24}", answer.headers["X-Request-Id"])


@pytest.mark.parametrize(
    "offered", ["caller-chosen_0001", "4bf92f3577b34da6a3ce929d0e0e4736", "20261127-090101012-3456"]
)
async def test_a_safe_request_id_of_the_caller_is_kept(client: ClientSession, offered: str) -> None:
    async with client.get("/whoami", headers={"X-Request-Id": offered}) as answer:
        assert answer.headers["X-Request-Id"] == offered


@pytest.mark.parametrize(
    "offered",
    [
        *("", "123456", "+821012345678", "821012345678", "x" * 65, "id with spaces in it", "가" * 16),
        *("issue-01012345678", "82-10-1234-5678_0001", "hong-gildong-011-234-5678", "bonin_" + "k" * 43),
    ],
)
async def test_a_request_id_that_could_be_a_number_or_worse_is_replaced(client: ClientSession, offered: str) -> None:
    async with client.get("/whoami", headers={"X-Request-Id": offered}) as answer:
        assert answer.headers["X-Request-Id"] != offered


async def test_head_answers_like_get_without_the_body(client: ClientSession) -> None:
    async with client.get("/v1/greetings") as got, client.head("/v1/greetings") as headed:
        assert headed.status == got.status == 200
        assert headed.headers["Content-Length"] == got.headers["Content-Length"]
        assert await headed.read() == b""


async def test_the_access_log_names_the_route_and_nothing_of_the_customer(client: ClientSession) -> None:
    with capture_logs() as logs:
        async with client.post(
            "/v1/customers/c-secret/greetings", json={"name": "홍길동"}, headers={"X-Request-Id": "0123456789abcdef"}
        ):
            pass
        async with client.get("/v1/greetings?wait=7"):
            pass
        async with client.get("/nowhere/c-secret"):
            pass
    written = [{key: value for key, value in line.items() if key != "ms"} for line in logs]
    assert written == [
        {
            "event": "request",
            "log_level": "info",
            "method": "POST",
            "route": "/v1/customers/{customer_id}/greetings",
            "status": 201,
        },
        {"event": "request", "log_level": "info", "method": "GET", "route": "/v1/greetings", "status": 200},
        {"event": "request", "log_level": "info", "method": "GET", "route": "unmatched", "status": 404},
    ]


async def test_requests_are_counted_by_route_method_and_class(client: ClientSession, world: World) -> None:
    for path in ("/v1/customers/c1/greetings", "/v1/customers/c2/greetings"):
        async with client.post(path, json={"name": "Kim"}):
            pass
    async with client.request("PROPFIND", "/nowhere"):
        pass
    counted = {
        (sample.labels["route"], sample.labels["method"], sample.labels["status"]): sample.value
        for metric in world.registry.collect()
        for sample in metric.samples
        if sample.name == "bonin_http_request_seconds_count" and sample.value
    }
    assert counted == {
        ("/v1/customers/{customer_id}/greetings", "POST", "2xx"): 2,
        ("unmatched", "other", "4xx"): 1,
    }


async def test_a_static_file_is_kept_by_the_browser_and_asked_about(client: ClientSession) -> None:
    async with client.get("/static/http/docs.js") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        etag = answer.headers["ETag"]
    async with client.get("/static/http/docs.js", headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304


@pytest.mark.parametrize(
    "name", ["none.js", "a" * 3000, "%00", "a%00", "..%2f..%2fserver.py", "%2e%2e/server.py", "%ff", ""]
)
async def test_a_file_that_cannot_be_is_not_found(address: tuple[str, int], name: str) -> None:
    path = URL("http://{}:{}/static/http/{}".format(*address, name), encoded=True)
    async with ClientSession() as client, client.get(path) as answer:
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"
    async with ClientSession() as client, client.get(path, headers={"Accept": "text/html"}) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
