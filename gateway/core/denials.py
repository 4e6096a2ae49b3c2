"""A customer says that they asked for nothing: what that closes, what it takes back, and who has to hear of it."""

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
"""How long after its time what a verification gave can still be denied."""


@record()
class Denied:
    """What a denial met: the status of before, and whether the receipt had been redeemed by then."""

    was: Status
    redeemed: bool

    @property
    def came_in_time(self) -> bool:
        """Nothing can be done, by now, with what was denied."""
        return self.was_in_force and not self.redeemed

    @property
    def was_in_force(self) -> bool:
        """It was open, or had been verified, or was denied as that before: it had not come to nothing by itself."""
        return self.was in (Status.PENDING, Status.VERIFIED, Status.DENIED)


class DenialStore(Protocol):
    async def deny(self, terms: Terms, reason: str, channel: Channel) -> Denied:
        """Close what is open, take back what was verified, with all that it gave, and put the alarm of that into the
        outbox, all at once. Raises `VerificationMissing`."""
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
        """Somebody else has tried, also when it is over by now, and also when this was said before: each time the alarm
        goes to the outbox with it, and is the same one.
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
        """What went to a number of late, by whatever method: open, or over for no longer than an hour. Whoever has the
        phone may deny what went there, also when the contact has another number since, and nothing of another number.

        What is open is in the record of each customer who has the number. What is over is in the read model, which may
        be a moment behind, and was opened for longer than that.
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
    """Whether its contact, of these by their ids, had the number when it was opened."""
    holder = holders.get(verification.contact_id or "")
    return holder is not None and holder.held(verification.created_at)
