"""Decisions that are kept: whole, in order, and no more of them than there is room for."""

from dataclasses import replace

import pytest

from gateway.core.deciding import Outcome
from gateway.core.decision_stores import RecordedDecision
from gateway.core.facts import ContactFacts, Held
from gateway.core.ports import RiskSignal
from gateway.core.verification import Method
from gateway.store import keys
from gateway.store.decisions import RedisDecisionRecords
from tests.audit_events import events
from tests.builders import CUSTOMER_ID
from tests.contracts.store.servers import LIMITS, Ports
from tests.gateway.core.policies import MOBILE, facts


def decided(**changes: object) -> RecordedDecision:
    methods = (Method.SMS, Method.ARS)
    made = RecordedDecision(keys.new_decision_id(CUSTOMER_ID), "p", Outcome.REQUIRED, "R1", methods, facts())
    return replace(made, **changes)  # type: ignore[arg-type]


async def kept(records: RedisDecisionRecords) -> list[RecordedDecision]:
    return [record async for record in records.kept()]


@pytest.mark.parametrize(
    "decision",
    [
        decided(),
        decided(outcome=Outcome.REFUSED, rule="R10", methods=()),
        decided(facts=facts(contacts=(replace(MOBILE, held=(Held(MOBILE.methods[0], RiskSignal.SIM_SWAP),)),))),
        decided(facts=facts(contacts=(ContactFacts("con_x", (), uncarried=MOBILE.methods),), online_consent=False)),
    ],
)
async def test_one_is_kept_whole_and_the_audit_says_how_it_came_out(ports: Ports, decision: RecordedDecision) -> None:
    records = RedisDecisionRecords(ports.store, LIMITS)
    await records.keep(CUSTOMER_ID, decision)
    assert await kept(records) == [decision]
    (told,) = await events(ports.store, CUSTOMER_ID)
    assert (told["event"], told["decision"], told["rule"]) == (
        f"decision.{decision.outcome}",
        decision.decision_id,
        decision.rule,
    )


async def test_what_was_written_in_another_form_is_kept_without_its_facts(ports: Ports) -> None:
    records, decision = RedisDecisionRecords(ports.store, LIMITS), decided()
    await records.keep(CUSTOMER_ID, decision)
    stream = keys.decisions(keys.shard_of(CUSTOMER_ID))
    ((_, words),) = await ports.store.command("XRANGE", stream, "-", "+")
    fields = {**dict(zip(words[::2], words[1::2], strict=True)), b"facts": b'{"operation": "another"}'}
    await ports.store.command("DEL", stream)
    await ports.store.command("XADD", stream, "*", *(word for pair in fields.items() for word in pair))
    assert await kept(records) == [replace(decision, facts=None)]
