"""What an inbound text answers. Decides here, carries out nothing: the one verdict script does that.

A text is judged by its sender and its code together. A code is never looked up without its sender: from a number of
which nothing was asked, a right code and a wrong one get the same answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sms_reply.reading import CodeReply, DenialReply, Reply, SeveralCodesReply


class ReplyOutcome(StrEnum):
    """What became of an inbound text, for the audit and for the answering text."""

    VERIFIED = "verified"
    VERIFIED_BEFORE = "verified_before"
    """The text arrived or was sent a second time: what it says has been accepted already."""
    WRONG_CODE = "wrong_code"
    DENIED = "denied"
    DENIED_LATE = "denied_late"
    """What was asked of the number is over: there is nothing left to close, but somebody has to know."""
    DENIED_AFTER_USE = "denied_after_use"
    """What was verified has been used already: somebody has to know at once."""
    NOTICE_DENIED = "notice_denied"
    """Only notices went to the number, or nothing else can be closed any more: somebody has to know at once."""
    DENIED_AFTER_ISSUANCE = "denied_after_issuance"
    """A notice had said that it was done."""
    LOCKED = "locked"
    LATE = "late"
    NO_OPEN_VERIFICATION = "no_open_verification"
    FOR_THE_SCREEN = "for_the_screen"
    """A text brought a code to be typed on the screen, and was answered with a code instead: nothing is judged."""
    SEVERAL_CODES = "several_codes"
    UNREADABLE = "unreadable"
    UNRELATED = "unrelated"
    """Nothing is open for the sender and the text holds neither a code nor a denial: an automatic reply."""
    UNKNOWN_SENDER = "unknown_sender"


@dataclass(frozen=True, slots=True)
class OpenVerification:
    """A verification that waits, or lately waited, for this sender. `opened_at` is ms since the epoch."""

    verification_id: str
    customer_id: str
    opened_at: int


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of the number that a text came from.

    `known`: it is a contact of some customer. `expired_lately`: a verification on this number ran out of time
    not long ago. `over_lately`: those that ended, in whatever way; `verified_lately`: those of them that were
    verified and may still be used. Where the text is a code, these are the verifications by `sms_reply`; where it is a
    denial, those by every method, and `noticed_lately` says whether a notice went to this number.
    """

    known: bool
    open_verifications: tuple[OpenVerification, ...] = ()
    expired_lately: bool = False
    over_lately: tuple[OpenVerification, ...] = ()
    verified_lately: tuple[OpenVerification, ...] = ()
    noticed_lately: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing to check: this is the outcome."""

    outcome: ReplyOutcome


@dataclass(frozen=True, slots=True)
class DenyAll:
    """A denial names no verification, so it denies every one of the sender's that is open or may still be used; where
    there is none, the last of each customer. It denies every notice that lately went to the number as well."""

    verifications: tuple[OpenVerification, ...]


@dataclass(frozen=True, slots=True)
class TryCode:
    """Find which of `candidates` (newest first) the code belongs to, and check it on that one.

    If it belongs to none, check it on each of `counted_on_a_miss`, the newest of each customer: every
    customer who may have typed it counts one wrong answer, and none counts two.
    """

    reply: CodeReply
    candidates: tuple[OpenVerification, ...]
    counted_on_a_miss: tuple[OpenVerification, ...]


@dataclass(frozen=True, slots=True)
class TellAgain:
    """Nothing is open. If the code is one that a verification of `verified` accepted, that is told again; for any other
    code the outcome is `otherwise`.
    """

    reply: CodeReply
    verified: tuple[OpenVerification, ...]
    otherwise: ReplyOutcome


Plan: TypeAlias = Settled | DenyAll | TryCode | TellAgain


def plan_for(reply: Reply, sender: Sender) -> Plan:
    """What to do about a text. Pure, and total."""
    if isinstance(reply, DenialReply):
        denied = sender.open_verifications + sender.verified_lately
        denied = denied or _newest_of_each_customer(_newest_first(sender.over_lately))
        return DenyAll(denied) if denied or sender.noticed_lately else Settled(_outcome_without_open(reply, sender))
    if not sender.open_verifications:
        outcome = _outcome_without_open(reply, sender)
        if isinstance(reply, CodeReply) and sender.verified_lately:
            return TellAgain(reply, sender.verified_lately, outcome)
        return Settled(outcome)
    match reply:
        case CodeReply():
            candidates = _newest_first(sender.open_verifications)
            return TryCode(reply, candidates, _newest_of_each_customer(candidates))
        case SeveralCodesReply():
            return Settled(ReplyOutcome.SEVERAL_CODES)
        case _:
            return Settled(ReplyOutcome.UNREADABLE)


def _outcome_without_open(reply: Reply, sender: Sender) -> ReplyOutcome:
    if not sender.known:
        return ReplyOutcome.UNKNOWN_SENDER
    if not isinstance(reply, CodeReply | DenialReply):
        return ReplyOutcome.UNRELATED
    return ReplyOutcome.LATE if sender.expired_lately else ReplyOutcome.NO_OPEN_VERIFICATION


def _newest_first(verifications: Iterable[OpenVerification]) -> tuple[OpenVerification, ...]:
    return tuple(sorted(verifications, key=lambda one: one.opened_at, reverse=True))


def _newest_of_each_customer(newest_first: Iterable[OpenVerification]) -> tuple[OpenVerification, ...]:
    newest: dict[str, OpenVerification] = {}
    for verification in newest_first:
        newest.setdefault(verification.customer_id, verification)
    return tuple(newest.values())
