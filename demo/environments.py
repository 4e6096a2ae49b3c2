"""The environments of a gateway and a local carrier that are started as programs, with the demo's keys."""

from demo.carriers import SMS_NUMBER, VOICE_NUMBER
from demo.secrets_file import DemoSecrets

FIRM_KO = "본인증권"
FIRM_EN = "Bonin Securities"
CUSTOMER_CENTRE = "1588-0000"


def gateway_environment(secrets: DemoSecrets, public_url: str, carrier_url: str) -> dict[str, str]:
    """What a gateway needs to know beside its store: keys, a firm, and one carrier that is its registry as well."""
    return {
        "BONIN_PUBLIC_URL": public_url,
        **{f"BONIN_{name.upper()}": key for name, key in secrets.keys_of_a_gateway().items()},
        "BONIN_FIRM_NAME_KO": FIRM_KO,
        "BONIN_FIRM_NAME_EN": FIRM_EN,
        "BONIN_CUSTOMER_CENTRE": CUSTOMER_CENTRE,
        "BONIN_TWILIO_ACCOUNT_SID": secrets.twilio_account_sid,
        "BONIN_TWILIO_AUTH_TOKEN": secrets.twilio_auth_token,
        "BONIN_TWILIO_API_BASE_URL": carrier_url,
        "BONIN_SMS_NUMBER": SMS_NUMBER,
        "BONIN_VOICE_NUMBER": VOICE_NUMBER,
        "BONIN_REGISTRY_URL": carrier_url,
        "BONIN_REGISTRY_TOKEN": secrets.registry_token,
    }


def carrier_environment(secrets: DemoSecrets, public_url: str) -> dict[str, str]:
    """What the local carrier needs to know of the gateway at `public_url`."""
    return {
        "CARRIER_ACCOUNT_SID": secrets.twilio_account_sid,
        "CARRIER_AUTH_TOKEN": secrets.twilio_auth_token,
        "CARRIER_REGISTRY_TOKEN": secrets.registry_token,
        "CARRIER_SMS_NUMBER": SMS_NUMBER,
        "CARRIER_VOICE_NUMBER": VOICE_NUMBER,
        "CARRIER_INBOUND_URL": f"{public_url}/webhooks/twilio/inbound",
    }
