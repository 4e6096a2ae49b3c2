"""Method `sms_reply`: a text goes out, and the customer answers it with the code on the screen (R13)."""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from contacts.phone_numbers import PhoneNumber
from contacts.protection import PersonalData
from gateway.core.codes import CodeVault
from gateway.core.customer_stores import CustomerStore
from gateway.core.delivery import DeliveryRef
from gateway.core.errors import Refusal
from gateway.core.firm import Firm
from gateway.core.ports import OutgoingText, TextCarrier
from gateway.core.problems import Problem
from gateway.core.stores import Capped, CapStore, ReplyStore, VerificationStore
from gateway.core.texts import reply_text
from gateway.core.verification import Channel, Method, Status, Verdict, Verification
from gateway.core.verifications import Verifications
from sms_reply.answers import answering_text
from sms_reply.matching import (
    DenyAll,
    OpenVerification,
    ReplyOutcome,
    Sender,
    Settled,
    TryCode,
    plan_for,
)
from sms_reply.reading import read_reply

_log = structlog.get_logger(__name__)

_OUTCOMES = {
    Verdict.CORRECT: ReplyOutcome.VERIFIED,
    Verdict.WRONG: ReplyOutcome.WRONG_CODE,
    Verdict.LOCKED: ReplyOutcome.LOCKED,
    Verdict.EXPIRED: ReplyOutcome.LATE,
    Verdict.CONTACT_CHANGED: ReplyOutcome.NO_OPEN_VERIFICATION,
    Verdict.STORE_CHANGED: ReplyOutcome.NO_OPEN_VERIFICATION,
}


@dataclass(frozen=True, slots=True)
class Received:
    """What an inbound text came to, None when it was read before, and what to text back, if anything."""

    outcome: ReplyOutcome | None
    answer: str | None


class SmsReplyMethod:
    """Asks by text, and reads the answer."""

    most_sends = 2

    def __init__(
        self,
        verifications: Verifications,
        store: VerificationStore,
        customers: CustomerStore,
        replies: ReplyStore,
        caps: CapStore,
        vault: CodeVault,
        personal_data: PersonalData,
        firm: Firm,
    ) -> None:
        self._verifications = verifications
        self._store = store
        self._customers = customers
        self._replies = replies
        self._caps = caps
        self._vault = vault
        self._personal_data = personal_data
        self._firm = firm

    async def deliver(self, via: TextCarrier, verification: Verification, to: PhoneNumber, ref: DeliveryRef) -> str:
        locale = verification.locale
        body = reply_text(self._firm.name(locale), verification.operation, verification.minutes_left, locale)
        return await via.send_text(OutgoingText(to, body, ref))

    async def receive(self, message_id: str, sender: str, body: str) -> Received:
        """Read one inbound text. One that was read before changes nothing."""
        indexes = self._personal_data.blind_indexes(sender)
        if not await self._replies.begin(message_id):
            return Received(None, None)
        try:
            outcome, locale = await self._read(message_id, indexes, body)
            await self._replies.finish(message_id)
        except BaseException:
            await self._replies.forget(message_id)
            raise
        _log.info("reply_read", outcome=outcome)
        answer = answering_text(outcome, firm=self._firm.name(locale), locale=locale)
        may_answer = answer is not None and await self._may_answer(indexes)
        return Received(outcome, answer if may_answer else None)

    async def _may_answer(self, indexes: tuple[str, ...]) -> bool:
        try:
            await self._caps.take_answering_text(indexes)
        except Capped:
            return False
        return True

    async def _read(self, message_id: str, indexes: tuple[str, ...], body: str) -> tuple[ReplyOutcome, str]:
        expected = await self._replies.expected(indexes)
        verifications = await self._asked(expected)
        locale = max(verifications, key=lambda one: one.created_at).locale if verifications else "ko"
        asked = {one.verification_id: one for one in verifications}
        open_ones = [one for one in verifications if one.is_open]
        over = [one for one in verifications if not one.is_open and one.status is not Status.DENIED]
        plan = plan_for(
            read_reply(body),
            Sender(
                known=bool(verifications) or await self._customers.is_known_number(indexes),
                open_verifications=_as_matched(open_ones),
                expired_lately=any(one.shown_status is Status.EXPIRED for one in verifications),
                over_lately=_as_matched(over),
            ),
        )
        match plan:
            case Settled(outcome):
                return outcome, locale
            case DenyAll(denied):
                for one in denied:
                    await self._verifications.deny(asked[one.verification_id], Channel.REPLY)
                return ReplyOutcome.DENIED if open_ones else ReplyOutcome.DENIED_LATE, locale
            case TryCode(reply, candidates, counted_on_a_miss):
                digests = self._vault.reply_digests(indexes, reply.code)
                found = next((expected[digest] for digest in digests if digest in expected), None)
                tried = [one for one in candidates if one.verification_id == found] or counted_on_a_miss
                outcomes = [await self._judge(asked[one.verification_id], reply.code, message_id) for one in tried]
                return outcomes[0], locale

    async def _asked(self, expected: dict[bytes, str]) -> list[Verification]:
        read = [await self._store.read(verification_id) for verification_id in expected.values()]
        return [one for one in read if one is not None and one.method is Method.SMS_REPLY]

    async def _judge(self, verification: Verification, code: str, message_id: str) -> ReplyOutcome:
        """The text is the attempt: one that was judged before reading it failed half-way is not counted again."""
        try:
            judgement = await self._verifications.judge(verification, code, Channel.REPLY, attempt_id=message_id)
        except Refusal as refusal:
            if refusal.problem is Problem.VERIFICATION_CLOSED:
                return ReplyOutcome.NO_OPEN_VERIFICATION
            raise
        return _OUTCOMES[judgement.verdict]


def _as_matched(verifications: Iterable[Verification]) -> tuple[OpenVerification, ...]:
    return tuple(OpenVerification(one.verification_id, one.customer_id, one.created_at) for one in verifications)
