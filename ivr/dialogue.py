"""The call as a pure state machine: an event and a state go in, the next state and what to do come out.

Driving it: start from `DialogueState()`, feed every event to `step` with a fresh `draw_first_key()`, do
the actions in order, and keep the state (`dump`, `load`) until the next event. A `CheckCode` goes to the
verifier, and its verdict is fed back at once.

A carrier that works by documents (TwiML) renders the actions of a step as one document. A carrier that
works by channel events (ARI) plays the parts of an `Ask` one after the other: a key during the
announcement stops it and is fed as `EarlyKeys`; keys until the instructions have finished are dropped;
after that keys stop the prompt and are collected until the ask is full, `FINISH_KEY` or the time-out,
and fed as `Keys`, or as `Silence` if there were none. A step without actions leaves the line as it is.
"""

import re
import secrets
from dataclasses import dataclass, replace

from ivr.actions import DENY_KEY, FINISH_KEY, Action, Ask, CheckCode, Deny, HangUp, Say
from ivr.events import (
    Answered,
    AnsweredBy,
    CheckAnswered,
    CheckVerdict,
    EarlyKeys,
    Event,
    HungUp,
    Keys,
    Silence,
)
from ivr.phrases import PHRASES, Language, Phrases
from ivr.state import DialogueState, EndReason, Phase

CODE_LENGTH = 6

MAX_REASKS = 2
"""How often the same trouble is met with asking again; the next time ends the call."""

MAX_CHECKS = 5
"""Codes one call may try, whatever the verifier would still allow."""

FIRST_KEY_TIMEOUT_SECONDS = 7
CODE_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Script:
    """What is particular to one call: its language, and how firm and operation are called in it."""

    language: Language
    firm: str
    operation: str


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and what to do now."""

    state: DialogueState
    actions: tuple[Action, ...] = ()


def draw_first_key() -> str:
    """A first key that nobody can foresee; never the deny key."""
    return secrets.choice("012345678")


def step(state: DialogueState, event: Event, script: Script, first_key: str) -> Step:
    """Take one event. `first_key` is the key to ask for if this step asks for a first key (again).

    Raises ValueError for a `first_key` that `draw_first_key` cannot have drawn.
    """
    if not re.fullmatch("[0-8]", first_key):
        raise ValueError("a first key is one digit from 0 to 8")
    return _Turn(state, script, first_key).take(event)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One event's worth of deciding: the methods read what they were given and answer a `Step`."""

    state: DialogueState
    script: Script
    first_key: str

    @property
    def _phrases(self) -> Phrases:
        return PHRASES[self.script.language]

    def take(self, event: Event) -> Step:
        if self.state.end is not None:
            return Step(self.state)
        match event:
            case HungUp():
                return self._end(EndReason.HUNG_UP)
            # However often it is pressed: no code that a call asks for begins with it.
            case Keys(keys) | EarlyKeys(keys) if set(_entry(keys)) == {DENY_KEY}:
                return self._end(EndReason.DENIED, self._phrases.denied)
        match self.state.phase, event:
            case Phase.RINGING, Answered(by):
                return self._answered(by)
            case Phase.FIRST_KEY, EarlyKeys():
                return self._early_keys()
            case Phase.FIRST_KEY, Keys(keys):
                return self._first_key_pressed(_entry(keys))
            case Phase.CODE, Keys(keys):
                return self._code_pressed(_entry(keys))
            case ((Phase.FIRST_KEY | Phase.CODE), Silence()):
                return self._fruitless(EndReason.NO_INPUT, self._phrases.nothing_pressed)
            case Phase.CHECKING, CheckAnswered(verdict, attempts_remaining):
                return self._check_answered(verdict, attempts_remaining)
        return Step(self.state)

    def _answered(self, by: AnsweredBy) -> Step:
        # Nothing is said to a machine, and a carrier that cannot tell is no reason to trust what answers.
        if by is AnsweredBy.MACHINE:
            return self._end(EndReason.VOICEMAIL)
        if by is AnsweredBy.UNKNOWN:
            return self._end(EndReason.ANSWERED_BY_UNKNOWN)
        return self._ask_first_key(self.state, announcement=(self._greeting,))

    def _early_keys(self) -> Step:
        if self.state.early >= MAX_REASKS:
            return self._end(EndReason.EARLY_KEYS, self._phrases.gave_up)
        # Whoever pressed over the greeting did not hear who calls, so all of it is said again. Most key in the whole
        # code: the rest of its digits fall into what is said first, or each would be another early key.
        asked = self._ask_first_key(replace(self.state, early=self.state.early + 1), announcement=(self._greeting,))
        return Step(asked.state, (Say(self.script.language, (self._phrases.keys_count_later,)), *asked.actions))

    def _first_key_pressed(self, entry: str) -> Step:
        if entry == self.state.first_key:
            return self._ask_code(DialogueState(Phase.CODE), self._phrases.right_first_key)
        if entry == "":
            return self._fruitless(EndReason.NO_INPUT, self._phrases.nothing_pressed)
        if "*" in entry:
            return self._fruitless(EndReason.INVALID_KEYS, self._phrases.digits_only)
        if self.state.wrong_first >= MAX_REASKS:
            return self._end(EndReason.WRONG_FIRST_KEY, self._phrases.gave_up)
        asked_again = replace(self.state, wrong_first=self.state.wrong_first + 1)
        return self._ask_first_key(asked_again, remark=(self._phrases.wrong_first_key,))

    def _code_pressed(self, entry: str) -> Step:
        if entry == "":
            # A lone finish key is no answer, so it costs no attempt.
            return self._fruitless(EndReason.NO_INPUT, self._phrases.nothing_pressed)
        if not re.fullmatch(f"[0-9]{{1,{CODE_LENGTH}}}", entry):
            return self._fruitless(EndReason.INVALID_KEYS, self._phrases.digits_only)
        if len(entry) < CODE_LENGTH:
            return self._fruitless(EndReason.INCOMPLETE_KEYS, self._phrases.incomplete_code)
        return Step(DialogueState(Phase.CHECKING, checks=self.state.checks + 1), (CheckCode(entry),))

    def _fruitless(self, reason: EndReason, remark: str) -> Step:
        """Ask the same again, `remark` first, unless it was asked in vain too often."""
        if self.state.fruitless >= MAX_REASKS:
            return self._end(reason, self._phrases.gave_up)
        asked_again = replace(self.state, fruitless=self.state.fruitless + 1)
        if self.state.phase is Phase.FIRST_KEY:
            return self._ask_first_key(asked_again, announcement=(remark, self._greeting))
        return self._ask_code(asked_again, remark)

    def _check_answered(self, verdict: CheckVerdict, attempts_remaining: int) -> Step:
        if verdict is CheckVerdict.CORRECT:
            return self._end(EndReason.VERIFIED, self._phrases.verified)
        if verdict is CheckVerdict.EXPIRED:
            return self._end(EndReason.EXPIRED, self._phrases.expired)
        if verdict is CheckVerdict.CLOSED:
            return self._end(EndReason.CLOSED, self._phrases.closed)
        if verdict is CheckVerdict.LOCKED or attempts_remaining < 1:
            return self._end(EndReason.LOCKED, self._phrases.locked)
        if self.state.checks >= MAX_CHECKS:
            return self._end(EndReason.WRONG_CODE, self._phrases.gave_up)
        wrong = self._phrases.wrong_code.format(tries=self._phrases.tries(attempts_remaining))
        return self._ask_code(replace(self.state, phase=Phase.CODE), wrong)

    @property
    def _greeting(self) -> str:
        return self._phrases.greeting.format(firm=self.script.firm, operation=self.script.operation)

    def _ask_first_key(
        self, state: DialogueState, announcement: tuple[str, ...] = (), remark: tuple[str, ...] = ()
    ) -> Step:
        # The deny key is in the prompt, not the instructions: people press as soon as they have heard theirs.
        ask = Ask(
            self.script.language,
            announcement=announcement,
            instructions=(*remark, self._phrases.press_first_key.format(first_key=self.first_key)),
            prompt=(self._phrases.press_deny_key.format(deny_key=DENY_KEY),),
            keys=1,
            timeout_seconds=FIRST_KEY_TIMEOUT_SECONDS,
        )
        return Step(replace(state, phase=Phase.FIRST_KEY, first_key=self.first_key), (ask,))

    def _ask_code(self, state: DialogueState, remark: str) -> Step:
        # The remark is an instruction so that a finish key pressed after a full entry is dropped.
        ask = Ask(
            self.script.language,
            announcement=(),
            instructions=(remark,),
            prompt=(self._phrases.enter_code,),
            keys=CODE_LENGTH,
            timeout_seconds=CODE_TIMEOUT_SECONDS,
        )
        return Step(state, (ask,))

    def _end(self, reason: EndReason, last_words: str = "") -> Step:
        actions: list[Action] = []
        if reason is EndReason.DENIED:
            actions.append(Deny())
        if last_words:
            actions.append(Say(self.script.language, (last_words.format(firm=self.script.firm),)))
        if reason is not EndReason.HUNG_UP:
            actions.append(HangUp())
        return Step(DialogueState(Phase.ENDED, end=reason), tuple(actions))


def _entry(keys: str) -> str:
    """What was entered, without the key that only ends an entry."""
    return keys.removesuffix(FINISH_KEY)
