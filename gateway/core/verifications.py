"""Answering and closing verifications. Every answer, whatever its channel, goes to one verdict script."""

from contacts.models import ContactMethod
from gateway.core.codes import CodeVault
from gateway.core.counting import Texting
from gateway.core.coverage import Coverage
from gateway.core.customer_stores import CustomerStore, StoredContact
from gateway.core.decisions import taken_by
from gateway.core.errors import Refusal
from gateway.core.facts import Allowed, Holds
from gateway.core.policy import Policy
from gateway.core.problems import Problem
from gateway.core.sending import Sending, Sent
from gateway.core.stores import (
    Answer,
    Capped,
    Judgement,
    ResendsExhausted,
    VerificationClosed,
    VerificationMissing,
    VerificationStore,
)
from gateway.core.too_many import too_many
from gateway.core.verification import STATUS_KO, TRAITS, Channel, Method, Status, Terms, Verdict, Verification

_OTHER_CHANNELS = {
    Channel.PHONE: {"channel_ko": "걸려 온 전화의 키패드로", "channel_en": "with the keys of the phone that rings"},
    Channel.REPLY: {"channel_ko": "받은 문자에 답장하여", "channel_en": "by replying to the text"},
}


class Verifications:
    """Reading, answering, resending and closing a verification. Raises `Refusal`."""

    def __init__(
        self,
        policy: Policy,
        store: VerificationStore,
        customers: CustomerStore,
        sending: Sending,
        holds: Holds,
        coverage: Coverage,
        vault: CodeVault,
    ) -> None:
        self._policy = policy
        self._store = store
        self._customers = customers
        self._sending = sending
        self._holds = holds
        self._coverage = coverage
        self._vault = vault

    async def get(self, verification_id: str, client: str | None = None) -> Verification:
        """The verification as it is now. With a `client`, another client's does not exist."""
        verification = await self._store.read(verification_id)
        if verification is None or (client is not None and verification.client != client):
            raise Refusal(Problem.VERIFICATION_NOT_FOUND)
        return verification

    async def check_on_screen(self, verification_id: str, client: str, code: str, attempt_id: str | None) -> Judgement:
        """Judge what the customer typed on the screen."""
        terms = await self._store.terms(verification_id, client)
        if terms is None:
            raise Refusal(Problem.VERIFICATION_NOT_FOUND)
        channel = TRAITS[terms.method].channel
        if channel is not Channel.SCREEN:
            raise Refusal(Problem.ANSWER_IN_ANOTHER_CHANNEL, values=_OTHER_CHANNELS[channel])
        return await self.judge(terms, code, Channel.SCREEN, attempt_id)

    async def judge(self, terms: Terms, code: str, channel: Channel, attempt_id: str | None = None) -> Judgement:
        """Have the verdict script judge an answer; when it locks the customer, close what else is open."""
        customer_id, operation, pepper_id = terms.customer_id, terms.operation, terms.pepper_id
        has_code = TRAITS[terms.method].has_code
        answer = Answer(
            digest=self._vault.digest(terms.verification_id, customer_id, operation, code, pepper_id=pepper_id)
            if has_code
            else b"",
            branch_digests=(b"",) if has_code else self._vault.branch_digests(customer_id, operation, code),
            channel=channel,
            attempt_digest=self._vault.attempt_digest(attempt_id, pepper_id=pepper_id) if attempt_id else None,
        )
        try:
            judgement = await self._store.check(terms, answer)
        except VerificationMissing:
            raise Refusal(Problem.VERIFICATION_NOT_FOUND) from None
        except VerificationClosed as closed:
            raise closed_refusal(closed.status) from None
        if judgement.verdict is Verdict.CORRECT:
            self._sending.note_verified(judgement.verification)
        if judgement.verdict is Verdict.LOCKED:
            await self._close_others(customer_id)
        return judgement

    async def resend(self, verification_id: str, client: str | None) -> Verification:
        """Queue the text again, with the same code and the same tries left. `client` as in `get`."""
        verification = await self.get(verification_id, client)
        if not verification.is_open:
            raise closed_refusal(verification.shown_status)
        if verification.contact_id is None or not TRAITS[verification.method].can_be_resent:
            raise Refusal(Problem.RESEND_NOT_POSSIBLE)
        customer, stored = await self._customers.read_with_contact(verification.customer_id, verification.contact_id)
        if customer is None or stored is None:
            raise Refusal(Problem.RESEND_NOT_POSSIBLE)
        allowed = taken_by(verification.operation, self._policy.row(verification.operation, customer.kind))
        if verification.resend_at is not None and verification.read_at < verification.resend_at:
            # The store would say so too, but what the caps counted by then would be lost.
            raise too_many(Capped("resend", verification.resend_at - verification.read_at))
        try:
            sent = await self._sending.take(self._sending.counted(stored, Texting.AGAIN), stored)
            await self._send_again(verification, stored, sent, allowed)
        except ResendsExhausted:
            raise Refusal(Problem.RESEND_NOT_POSSIBLE) from None
        except Capped as capped:
            raise too_many(capped) from None
        except VerificationMissing:
            raise Refusal(Problem.VERIFICATION_NOT_FOUND) from None
        except VerificationClosed as closed:
            raise closed_refusal(closed.status) from None
        return await self.get(verification_id, client)

    async def _send_again(
        self, verification: Verification, stored: StoredContact, sent: Sent | None, allowed: Allowed
    ) -> None:
        customer_id, method = verification.customer_id, ContactMethod(verification.method)
        try:
            await self._coverage.refuse_uncarried(customer_id, stored.contact, method, allowed)
            await self._holds.refuse_held(customer_id, stored.contact, method, allowed)
            await self._store.resend(verification.verification_id)
        except (Refusal, ResendsExhausted, Capped, VerificationMissing, VerificationClosed):
            self._sending.give_back(sent)
            raise

    async def cancel(
        self, verification_id: str, client: str | None, reason: str = "canceled_by_caller"
    ) -> Verification:
        """Close it because the caller, or an operator, wants it closed; a call that is under way is ended."""
        verification = await self.get(verification_id, client)
        await self.close(verification, Status.CANCELED, reason, "screen")
        if verification.method is Method.ARS:
            await self._store.request_hang_up(verification_id, verification.delivery_number)
        return await self.get(verification_id, client)

    async def close(self, verification: Verification, status: Status, reason: str, channel: str) -> None:
        try:
            await self._store.close(verification.verification_id, verification.customer_id, status, reason, channel)
        except VerificationMissing:
            raise Refusal(Problem.VERIFICATION_NOT_FOUND) from None
        except VerificationClosed as closed:
            raise closed_refusal(closed.status) from None

    def code_of(self, verification: Verification) -> str | None:
        """The code of an open verification; None once it is closed."""
        if verification.sealed_code is None or not verification.is_open:
            return None
        return self._vault.open(verification.verification_id, verification.sealed_code)

    async def _close_others(self, customer_id: str) -> None:
        for verification_id in await self._store.open_of_customer(customer_id):
            try:
                await self._store.close(verification_id, customer_id, Status.FAILED, "locked", "gateway")
            except (VerificationClosed, VerificationMissing):
                continue
            closed = await self._store.read(verification_id)
            if closed is not None and closed.method is Method.ARS:
                await self._store.request_hang_up(verification_id, closed.delivery_number)


def closed_refusal(status: Status) -> Refusal:
    """The refusal for a verification that is over, with what to do next."""
    next_ko, next_en = "인증을 새로 요청해 주세요.", "Open a new verification."
    if status is Status.DENIED:
        next_ko = "업무를 처리하지 말고 금융사고로 대응해 주세요."
        next_en = "Do not act, and treat it as an alarm: the customer did not ask for it."
    elif status is Status.VERIFIED:
        next_ko, next_en = "인증 요청을 조회하면 receipt가 있습니다.", "Read the verification: it has the receipt."
    return Refusal(
        Problem.VERIFICATION_CLOSED,
        values={"status": status, "status_ko": STATUS_KO[status], "next_ko": next_ko, "next_en": next_en},
    )
