"""Method `sms_reply`: a text goes out, and the customer answers it with the code on the screen (R13)."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import structlog

from contacts.phone_numbers import PhoneNumber
from contacts.protection import PersonalData
from gateway.core.codes import CodeVault
from gateway.core.customer_stores import CustomerStore
from gateway.core.delivery import DeliveryRef
from gateway.core.denials import Denials, Denied
from gateway.core.errors import Refusal
from gateway.core.firm import Firm
from gateway.core.limits import Limits
from gateway.core.notice_denials import NoticeDenials
from gateway.core.notices import Notice, NoticeKind
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
    TellAgain,
    TryCode,
    plan_for,
)
from sms_reply.reading import CodeReply, DenialReply, Reply, read_reply

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
    """The outcome of an inbound text, None when it was read before, and what to text back, if anything."""

    outcome: ReplyOutcome | None
    answer: str | None


class SmsReplyMethod:
    """Asks by text, and reads the answer."""

    most_sends = 2

    def __init__(
        self,
        verifications: Verifications,
        denials: Denials,
        notice_denials: NoticeDenials,
        store: VerificationStore,
        customers: CustomerStore,
        replies: ReplyStore,
        caps: CapStore,
        vault: CodeVault,
        personal_data: PersonalData,
        firm: Firm,
        limits: Limits,
    ) -> None:
        self._verifications = verifications
        self._denials = denials
        self._notice_denials = notice_denials
        self._store = store
        self._customers = customers
        self._replies = replies
        self._caps = caps
        self._vault = vault
        self._personal_data = personal_data
        self._firm = firm
        self._receipt_life_ms = limits.receipt_life * 1000

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
        reply, expected = read_reply(body), await self._replies.expected(indexes)
        met = {one.verification_id: one for one in await self._met(reply, expected, indexes)}
        noticed = await self._notice_denials.deniable_from(indexes) if isinstance(reply, DenialReply) else []
        locale = _locale_of(met.values(), noticed)
        match plan_for(reply, await self._sender(indexes, met.values(), noticed)):
            case Settled(outcome):
                return await self._settled(outcome, reply, indexes, locale)
            case DenyAll(denied):
                return await self._deny([met[one.verification_id] for one in denied], noticed), locale
            case TellAgain(code, verified, otherwise):
                found = self._asked_for(code, expected, indexes)
                if any(one.verification_id == found for one in verified):
                    return ReplyOutcome.VERIFIED_BEFORE, locale
                return await self._settled(otherwise, reply, indexes, locale)
            case TryCode(code, candidates, counted_on_a_miss):
                found = self._asked_for(code, expected, indexes)
                tried = [one for one in candidates if one.verification_id == found] or counted_on_a_miss
                outcomes = [await self._judge(met[one.verification_id], code.code, message_id) for one in tried]
                return outcomes[0], locale

    async def _settled(
        self, outcome: ReplyOutcome, reply: Reply, indexes: tuple[str, ...], locale: str
    ) -> tuple[ReplyOutcome, str]:
        """`outcome`, unless a code that is to be typed was sent there: some people answer that text with it."""
        if not isinstance(reply, CodeReply) or outcome is ReplyOutcome.UNKNOWN_SENDER:
            return outcome, locale
        went_there = await self._denials.deniable_from(indexes)
        to_be_typed = [one for one in went_there if one.is_open and one.method is Method.SMS]
        return (ReplyOutcome.FOR_THE_SCREEN, _locale_of(to_be_typed, ())) if to_be_typed else (outcome, locale)

    def _asked_for(self, reply: CodeReply, expected: dict[bytes, str], indexes: tuple[str, ...]) -> str | None:
        """The verification whose screen shows, or showed, this code; None if it was not asked of this number."""
        digests = self._vault.reply_digests(indexes, reply.code)
        return next((expected[digest] for digest in digests if digest in expected), None)

    async def _deny(self, verifications: Sequence[Verification], noticed: Sequence[Notice]) -> ReplyOutcome:
        met_by = [await self._denials.deny(one, Channel.REPLY) for one in verifications]
        in_force = [one for one, by in zip(verifications, met_by, strict=True) if by.was_in_force]
        await self._notice_denials.deny(noticed, {(one.customer_id, one.operation) for one in in_force})
        return _outcome_of(met_by, noticed)

    async def _met(self, reply: Reply, expected: dict[bytes, str], indexes: tuple[str, ...]) -> list[Verification]:
        """What the text may be about: a code answers what waits for a reply, a denial whatever went to the number."""
        read = await asyncio.gather(*map(self._store.read, expected.values()))
        asked = [one for one in read if one is not None and one.method is Method.SMS_REPLY]
        return [*asked, *await self._denials.deniable_from(indexes)] if isinstance(reply, DenialReply) else asked

    async def _sender(
        self, indexes: tuple[str, ...], met: Collection[Verification], noticed: Collection[Notice]
    ) -> Sender:
        verified = [one for one in met if one.status is Status.VERIFIED]
        return Sender(
            known=bool(met) or await self._customers.is_known_number(indexes),
            open_verifications=_as_matched(one for one in met if one.is_open),
            expired_lately=any(one.shown_status is Status.EXPIRED for one in met),
            verified_lately=_as_matched(one for one in verified if self._may_be_used(one)),
            over_lately=_as_matched(one for one in met if not one.is_open),
            noticed_lately=bool(noticed),
        )

    def _may_be_used(self, verified: Verification) -> bool:
        """Whether its receipt has not expired, redeemed or not."""
        return verified.read_at - (verified.closed_at or 0) < self._receipt_life_ms

    async def _judge(self, verification: Verification, code: str, message_id: str) -> ReplyOutcome:
        """The text is the attempt: if reading it fails after the verdict, the next try is not counted again."""
        try:
            judgement = await self._verifications.judge(verification, code, Channel.REPLY, attempt_id=message_id)
        except Refusal as refusal:
            if refusal.problem is Problem.VERIFICATION_CLOSED:
                return ReplyOutcome.NO_OPEN_VERIFICATION
            raise
        return _OUTCOMES[judgement.verdict]


def _locale_of(met: Collection[Verification], noticed: Sequence[Notice]) -> str:
    """The language of the latest verification, or else of the latest notice."""
    if met:
        return max(met, key=lambda one: one.created_at).locale
    return noticed[-1].locale if noticed else "ko"


def _outcome_of(met_by: Collection[Denied], noticed: Collection[Notice]) -> ReplyOutcome:
    """The gravest of what one text denied."""
    if any(one.kind is NoticeKind.ISSUANCE_COMPLETED for one in noticed):
        return ReplyOutcome.DENIED_AFTER_ISSUANCE
    if any(one.redeemed for one in met_by):
        return ReplyOutcome.DENIED_AFTER_USE
    if met_by and all(one.came_in_time for one in met_by):
        return ReplyOutcome.DENIED
    return ReplyOutcome.NOTICE_DENIED if noticed else ReplyOutcome.DENIED_LATE


def _as_matched(verifications: Iterable[Verification]) -> tuple[OpenVerification, ...]:
    return tuple(OpenVerification(one.verification_id, one.customer_id, one.created_at) for one in verifications)
