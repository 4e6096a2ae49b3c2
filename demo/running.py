"""Starts the whole demo in one process: embedded store, gateway, local carrier, issuance desk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyotp
from aiohttp import web

from carrier_sim.app import create_app as create_carrier
from carrier_sim.settings import Account, CarrierSettings
from demo.carriers import accounts, write_carriers_file
from demo.environments import CUSTOMER_CENTRE, FIRM_EN, FIRM_KO
from demo.people import CUSTOMERS, phones
from demo.secrets_file import DemoSecrets, load_or_make, write_private, write_settings
from desk.app import create_app as create_desk
from desk.settings import PREFIX, DeskCustomer, DeskSettings, Text
from gateway.core.callers import Scope
from gateway.serving import serving
from gateway.settings import Settings, load_settings
from gateway.wiring.gateway import Gateway, open_gateway

HOST = "127.0.0.1"
CLIENT = "demo-issuance"
PERSON = "demo-operator"
OPERATIONS = "demo-operations"
MANAGER = "demo-manager"
"""The head of the customer centre (센터장), who approves what the demo's operator asks for (R20)."""
COLLEAGUE = "demo-colleague"
"""Watches the operations pages and may act there, but decides on nothing."""

_FROM_OUTSIDE = {"policy_dir", "geoip_db", "otlp_endpoint"}
"""What may be tried out with the demo. All else that has no default is an address or a secret of an installation."""

_OPERATOR_SCOPES = frozenset({Scope.OPS_READ, Scope.OPS_WRITE})
_SCOPES = frozenset(Scope) - _OPERATOR_SCOPES


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it is running."""

    base_url: str
    carrier_url: str
    desk_url: str
    secrets: DemoSecrets

    @property
    def accounts(self) -> tuple[Account, Account]:
        """At the local carrier: the first is asked first."""
        return accounts(self.secrets, self.base_url)


@asynccontextmanager
async def running(directory: Path, port: int, carrier_port: int, *, carrier_speed: float = 1.0) -> AsyncIterator[Demo]:
    """Everything, on loopback; `carrier_speed` divides how long phones ring and voices speak.

    Raises `PortTaken`, `EmbeddedStoreFailed` or `SettingsRefused`.
    """
    secrets = load_or_make(directory / "secrets.json")
    base_url, carrier_url = f"http://{HOST}:{port}", f"http://{HOST}:{carrier_port}"
    demo = Demo(base_url, carrier_url, f"{base_url}{PREFIX}", secrets)
    settings = _settings(demo, directory, port)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(_carrier(demo, carrier_speed), HOST, carrier_port))
        gateway = await stack.enter_async_context(open_gateway(settings))
        await gateway.api_keys.install(secrets.api_key, CLIENT, PERSON, _SCOPES)
        await gateway.api_keys.install(secrets.operator_key, OPERATIONS, MANAGER, _OPERATOR_SCOPES)
        await gateway.api_keys.install(secrets.colleague_key, OPERATIONS, COLLEAGUE, frozenset({Scope.OPS_READ}))
        await gateway.operators.add(MANAGER, "approver", secrets.operator_totp)
        await gateway.operators.add(COLLEAGUE, "operator")
        _add_desk(gateway, demo)
        await stack.enter_async_context(serving(gateway.app, HOST, port))
        write_private(directory / "credentials.json", credentials(demo))
        write_private(directory / "operator.json", operators(demo))
        yield demo


def credentials(demo: Demo) -> dict[str, str]:
    """What a caller needs to try the demo from outside."""
    main, _ = demo.accounts
    return {
        "base_url": demo.base_url,
        "carrier_url": demo.carrier_url,
        "api_key": demo.secrets.api_key,
        "ops_url": f"{demo.base_url}/ops",
        "desk_url": demo.desk_url,
        "twilio_account_sid": demo.secrets.twilio_account_sid,
        "twilio_auth_token": demo.secrets.twilio_auth_token,
        "verify_service_sid": demo.secrets.verify_service_sid,
        "sms_number": main.sms_number,
        "voice_number": main.voice_number,
    }


def operators(demo: Demo) -> dict[str, object]:
    """Who signs in at the operations pages. The colleague enrols an authenticator when they first do."""
    totp = pyotp.TOTP(demo.secrets.operator_totp)
    return {
        "operator_key": demo.secrets.operator_key,
        "person": MANAGER,
        "role": "approver",
        "totp_uri": totp.provisioning_uri(name=MANAGER, issuer_name="bonin demo"),
        "colleague": {"operator_key": demo.secrets.colleague_key, "person": COLLEAGUE, "role": "operator"},
    }


def _settings(demo: Demo, directory: Path, port: int) -> Settings:
    secrets = demo.secrets
    given: dict[str, object] = {
        "host": HOST,
        "port": port,
        "public_url": demo.base_url,
        "data_dir": directory / "data",
        **secrets.keys_of_a_gateway(),
        "firm_name_ko": FIRM_KO,
        "firm_name_en": FIRM_EN,
        "customer_centre": CUSTOMER_CENTRE,
        "carriers_file": write_carriers_file(directory / "carriers", demo.accounts, demo.carrier_url),
        "departure_url": demo.carrier_url,
        "departure_token": secrets.departure_token,
        "camara_url": demo.carrier_url,
        "camara_client_id": secrets.camara_client_id,
        "camara_client_secret": secrets.camara_client_secret,
        "signals_remembered": 0,  # who changes a phone's state at the local carrier wants to see it at once
        "store_replicas": 0,
    }
    write_settings(directory / "settings", given)
    # Whatever stands in the environment: the demo texts and calls nobody outside, and puts its people and its keys
    # into no other store.
    optional = {name for name, field in Settings.model_fields.items() if field.default is None}
    return load_settings(**(dict.fromkeys(optional - _FROM_OUTSIDE) | given))


def _carrier(demo: Demo, speed: float) -> web.Application:
    main, backup = demo.accounts
    return create_carrier(
        CarrierSettings(
            **asdict(main),
            more_accounts=(backup,),
            registry_token=demo.secrets.registry_token,
            departure_token=demo.secrets.departure_token,
            camara_client_id=demo.secrets.camara_client_id,
            camara_client_secret=demo.secrets.camara_client_secret,
            people=phones(),
            speed=speed,
        )
    )


def _add_desk(gateway: Gateway, demo: Demo) -> None:
    customers = tuple(
        DeskCustomer(one.customer_id, Text(one.name, one.name_en), Text(one.shows_ko, one.shows_en))
        for one in CUSTOMERS
    )
    desk = create_desk(
        DeskSettings(
            public_url=demo.base_url,
            gateway_url=demo.base_url,
            api_key=demo.secrets.api_key,
            firm=Text(FIRM_KO, FIRM_EN),
            customer_centre=CUSTOMER_CENTRE,
            customers=customers,
            phones_url=f"{demo.carrier_url}/",
        )
    )
    gateway.app.add_subapp(PREFIX, desk)
