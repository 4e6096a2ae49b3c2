"""The file that names several carriers: read as it stands, or refused with everything that is wrong in it."""

from pathlib import Path

import pytest

from gateway.carrier_settings import TwilioEntry
from gateway.core.carriers import Capability
from gateway.settings import Settings, SettingsRefused, load_settings
from tests.gateway.installations import needed_settings

PLANTED = "p1anted"
FIRST_SID, SECOND_SID = "AC" + "1" * 32, "AC" + "2" * 32
GOOD = f"""
[[carrier]]
name = "first"
kind = "twilio"
can = ["sms", "voice"]
countries = ["KR"]
account_sid = "{FIRST_SID}"
auth_token_file = "first.token"
sms_number = "+827012340001"
voice_number = "+827012340002"

[[carrier]]
name = "second"
kind = "twilio"
can = ["sms", "inbound"]
account_sid = "{SECOND_SID}"
auth_token_file = "second.token"
sms_number = "+827012340003"
api_base_url = "https://carrier.example.com/"
timeout = 5
"""


class Installation:
    """An environment in which all is right but, perhaps, the carriers' file."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        for name, value in needed_settings(folder).items():
            if not name.startswith("twilio_") and name not in ("sms_number", "voice_number"):
                monkeypatch.setenv(f"BONIN_{name.upper()}", value)
        for name in ("first", "second"):
            (folder / f"{name}.token").write_text(f"{PLANTED}-{name}-token\n")
        (folder / "short.token").write_text(f"{PLANTED}\n")

    def load(self, content: str) -> Settings:
        path = self.folder / "carriers.toml"
        path.write_text(content, encoding="utf-8")
        self.monkeypatch.setenv("BONIN_CARRIERS_FILE", str(path))
        return load_settings()

    def refused(self, content: str) -> list[str]:
        with pytest.raises(SettingsRefused) as refusal:
            self.load(content)
        return refusal.value.problems


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    return Installation(tmp_path, monkeypatch)


def test_carriers_are_taken_in_the_order_of_the_file(installation: Installation) -> None:
    first, second = installation.load(GOOD).carriers
    assert isinstance(first, TwilioEntry)
    assert isinstance(second, TwilioEntry)
    assert (first.name, first.can) == ("first", frozenset({Capability.SMS, Capability.VOICE}))
    assert first.countries == frozenset({"KR"})
    assert (second.name, second.countries, second.voice_number, second.timeout) == ("second", None, None, 5)
    assert first.auth_token.get_secret_value() == f"{PLANTED}-first-token"


def test_no_secret_is_shown(installation: Installation) -> None:
    settings = installation.load(GOOD)
    assert PLANTED not in f"{settings!r} {settings.carriers!r}"


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ('name = "first"', f'name = "{PLANTED} {PLANTED}"', "carrier 1: name"),
        ('name = "second"', 'name = "first"', "give each carrier a name of its own"),
        (SECOND_SID, FIRST_SID, "give each carrier an account of its own"),
        ('kind = "twilio"\ncan = ["sms", "inbound"]', f'kind = "{PLANTED}"\ncan = ["sms"]', "carrier 2: kind"),
        ('can = ["sms", "voice"]', 'can = []', "carrier 1: can"),
        ('can = ["sms", "voice"]', f'can = ["sms", "{PLANTED}"]', "carrier 1: can"),
        ('can = ["sms", "inbound"]', 'can = ["inbound"]', "carrier 2: can: give sms too"),
        ('countries = ["KR"]', f'countries = ["{PLANTED}"]', "carrier 1: countries"),
        ('countries = ["KR"]', 'countries = ["kr"]', "carrier 1: countries"),
        (FIRST_SID, PLANTED, "carrier 1: account_sid"),
        ('"first.token"', f'"{PLANTED}.token"', "carrier 1: auth_token_file"),
        ('"first.token"', '"short.token"', "carrier 1: auth_token_file"),
        ('auth_token_file = "first.token"', f'auth_token = "{PLANTED}"', "carrier 1: auth_token_file"),
        ('sms_number = "+827012340001"\n', "", "carrier 1: sms_number"),
        ('voice_number = "+827012340002"\n', "", "carrier 1: voice_number"),
        ('"+827012340003"', '"070-1234"', "carrier 2: sms_number"),
        ("timeout = 5", "timeout = 0", "carrier 2: timeout"),
        ("timeout = 5", "timeout = true", "carrier 2: timeout: give a number"),
        ("https://carrier.example.com/", f"{PLANTED}", "carrier 2: api_base_url"),
        ("timeout = 5", "priority = 5", "carrier 2: priority: remove it"),
        ("\n[[carrier]]\nname = \"first\"", f'{PLANTED} = "x"\n[[carrier]]\nname = "first"', "remove"),
        ("[[carrier]]", "[[carriers]]", "give at least one [[carrier]]"),
        ("[[carrier]]\nname = \"first\"", "[[carrier\nname = \"first\"", "line"),
        (GOOD, "", "give at least one [[carrier]]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_what_to_give(
    installation: Installation, right: str, wrong: str, named: str
) -> None:
    assert right in GOOD
    problems = installation.refused(GOOD.replace(right, wrong))
    assert all(problem.startswith("BONIN_CARRIERS_FILE: ") for problem in problems)
    assert any(named in problem for problem in problems)
    assert all("give" in problem or "remove" in problem for problem in problems)
    assert PLANTED not in "".join(problems).replace(f"remove {PLANTED}", "")


def test_all_that_is_wrong_is_told_at_once_with_other_settings(installation: Installation) -> None:
    installation.monkeypatch.setenv("BONIN_PORT", "no")
    wrong = GOOD.replace('"first.token"', '"missing"').replace("timeout = 5", "timeout = 500").replace('"KR"', '"?"')
    assert len(installation.refused(wrong)) == 4


def test_a_file_that_cannot_be_read_is_said_so(installation: Installation, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        installation.monkeypatch.setenv("BONIN_CARRIERS_FILE", str(path))
        with pytest.raises(SettingsRefused) as refusal:
            load_settings()
        assert refusal.value.problems == ["BONIN_CARRIERS_FILE: give a file that can be read, in UTF-8"]


def test_a_file_and_an_account_beside_it_are_one_too_many(installation: Installation) -> None:
    installation.monkeypatch.setenv("BONIN_SMS_NUMBER", "+827012340001")
    (problem,) = installation.refused(GOOD)
    assert problem.startswith("BONIN_SMS_NUMBER: ")
    assert "BONIN_CARRIERS_FILE" in problem


def test_one_account_is_a_carrier_that_can_do_everything_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in needed_settings(tmp_path).items():
        monkeypatch.setenv(f"BONIN_{name.upper()}", value)
    (only,) = load_settings().carriers
    assert (only.name, only.can, only.countries) == ("twilio", frozenset(Capability), None)
