"""The settings.

Every setting is an environment variable with the prefix `BONIN_`, or a file of that name in lower case in the
directory that `BONIN_SECRETS_DIR` names (for keys, as container platforms mount them). All that is wrong is
told at once.
"""

from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from joserfc.jwk import ECKey
from pydantic import Field, SecretBytes, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from contacts.key_ring import KeyRing
from contacts.phone_numbers import DEFAULT, NumberFamily, NumberPlan
from contacts.protection import PersonalData
from gateway.carrier_settings import CarrierEntry, CarriersFile, TwilioEntry
from gateway.core.carriers import Capability
from gateway.core.firm import Firm
from gateway.core.operations import Operation
from gateway.core.policy import Policy
from gateway.core.policy_files import PolicyRefused, load_policy
from gateway.core.signing_keys import load_signing_key
from gateway.core.texts import ONE_TEXT, code_text, length_in_euc_kr, reply_text
from gateway.limit_settings import LimitSettings
from gateway.reading_settings import PREFIX, SettingsRefused, read, variable
from gateway.setting_values import (
    AccountSid,
    AuthToken,
    Countries,
    CountryDatabaseFile,
    DataDirectory,
    Folder,
    Host,
    Key,
    Name,
    Networks,
    Number,
    Password,
    RedisUrl,
    Secret,
    SigningKey,
    Url,
)

__all__ = ["PolicySettings", "Settings", "SettingsRefused", "load_policy_settings", "load_settings"]


class PolicySettings(BaseSettings):
    """What a command that only reads the policy needs to know."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True, frozen=True)

    policy_dir: Folder | None = None
    """A folder with `operations.csv`, `signals.csv` and `version.txt` in the place of the packaged ones."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def load_policy(self, operations: Path | None = None) -> Policy:
        """The policy, with another `operations.csv` when one is given. Raises `SettingsRefused`."""
        try:
            return load_policy(self.policy_dir, operations)
        except PolicyRefused as refused:
            raise SettingsRefused(refused.problems) from None


class Settings(PolicySettings, LimitSettings):
    """What `bonin serve` needs to know. Durations are whole seconds."""

    host: Host = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    worker_port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Where `bonin worker` shows its health and its numbers; without it nowhere."""
    drain_seconds: Annotated[int, Field(ge=0, le=300)] = 0
    """How long it goes on serving, no longer ready, after it was asked to stop."""
    public_url: Url = "http://127.0.0.1:8080"
    """Where carriers reach the gateway: webhooks are signed over it."""

    data_dir: DataDirectory = Path("data")
    """Where the embedded store keeps its data, when there is no `redis_url`."""
    redis_url: RedisUrl | None = None
    store_replicas: Annotated[int, Field(ge=0, le=10)] = 0
    """Replicas of an outside store that must hold a verdict before it is given."""
    allow_forgetful_store: bool = False
    """Serve even over an outside store that keeps nothing on disk."""

    encryption_key: Key
    second_encryption_key: Key | None = None
    """In force beside the first but writing nothing, like every `second_…`: for changing keys without a gap."""
    index_key: Key
    second_index_key: Key | None = None
    code_pepper: Key
    second_code_pepper: Key | None = None
    receipt_key: SigningKey
    second_receipt_key: SigningKey | None = None
    audit_key: SigningKey
    audit_sealed_after: Annotated[int, Field(ge=1, le=1800)] = 300
    audit_kept_days: Annotated[int, Field(ge=1, le=36_500)] = 5 * 365 + 2
    """Five years, with their leap days (전자금융거래법 제22조)."""

    firm_name_ko: Name
    firm_name_en: Name
    customer_centre: Name

    carriers_file: Annotated[CarriersFile | None, NoDecode] = None
    """Several carriers, or one that cannot do everything; without it there is the one account of the next six."""
    twilio_account_sid: Annotated[AccountSid | None, Field(validate_default=True)] = None
    twilio_auth_token: Annotated[AuthToken | None, Field(validate_default=True)] = None
    second_twilio_auth_token: Annotated[AuthToken, Field(min_length=1)] | None = None
    twilio_api_base_url: Url | None = None
    sms_number: Annotated[Number | None, Field(validate_default=True)] = None
    voice_number: Annotated[Number | None, Field(validate_default=True)] = None

    registry_url: Url | None = None
    registry_token: Secret | None = None

    camara_url: Url | None = None
    """The root of a carrier's CAMARA APIs, before `/sim-swap/v2`: in the registry's place, and for risk signals."""
    camara_client_id: str | None = None
    camara_client_secret: SecretStr | None = None
    camara_token_url: Url | None = None
    """Where the access tokens are; by default `/oauth2/token` below `camara_url`."""
    signals_remembered: Annotated[int, Field(ge=0, le=600)] = 60
    """Seconds for which a carrier's answer about a number is not asked for again."""

    departure_url: Url | None = None
    """A look-up service for departure records, before `/departures/check`; without it nobody is exempt (R9)."""
    departure_token: Secret | None = None
    departure_max_age: Annotated[int, Field(ge=60, le=604_800)] = 86_400
    """How old a departure record may be to say something of today."""
    exemption_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """How long, in days, an overseas exemption may be registered for."""
    geoip_db: CountryDatabaseFile | None = None
    """A country database in MaxMind DB format in the place of the packaged one."""
    trusted_proxies: Annotated[Networks, NoDecode] = ()
    """Networks of the proxies whose `X-Forwarded-For` counts."""

    metrics_exemplars: bool = False
    """Whether the buckets of `/metrics` name the latest request in them."""
    otlp_endpoint: Url | None = None
    """Where a collector takes spans over OTLP/HTTP, before `/v1/traces`."""
    ops_reader_password: Password | None = None
    """Of the store's account for dashboards; with the embedded store one is made and kept beside the data."""

    allowed_number_families: Annotated[frozenset[NumberFamily], Field(min_length=1)] = DEFAULT.families
    allowed_countries: Countries = DEFAULT.countries

    @field_validator("twilio_account_sid", "twilio_auth_token", "sms_number", "voice_number")
    @classmethod
    def _one_account_or_a_file(cls, value: object, info: ValidationInfo) -> object:
        if "carriers_file" not in info.data:
            # The file will not do, and that is told already.
            return value
        given = value.get_secret_value() if isinstance(value, SecretStr) else value
        if info.data["carriers_file"] is None:
            if not given:
                raise ValueError("give it a value, or name a file with your carriers in BONIN_CARRIERS_FILE")
        elif given:
            raise ValueError("give it no value, or give BONIN_CARRIERS_FILE none: each says who the carriers are")
        return value

    @model_validator(mode="after")
    def _keys_differ(self) -> "Settings":
        for secrets in (_KEYS, _SIGNING_KEYS, _TWILIO_TOKENS):
            for one, other in combinations(secrets, 2):
                if (given := getattr(self, one)) is not None and given == getattr(self, other):
                    raise ValueError(f"{variable(one)} and {variable(other)}: give each a value of its own")
        return self

    @model_validator(mode="after")
    def _replicas_are_there(self) -> "Settings":
        if self.store_replicas and self.redis_url is None:
            raise ValueError(
                "BONIN_STORE_REPLICAS: give an outside store in BONIN_REDIS_URL; the embedded one has none"
            )
        return self

    @model_validator(mode="after")
    def _look_ups_are_whole(self) -> "Settings":
        if (self.registry_url is None) != (self.registry_token is None):
            raise ValueError("BONIN_REGISTRY_URL and BONIN_REGISTRY_TOKEN: give both, or neither")
        if (self.departure_url is None) != (self.departure_token is None):
            raise ValueError("BONIN_DEPARTURE_URL and BONIN_DEPARTURE_TOKEN: give both, or neither")
        camara = (self.camara_url, self.camara_client_id, self.camara_client_secret)
        if any((*camara, self.camara_token_url)) and not all(camara):
            raise ValueError(
                "BONIN_CAMARA_URL, BONIN_CAMARA_CLIENT_ID and BONIN_CAMARA_CLIENT_SECRET: give all three, or none"
            )
        return self

    @model_validator(mode="after")
    def _texts_fit(self) -> "Settings":
        for locale in ("ko", "en"):
            name = self.firm.name(locale)
            texts = [code_text(name, operation, "000000", 10, locale) for operation in Operation]
            texts += [reply_text(name, operation, 10, locale) for operation in Operation]
            if max(map(length_in_euc_kr, texts)) > ONE_TEXT:
                raise ValueError(
                    f"BONIN_FIRM_NAME_{locale.upper()}: give a shorter name; "
                    f"a code would not fit a text of {ONE_TEXT} bytes"
                )
        return self

    @property
    def encryption_keys(self) -> KeyRing:
        return _ring(self.encryption_key, self.second_encryption_key)

    @property
    def index_keys(self) -> KeyRing:
        return _ring(self.index_key, self.second_index_key)

    @property
    def peppers(self) -> KeyRing:
        return _ring(self.code_pepper, self.second_code_pepper)

    @property
    def personal_data(self) -> PersonalData:
        return PersonalData(self.encryption_keys, self.index_keys)

    @property
    def receipt_keys(self) -> list[ECKey]:
        """The key that signs, and the one whose receipts are good as well."""
        keys = (self.receipt_key, self.second_receipt_key)
        return [load_signing_key(key.get_secret_value()) for key in keys if key is not None]

    @property
    def carriers(self) -> tuple[CarrierEntry, ...]:
        """In the order in which they are asked."""
        if self.carriers_file is not None:
            return self.carriers_file
        account = {
            "name": "twilio",
            "kind": "twilio",
            "can": frozenset(Capability),
            "account_sid": self.twilio_account_sid,
            "auth_token_file": self.twilio_auth_token,
            "second_auth_token_file": self.second_twilio_auth_token,
            "sms_number": self.sms_number,
            "voice_number": self.voice_number,
            "api_base_url": self.twilio_api_base_url,
        }
        return (TwilioEntry.model_validate(account),)

    @property
    def audit_signing_key(self) -> ECKey:
        return load_signing_key(self.audit_key.get_secret_value())

    @property
    def firm(self) -> Firm:
        return Firm(self.firm_name_ko, self.firm_name_en, self.customer_centre)

    @property
    def number_plan(self) -> NumberPlan:
        return NumberPlan(self.allowed_number_families, self.allowed_countries)


_KEYS = tuple(f"{rank}{key}" for rank in ("", "second_") for key in ("encryption_key", "index_key", "code_pepper"))
_SIGNING_KEYS = ("receipt_key", "second_receipt_key", "audit_key")
_TWILIO_TOKENS = ("twilio_auth_token", "second_twilio_auth_token")


def _ring(current: SecretBytes, second: SecretBytes | None) -> KeyRing:
    return KeyRing(current.get_secret_value(), None if second is None else second.get_secret_value())


def load_settings(**given: Any) -> Settings:
    """The settings, from `given` and then from the environment. The policy is checked as well.

    Raises `SettingsRefused` with all that is wrong.
    """
    settings, problems = read(Settings, given)
    # What is wrong elsewhere must not hide what is wrong with the policy.
    policy_alone = settings or read(PolicySettings, {})[0]
    if policy_alone is not None:
        try:
            policy_alone.load_policy()
        except SettingsRefused as refused:
            problems += refused.problems
    if settings is None or problems:
        raise SettingsRefused(problems)
    return settings


def load_policy_settings() -> PolicySettings:
    """The few that show the policy. Raises `SettingsRefused`."""
    settings, problems = read(PolicySettings, {})
    if settings is not None:
        return settings
    raise SettingsRefused(problems)
