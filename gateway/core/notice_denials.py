"""A customer answers a notice (R11) that it was not them, and who is told.

It is the last chance to stop a certificate for somebody else, who got through by a slip or an exemption: then there is
no verification of this number that could be denied.
"""

from collections.abc import Collection, Sequence

import structlog

from gateway.core.alarms import AlarmKind
from gateway.core.notices import Notice, NoticeKind, NoticeStore
from gateway.core.operations import Operation

_log = structlog.get_logger(__name__)

Told = tuple[str, Operation]
"""The customer, and the operation that was done or begun in their name."""


class NoticeDenials:
    """Takes nothing back: what a notice announces was let through by people, and people decide what to do."""

    def __init__(self, store: NoticeStore) -> None:
        self._store = store

    async def deniable_from(self, blind_indexes: Sequence[str]) -> list[Notice]:
        """The notices that lately went to a number, of every customer who has or had it; the oldest first."""
        return [one for one in await self._store.lately_to(blind_indexes) if one.may_have_arrived]

    async def deny(self, notices: Sequence[Notice], denied: Collection[Told]) -> None:
        """Deny all of these. An alarm goes to the outbox in the script that denies.

        `denied`: the verifications in force that the same text denied, which have alarms of their own.
        """
        worth = {one.notice_id for one in _worth_an_alarm(notices, denied)}
        for one in notices:
            done = one.kind is NoticeKind.ISSUANCE_COMPLETED
            alarm = AlarmKind.DENIED_AFTER_ISSUANCE if done else AlarmKind.NOTICE_DENIED
            first = await self._store.deny(one.notice_id, alarm if one.notice_id in worth else None)
            _log.warning("notice_denied", notice_id=one.notice_id, notice=one.kind, first=first)


def _worth_an_alarm(notices: Sequence[Notice], denied: Collection[Told]) -> list[Notice]:
    """Every notice that something was done; and of what is under way the latest notice, if no other alarm tells of it.

    An issuance sends up to three notices, and one that a code let through has been denied as a verification.
    """
    told, worth = set(denied), []
    for one in reversed(notices):
        about = (one.customer_id, one.operation)
        if one.kind is NoticeKind.ISSUANCE_COMPLETED or about not in told:
            worth.append(one)
        told.add(about)
    return worth
