"""A gateway of two processes, as it is met through nginx with the configuration in deploy/."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
import pytest
import pytest_asyncio
from twilio.request_validator import RequestValidator

from demo.api import Api
from demo.customer import until
from gateway.core.limits import Limits
from gateway.core.operators import Role
from gateway.http.bodies import LARGEST_BODY
from gateway.store.api_keys import RedisApiKeys
from gateway.store.operators import RedisOperators
from tests.conftest import a_store
from tests.e2e.caller import JSON, Caller, Person
from tests.e2e.nginx import INSIDE, OUTSIDE, Nginx, upstream_errors
from tests.e2e.ops.operator import Operator
from tests.faults.harness.installation import Installation, installation

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="calls from several addresses of 127.0.0.0/8"),
]

_CALLERS = 4
ABROAD, AT_HOME = "8.8.8.8", "168.126.63.1"


@dataclass(frozen=True)
class Front:
    """What is running, and nginx before it."""

    bonin: Installation
    nginx: Nginx

    def caller(self, key: str | None = None, address: str | None = None) -> Caller:
        return Caller(self.nginx.url, key, connector=self.nginx.connector(address))


@asynccontextmanager
async def _in_front(directory: Path, settings: dict[str, str], **given: Any) -> AsyncIterator[Front]:
    """`given` as `installation` takes it."""
    nginx = Nginx(directory / "nginx")
    settings |= {"BONIN_PUBLIC_URL": nginx.url, "BONIN_TRUSTED_PROXIES": "127.0.0.1/32"}
    with pytest.MonkeyPatch.context() as environment:
        # The carrier calls back through nginx, and has to trust its certificate.
        environment.setenv("SSL_CERT_FILE", str(nginx.ca))
        async with (
            installation(directory / "bonin", settings=settings, **given) as bonin,
            nginx.serving(*(gateway.port for gateway in bonin.gateways)),
        ):
            yield Front(bonin, nginx)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    async with _in_front(tmp_path_factory.mktemp("behind-nginx"), {}, workers=2) as front:
        yield front


@pytest_asyncio.fixture(loop_scope="module")
async def issuer(front: Front) -> AsyncIterator[Caller]:
    """The issuance system, which reaches the gateway through nginx."""
    async with front.caller(front.bonin.key) as caller:
        yield caller


@pytest_asyncio.fixture(loop_scope="module")
async def person(front: Front) -> AsyncIterator[Person]:
    async with Api(front.bonin.gateways[0].url, front.bonin.key) as api, Api(front.bonin.carrier.url) as carrier:
        person = Person(api, carrier)
        await person.register()
        yield person


async def _delivered(issuer: Caller, person: Person) -> str:
    """The id of a verification whose text arrived, by what the carrier's webhook said."""
    opened = (await issuer.post("/v1/verifications", person.request("sms"))).json

    async def look() -> bool:
        now = await issuer.get(f"/v1/verifications/{opened['id']}")
        return bool(now.json["delivery"]["state"] == "delivered")

    await until(look)
    return str(opened["id"])


async def test_a_carrier_s_webhooks_are_signed_for_the_address_outside(issuer: Caller, person: Person) -> None:
    opened = await _delivered(issuer, person)
    checked = await issuer.post(f"/v1/verifications/{opened}/check", {"code": await person.texted_code()})
    assert checked.json["status"] == "verified"


async def test_a_long_poll_is_answered_at_the_change(issuer: Caller, person: Person) -> None:
    opened = await _delivered(issuer, person)
    poll = asyncio.ensure_future(issuer.get(f"/v1/verifications/{opened}?wait=30"))
    early, _ = await asyncio.wait([poll], timeout=0.3)
    assert not early
    async with asyncio.timeout(20):
        await issuer.post(f"/v1/verifications/{opened}/cancel")
        assert (await poll).json["status"] == "canceled"


async def test_events_arrive_one_by_one_and_are_taken_up_again(front: Front, issuer: Caller, person: Person) -> None:
    opened = await _delivered(issuer, person)
    path = f"/v1/verifications/{opened}/events"
    headers = {"Authorization": f"Bearer {front.bonin.key}"}
    async with (
        aiohttp.ClientSession(connector=front.nginx.connector(), headers=headers) as session,
        session.get(front.nginx.url + path) as stream,
    ):
        async with asyncio.timeout(20):
            seen = (await stream.content.readuntil(b"\n\n")).decode().splitlines()[0].removeprefix("id: ")
    await issuer.post(f"/v1/verifications/{opened}/cancel")
    rest = (await issuer.get(path, {"Last-Event-ID": seen})).content.decode()
    (last,) = [orjson.loads(line[6:]) for line in rest.splitlines() if line.startswith("data: ")]
    assert last["status"] == "canceled"


async def test_an_operator_signs_in_over_tls_and_from_no_other_site(front: Front) -> None:
    assert front.bonin.store is not None
    async with a_store(front.bonin.store.url) as store:
        await RedisOperators(store, Limits()).add("이운영", Role.VIEWER)
        key = await RedisApiKeys(store).create("operations", "이운영", Role.VIEWER.scopes)
    async with front.caller(key) as caller:
        await caller.until_the_key_is_known()
    ours, elsewhere = {"Origin": front.nginx.url}, {"Origin": "https://elsewhere.example"}
    async with front.caller() as caller:
        assert "Strict-Transport-Security" in (await caller.get("/ops/sign-in")).headers
    async with Operator(front.nginx.url, connector=front.nginx.connector()) as browser:
        assert (await browser.post("/ops/sign-in", {"key": key, "code": ""}, elsewhere)).status == 403
        entered = await browser.post("/ops/sign-in", {"key": key, "code": ""}, ours)
        assert (entered.status, entered.location) == (303, "/ops/enrol")
        assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(entered.cookies.split("; "))
        page = await browser.get("/ops/enrol", {"Accept-Encoding": "gzip"})
        assert page.csrf
        assert page.encoding is None, "beside the token stands what the address says"


@pytest.mark.parametrize(
    ("forwarded", "address", "foreign"),
    [  # 127.0.0.1 is trusted: as of a balancer in front of nginx
        (AT_HOME, "127.0.0.1", False),
        (ABROAD, "127.0.0.1", True),
        (f"{AT_HOME}, {ABROAD}", "127.0.0.1", True),
        (f"{ABROAD}, {AT_HOME}", "127.0.0.1", False),
        ("2001:4860:4860::8888", "127.0.0.1", True),
        (ABROAD, INSIDE, False),
    ],
)
async def test_who_asks_is_who_is_seen_before_the_proxies_that_are_trusted(
    front: Front, person: Person, forwarded: str, address: str, foreign: bool
) -> None:
    asked = {"customer_id": person.customer_id, "operation": "issue"}
    headers = {"X-Forwarded-For": forwarded, "Accept-Language": "en"}
    async with front.caller(front.bonin.key, address) as caller:
        decision = await caller.post("/v1/decisions", asked, headers)
    (why,) = [reason["detail"] for reason in decision.json["reasons"] if reason["rule"] == "R9"]
    assert ("foreign address confirmed" in why) is foreign


@pytest.mark.parametrize("path", ["/webhooks/twilio/inbound", "/slips/nobody-s", "/slips/static/slip.css"])
async def test_webhooks_and_slips_are_for_everybody(front: Front, path: str) -> None:
    async with front.caller(address=OUTSIDE) as stranger:
        answer = await stranger.get(path)
    assert answer.status != 403
    assert "X-Request-Id" in answer.headers, "the gateway answered"


@pytest.mark.parametrize(
    "path",
    [
        "/", "/ops", "/ops/sign-in", "/v1/decisions", "/metrics", "/docs", "/openapi.json", "/livez", "/readyz",
        "/slips/../metrics", "/slips/%2e%2e/metrics", "/webhooks/twilio/..%2f..%2fmetrics", "//metrics",
    ],
)  # fmt: skip
async def test_nothing_else_is(front: Front, path: str) -> None:
    async with front.caller(front.bonin.key, OUTSIDE) as stranger:
        assert (await stranger.raw("GET", path, None)).status == 403


@pytest.mark.parametrize(
    "path", ["/metrics/..%2fslips/", "/metrics/../slips/", "/metrics;/../slips/", "/metrics%3f/../slips/"]
)
async def test_what_nginx_takes_for_a_slip_the_gateway_takes_for_nothing_else(front: Front, path: str) -> None:
    async with front.caller(front.bonin.key, OUTSIDE) as stranger:
        assert (await stranger.raw("GET", path, None)).status == 404


async def test_a_body_goes_through_whole_or_is_too_large(front: Front, issuer: Caller) -> None:
    full = b"{}".ljust(LARGEST_BODY)
    assert (await issuer.send("POST", "/v1/decisions", full, JSON)).slug == "invalid-fields"
    assert (await issuer.send("POST", "/v1/decisions", _in_pieces(full), JSON)).slug == "invalid-fields"
    assert (await issuer.send("POST", "/v1/decisions", full + b" ", JSON)).slug == "body-too-large"
    assert (await issuer.send("POST", "/v1/decisions", _in_pieces(full + b" "), JSON)).slug == "body-too-large"
    assert (await issuer.send("POST", "/v1/decisions", full * 16, JSON)).status == 413


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Chunked, as a client sends what it does not know the length of."""
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


async def test_the_longest_text_of_a_customer_is_in_no_file(front: Front, person: Person) -> None:
    secrets = front.bonin.secrets
    form = {"AccountSid": secrets.twilio_account_sid, "MessageSid": "SM" + "1" * 32, "From": person.number}
    form |= {"To": "+827012340001", "Body": "가" * 1600}
    address = f"{front.nginx.url}/webhooks/twilio/inbound"
    signature = RequestValidator(secrets.twilio_auth_token).compute_signature(address, form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    async with front.caller(address=OUTSIDE) as carrier:
        answer = await carrier.send("POST", "/webhooks/twilio/inbound", urlencode(form).encode(), headers)
        assert answer.status == 200
    async with front.caller() as caller:
        await caller.get("/openapi.json")
    assert "temporary file" not in front.nginx.error_log


async def test_the_log_of_nginx_has_no_path_but_the_id_of_the_gateway_s_line(front: Front, issuer: Caller) -> None:
    answer = await issuer.get("/v1/customers/of-nobody-s-business")
    request_id = answer.headers["X-Request-Id"]
    (line,) = await until(lambda: _lines_with(front.nginx, request_id))
    assert line.split()[2:4] == ["GET", "404"]
    assert "/v1/" not in front.nginx.access_log


async def _lines_with(nginx: Nginx, word: str) -> list[str]:
    return [line for line in nginx.access_log.splitlines() if word in line]


@asynccontextmanager
async def _asking(front: Front) -> AsyncIterator[Counter[int]]:
    """What several callers are answered while the block runs, to requests that nginx may not send twice."""
    (person,) = await front.bonin.register(1)
    asked = {"customer_id": person.customer_id, "operation": "issue", "client_ip": AT_HOME}
    answered: Counter[int] = Counter()
    over = asyncio.Event()

    async def call() -> None:
        async with front.caller(front.bonin.key) as caller:
            while not over.is_set():
                answered[(await caller.post("/v1/decisions", asked)).status] += 1
                await asyncio.sleep(0.01)

    calling = [asyncio.create_task(call()) for _ in range(_CALLERS)]
    try:
        yield answered
    finally:
        over.set()
        await asyncio.gather(*calling)


async def test_a_rolling_restart_under_load_is_no_bad_gateway(front: Front) -> None:
    gateway = front.bonin.gateways[0]

    async def replaced() -> bool:
        return '"workers_replaced"' in gateway.log.read_text()

    async with _asking(front) as answered:
        gateway.process.send(signal.SIGHUP)
        await until(replaced)
    assert set(answered) == {200}
    assert upstream_errors(front.nginx.error_log) == []


async def test_a_gateway_that_is_back_takes_over_at_once_from_the_next_that_stops(tmp_path: Path) -> None:
    async with _in_front(tmp_path, {"BONIN_DRAIN_SECONDS": "1"}, gateways=2) as front:
        first, second = front.bonin.gateways
        async with _asking(front) as answered:
            await first.stop()
            await first.start()
            await second.stop()
            enough = answered.total() + 20 * _CALLERS
            await until(lambda: _has_come_to(answered, enough))
        assert set(answered) <= {200, 502}
        assert answered[502] <= 2 * _CALLERS, "who had just connected to the one that stopped, and sent a POST"


async def _has_come_to(answered: Counter[int], total: int) -> bool:
    return answered.total() >= total
