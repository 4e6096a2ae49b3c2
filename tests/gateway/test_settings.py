"""Settings that will not do are all told at once, each with what to give, and never with what was given."""

import os
from pathlib import Path

import pytest

from gateway.settings import SettingsRefused, load_settings
from tests.gateway.installations import needed_settings

PLANTED = "p1anted"


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which everything is right."""
    for name, value in needed_settings(tmp_path).items():
        monkeypatch.setenv(f"BONIN_{name.upper()}", value)
    return monkeypatch


def refused() -> list[str]:
    with pytest.raises(SettingsRefused) as refusal:
        load_settings()
    return refusal.value.problems


def test_an_environment_with_everything_in_it_is_accepted(good: pytest.MonkeyPatch) -> None:
    assert load_settings().firm_name_ko == "본인증권"


def test_everything_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {problem.partition(":")[0] for problem in refused()}
    assert {"BONIN_ENCRYPTION_KEY", "BONIN_RECEIPT_KEY", "BONIN_FIRM_NAME_KO", "BONIN_SMS_NUMBER"} <= names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "99999"),
        ("PORT", PLANTED),
        ("PUBLIC_URL", PLANTED),
        ("PUBLIC_URL", "http://"),
        ("PUBLIC_URL", f"https://user:{PLANTED}@example.com"),
        ("PUBLIC_URL", f"https://example.com/?{PLANTED}"),
        ("REDIS_URL", PLANTED),
        ("ENCRYPTION_KEY", PLANTED),
        ("ENCRYPTION_KEY", f"{PLANTED}한글"),
        ("RECEIPT_KEY", PLANTED),
        ("FIRM_NAME_KO", ""),
        ("FIRM_NAME_KO", f"{PLANTED}😀"),
        ("FIRM_NAME_KO", PLANTED * 20),
        ("CUSTOMER_CENTRE", ""),
        ("TWILIO_ACCOUNT_SID", PLANTED),
        ("TWILIO_AUTH_TOKEN", ""),
        ("SMS_NUMBER", PLANTED),
        ("VOICE_NUMBER", "010-1234-5678"),
        ("RESEND_AFTER", "601"),
        ("LOG_LEVEL", PLANTED),
        ("ALLOWED_COUNTRIES", f"[{PLANTED}"),
        ("ALLOWED_NUMBER_FAMILIES", f'["{PLANTED}"]'),
        ("REGISTRY_URL", f"http://{PLANTED}.example.com"),
        ("SECRETS_DIR", f"/{PLANTED}"),
    ],
)
def test_a_bad_setting_is_named_with_what_to_give(good: pytest.MonkeyPatch, name: str, value: str) -> None:
    good.setenv(f"BONIN_{name}", value)
    (problem,) = refused()
    assert problem.startswith(f"BONIN_{name}")
    assert ": give " in problem
    assert PLANTED not in problem


def test_several_bad_settings_are_told_together(good: pytest.MonkeyPatch) -> None:
    good.setenv("BONIN_PORT", "no")
    good.setenv("BONIN_SMS_NUMBER", "no")
    assert len(refused()) == 2


def test_two_keys_that_are_the_same_are_refused(good: pytest.MonkeyPatch) -> None:
    good.setenv("BONIN_INDEX_KEY", os.environ["BONIN_ENCRYPTION_KEY"])
    (problem,) = refused()
    assert "BONIN_INDEX_KEY" in problem


def test_a_key_may_come_from_a_mounted_file(good: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    (folder / "bonin_twilio_auth_token").write_text("from a file\n")
    good.setenv("BONIN_SECRETS_DIR", str(folder))
    good.delenv("BONIN_TWILIO_AUTH_TOKEN")
    assert load_settings().twilio_auth_token.get_secret_value() == "from a file"
