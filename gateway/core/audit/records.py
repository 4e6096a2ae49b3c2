"""What is signed in the audit: segments, heads, and what was removed. JWS, ES256 (RFC 7515, RFC 7518).

The hash of a record is SHA-256 over the signed JSON. A record is read only as the kind as which it was signed.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

_ALGORITHM = "ES256"
GENESIS: Final = "0" * 64
"""What the first segment of a shard names as the hash of the one before it."""


class RecordKind(StrEnum):
    """Also the name under which the record stands in a line of an export."""

    SEGMENT = "segment"
    HEAD = "head"
    REMOVED = "removed"


class Unsigned(Exception):
    """None of the keys signed this as such a record. The message completes a sentence: what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of events of one shard, sealed. Times are ms since the epoch by the store's clock.

    `number` counts from 1 without a gap; `previous` is the hash of the segment before. `first` and `last` are ids of
    events, `count` is how many there are and `before` how many came in earlier segments. `chain` is the last link of
    the chain over the events, which begins at `previous`. `missing` is how many events that the store had written were
    gone when it was sealed; -1 when another stream was in their place.
    """

    shard: int
    number: int
    first: str
    last: str
    count: int
    before: int
    missing: int
    previous: str
    chain: str
    sealed_at: int

    @property
    def hash(self) -> str:
        return hashlib.sha256(_json(asdict(self))).hexdigest()


@dataclass(frozen=True, slots=True)
class Position:
    """How far the audit of a shard goes: the last segment and its hash; 0 and `GENESIS` before the first."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far the audit went at a time, in ms. In an export it covers every line before it.

    `content` is SHA-256 over these lines, `shown` how many events are among them, and `wanted` the filters: empty when
    everything was asked for.
    """

    at: int
    shards: Mapping[int, Position]
    content: str | None = None
    shown: int = 0
    wanted: Mapping[str, str] | None = None


class Why(StrEnum):
    """Why segments are no longer in the store."""

    ARCHIVED = "archived"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Removed:
    """Up to which segment of each shard everything was removed, when (ms) and why."""

    at: int
    why: Why
    shards: Mapping[int, Position]


class AuditSigner:
    """Signs records, with a key that signs nothing else."""

    def __init__(self, key: ECKey) -> None:
        self._key = key
        self._header = {"alg": _ALGORITHM, "kid": key.thumbprint()}

    def segment(self, segment: Segment) -> str:
        return self._sign(RecordKind.SEGMENT, asdict(segment))

    def head(self, head: Head) -> str:
        return self._sign(RecordKind.HEAD, {**asdict(head), "shards": _written(head.shards)})

    def removed(self, removed: Removed) -> str:
        return self._sign(RecordKind.REMOVED, {**asdict(removed), "shards": _written(removed.shards)})

    @property
    def kid(self) -> str:
        return self._header["kid"]

    def public_key(self) -> dict[str, Any]:
        """The JWK (RFC 7517) that verifies what this signs."""
        return {**self._key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": _ALGORITHM}

    def _sign(self, kind: RecordKind, payload: dict[str, Any]) -> str:
        header = {**self._header, "typ": _typ(kind)}
        return jws.serialize_compact(header, _json(payload), self._key, algorithms=[_ALGORITHM])


class AuditKeys:
    """The public keys that records may be signed with."""

    def __init__(self, keys: Iterable[Mapping[str, Any]]) -> None:
        """From JWKs. `ValueError` when one is no public P-256 key."""
        try:
            imported = [ECKey.import_key(dict(key)) for key in keys]
        except (JoseError, TypeError, ValueError) as error:
            raise ValueError("not a key") from error
        if any(key.curve_name != "P-256" for key in imported):
            raise ValueError("not a P-256 key")
        self._keys = {key.thumbprint(): key for key in imported}

    def segment(self, signed: str) -> Segment:
        """Raises `Unsigned`, as the others do."""
        return Segment(**self._read(RecordKind.SEGMENT, signed))

    def head(self, signed: str) -> Head:
        read = self._read(RecordKind.HEAD, signed)
        return Head(**{**read, "shards": _positions(read["shards"])})

    def removed(self, signed: str) -> Removed:
        read = self._read(RecordKind.REMOVED, signed)
        return Removed(read["at"], Why(read["why"]), _positions(read["shards"]))

    def _read(self, kind: RecordKind, signed: str) -> dict[str, Any]:
        try:
            if not all(map(_is_canonical, signed.split("."))):
                raise Unsigned("is written in another form than it was signed in")
            header = jws.extract_compact(signed.encode("ascii")).headers()
            key = self._keys.get(str(header.get("kid")))
            if key is None:
                raise Unsigned(f"was signed with a key that was not given ({header.get('kid')})")
            payload = jws.deserialize_compact(signed, KeySet([key]), algorithms=[_ALGORITHM]).payload
        except (JoseError, ValueError, TypeError):
            raise Unsigned("has no good signature") from None
        if header.get("typ") != _typ(kind):
            raise Unsigned(f"was signed as something else than a {kind}")
        read: dict[str, Any] = orjson.loads(payload)
        return read


def public_key_set(keys: Iterable[Mapping[str, Any]]) -> bytes:
    """The JWK Set (RFC 7517) of these keys, indented for people."""
    return orjson.dumps({"keys": [dict(key) for key in keys]}, option=orjson.OPT_INDENT_2)


def _typ(kind: RecordKind) -> str:
    return f"bonin-audit-{kind}"


def _json(payload: Mapping[str, Any]) -> bytes:
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)


def _written(shards: Mapping[int, Position]) -> dict[str, list[Any]]:
    return {str(shard): [position.number, position.hash] for shard, position in shards.items()}


def _positions(written: Mapping[str, list[Any]]) -> dict[int, Position]:
    return {int(shard): Position(*position) for shard, position in written.items()}


def _is_canonical(part: str) -> bool:
    """Whether these are the only characters that decode to these bytes (base64url without padding)."""
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return False
    return base64.urlsafe_b64encode(decoded).rstrip(b"=") == part.encode()
