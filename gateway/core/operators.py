"""Who may look at the operations pages and act on them, and how they sign in: an operations key, and a time-based
one-time password (TOTP, RFC 6238) from an authenticator that the operator enrolled.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import pyotp

from contacts.protection import PersonalData
from gateway.core.approvals import person_key
from gateway.core.callers import ApiKeys, Caller, Scope
from gateway.core.codes import is_code
from gateway.core.errors import Refusal
from gateway.core.ops_problems import OpsProblem
from gateway.core.too_many import seconds_of

TOTP_STEP_SECONDS = 30
_DRIFT_STEPS = (0, -1, 1)
"""An authenticator's clock may be one step off (RFC 6238, 5.2)."""


class Role(StrEnum):
    """What an operator may do: all that the roles before it may, and more."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    """Cancels, sends again, asks for unlocks, pauses carriers, replays dead letters."""
    APPROVER = "approver"
    """Decides on what somebody else asked for (R20)."""

    def may_act_as(self, role: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(role)

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the operator's key is good for over the API."""
        return frozenset({Scope.OPS_READ, Scope.OPS_WRITE} if self is Role.APPROVER else {Scope.OPS_READ})


@dataclass(frozen=True, slots=True)
class Operator:
    """One person. Times are ms since the epoch, by the store's clock."""

    person: str
    role: Role
    added_at: int
    enrolled_at: int | None = None


@dataclass(frozen=True, slots=True)
class SignInTry:
    """A counted try, and what to judge it by. `sealed_secret` is None until an authenticator is enrolled."""

    operator: Operator
    generation: str
    now: int
    sealed_secret: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """The session of a browser that gave an operator's key; `signed_in` once it gave the authenticator's code too."""

    operator: Operator
    csrf_token: str = field(repr=False)
    signed_in: bool
    sealed_pending_secret: bytes | None = field(default=None, repr=False)
    """Of the authenticator that is being enrolled."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as it is written. The store keeps only a digest of the cookie."""

    cookie: str = field(repr=False)
    csrf_token: str = field(repr=False)
    key_digest: str = field(repr=False)
    generation: str
    sealed_pending_secret: bytes | None = field(default=None, repr=False)


class OperatorMissing(Exception):
    """There is no operator of that name."""


class OperatorLocked(Exception):
    """Too many wrong codes."""

    def __init__(self, retry_after_ms: int) -> None:
        super().__init__()
        self.retry_after_ms = max(retry_after_ms, 0)


class StepUsed(Exception):
    """This time step or a later one has been used, or the operator was changed meanwhile."""


class OperatorStore(Protocol):
    """Operators and their sessions. Every method may raise `StoreUnavailable`."""

    async def begin_sign_in(self, person: str) -> SignInTry:
        """Count a try before anything is compared. Raises `OperatorMissing` or `OperatorLocked`."""
        ...

    async def sign_in(self, person: str, step: int, session: NewSession, enrolled: bytes | None = None) -> None:
        """Use up a time step and begin the session; `enrolled` is the sealed secret of a new authenticator.

        Raises `StepUsed`.
        """
        ...

    async def begin_enrolment(self, person: str, session: NewSession) -> None:
        """Begin the session. Raises `OperatorMissing` when the operator was changed meanwhile."""
        ...

    async def session(self, cookie: str, *, touch: bool) -> tuple[Session, str] | None:
        """A live session, and the digest of its key. `touch`: it is being used, and stays alive."""
        ...

    async def end_session(self, cookie: str) -> None: ...

    async def tell(self, event: str, person: str) -> None:
        """Write to the audit what an operator did, or somebody tried in their name."""
        ...


class SignIn:
    """Signing in, enrolling an authenticator, and knowing who is signed in. Raises `Refusal`."""

    def __init__(
        self,
        store: OperatorStore,
        keys: ApiKeys,
        personal_data: PersonalData,
        issuer: str,
        new_token: Callable[[], str],
    ) -> None:
        self._store = store
        self._keys = keys
        self._personal_data = personal_data
        self._issuer = issuer
        self._new_token = new_token

    async def begin(self, key_digest: str, code: str) -> tuple[str, bool]:
        """The cookie of a new session, and whether it is signed in: without an authenticator it has to enrol one."""
        caller = await self._operations_caller(key_digest)
        if caller is None:
            raise Refusal(OpsProblem.SIGN_IN_REFUSED)
        attempt = await self._begin_try(caller.person)
        if attempt.sealed_secret is None:
            secret = self._personal_data.seal(pyotp.random_base32(), bound_to=place_of_secret(caller.person))
            session = self._new_session(key_digest, attempt, secret)
            await self._begin_enrolment(caller.person, session)
            return session.cookie, False
        return await self._finish(caller.person, attempt, attempt.sealed_secret, code, key_digest), True

    async def enrol(self, cookie: str, code: str) -> str:
        """The cookie of the signed-in session that replaces this one, when the new authenticator's code is right."""
        found = await self._store.session(cookie, touch=True)
        if found is None or (secret := found[0].sealed_pending_secret) is None:
            raise Refusal(OpsProblem.SESSION_OVER)
        session, key_digest = found
        attempt = await self._begin_try(session.operator.person)
        if attempt.sealed_secret is not None:
            raise Refusal(OpsProblem.SESSION_OVER)
        entered = await self._finish(session.operator.person, attempt, secret, code, key_digest, enrols=True)
        await self._store.end_session(cookie)
        return entered

    async def session(self, cookie: str, *, touch: bool) -> Session | None:
        """Whose browser this is; None when the session is over or its key was revoked."""
        found = await self._store.session(cookie, touch=touch)
        if found is None:
            return None
        session, key_digest = found
        return session if await self._operations_caller(key_digest) is not None else None

    async def end(self, cookie: str, person: str) -> None:
        await self._store.end_session(cookie)
        await self._store.tell("operator.signed_out", person)

    def enrolment_uri(self, session: Session) -> str:
        """What the QR code says (the otpauth:// URI that authenticators read); holds the secret."""
        totp = pyotp.TOTP(self._pending_secret(session), interval=TOTP_STEP_SECONDS)
        return totp.provisioning_uri(name=session.operator.person, issuer_name=self._issuer)

    def enrolment_secret(self, session: Session) -> str:
        """The same for typing, in groups of four."""
        secret = self._pending_secret(session)
        return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))

    def _pending_secret(self, session: Session) -> str:
        if session.sealed_pending_secret is None:
            raise Refusal(OpsProblem.SESSION_OVER)
        return self._personal_data.open(
            session.sealed_pending_secret, bound_to=place_of_secret(session.operator.person)
        )

    async def _operations_caller(self, key_digest: str) -> Caller | None:
        caller = await self._keys.find(key_digest)
        return caller if caller is not None and Scope.OPS_READ in caller.scopes else None

    async def _begin_try(self, person: str) -> SignInTry:
        try:
            return await self._store.begin_sign_in(person)
        except OperatorMissing:
            raise Refusal(OpsProblem.SIGN_IN_REFUSED) from None
        except OperatorLocked as locked:
            raise Refusal(OpsProblem.SIGN_IN_LOCKED, retry_after=seconds_of(locked.retry_after_ms)) from None

    async def _begin_enrolment(self, person: str, session: NewSession) -> None:
        try:
            await self._store.begin_enrolment(person, session)
        except OperatorMissing:
            raise Refusal(OpsProblem.SIGN_IN_REFUSED) from None

    async def _finish(
        self, person: str, attempt: SignInTry, sealed: bytes, code: str, key_digest: str, *, enrols: bool = False
    ) -> str:
        secret = self._personal_data.open(sealed, bound_to=place_of_secret(person))
        step = matching_step(secret, code, attempt.now)
        if step is None:
            await self._store.tell("operator.sign_in_refused", person)
            raise Refusal(OpsProblem.SIGN_IN_REFUSED)
        session = self._new_session(key_digest, attempt)
        try:
            await self._store.sign_in(person, step, session, sealed if enrols else None)
        except StepUsed:
            raise Refusal(OpsProblem.SIGN_IN_REFUSED) from None
        return session.cookie

    def _new_session(self, key_digest: str, attempt: SignInTry, pending: bytes | None = None) -> NewSession:
        return NewSession(self._new_token(), self._new_token(), key_digest, attempt.generation, pending)


def matching_step(secret: str, code: str, now_ms: int) -> int | None:
    """The time step that has this code, within the drift of a clock; None when there is none."""
    digits = code.replace(" ", "")
    if not is_code(digits):
        return None
    totp = pyotp.TOTP(secret, interval=TOTP_STEP_SECONDS)
    step = now_ms // 1000 // TOTP_STEP_SECONDS
    matching = [
        step + drift for drift in _DRIFT_STEPS if pyotp.utils.strings_equal(totp.generate_otp(step + drift), digits)
    ]
    return matching[0] if matching else None


def place_of_secret(person: str) -> str:
    """What a sealed authenticator secret is bound to."""
    return f"operator:{person_key(person)}"
