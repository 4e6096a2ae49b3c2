"""A customer denies a verification ("I did not ask for this"): what that closes and takes back, and who is told."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from contacts.records import record
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.core.read_model import Holder, ReadModel
from gateway.core.stores import VerificationMissing, VerificationStore
from gateway.core.verification import Channel, Status, Terms, Verification

_log = structlog.get_logger(__name__)

_LATELY_MS = 3_600_000
"""How long after its longest life a verification can still be denied."""


@record()
class Denied:
    """What a denial met: the status before it, and whether the receipt had been redeemed."""

    was: Status
    redeemed: bool

    @property
    def came_in_time(self) -> bool:
        """It was in force and its receipt was not used: now nothing can be done with it."""
        return self.was_in_force and not self.redeemed

    @property
    def was_in_force(self) -> bool:
        """It was open or verified, at this denial or an earlier one: not failed, expired or canceled."""
        return self.was in (Status.PENDING, Status.VERIFIED, Status.DENIED)


class DenialStore(Protocol):
    async def deny(self, terms: Terms, reason: str, channel: Channel) -> Denied:
        """At once: close what is open, or take back what was verified with all that it gave, and put the alarm into
        the outbox. Raises `VerificationMissing`."""
        ...


class Denials:
    """Raises `Refusal`."""

    def __init__(
        self,
        store: DenialStore,
        verifications: VerificationStore,
        read_model: ReadModel,
        longest_life: int,
    ) -> None:
        self._store = store
        self._verifications = verifications
        self._read_model = read_model
        self._lately_ms = longest_life * 1000 + _LATELY_MS

    async def deny(self, verification: Verification, channel: Channel) -> Denied:
        """Deny it, whatever its status and however often: somebody else has tried. Each time the alarm is raised, which
        stays one alarm.
        """
        try:
            denied = await self._store.deny(verification, f"denied_by_{channel}", channel)
        except VerificationMissing:
            raise Refusal(Problem.VERIFICATION_NOT_FOUND) from None
        _log.warning(
            "verification_denied",
            verification_id=verification.verification_id,
            channel=channel,
            was=denied.was,
            redeemed=denied.redeemed,
        )
        return denied

    async def deniable_from(self, blind_indexes: Sequence[str]) -> list[Verification]:
        """The verifications that went to a number, by any method, and are open or have been over for at most an hour.

        Whoever holds the phone may deny what went to it, even if the contact has another number by now, and nothing
        that went elsewhere. Open ones are read from the record of each customer who has the number; those that are over
        from the read model, which lags by less time than a verification is open.
        """
        holders = await self._read_model.holders(blind_indexes)
        since = await self._read_model.now() - self._lately_ms
        found: list[Verification] = []
        for customer_id in sorted({one.customer_id for one in holders}):
            opened = await self._verifications.open_of_customer(customer_id)
            lately = await self._read_model.opened_since(customer_id, since)
            read = await asyncio.gather(*map(self._verifications.read, {*opened, *lately}))
            of_customer = {one.contact_id: one for one in holders if one.customer_id == customer_id}
            found += [one for one in read if one is not None and _went_to(one, of_customer)]
        return found


def _went_to(verification: Verification, holders: Mapping[str, Holder]) -> bool:
    """Whether its contact had the number when it was opened; `holders` by contact id."""
    holder = holders.get(verification.contact_id or "")
    return holder is not None and holder.held(verification.created_at)
