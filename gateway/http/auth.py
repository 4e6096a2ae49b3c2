"""From an Authorization header to a caller. The key lives only as long as its digest takes to make."""

import base64
import hashlib

from gateway.core.callers import ApiKeys, Caller, Scope
from gateway.core.errors import Refusal
from gateway.core.problems import Problem

CHALLENGE = 'Basic realm="bonin", charset="UTF-8", Bearer realm="bonin"'
"""RFC 7617 and RFC 6750. Basic is what a client can answer by itself, and the JDK's looks at the first only."""

LONGEST_HEADER = 1024
"""Characters: no key of ours is near it, and nobody should make us hash more."""

ANONYMOUS = Caller(client="", person="", scopes=frozenset())
"""Who calls a path that asks for no scope."""


async def authenticate(authorization: str | None, keys: ApiKeys) -> Caller:
    """Who holds the key in the header: as Bearer token, or as Basic password under any user name.

    Raises `Refusal` when there is none, or nobody holds it.
    """
    key = _key_in(authorization)
    caller = None if key is None else await keys.find(key_digest(key))
    if caller is None:
        raise Refusal(Problem.UNAUTHENTICATED, headers={"WWW-Authenticate": CHALLENGE})
    return caller


def key_digest(key: str) -> str:
    """What a store knows a key by. Keys are random, so one round of SHA-256 gives nothing away."""
    return hashlib.sha256(key.encode()).hexdigest()


def require_scope(caller: Caller, scope: Scope, *others: Scope) -> None:
    """Refuse a caller whose key has none of these; the first is the one to ask for."""
    if caller.scopes.isdisjoint((scope, *others)):
        raise Refusal(Problem.MISSING_SCOPE, values={"scope": scope})


def _key_in(authorization: str | None) -> str | None:
    if authorization is None or len(authorization) > LONGEST_HEADER:
        return None
    scheme, _, credentials = authorization.partition(" ")
    credentials = credentials.strip(" ")
    match scheme.lower():
        case "bearer":
            key = credentials
        case "basic":
            key = _password_in(credentials)
        case _:
            return None
    return key if key and key.isascii() and key.isprintable() else None


def _password_in(credentials: str) -> str:
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        return ""
    return decoded.partition(":")[2]
