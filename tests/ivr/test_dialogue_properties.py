"""What holds in every call, whatever happens in it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ivr.actions import DENY_KEY, Ask, CheckCode, Deny, HangUp, Say
from ivr.dialogue import MAX_CHECKS, MAX_REASKS, Script, step
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
from ivr.phrases import Language
from ivr.state import DialogueState, EndReason, Phase

MOST_ASKS = (1 + 3 * MAX_REASKS) + MAX_CHECKS * (1 + MAX_REASKS)
"""First key: once, and again for early, wrong and no keys; each code: once, and again for no code."""

first_keys = st.sampled_from("012345678")
some_keys = st.text("0123456789*#AD", max_size=8) | st.text(max_size=8) | st.just(DENY_KEY)
likely_answers = st.sampled_from([Keys("5"), Keys("271828"), Silence()])
verdicts = st.builds(CheckAnswered, st.sampled_from(CheckVerdict), st.integers(-1, 12))
events = (
    st.builds(Answered, st.sampled_from(AnsweredBy))
    | st.builds(EarlyKeys, some_keys)
    | st.builds(Keys, some_keys)
    | st.sampled_from([Keys("123456"), Silence(), HungUp()])
    | verdicts
)
scripts = st.sampled_from(
    [
        Script(Language.KOREAN, "본인증권", "공동인증서 발급"),
        Script(Language.ENGLISH, "Bonin Securities", "certificate issuance"),
    ]
)


def spoken(ask: Ask) -> str:
    return " ".join(ask.announcement + ask.instructions + ask.prompt)


goes_on = precondition(lambda call: call.state.end is None)
is_over = precondition(lambda call: call.state.end is not None)


class AnyCall(RuleBasedStateMachine):
    """Events in any order, also such as no carrier would send; one call after the other, for most are over soon."""

    script = Script(Language.KOREAN, "본인증권", "공동인증서 발급")

    @initialize()
    def a_call_begins(self) -> None:
        self.state = DialogueState()
        self.checks_outstanding = 0
        self.passed_first_key = False
        self.asks = 0

    def take(self, event: Event, first_key: str = "5") -> None:
        before = self.state
        taken = step(before, event, self.script, first_key)
        if before.phase is Phase.FIRST_KEY and event in (
            Keys(before.first_key),
            Keys(before.first_key + "#"),
        ):
            self.passed_first_key = True
        for action in taken.actions:
            if isinstance(action, CheckCode):
                assert self.passed_first_key
                assert re.fullmatch("[0-9]{6}", action.code)
                self.checks_outstanding += 1
            if isinstance(action, Ask):
                self.asks += 1
                digits = "".join(re.findall("[0-9]", spoken(action)))
                assert digits == (first_key + DENY_KEY if action.keys == 1 else "")
            if isinstance(action, Say):
                assert not re.search("[0-9]", " ".join(action.sentences))
        assert self.checks_outstanding <= 1
        assert (taken.state.end is None) or HangUp() in taken.actions or event == HungUp() or before.end
        self.state = taken.state

    @goes_on
    @rule(by=st.sampled_from(AnsweredBy), first_key=first_keys)
    def somebody_answers(self, by: AnsweredBy, first_key: str) -> None:
        self.take(Answered(by), first_key)

    @goes_on
    @rule(keys=some_keys, first_key=first_keys)
    def keys_come_early(self, keys: str, first_key: str) -> None:
        self.take(EarlyKeys(keys), first_key)

    @goes_on
    @rule(keys=some_keys, first_key=first_keys)
    def keys_come(self, keys: str, first_key: str) -> None:
        self.take(Keys(keys), first_key)

    @goes_on
    @rule()
    def what_is_waited_for_comes(self) -> None:
        """Or few calls would come to their code."""
        match self.state.phase:
            case Phase.RINGING:
                self.take(Answered(AnsweredBy.HUMAN))
            case Phase.FIRST_KEY:
                self.take(Keys(self.state.first_key))
            case Phase.CODE:
                self.take(Keys("271828"))
            case Phase.CHECKING:
                self.the_verifier_answers(CheckAnswered(CheckVerdict.WRONG, 4))

    @goes_on
    @rule(code=st.from_regex("[0-9]{6}#?", fullmatch=True))
    def a_code_comes(self, code: str) -> None:
        self.take(Keys(code))

    @goes_on
    @rule(first_key=first_keys)
    def nobody_presses_anything(self, first_key: str) -> None:
        self.take(Silence(), first_key)

    @goes_on
    @rule(verdict=verdicts)
    def the_verifier_answers(self, verdict: CheckAnswered) -> None:
        self.take(verdict)
        self.checks_outstanding = 0

    @goes_on
    @rule()
    def the_caller_hangs_up(self) -> None:
        self.take(HungUp())

    @rule()
    def nine_denies_unless_the_call_is_over(self) -> None:
        was = self.state
        taken = step(was, Keys(DENY_KEY), self.script, "5")
        if was.end is None:
            assert taken.state.end is EndReason.DENIED
            assert taken.actions[0] == Deny()
        else:
            assert taken.state == was
            assert taken.actions == ()

    @is_over
    @rule()
    def another_call_begins(self) -> None:
        self.a_call_begins()

    @is_over
    @rule(event=events)
    def nothing_changes_after_the_end(self, event: Event) -> None:
        taken = step(self.state, event, self.script, "5")
        assert taken.state == self.state
        assert taken.actions == ()

    @invariant()
    def the_state_can_be_kept_and_read_back(self) -> None:
        dumped = self.state.dump()
        assert dumped.isascii()
        assert len(dumped) < 40
        assert DialogueState.load(dumped) == self.state

    @invariant()
    def the_number_of_asks_is_bounded(self) -> None:
        assert self.asks <= MOST_ASKS


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(deadline=None)


def _ends_after(answers: list[Event], script: Script) -> DialogueState:
    """A call in which whatever is asked for gets one of `answers`, over and over."""
    taken = step(DialogueState(), Answered(AnsweredBy.HUMAN), script, "5")
    for turn in range(2 * MOST_ASKS):
        event: Event = answers[turn % len(answers)]
        if taken.state.phase is Phase.CHECKING:
            event = CheckAnswered(CheckVerdict.WRONG, 4)
        elif taken.state.end is not None:
            return taken.state
        taken = step(taken.state, event, script, "5")
    return taken.state


@given(
    st.lists(likely_answers | st.builds(Keys, some_keys), min_size=1, max_size=8),
    scripts,
)
@settings(max_examples=300, deadline=None)
def test_every_call_ends_however_the_caller_answers(answers: list[Event], script: Script) -> None:
    assert _ends_after(answers, script).end is not None
