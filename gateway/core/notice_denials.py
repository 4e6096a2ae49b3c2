"""A customer answers a notice (R11) that they did not ask for what it tells of, and who has to hear of that.

It is the last chance to stop a certificate that is issued to somebody else: a slip or an exemption let them through,
and there is no verification of this number that could be denied.
"""

from collections.abc import Collection, Sequence

import structlog

from gateway.core.alarms import AlarmKind
from gateway.core.notices import Notice, NoticeKind, NoticeStore
from gateway.core.operations import Operation

_log = structlog.get_logger(__name__)

Told = tuple[str, Operation]
"""The customer, and what was done or begun in their name."""


class NoticeDenials:
    """It takes nothing back by itself: what a notice tells of rests on a person's word, and people decide on it."""

    def __init__(self, store: NoticeStore) -> None:
        self._store = store

    async def deniable_from(self, blind_indexes: Sequence[str]) -> list[Notice]:
        """What went to a number of late, to whichever customer who has or had it; the oldest first."""
        return [one for one in await self._store.lately_to(blind_indexes) if one.may_have_arrived]

    async def deny(self, notices: Sequence[Notice], denied: Collection[Told]) -> None:
        """Deny all of these; `denied` is what the same text denied of verifications in force, which have alarms of
        their own. Those of the notices go to the outbox with their denials.
        """
        worth = {one.notice_id for one in _worth_an_alarm(notices, denied)}
        for one in notices:
            done = one.kind is NoticeKind.ISSUANCE_COMPLETED
            alarm = AlarmKind.DENIED_AFTER_ISSUANCE if done else AlarmKind.NOTICE_DENIED
            first = await self._store.deny(one.notice_id, alarm if one.notice_id in worth else None)
            _log.warning("notice_denied", notice_id=one.notice_id, notice=one.kind, first=first)


def _worth_an_alarm(notices: Sequence[Notice], denied: Collection[Told]) -> list[Notice]:
    """Whatever tells that something was done, and the last word of what is under way and has no alarm without it.

    An issuance sends up to three notices, and one that went by a code has been denied as a verification.
    """
    told, worth = set(denied), []
    for one in reversed(notices):
        about = (one.customer_id, one.operation)
        if one.kind is NoticeKind.ISSUANCE_COMPLETED or about not in told:
            worth.append(one)
        told.add(about)
    return worth
