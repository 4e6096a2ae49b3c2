"""Auto-connect (자동연결, R14): a device whose customer once replied, to register with the cloud or to sign in, skips
the reply at its next cloud sign-in.

Each use replaces the token. An old token that comes back was copied, or the answer with the new one was lost. Nobody
can tell which, so the whole family of tokens ends and the customer replies again.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contacts.key_ring import KeyRing
from gateway.core.errors import Refusal
from gateway.core.facts import AutoConnection, Known
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.verification import Method, Status
from gateway.core.verifications import Verifications

_EARN_IT = (Operation.CLOUD_REGISTER, Operation.CLOUD_LOGIN)
"""Both ask for a reply, and on the screen of either the customer can tick auto-connect."""


@dataclass(frozen=True, slots=True)
class AutoConnectFamily:
    """The tokens of one device, each replacing the one before. Times are ms since the epoch."""

    auto_connect_id: str
    given_at: int
    used_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A token and the device that shows it, as digests under one pepper."""

    token: bytes
    device: bytes


class AutoConnectStore(Protocol):
    """Keeps digests of tokens and devices; each verb is one atomic script."""

    async def give(
        self, customer_id: str, auto_connect_id: str, verification_id: str, token: bytes, device: bytes, life: int
    ) -> AutoConnectFamily | None:
        """A new family, or None when this verification has given one already. `life` is in seconds."""
        ...

    async def use(
        self, customer_id: str, auto_connect_id: str, shown: Sequence[Shown], next_token: bytes, life: int
    ) -> bool:
        """Whether the token was the family's latest, on its own device; any other ends the family.

        `shown`: under each pepper in force, the one that writes first.
        """
        ...

    async def list(self, customer_id: str) -> list[AutoConnectFamily]: ...

    async def revoke(self, customer_id: str, auto_connect_id: str, revoked_by: str) -> bool:
        """Whether there was one."""
        ...


@dataclass(frozen=True, slots=True)
class GivenToken:
    """A family and its token, which only the device keeps."""

    family: AutoConnectFamily
    token: str = field(repr=False)


class AutoConnect:
    """Gives, uses, lists and revokes auto-connect tokens. Raises `Refusal`."""

    def __init__(
        self,
        store: AutoConnectStore,
        verifications: Verifications,
        peppers: KeyRing,
        limits: Limits,
        new_auto_connect_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._verifications = verifications
        self._peppers = peppers
        self._limits = limits
        self._new_id = new_auto_connect_id

    async def give(self, customer_id: str, verification_id: str, device: str, client: str) -> GivenToken:
        """A token for the device, in return for a fresh verified reply for the cloud; each reply earns one."""
        verification = await self._verifications.get(verification_id, client)
        age_ms = verification.read_at - (verification.closed_at or 0)
        if (
            verification.customer_id != customer_id
            or verification.status is not Status.VERIFIED
            or verification.method is not Method.SMS_REPLY
            or verification.operation not in _EARN_IT
            or age_ms > self._limits.receipt_life * 1000
        ):
            raise Refusal(Problem.AUTO_CONNECT_REFUSED)
        auto_connect_id, secret = self._new_id(), _new_secret()
        family = await self._store.give(
            customer_id,
            auto_connect_id,
            verification_id,
            self._digests("token", customer_id, secret)[0],
            self._digests("device", customer_id, device)[0],
            self._limits.auto_connect_life,
        )
        if family is None:
            raise Refusal(Problem.AUTO_CONNECT_REFUSED)
        return GivenToken(family, f"{auto_connect_id}.{secret}")

    async def use(self, customer_id: str, token: str, device: str | None) -> AutoConnection:
        """Whether the device proved itself before; if so, with the token that replaces this one."""
        if device is None:
            # A caller who forgot to name the device is no thief: the token stays good.
            return AutoConnection(Known.NOT_MET)
        auto_connect_id, _, secret = token.partition(".")
        next_secret = _new_secret()
        tokens = self._digests("token", customer_id, secret)
        devices = self._digests("device", customer_id, device)
        good = await self._store.use(
            customer_id,
            auto_connect_id,
            [Shown(*each) for each in zip(tokens, devices, strict=True)],
            self._digests("token", customer_id, next_secret)[0],
            self._limits.auto_connect_life,
        )
        if not good:
            return AutoConnection(Known.NOT_MET)
        return AutoConnection(Known.MET, f"{auto_connect_id}.{next_secret}")

    async def list(self, customer_id: str) -> list[AutoConnectFamily]:
        return await self._store.list(customer_id)

    async def revoke(self, customer_id: str, auto_connect_id: str, revoked_by: str) -> None:
        if not await self._store.revoke(customer_id, auto_connect_id, revoked_by):
            raise Refusal(Problem.AUTO_CONNECT_NOT_FOUND)

    def _digests(self, purpose: str, customer_id: str, secret: str) -> tuple[bytes, ...]:
        message = "\0".join(("auto-connect", purpose, customer_id, secret)).encode("utf-8", "surrogatepass")
        return self._peppers.digests(message)


def _new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)
