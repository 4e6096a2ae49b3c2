"""Sounds the alarms of denials, which wait in the outbox: they are heard even if the process that denied died."""

from gateway.core.alarms import AlarmKind, Alarms
from gateway.core.notices import NoticeStore
from gateway.core.stores import VerificationStore


class DenialAlarms:
    """Every method may raise `StoreUnavailable`. An alarm that is sounded twice is one alarm, seen twice."""

    def __init__(self, alarms: Alarms, verifications: VerificationStore, notices: NoticeStore) -> None:
        self._alarms = alarms
        self._verifications = verifications
        self._notices = notices

    async def sound(self, kind: AlarmKind, denied_id: str) -> None:
        """`denied_id` is of a verification or a notice."""
        if kind in (AlarmKind.NOTICE_DENIED, AlarmKind.DENIED_AFTER_ISSUANCE):
            await self._sound_of_a_notice(kind, denied_id)
        else:
            await self._sound_of_a_verification(kind, denied_id)

    async def _sound_of_a_verification(self, kind: AlarmKind, verification_id: str) -> None:
        one = await self._verifications.read(verification_id)
        if one is not None:
            seen = {"operation": one.operation, "method": one.method, "verification_id": verification_id}
            await self._alarms.record(kind, one.customer_id, seen)

    async def _sound_of_a_notice(self, kind: AlarmKind, notice_id: str) -> None:
        one = await self._notices.read(notice_id)
        if one is not None:
            seen = {"customer_id": one.customer_id, "operation": one.operation, "notice": one.kind}
            await self._alarms.record(kind, notice_id, seen)
