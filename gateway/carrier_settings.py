"""The carriers that a firm has set up: entries of the file that `BONIN_CARRIERS_FILE` names, in the order to ask them.

Secrets are not in that file: an entry names the files that hold them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import phonenumbers
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic import ValidationInfo as Info

from gateway.core.carriers import Capability
from gateway.setting_values import AccountSid, AuthToken, Number, Url, sentence_of


def _secret(value: object, info: Info) -> object:
    """A secret, from the file that is named; a relative name is looked up beside the carriers' file."""
    if not isinstance(value, str) or info.context is None:
        return value
    try:
        secret = Path(info.context["folder"], value).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise ValueError("give the name of a file that can be read, and holds the secret") from None
    if not secret:
        raise ValueError("give the name of a file with the secret in it; this one is empty")
    return SecretStr(secret)


def _name(value: str) -> str:
    if not re.fullmatch("[a-z][a-z0-9-]{0,31}", value):
        raise ValueError("give a name of a-z, 0-9 and -, which begins with a letter; up to 32")
    return value


def _country(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError('give ISO codes of countries, such as ["KR"]')
    return value


class CarrierEntry(BaseModel):
    """What every kind of carrier says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_name)]
    """`delivery.carrier` of the public interface."""
    kind: str
    can: Annotated[frozenset[Capability], Field(min_length=1)]
    countries: Annotated[frozenset[Annotated[str, AfterValidator(_country)]], Field(min_length=1)] | None = None
    """Of the numbers that it is asked for; left out: all that may be registered."""


class TwilioEntry(CarrierEntry):
    """An account at Twilio, or at whoever speaks its API."""

    kind: Literal["twilio"]
    account_sid: AccountSid
    auth_token: Annotated[AuthToken, BeforeValidator(_secret), Field(alias="auth_token_file")]
    second_auth_token: Annotated[AuthToken | None, BeforeValidator(_secret), Field(alias="second_auth_token_file")] = (
        None
    )
    """Signatures with it are good as well: for changing the token without a gap."""
    sms_number: Number | None = None
    voice_number: Number | None = None
    api_base_url: Url | None = None
    timeout: Annotated[float, Field(ge=1, le=30, strict=True)] = 10
    """Seconds to wait for an answer, before another carrier is asked."""

    @property
    def auth_tokens(self) -> list[str]:
        """The token that calls Twilio and checks its signatures, and the one that checks them as well."""
        tokens = (self.auth_token, self.second_auth_token)
        return [token.get_secret_value() for token in tokens if token is not None]

    @model_validator(mode="after")
    def _has_the_numbers(self) -> "TwilioEntry":
        if Capability.SMS in self.can and self.sms_number is None:
            raise ValueError("sms_number: give the number that texts come from; `can` has sms")
        if Capability.VOICE in self.can and self.voice_number is None:
            raise ValueError("voice_number: give the number that calls come from; `can` has voice")
        if Capability.INBOUND in self.can and Capability.SMS not in self.can:
            raise ValueError("can: give sms too; what replies answer has to be sent first")
        return self


KINDS: Mapping[str, type[CarrierEntry]] = MappingProxyType({"twilio": TwilioEntry})
"""By `kind`; what each is built into is in `gateway.wiring.carriers`."""


def _read_file(value: object) -> object:
    """The entries of a carriers' file. Raises ValueError with a line for each thing that is wrong."""
    if not isinstance(value, str | Path):
        return value
    path = Path(value)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line [0-9]+, column [0-9]+|end of document", str(error))
        raise ValueError(f"give a file in TOML; this one stops being that at {where[0] if where else '?'}") from None
    except (OSError, ValueError):
        raise ValueError("give a file that can be read, in UTF-8") from None
    entries, problems = _entries(tables, path.parent)
    if problems:
        raise ValueError("\n".join(problems))
    return entries


def _entries(tables: Mapping[str, Any], folder: Path) -> tuple[tuple[CarrierEntry, ...], list[str]]:
    problems = [
        f"remove {key if key.isidentifier() else 'all'} from outside of a [[carrier]]"
        for key in tables
        if key != "carrier"
    ]
    given = tables.get("carrier")
    if not isinstance(given, list) or not given:
        return (), [*problems, "give at least one [[carrier]]"]
    entries: list[CarrierEntry] = []
    for number, table in enumerate(given, 1):
        try:
            entries.append(_entry(table, folder))
        except ValidationError as error:
            problems += [f"carrier {number}: {line}" for line in _lines(error)]
        except ValueError as error:
            problems.append(f"carrier {number}: {error}")
    return tuple(entries), [*problems, *_repeated(entries)]


def _entry(table: object, folder: Path) -> CarrierEntry:
    if not isinstance(table, dict):
        raise ValueError("give a [[carrier]] with its keys below it")
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind: give one of {', '.join(KINDS)}")
    return KINDS[kind].model_validate(table, context={"folder": folder})


def _lines(error: ValidationError) -> Iterator[str]:
    for one in error.errors(include_input=False):
        where = ".".join(str(part) for part in one["loc"][:1])
        yield f"{where}: {sentence_of(one)}" if where else sentence_of(one)


def _repeated(entries: list[CarrierEntry]) -> list[str]:
    names = [entry.name for entry in entries]
    accounts = [entry.account_sid for entry in entries if isinstance(entry, TwilioEntry)]
    problems = []
    if len(set(names)) < len(names):
        problems.append("give each carrier a name of its own")
    if len(set(accounts)) < len(accounts):
        problems.append("give each carrier an account of its own: it tells whose a webhook is")
    return problems


CarriersFile = Annotated[tuple[CarrierEntry, ...], BeforeValidator(_read_file)]
