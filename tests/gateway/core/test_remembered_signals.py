from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from contacts.phone_numbers import LineType, PhoneNumber
from gateway.core import remembered_signals
from gateway.core.ports import LookUpFailed, RiskSignal
from gateway.core.remembered_signals import RememberedSignals

MOBILE = PhoneNumber("+821012345678", LineType.MOBILE)
OTHER = PhoneNumber("+821023456789", LineType.MOBILE)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Operator:
    raised: bool = False
    fails: bool = False
    questions: list[tuple[RiskSignal, PhoneNumber, datetime | None]] = field(default_factory=list)
    now: float = 100.0
    signals: RememberedSignals = field(init=False)

    def __post_init__(self) -> None:
        self.signals = RememberedSignals(self, lambda number: f"index of {number[-4:]}", 60, lambda: self.now)

    @property
    def asked(self) -> int:
        return len(self.questions)

    async def is_raised(self, signal: RiskSignal, number: PhoneNumber, since: datetime | None) -> bool:
        self.questions.append((signal, number, since))
        if self.fails:
            raise LookUpFailed
        return self.raised


async def test_an_answer_is_good_for_a_while_and_no_longer() -> None:
    operator = Operator()
    assert await operator.signals.is_raised(RiskSignal.SIM_SWAP, MOBILE, None) is False
    operator.raised, operator.now = True, 159.9
    assert await operator.signals.is_raised(RiskSignal.SIM_SWAP, MOBILE, None) is False
    operator.now = 160.0
    assert await operator.signals.is_raised(RiskSignal.SIM_SWAP, MOBILE, None) is True
    assert operator.asked == 2


async def test_another_number_signal_or_day_is_another_question() -> None:
    operator = Operator()
    for number in (MOBILE, OTHER):
        for signal in RiskSignal:
            for since in (None, SINCE):
                await operator.signals.is_raised(signal, number, since)
    assert operator.asked == 12


async def test_a_failure_is_not_remembered() -> None:
    operator = Operator(fails=True)
    with pytest.raises(LookUpFailed):
        await operator.signals.is_raised(RiskSignal.SIM_SWAP, MOBILE, None)
    operator.fails = False
    assert await operator.signals.is_raised(RiskSignal.SIM_SWAP, MOBILE, None) is False


async def test_no_number_is_kept() -> None:
    operator = Operator()
    await operator.signals.is_raised(RiskSignal.SIM_SWAP, MOBILE, None)
    assert MOBILE.e164[1:] not in repr(operator.signals._kept)


async def test_the_oldest_answers_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered_signals, "_MOST", 1)
    operator = Operator()
    asked = []
    for number in (MOBILE, OTHER, OTHER, MOBILE):
        await operator.signals.is_raised(RiskSignal.SIM_SWAP, number, None)
        asked.append(operator.asked)
    assert asked == [1, 2, 2, 3]


async def test_the_operator_is_asked_the_question_as_it_came() -> None:
    operator = Operator()
    await operator.signals.is_raised(RiskSignal.NUMBER_RECYCLING, OTHER, SINCE)
    assert operator.questions == [(RiskSignal.NUMBER_RECYCLING, OTHER, SINCE)]
