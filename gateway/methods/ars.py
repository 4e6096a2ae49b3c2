"""Method `ars`: we ring the customer, who keys in the number on the screen (2채널 인증, R4).

The dialogue is `ivr`'s; here its turns meet the store and the verdict script.
"""

import secrets
from dataclasses import dataclass, field

from contacts.phone_numbers import PhoneNumber
from gateway.core.delivery import DeliveryRef
from gateway.core.denials import Denials
from gateway.core.errors import Refusal
from gateway.core.firm import Firm
from gateway.core.limits import Limits
from gateway.core.operations import OPERATION_NAMES
from gateway.core.ports import CallCarrier, OutgoingCall
from gateway.core.problems import Problem
from gateway.core.stores import TurnStore, VerificationMissing
from gateway.core.verification import Channel, Status, Verdict, Verification
from gateway.core.verifications import Verifications
from ivr.actions import Action, CheckCode, Deny
from ivr.dialogue import Script, Step, draw_first_key, step
from ivr.events import CheckAnswered, CheckVerdict, Event
from ivr.phrases import Language
from ivr.state import DialogueState, EndReason, Phase

_CLOSED_ELSEWHERE = {
    EndReason.VERIFIED,
    EndReason.LOCKED,
    EndReason.EXPIRED,
    EndReason.CLOSED,
    EndReason.DENIED,
}
"""Ends of a dialogue for which the verification is closed already: by the verdict script or the denial."""

_VERDICTS = {
    Verdict.CORRECT: CheckVerdict.CORRECT,
    Verdict.WRONG: CheckVerdict.WRONG,
    Verdict.LOCKED: CheckVerdict.LOCKED,
    Verdict.EXPIRED: CheckVerdict.EXPIRED,
    Verdict.CONTACT_CHANGED: CheckVerdict.CLOSED,
    Verdict.STORE_CHANGED: CheckVerdict.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What the carrier is to do now, and the token that the next turn must bring."""

    actions: tuple[Action, ...]
    next_turn: str = field(repr=False)


class ArsMethod:
    """Places the call, never more than once, and leads its dialogue."""

    most_sends = 1

    def __init__(
        self, verifications: Verifications, denials: Denials, turns: TurnStore, firm: Firm, limits: Limits
    ) -> None:
        self._verifications = verifications
        self._denials = denials
        self._turns = turns
        self._firm = firm
        self._limits = limits

    async def deliver(self, via: CallCarrier, verification: Verification, to: PhoneNumber, ref: DeliveryRef) -> str:
        first_turn = _new_turn()
        await self._turns.put_turn(verification.verification_id, first_turn, DialogueState().dump())
        return await via.place_call(OutgoingCall(to, ref, first_turn, self._limits.ring))

    async def take_turn(self, verification_id: str, turn: str, event: Event, carrier: str) -> Turn:
        """Lead the dialogue on by one turn. Raises `Refusal` when `carrier` has no such call, or the turn was taken."""
        verification = await self._take(verification_id, turn, carrier)
        script = self._script(verification)
        taken = step(DialogueState.load(verification.dialogue), event, script, draw_first_key())
        if not verification.is_open and Deny() not in taken.actions:
            taken = _say_that_it_is_over(verification, script)
        taken = await self._carry_out(verification, taken, script)
        next_turn = _new_turn()
        await self._turns.put_turn(verification_id, next_turn, taken.state.dump())
        return Turn(taken.actions, next_turn)

    async def _take(self, verification_id: str, turn: str, carrier: str) -> Verification:
        try:
            verification = await self._turns.take_turn(verification_id, turn, carrier)
        except VerificationMissing:
            raise Refusal(Problem.VERIFICATION_NOT_FOUND) from None
        if verification is None:
            raise Refusal(Problem.TURN_ALREADY_TAKEN)
        return verification

    async def _carry_out(self, verification: Verification, taken: Step, script: Script) -> Step:
        for action in taken.actions:
            if isinstance(action, CheckCode):
                answered = await self._check(verification, action.code)
                taken = step(taken.state, answered, script, draw_first_key())
                break
        if Deny() in taken.actions:
            await self._denials.deny(verification, Channel.PHONE)
        elif taken.state.end is not None and taken.state.end not in _CLOSED_ELSEWHERE:
            await self._fail(verification, taken.state.end)
        return taken

    async def _check(self, verification: Verification, code: str) -> CheckAnswered:
        try:
            judgement = await self._verifications.judge(verification, code, Channel.PHONE)
        except Refusal as refusal:
            if refusal.problem is not Problem.VERIFICATION_CLOSED:
                raise
            return CheckAnswered(CheckVerdict.CLOSED, 0)
        remaining = max(0, self._limits.wrong_answers - judgement.wrong_answers)
        return CheckAnswered(_VERDICTS[judgement.verdict], remaining)

    async def _fail(self, verification: Verification, reason: str) -> None:
        try:
            await self._verifications.close(verification, Status.FAILED, reason, Channel.PHONE)
        except Refusal as refusal:
            # Already expired, or closed by its caller: that stands.
            if refusal.problem is not Problem.VERIFICATION_CLOSED:
                raise

    def _script(self, verification: Verification) -> Script:
        locale = verification.locale
        return Script(
            Language.ENGLISH if locale == "en" else Language.KOREAN,
            self._firm.name(locale),
            OPERATION_NAMES[verification.operation].in_locale(locale),
        )


def _say_that_it_is_over(verification: Verification, script: Script) -> Step:
    expired = verification.shown_status is Status.EXPIRED
    verdict = CheckVerdict.EXPIRED if expired else CheckVerdict.CLOSED
    return step(DialogueState(Phase.CHECKING), CheckAnswered(verdict, 0), script, draw_first_key())


def _new_turn() -> str:
    """96 random bits: the address of a turn cannot be guessed, even by somebody who could sign it."""
    return secrets.token_urlsafe(12)
