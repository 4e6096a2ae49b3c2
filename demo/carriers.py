"""The demo's two carriers: accounts at the local carrier, set up as a firm would, so that a failover can be seen."""

import os
from pathlib import Path

from carrier_sim.settings import Account
from demo.secrets_file import DemoSecrets

MAIN, BACKUP = "twilio", "backup"
SMS_NUMBER, VOICE_NUMBER = "+827012340001", "+827012340002"

_CARRIER = """
[[carrier]]
name = "{account.name}"
kind = "twilio"
can = ["sms", "voice", "inbound"]
account_sid = "{account.account_sid}"
auth_token_file = "{account.name}.token"
sms_number = "{account.sms_number}"
voice_number = "{account.voice_number}"
api_base_url = "{carrier_url}"
timeout = 5
"""


def accounts(secrets: DemoSecrets, base_url: str) -> tuple[Account, Account]:
    """In the order in which they are asked."""
    inbound = f"{base_url}/webhooks/twilio/inbound"
    return (
        Account(
            name=MAIN,
            account_sid=secrets.twilio_account_sid,
            auth_token=secrets.twilio_auth_token,
            sms_number=SMS_NUMBER,
            voice_number=VOICE_NUMBER,
            inbound_url=inbound,
        ),
        Account(
            name=BACKUP,
            account_sid=secrets.backup_account_sid,
            auth_token=secrets.backup_auth_token,
            sms_number="+827012340003",
            voice_number="+827012340004",
            inbound_url=inbound,
        ),
    )


def write_carriers_file(folder: Path, given: tuple[Account, ...], carrier_url: str) -> Path:
    """What `BONIN_CARRIERS_FILE` would name, and the tokens beside it; only this user can read them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for account in given:
        _write(folder / f"{account.name}.token", account.auth_token)
    path = folder / "carriers.toml"
    _write(path, "".join(_CARRIER.format(account=account, carrier_url=carrier_url) for account in given).lstrip())
    return path


def _write(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
