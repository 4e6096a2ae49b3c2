from pathlib import Path
from typing import Any

import pytest

from demo.secrets_file import load_or_make
from gateway.settings import Settings, SettingsRefused, load_settings

URL, CLIENT_ID, SECRET = "https://camara.example", "bonin", "a secret of the tests"
ALL = {"camara_url": URL, "camara_client_id": CLIENT_ID, "camara_client_secret": SECRET}


def settings(directory: Path, **given: Any) -> Settings:
    made = load_or_make(directory / "secrets.json")
    return load_settings(
        encryption_key=made.encryption_key,
        index_key=made.index_key,
        code_pepper=made.code_pepper,
        receipt_key=made.receipt_key,
        firm_name_ko="본인증권",
        firm_name_en="Bonin",
        customer_centre="1588-0000",
        twilio_account_sid="AC" + "1" * 32,
        twilio_auth_token="unused",
        sms_number="+827012340001",
        voice_number="+827012340002",
        **given,
    )


def test_a_carrier_is_set_up_with_its_address_and_both_credentials(tmp_path: Path) -> None:
    made = settings(tmp_path, **ALL, camara_token_url="https://login.example/token")
    assert made.camara_url == URL
    assert SECRET not in repr(made)


@pytest.mark.parametrize(
    "given",
    [
        *({name: value for name, value in ALL.items() if name != left_out} for left_out in ALL),
        {"camara_token_url": "https://login.example/token"},
        {**ALL, "camara_client_secret": ""},
    ],
)
def test_half_of_a_carrier_is_refused_with_what_goes_together(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(
        SettingsRefused, match="_URL, BONIN_CAMARA_CLIENT_ID and BONIN_CAMARA_CLIENT_SECRET: give all three"
    ):
        settings(tmp_path, **given)
