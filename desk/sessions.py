"""Which browser opened which verification: nobody else may read it or go on with it.

A session is an unguessable cookie and what the desk remembers for it, in memory: after a restart a customer
begins again.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

LIFE_SECONDS = 3600.0
"""From the last request on."""

MOST_SESSIONS = 10_000
MOST_VERIFICATIONS = 100
MOST_CASES = 100
MOST_AUTO_CONNECTS = 100
"""Of one session; the oldest is forgotten first."""


@dataclass(slots=True)
class Case:
    """One customer's one operation at this desk. `locale` is the language it began in: its texts keep to it."""

    case_id: str
    customer_id: str
    operation: str
    client_ip: str
    locale: str
    announced: bool = False
    """Whether the customer was told that it begins, or the text could not be sent."""
    notice_ids: set[str] = field(default_factory=set)
    """The texts that told the customer of it."""


@dataclass(slots=True)
class AutoConnect:
    """This browser is remembered for a customer (R14), because of a verification. A token works once."""

    verification_id: str
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a verification was opened for; the desk redeems its receipt for nothing else."""

    customer_id: str
    operation: str
    operation_hash: str
    target_contact_id: str | None
    case: Case | None = None


@dataclass(slots=True)
class Session:
    """One browser. The token goes into every request that changes something; other sites cannot read it."""

    used_at: float
    csrf_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _opened: OrderedDict[str, Opened] = field(default_factory=OrderedDict)
    _cases: OrderedDict[str, Case] = field(default_factory=OrderedDict)
    _auto_connects: OrderedDict[str, AutoConnect] = field(default_factory=OrderedDict, repr=False)

    def remember(self, verification_id: str, opened: Opened) -> None:
        _put(self._opened, verification_id, opened, MOST_VERIFICATIONS)

    def begin(self, case: Case) -> None:
        _put(self._cases, case.case_id, case, MOST_CASES)

    def case(self, case_id: str) -> Case | None:
        """The case, if it began in this browser."""
        return self._cases.get(case_id)

    def auto_connect(self, customer_id: str) -> AutoConnect | None:
        return self._auto_connects.get(customer_id)

    def keep_auto_connect(self, customer_id: str, given: AutoConnect) -> None:
        _put(self._auto_connects, customer_id, given, MOST_AUTO_CONNECTS)

    def opened(self, verification_id: str) -> Opened | None:
        """What this browser opened the verification for; None if it did not."""
        return self._opened.get(verification_id)

    def has_token(self, offered: str) -> bool:
        return hmac.compare_digest(offered.encode(errors="replace"), self.csrf_token.encode())


V = TypeVar("V")


def _put(kept: OrderedDict[str, V], key: str, value: V, most: int) -> None:
    kept[key] = value
    if len(kept) > most:
        kept.popitem(last=False)


class Sessions:
    """All browsers, by cookie; the one that was idle longest makes room."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self) -> tuple[str, Session]:
        """A new session, and the value of its cookie."""
        cookie = secrets.token_urlsafe(32)
        session = self._sessions[cookie] = Session(self._clock())
        if len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return cookie, session

    def find(self, cookie: str) -> Session | None:
        """The session of a cookie, if it lives."""
        session = self._sessions.get(cookie)
        if session is None:
            return None
        now = self._clock()
        if now - session.used_at > LIFE_SECONDS:
            del self._sessions[cookie]
            return None
        session.used_at = now
        self._sessions.move_to_end(cookie)
        return session
