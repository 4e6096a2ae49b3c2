"""Runs the local carrier alone: `python -m carrier_sim --port 8081`, settings in CARRIER_* variables."""

import argparse
import logging
import os
from collections.abc import Mapping

from aiohttp import web

from carrier_sim.app import create_app
from carrier_sim.settings import CarrierSettings


def settings_from(environment: Mapping[str, str]) -> CarrierSettings:
    """Settings for a carrier on its own. The tokens have no default; numbers do."""
    missing = [name for name in ("CARRIER_AUTH_TOKEN", "CARRIER_REGISTRY_TOKEN") if not environment.get(name)]
    if missing:
        raise SystemExit(f"set {' and '.join(missing)}")
    return CarrierSettings(
        account_sid=environment.get("CARRIER_ACCOUNT_SID", "AC" + "0" * 32),
        auth_token=environment["CARRIER_AUTH_TOKEN"],
        sms_number=environment.get("CARRIER_SMS_NUMBER", "+827012340001"),
        voice_number=environment.get("CARRIER_VOICE_NUMBER", "+827012340002"),
        inbound_url=environment.get("CARRIER_INBOUND_URL", ""),
        registry_token=environment["CARRIER_REGISTRY_TOKEN"],
        camara_client_id=environment.get("CARRIER_CAMARA_CLIENT_ID", ""),
        camara_client_secret=environment.get("CARRIER_CAMARA_CLIENT_SECRET", ""),
        departure_token=environment.get("CARRIER_DEPARTURE_TOKEN", ""),
        speed=float(environment.get("CARRIER_SPEED", "1")),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="carrier_sim", description="a local carrier that speaks Twilio's API")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    # Addresses hold phone numbers: no access log.
    app = create_app(settings_from(os.environ))
    web.run_app(app, host=arguments.host, port=arguments.port, access_log=None, shutdown_timeout=1)


if __name__ == "__main__":
    main()
