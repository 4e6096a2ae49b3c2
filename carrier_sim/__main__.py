"""Runs the local carrier alone: `python -m carrier_sim --port 8081`, settings in CARRIER_* variables."""

import argparse
import logging
import math
import os
import re
import sys
from collections.abc import Callable, Mapping

from aiohttp import web

from carrier_sim.app import create_app
from carrier_sim.numbers import is_e164
from carrier_sim.settings import CarrierSettings
from carrier_sim.webhooks import is_web_address

_VARIABLES = """variables:
  CARRIER_AUTH_TOKEN           the account's auth token; needed
  CARRIER_REGISTRY_TOKEN       what the registry asks for; needed
  CARRIER_INBOUND_URL          where texts of phones are announced; nobody is told without
  CARRIER_ACCOUNT_SID          AC00000000000000000000000000000000
  CARRIER_SMS_NUMBER           +827012340001
  CARRIER_VOICE_NUMBER         +827012340002
  CARRIER_SPEED                1; divides every wait
  CARRIER_CAMARA_CLIENT_ID, CARRIER_CAMARA_CLIENT_SECRET, CARRIER_DEPARTURE_TOKEN
                               CAMARA and the departure records let nobody in without"""

_ACCOUNT_SID = "AC" + "0" * 32


def settings_from(environment: Mapping[str, str]) -> CarrierSettings:
    """Settings for a carrier on its own. The tokens have no default; numbers do. Raises SystemExit."""
    missing = [name for name in ("CARRIER_AUTH_TOKEN", "CARRIER_REGISTRY_TOKEN") if not environment.get(name)]
    if missing:
        raise SystemExit(f"set {' and '.join(missing)}")

    def checked(name: str, default: str, is_right: Callable[[str], bool], what: str) -> str:
        value = environment.get(name) or default
        if value and not is_right(value):
            raise SystemExit(f"{name}: give {what}")
        return value

    return CarrierSettings(
        account_sid=checked("CARRIER_ACCOUNT_SID", _ACCOUNT_SID, _is_sid, "AC and 32 hexadecimal digits"),
        auth_token=environment["CARRIER_AUTH_TOKEN"],
        sms_number=checked("CARRIER_SMS_NUMBER", "+827012340001", is_e164, "a number in E.164"),
        voice_number=checked("CARRIER_VOICE_NUMBER", "+827012340002", is_e164, "a number in E.164"),
        inbound_url=checked("CARRIER_INBOUND_URL", "", is_web_address, "an address with http:// or https://"),
        registry_token=environment["CARRIER_REGISTRY_TOKEN"],
        camara_client_id=environment.get("CARRIER_CAMARA_CLIENT_ID", ""),
        camara_client_secret=environment.get("CARRIER_CAMARA_CLIENT_SECRET", ""),
        departure_token=environment.get("CARRIER_DEPARTURE_TOKEN", ""),
        speed=float(checked("CARRIER_SPEED", "1", _is_speed, "a number above 0")),
    )


def _is_sid(text: str) -> bool:
    return re.fullmatch("AC[0-9a-fA-F]{32}", text) is not None


def _is_speed(text: str) -> bool:
    try:
        return 0 < float(text) < math.inf
    except ValueError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m carrier_sim",
        description="a local carrier that speaks Twilio's API",
        epilog=_VARIABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    settings = settings_from(os.environ)
    host, port = arguments.host, arguments.port
    try:
        # Addresses hold phone numbers: no access log.
        web.run_app(create_app(settings), host=host, port=port, access_log=None, shutdown_timeout=1)
    except (OSError, OverflowError) as error:
        sys.exit(f"cannot listen on {host}, port {port}: {error}. Give others with --host and --port.")


if __name__ == "__main__":
    main()
