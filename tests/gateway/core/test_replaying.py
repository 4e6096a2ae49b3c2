"""A changed policy on the decisions that were made."""

from pathlib import Path

from gateway.core.deciding import Outcome, decide
from gateway.core.decision_stores import RecordedDecision
from gateway.core.facts import Facts
from gateway.core.operations import Operation
from gateway.core.replaying import Replay
from tests.gateway.core.policies import PACKAGED, facts, policy_with


def recorded(decision_id: str, some: Facts) -> RecordedDecision:
    made = decide(PACKAGED, some)
    return RecordedDecision(decision_id, PACKAGED.version, made.outcome, made.reason.rule, made.methods, some)


def test_the_same_table_changes_nothing() -> None:
    replay = Replay(PACKAGED)
    for operation in Operation:
        assert replay.look(recorded("dec_1", facts(operation))) is None
    assert replay.summary() == ["0 of 16 decisions would change"]


def test_each_decision_that_would_change_is_told_before_and_after(tmp_path: Path) -> None:
    replay = Replay(policy_with(tmp_path, methods="ars"))
    change = replay.look(recorded("dec_1", facts()))
    assert str(change) == "dec_1  required (R1) sms ars sms_reply  ->  required (R1) ars"
    assert replay.look(recorded("dec_2", facts(Operation.REISSUE))) is None


def test_changes_are_counted_by_what_becomes_of_them(tmp_path: Path) -> None:
    replay = Replay(policy_with(tmp_path, refused_hours="23-6", methods="sms"))
    for hour in (1, 2, 12):
        replay.look(recorded("dec_1", facts(hour=hour)))
    replay.look(recorded("dec_2", facts(online_consent=False)))
    assert replay.changes[Outcome.REQUIRED, Outcome.REFUSED] == 2
    assert replay.summary() == [
        "3 of 4 decisions would change",
        "2 required -> refused",
        "1 required, by other rules or methods",
    ]


def test_facts_in_a_form_that_is_no_longer_read_are_counted_and_passed_over() -> None:
    replay = Replay(PACKAGED)
    old = RecordedDecision("dec_1", "older+00000000", Outcome.REQUIRED, "R1", (), None)
    assert replay.look(old) is replay.look(old) is None
    assert replay.summary() == ["0 of 2 decisions would change; 2 could not be read"]
