from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from carrier_sim.faults import Faults, RequestFate
from carrier_sim.settings import DEFAULT_FAULTS, FaultSettings
from carrier_sim.webhooks import is_web_address, signature
from tests.carrier_sim.conftest import StartBench
from tests.carrier_sim.support import (
    AUTH_TOKEN,
    MOBILE,
    SDK_AUTHENTICATES_THE_OLD_WAY,
    SMS_NUMBER,
    Bench,
    statuses,
)

pytestmark = SDK_AUTHENTICATES_THE_OLD_WAY

ORDER = ["queued", "sent", "delivered"]


async def send(bench: Bench, path: str = "/status") -> None:
    await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="x", status_callback=bench.hook(path))


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=5))
def test_a_signature_is_the_one_that_twilio_computes(params: dict[str, str]) -> None:
    url = "https://gateway.test/webhooks?turn=a%20b"
    assert signature(AUTH_TOKEN, url, params) == RequestValidator(AUTH_TOKEN).compute_signature(url, params)


@pytest.mark.parametrize("url", ["", "gateway", "/status", "ftp://a/b", "http://", "http://[::1"])
def test_only_http_addresses_are_called_back(url: str) -> None:
    assert not is_web_address(url)


async def test_a_webhook_is_tried_again_while_the_server_restarts(bench: Bench) -> None:
    bench.customer.failures = [500, 502, 503]
    await send(bench)
    assert statuses(await bench.customer.until_count("/status", 3), "MessageStatus") == ORDER


async def test_a_webhook_that_is_refused_is_not_tried_again(bench: Bench) -> None:
    bench.customer.failures = [404]
    await send(bench)
    assert statuses(await bench.customer.until_count("/status", 2), "MessageStatus") == ORDER[1:]


async def test_a_duplicate_is_identical_to_the_letter(start_bench: StartBench) -> None:
    bench = await start_bench(faults=FaultSettings(duplicate=1))
    await send(bench)
    await bench.customer.until_count("/status", 6)
    copies = [received.raw for received in bench.customer.received]
    assert copies[0::2] == copies[1::2]


async def test_an_overtaken_webhook_arrives_after_the_ones_behind_it(start_bench: StartBench) -> None:
    # The seed is one whose first draws have the first of three webhooks overtaken and the others not.
    faults = FaultSettings(seed=_seed_that_reorders_only_the_first(), reorder=0.5)
    bench = await start_bench(faults=faults)
    await send(bench)
    await bench.customer.until_count("/status", 3)
    arrived = statuses(bench.customer.of("/status"), "MessageStatus")
    assert sorted(arrived) == sorted(ORDER)
    assert arrived != ORDER


def _seed_that_reorders_only_the_first() -> int:
    for seed in range(1000):
        faults = Faults(FaultSettings(seed=seed, reorder=0.5))
        faults.of_request()
        if [faults.of_webhook().overtaken for _ in range(3)] == [True, False, False]:
            return seed
    raise AssertionError


async def test_a_lost_webhook_never_leaves(start_bench: StartBench) -> None:
    bench = await start_bench(faults=FaultSettings(lose=1))
    await send(bench)
    await bench.until(lambda: bench.texts_to(MOBILE)[0].arrived)
    assert bench.customer.received == []


def test_the_same_seed_gives_the_same_faults() -> None:
    one, other = Faults(DEFAULT_FAULTS), Faults(DEFAULT_FAULTS)
    first = [one.of_webhook() for _ in range(200)]
    assert [other.of_webhook() for _ in range(200)] == first
    one.reset(DEFAULT_FAULTS)
    assert [one.of_webhook() for _ in range(200)] == first


def test_faults_are_on_by_default_at_a_low_rate() -> None:
    faults = Faults(DEFAULT_FAULTS)
    fates = [faults.of_webhook() for _ in range(2000)]
    assert 50 <= sum(fate.duplicated for fate in fates) <= 150
    assert 50 <= sum(fate.overtaken for fate in fates) <= 150
    assert all(0 <= fate.delay <= 0.08 for fate in fates)
    assert not any(fate.lost for fate in fates)
    assert {faults.of_request() for _ in range(1000)} == {RequestFate.SERVED}


def test_changing_one_rate_leaves_the_pattern_of_the_others() -> None:
    plain, lossy = Faults(DEFAULT_FAULTS), Faults(replace(DEFAULT_FAULTS, lose=0.5))
    pattern = [plain.of_webhook().duplicated for _ in range(500)]
    assert [lossy.of_webhook().duplicated for _ in range(500)] == pattern
