"""The kinds of value that settings take, each with the sentence that says what to give."""

import base64
import json
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, SecretBytes, SecretStr
from pydantic_core import ErrorDetails

from contacts.key_ring import KEY_BYTES
from gateway.core.signing_keys import load_signing_key
from gateway.core.texts import length_in_euc_kr
from gateway.geo.countries import CountriesUnreadable, CountryDatabase
from gateway.store.endpoint import TLS_WORDS, Endpoint

MISSING = "give it a value; it has no default"
_SHORTEST_PASSWORD = 16
_DIFFERENT_BYTES = 20
"""How many of 32 random bytes differ at least: fewer come once in 10¹¹ draws."""


def _key(value: object) -> object:
    """32 bytes in base64, as `openssl rand -base64 32` prints them."""
    if isinstance(value, str):
        try:
            key = base64.b64decode(value.strip(), validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise ValueError(f"give {KEY_BYTES} random bytes in base64 (openssl rand -base64 {KEY_BYTES})")
        if len(set(key)) < _DIFFERENT_BYTES:
            raise ValueError(f"give random bytes; these repeat (openssl rand -base64 {KEY_BYTES})")
        return key
    return value


def _signing_key(value: SecretStr) -> SecretStr:
    """In one form, so that the same key given for two settings is found, whatever PEM it came in."""
    try:
        return SecretStr(load_signing_key(value.get_secret_value()).as_pem(private=True).decode())
    except Exception:
        raise ValueError("give a private P-256 key in PEM (openssl ecparam -name prime256v1 -genkey -noout)") from None


def _countries(value: frozenset[str]) -> frozenset[str]:
    if not value <= phonenumbers.SUPPORTED_REGIONS:
        raise ValueError('give ISO 3166 codes of countries in capitals, such as ["JP"]')
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_there = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that enclose no address, or a port that is none
        is_there = False
    if not is_there or re.search(r"[?#@\s]", value):
        raise ValueError("give an http:// or https:// address without user, password or query")
    if not value.isascii():
        raise ValueError("give the name of the host as the network has it, in ASCII (xn--…)")
    return value.rstrip("/")


_STORE_SCHEMES = ("redis://", "rediss://", "unix://", "redis+sentinel://", "redis+cluster://", "rediss+cluster://")


def _redis_url(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    if not url.startswith(_STORE_SCHEMES):
        raise ValueError(f"give a {', '.join(_STORE_SCHEMES[:-1])} or {_STORE_SCHEMES[-1]} address")
    if url.startswith("redis+sentinel://") and not re.fullmatch("redis[+]sentinel://[^/]+/[^/?]+([?].*)?", url):
        raise ValueError("give the sentinels and the service: redis+sentinel://host:26379,host:26379/service")
    if "+cluster://" in url and not re.fullmatch("rediss?[+]cluster://[^/?]+/?([?](?!db=)(?!.*&db=).*)?", url):
        raise ValueError("give nodes of the cluster, and no database: redis+cluster://host:6379,host:6379")
    _store_url(url)
    return value


_DOUBTFUL_STORE = (
    "give host and port, the database as a number, and what is special in a user or a password in percent: "
    "/ as %2F, ? as %3F, # as %23, @ as %40"
)


def _store_url(url: str) -> None:
    """Half of a password that is not percent-encoded would be taken for a host, a port or a path, and be shown."""
    try:
        parts = urlsplit(url)
        Endpoint.from_url(url)
    except OSError as error:
        raise ValueError(f"give certificates that can be read ({error.strerror})") from None
    except ValueError:
        raise ValueError(_DOUBTFUL_STORE) from None
    if "#" in url or parts.netloc.count("@") > 1 or "@" in parts.query:
        raise ValueError(_DOUBTFUL_STORE)
    if parts.scheme in ("redis", "rediss") and not re.fullmatch("/?[0-9]*", parts.path):
        raise ValueError(_DOUBTFUL_STORE)
    if parts.scheme == "unix" and (parts.hostname or not parts.path.strip("/")):
        raise ValueError("give the whole path of the socket: unix:///run/valkey/valkey.sock")
    # One that is passed over could be what was to make it safe.
    has_tls = parts.scheme.startswith("rediss")
    words = [*([] if parts.scheme.endswith("+cluster") else ["db"]), *(TLS_WORDS if has_tls else [])]
    if not {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} <= {*words}:
        advice = f"give behind the ? only {', '.join(words)}" if words else "give nothing behind the ?"
        raise ValueError(advice if has_tls else f"{advice} (and for TLS an address that begins with rediss)")


def _host(value: str) -> str:
    """An empty one would be every address of the machine."""
    try:
        ip_address(value)
    except ValueError:
        if not re.fullmatch("[0-9A-Za-z_.-]+", value):
            raise ValueError("give an address or a name, without brackets and port, such as ::1 or 0.0.0.0") from None
    return value


def _path(value: object) -> object:
    """An empty one would be the folder that the process happens to run in."""
    if value == "":
        raise ValueError("give a path; it may not be empty")
    return value


def _folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("give a folder that exists")
    return value


def _number(value: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{3,15}", value):
        raise ValueError("give the number as the carrier knows it, such as +82212345678")
    return value


def _password(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_PASSWORD:
        raise ValueError(f"give at least {_SHORTEST_PASSWORD} characters (openssl rand -hex 16)")
    return value


def _auth_token(value: SecretStr) -> SecretStr:
    """Whoever guesses it signs replies in the name of any customer. An empty one is judged elsewhere."""
    token = value.get_secret_value().strip()
    if value.get_secret_value() and len(token) < _SHORTEST_PASSWORD:
        raise ValueError(f"give the account's auth token; none has fewer than {_SHORTEST_PASSWORD} characters")
    return value


def _account_sid(value: str) -> str:
    if not re.fullmatch("AC[0-9A-Za-z]{32}", value):
        raise ValueError("give the account's SID: AC and 32 letters or digits")
    return value


def _speakable(value: str) -> str:
    if not value.strip() or not value.isprintable():
        raise ValueError("give one line that can be read")
    try:
        length_in_euc_kr(value)
    except UnicodeEncodeError as other:
        character = value[other.start]
        raise ValueError(
            f"give characters that a Korean text message can carry (EUC-KR); {character} is none"
        ) from None
    return value


def _country_database(value: Path) -> Path:
    try:
        CountryDatabase(value)
    except CountriesUnreadable as unreadable:
        raise ValueError(str(unreadable)) from None
    return value


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        named = json.loads(value) if value.startswith("[") else value.split(",")
        networks = tuple(ip_network(str(one).strip()) for one in named if one)
    except ValueError:
        raise ValueError("give networks, with commas between them: 10.0.0.0/8,2001:db8::/32") from None
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("give the networks of your proxies: one of these is everybody's")
    return networks


Key = Annotated[SecretBytes, BeforeValidator(_key)]
Host = Annotated[str, AfterValidator(_host)]
Url = Annotated[str, AfterValidator(_url)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_networks)]
Number = Annotated[str, AfterValidator(_number)]
Name = Annotated[str, Field(min_length=1), AfterValidator(_speakable)]
Secret = Annotated[SecretStr, Field(min_length=1)]
AuthToken = Annotated[SecretStr, AfterValidator(_auth_token)]
Password = Annotated[SecretStr, AfterValidator(_password)]
DataDirectory = Annotated[Path, BeforeValidator(_path)]
Folder = Annotated[Path, BeforeValidator(_path), AfterValidator(_folder)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
SigningKey = Annotated[SecretStr, AfterValidator(_signing_key)]
AccountSid = Annotated[str, AfterValidator(_account_sid)]
CountryDatabaseFile = Annotated[Path, AfterValidator(_country_database)]
Countries = Annotated[frozenset[str], AfterValidator(_countries)]


def sentence_of(error: ErrorDetails) -> str:
    """What to give instead of a value that will not do; more than one thing, more than one line."""
    sentence = _SENTENCES.get(error["type"])
    return sentence.format_map(error.get("ctx", {})) if sentence else error["msg"].removeprefix("Value error, ")


_SENTENCES = {
    "missing": MISSING,
    "string_too_short": "give it a value; it may not be empty",
    "too_short": "give it a value; it may not be empty",
    "int_parsing": "give a whole number",
    "bool_parsing": "give true or false",
    "greater_than_equal": "give at least {ge}",
    "less_than_equal": "give at most {le}",
    "literal_error": "give one of {expected}",
    "enum": "give one of {expected}",
    "extra_forbidden": "remove it: there is no such key",
    "frozen_set_type": "give a list",
    "string_type": "give a text",
    "string_unicode": "give a text in UTF-8, in a locale that knows it (LC_ALL=C.UTF-8)",
    "float_type": "give a number",
    "float_parsing": "give a number",
}
"""By pydantic's name of the error; what is not here brings its own sentence."""
