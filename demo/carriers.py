"""The demo's two carriers: accounts at the local carrier, set up as a firm would, so that a failover can be seen."""

from pathlib import Path

from carrier_sim.settings import Account
from demo.secrets_file import DemoSecrets, write_for_this_user

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
        write_for_this_user(folder / f"{account.name}.token", account.auth_token.encode())
    path = folder / "carriers.toml"
    entries = "".join(_CARRIER.format(account=account, carrier_url=carrier_url) for account in given)
    write_for_this_user(path, entries.lstrip().encode())
    return path
