"""The settings behind the overseas exemption (R9): what is taken, and what is refused before anything starts."""

from ipaddress import ip_network
from pathlib import Path

import aiohttp
import pytest

from demo.api import Api
from gateway.settings import Settings, SettingsRefused, load_settings
from tests.conftest import demo_on_free_ports
from tests.gateway.installations import needed_settings

ABROAD = "133.11.0.1"
AT_HOME = "168.126.63.1"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Load":
    return Load(tmp_path, monkeypatch)


class Load:
    """Reads settings that have all they need, with these changed in the environment."""

    def __init__(self, directory: Path, environment: pytest.MonkeyPatch) -> None:
        self._directory = directory
        self._environment = environment

    def __call__(self, **changes: str) -> Settings:
        for name, value in changes.items():
            self._environment.setenv(f"BONIN_{name.upper()}", value)
        return load_settings(**needed_settings(self._directory))

    def refused(self, **changes: str) -> list[str]:
        with pytest.raises(SettingsRefused) as refused:
            self(**changes)
        return refused.value.problems


def test_nobody_is_a_trusted_proxy_by_itself(load: Load) -> None:
    assert load().trusted_proxies == ()


@pytest.mark.parametrize("value", ["10.0.0.0/8, fd00::/8", '["10.0.0.0/8", "fd00::/8"]', "10.0.0.0/8,fd00::/8,"])
def test_networks_are_named_one_after_the_other(load: Load, value: str) -> None:
    assert load(trusted_proxies=value).trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def test_one_address_is_a_network_too(load: Load) -> None:
    assert load(trusted_proxies="192.0.2.1").trusted_proxies == (ip_network("192.0.2.1/32"),)


@pytest.mark.parametrize("value", ["10.0.0.1/8", "10.0.0.0/33", "proxy.example.com", '["10.0.0.0/8"', "[[]]x"])
def test_what_is_no_network_is_refused(load: Load, value: str) -> None:
    (problem,) = load.refused(trusted_proxies=value)
    assert problem.startswith("BONIN_TRUSTED_PROXIES: give networks")
    assert value not in problem


@pytest.mark.parametrize("value", ["0.0.0.0/0", "::/0", "10.0.0.0/8,0.0.0.0/0"])
def test_a_network_of_everybody_is_refused_as_a_proxy(load: Load, value: str) -> None:
    assert load.refused(trusted_proxies=value) == [
        "BONIN_TRUSTED_PROXIES: give the networks of your proxies: one of these is everybody's"
    ]


def test_a_file_that_is_no_country_database_is_refused_at_start(load: Load, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mmdb"
    bad.write_text("not a database")
    assert load.refused(geoip_db=str(bad)) == ["BONIN_GEOIP_DB: give a file in MaxMind DB format that can be read"]


def test_a_departure_service_goes_with_its_token(load: Load) -> None:
    assert load.refused(departure_url="https://departures.example.com") == [
        "BONIN_DEPARTURE_URL and BONIN_DEPARTURE_TOKEN: give both, or neither"
    ]
    assert load(departure_token="a token of the tests").departure_url == "https://departures.example.com"


def test_the_token_of_the_departure_service_is_not_shown(load: Load) -> None:
    settings = load(departure_url="https://departures.example.com", departure_token="a token of the tests")
    assert "a token of the tests" not in repr(settings)


@pytest.mark.parametrize(("trusted", "outcome"), [("127.0.0.1/32", 200), ("10.0.0.0/8", 422)])
async def test_a_trusted_proxy_tells_the_address_that_a_decision_leaves_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trusted: str, outcome: int
) -> None:
    monkeypatch.setenv("BONIN_TRUSTED_PROXIES", trusted)
    async with (
        demo_on_free_ports(tmp_path / "demo") as demo,
        Api(demo.base_url, demo.secrets.api_key) as api,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {demo.secrets.api_key}"}) as session,
    ):
        await api.call("PUT", "/v1/customers/one", {"kind": "individual", "name": "김하나", "online_consent": True})
        asked = {"customer_id": "one", "operation": "issue"}
        for forwarded, foreign in ((f"{AT_HOME}, {ABROAD}", True), (f"{ABROAD}, {AT_HOME}", False)):
            headers = {"X-Forwarded-For": forwarded, "Accept-Language": "en"}
            async with session.post(f"{demo.base_url}/v1/decisions", json=asked, headers=headers) as response:
                assert response.status == outcome
                if outcome == 200:
                    why = [reason["detail"] for reason in (await response.json())["reasons"] if reason["rule"] == "R9"]
                    assert ("foreign address confirmed" in why[0]) is foreign
        # What the body says counts for more than any header.
        answer = await api.call("POST", "/v1/decisions", {**asked, "client_ip": AT_HOME})
        assert answer["outcome"] == "required"


async def test_the_demo_has_somebody_abroad(api: Api, people: None) -> None:
    for client_ip, outcome in ((ABROAD, "exempt"), (AT_HOME, "required")):
        asked = {"customer_id": "jang-bogo", "operation": "issue", "client_ip": client_ip}
        assert (await api.call("POST", "/v1/decisions", asked))["outcome"] == outcome
