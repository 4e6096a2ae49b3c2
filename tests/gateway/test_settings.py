"""Settings that will not do are all told at once, each with what to give, and never with what was given."""

import base64
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from gateway.carrier_settings import TwilioEntry
from gateway.cli import main
from gateway.core.signing_keys import load_signing_key
from gateway.settings import load_settings
from gateway.store.endpoint import TLS_WORDS
from tests.gateway.installations import needed_settings, refused

PLANTED = "p1anted"


def test_an_environment_with_everything_in_it_is_accepted(good: pytest.MonkeyPatch) -> None:
    assert load_settings().firm_name_ko == "본인증권"


def test_who_gives_no_settings_is_told_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config"]) == 2
    assert "BONIN_SECRETS_DIR" in capsys.readouterr().err.splitlines()[-1]


def test_who_gives_a_wrong_one_is_told_that_alone(good: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    good.setenv("BONIN_PORT", "no")
    assert main(["check-config"]) == 2
    assert capsys.readouterr().err.splitlines() == ["BONIN_PORT: give a whole number"]


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
        ("PUBLIC_URL", "https://["),
        ("PUBLIC_URL", "https://example.com:99999"),
        ("PUBLIC_URL", "https://example.com:port"),
        ("PUBLIC_URL", f"https://user:{PLANTED}@example.com"),
        ("PUBLIC_URL", f"https://example.com/?{PLANTED}"),
        ("PUBLIC_URL", "https://본인.example"),
        ("CUSTOMER_CENTRE", os.fsdecode("한글".encode("euc-kr"))),
        ("HOST", ""),
        ("HOST", "[::1]"),
        ("HOST", f"{PLANTED}:8080"),
        ("DATA_DIR", ""),
        ("POLICY_DIR", ""),
        ("POLICY_DIR", f"/{PLANTED}"),
        ("REDIS_URL", PLANTED),
        ("REDIS_URL", f"redis://:{PLANTED}/@127.0.0.1:6379"),
        ("REDIS_URL", f"redis://:{PLANTED}?@127.0.0.1:6379"),
        ("REDIS_URL", f"redis://{PLANTED}?a@127.0.0.1:6379"),
        ("REDIS_URL", f"redis://:{PLANTED}#a@127.0.0.1:6379"),
        ("REDIS_URL", f"redis://:a@{PLANTED}@127.0.0.1:6379"),
        ("REDIS_URL", f"redis://:a@{PLANTED}/w:b@127.0.0.1:6379"),
        ("REDIS_URL", f"redis://127.0.0.1/{PLANTED}"),
        ("REDIS_URL", f"redis://127.0.0.1/{PLANTED}?db=1"),
        ("REDIS_URL", "redis://127.0.0.1:99999"),
        ("REDIS_URL", "redis://[::1"),
        ("REDIS_URL", f"redis+sentinel://127.0.0.1:{PLANTED}/service"),
        ("REDIS_URL", f"redis+cluster://127.0.0.1:6379,127.0.0.1:{PLANTED}"),
        ("REDIS_URL", "redis+cluster://127.0.0.1:6379,"),
        ("REDIS_URL", f"rediss://127.0.0.1?ssl_ca_certs=/{PLANTED}"),
        ("REDIS_URL", f"rediss://127.0.0.1?ssl_ca_cert=/{PLANTED}"),
        ("REDIS_URL", f"redis://127.0.0.1?ssl_ca_certs=/{PLANTED}"),
        ("REDIS_URL", f"redis+cluster://127.0.0.1:6379?ssl_ca_certs=/{PLANTED}"),
        ("REDIS_URL", f"redis+sentinel://127.0.0.1:26379/service?password={PLANTED}"),
        ("REDIS_URL", f"redis://127.0.0.1?{PLANTED}"),
        ("REDIS_URL", f"unix://{PLANTED}/valkey.sock"),
        ("REDIS_URL", "unix://"),
        ("ENCRYPTION_KEY", PLANTED),
        ("ENCRYPTION_KEY", f"{PLANTED}한글"),
        ("RECEIPT_KEY", PLANTED),
        ("AUDIT_KEY", PLANTED),
        ("FIRM_NAME_KO", ""),
        ("FIRM_NAME_KO", f"{PLANTED}😀"),
        ("FIRM_NAME_KO", "뷁증권"),
        ("FIRM_NAME_KO", PLANTED * 20),
        ("FIRM_NAME_KO", "본인\n증권"),
        ("FIRM_NAME_EN", " "),
        ("CUSTOMER_CENTRE", ""),
        ("CUSTOMER_CENTRE", "1588—0000"),
        ("TWILIO_ACCOUNT_SID", PLANTED),
        ("TWILIO_AUTH_TOKEN", ""),
        ("TWILIO_AUTH_TOKEN", f"{PLANTED} {' ' * 16}"),
        ("SECOND_TWILIO_AUTH_TOKEN", PLANTED),
        ("SMS_NUMBER", PLANTED),
        ("VOICE_NUMBER", "010-1234-5678"),
        ("RESEND_AFTER", "601"),
        ("STORE_REPLICAS", PLANTED),
        ("ALLOW_FORGETFUL_STORE", PLANTED),
        ("LOG_LEVEL", PLANTED),
        ("ALLOWED_COUNTRIES", f"[{PLANTED}"),
        ("ALLOWED_COUNTRIES", f'["{PLANTED}"]'),
        ("ALLOWED_COUNTRIES", '["001"]'),
        ("ALLOWED_NUMBER_FAMILIES", f'["{PLANTED}"]'),
        ("ALLOWED_NUMBER_FAMILIES", "[]"),
        ("REGISTRY_TOKEN", ""),
        ("DEPARTURE_TOKEN", ""),
        ("REGISTRY_URL", f"http://{PLANTED}.example.com"),
        ("SECRETS_DIR", f"/{PLANTED}"),
        ("SECRETS_DIR", ""),
    ],
)
def test_a_bad_setting_is_named_with_what_to_give(good: pytest.MonkeyPatch, name: str, value: str) -> None:
    good.setenv(f"BONIN_{name}", value)
    (problem,) = refused()
    assert problem.startswith(f"BONIN_{name}")
    assert ": give " in problem
    assert PLANTED not in problem


@pytest.mark.parametrize("character", ["뷁", "\N{GRINNING FACE}"])
def test_a_name_that_no_text_can_carry_is_told_by_its_character(good: pytest.MonkeyPatch, character: str) -> None:
    good.setenv("BONIN_FIRM_NAME_KO", f"본인{character}증권")
    assert refused() == [
        f"BONIN_FIRM_NAME_KO: give characters that a Korean text message can carry (EUC-KR); {character} is none"
    ]


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("redis://127.0.0.1?name=a", "give behind the ? only db (and for TLS an address that begins with rediss)"),
        (
            "redis+cluster://127.0.0.1?name=a",
            "give nothing behind the ? (and for TLS an address that begins with rediss)",
        ),
        ("rediss+cluster://127.0.0.1?name=a", f"give behind the ? only {', '.join(TLS_WORDS)}"),
    ],
)
def test_only_what_an_address_of_a_store_may_have_is_advised(good: pytest.MonkeyPatch, url: str, advice: str) -> None:
    good.setenv("BONIN_REDIS_URL", url)
    assert refused() == [f"BONIN_REDIS_URL: {advice}"]


def test_replicas_of_the_embedded_store_which_has_none_are_refused(good: pytest.MonkeyPatch) -> None:
    good.setenv("BONIN_STORE_REPLICAS", "1")
    assert refused() == ["BONIN_STORE_REPLICAS: give an outside store in BONIN_REDIS_URL; the embedded one has none"]
    good.setenv("BONIN_REDIS_URL", "redis://127.0.0.1:6379")
    assert load_settings().store_replicas == 1


def test_a_password_that_is_too_short_is_told_how_long_to_be(good: pytest.MonkeyPatch) -> None:
    good.setenv("BONIN_OPS_READER_PASSWORD", "fifteen-letters")
    (problem,) = refused()
    assert problem.startswith("BONIN_OPS_READER_PASSWORD: give at least 16 characters")


def test_lists_that_are_none_and_a_policy_that_is_none_hide_nothing(good: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for name, value in (
        ("ALLOWED_COUNTRIES", "KR"),
        ("ALLOWED_NUMBER_FAMILIES", "[mobile"),
        ("POLICY_DIR", str(empty)),
        ("PORT", "no"),
        ("CONNECTIONS", "1"),
        ("KEY_RATE", "-1"),
    ):
        good.setenv(f"BONIN_{name}", value)
    told = "\n".join(refused())
    for name in ("ALLOWED_COUNTRIES", "ALLOWED_NUMBER_FAMILIES", "PORT", "CONNECTIONS", "KEY_RATE"):
        assert told.count(f"BONIN_{name}: give ") == 1
    assert f"{empty / 'operations.csv'}: cannot be read" in told


def test_several_bad_settings_are_told_together(good: pytest.MonkeyPatch) -> None:
    good.setenv("BONIN_PORT", "no")
    good.setenv("BONIN_SMS_NUMBER", "no")
    assert len(refused()) == 2


def test_two_keys_that_are_the_same_are_refused(good: pytest.MonkeyPatch) -> None:
    good.setenv("BONIN_INDEX_KEY", os.environ["BONIN_ENCRYPTION_KEY"])
    (problem,) = refused()
    assert "BONIN_INDEX_KEY" in problem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SECOND_ENCRYPTION_KEY", "ENCRYPTION_KEY"),
        ("SECOND_INDEX_KEY", "CODE_PEPPER"),
        ("SECOND_RECEIPT_KEY", "RECEIPT_KEY"),
        ("AUDIT_KEY", "RECEIPT_KEY"),
        ("SECOND_TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN"),
    ],
)
def test_a_second_key_is_another_one(good: pytest.MonkeyPatch, one: str, other: str) -> None:
    good.setenv(f"BONIN_{one}", os.environ[f"BONIN_{other}"])
    (problem,) = refused()
    assert f"BONIN_{one}" in problem
    assert f"BONIN_{other}" in problem
    assert os.environ[f"BONIN_{other}"] not in problem


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_a_signing_key_in_another_form_is_the_same_key(good: pytest.MonkeyPatch, form: PrivateFormat) -> None:
    key = load_pem_private_key(os.environ["BONIN_RECEIPT_KEY"].encode(), None)
    good.setenv("BONIN_AUDIT_KEY", key.private_bytes(Encoding.PEM, form, NoEncryption()).decode().replace("\n", "\r\n"))
    (problem,) = refused()
    assert "BONIN_RECEIPT_KEY and BONIN_AUDIT_KEY" in problem


@pytest.mark.parametrize("name", ["ENCRYPTION_KEY", "SECOND_INDEX_KEY"])
@pytest.mark.parametrize("bytes_given", [bytes(32), b"correct horse battery staple....", bytes(16)])
def test_bytes_that_are_not_random_are_no_key(good: pytest.MonkeyPatch, name: str, bytes_given: bytes) -> None:
    good.setenv(f"BONIN_{name}", base64.b64encode(bytes_given).decode())
    (problem,) = refused()
    assert problem.startswith(f"BONIN_{name}: give ")


def test_both_keys_are_in_force_and_the_first_one_writes(good: pytest.MonkeyPatch, tmp_path: Path) -> None:
    another = needed_settings(tmp_path / "another")
    for name in ("encryption_key", "index_key", "code_pepper", "receipt_key", "twilio_auth_token"):
        good.setenv(f"BONIN_SECOND_{name.upper()}", another[name])
    settings = load_settings()
    for keys in (settings.encryption_keys, settings.index_keys, settings.peppers):
        assert len(keys.ids) == 2
    assert (
        settings.encryption_keys.keys[settings.encryption_keys.current_id] == settings.encryption_key.get_secret_value()
    )
    assert settings.receipt_keys[1].thumbprint() == load_signing_key(another["receipt_key"]).thumbprint()
    (twilio,) = settings.carriers
    assert isinstance(twilio, TwilioEntry)
    assert twilio.auth_tokens[1] == another["twilio_auth_token"]
