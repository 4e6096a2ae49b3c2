"""The settings that every installation has to give, and what is said of those that will not do."""

from pathlib import Path

import pytest

from demo.secrets_file import load_or_make
from gateway.settings import SettingsRefused, load_settings


def needed_settings(directory: Path) -> dict[str, str]:
    """By field of `gateway.settings.Settings`, with keys that are made once in this directory."""
    secrets = load_or_make(directory / "secrets.json")
    return {
        **secrets.keys_of_a_gateway(),
        "firm_name_ko": "본인증권",
        "firm_name_en": "Bonin Securities",
        "customer_centre": "1588-0000",
        "twilio_account_sid": secrets.twilio_account_sid,
        "twilio_auth_token": secrets.twilio_auth_token,
        "sms_number": "+827012340001",
        "voice_number": "+827012340002",
    }


def refused() -> list[str]:
    """What is said of the settings in the environment, which will not do."""
    with pytest.raises(SettingsRefused) as refusal:
        load_settings()
    return refusal.value.problems
