from pathlib import Path
from typing import Any

import pytest

from gateway.settings import Settings, SettingsRefused, load_settings
from tests.gateway.installations import needed_settings

URL, CLIENT_ID, SECRET = "https://camara.example", "bonin", "a secret of the tests"
ALL = {"camara_url": URL, "camara_client_id": CLIENT_ID, "camara_client_secret": SECRET}


def settings(directory: Path, **given: Any) -> Settings:
    return load_settings(**needed_settings(directory), **given)


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
