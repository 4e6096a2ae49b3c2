"""Who is asked before a decision: nobody about a customer whom no answer could let through."""

from typing import Any

import pytest

from contacts.models import CustomerKind
from gateway.core.coverage import Coverage
from gateway.core.deciding import Outcome
from gateway.core.decisions import DecisionRequest, Decisions
from gateway.core.facts import NOT_ASKED, AutoConnection, ExemptionFacts, Known, NoHolds
from gateway.core.operations import Operation
from gateway.core.policy_files import load_policy
from gateway.store import keys
from gateway.store.decisions import RedisDecisionRecords
from tests import builders
from tests.builders import CUSTOMER_ID
from tests.gateway.rooms import Rooms


class Outside:
    """Who keeps departure records, and who knows devices."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def facts(self, *_: object) -> ExemptionFacts:
        self.asked.append("departure")
        return NOT_ASKED

    async def use(self, *_: object) -> AutoConnection:
        self.asked.append("device")
        return AutoConnection(Known.NOT_MET)


@pytest.mark.parametrize(
    ("operation", "who", "outcome", "asked"),
    [
        (Operation.ISSUE, {}, Outcome.REQUIRED, ["departure"]),
        (Operation.CLOUD_LOGIN, {}, Outcome.REQUIRED, ["device"]),
        (Operation.VOUCH, {}, Outcome.REQUIRED, []),
        (Operation.ISSUE, {"online_consent": False}, Outcome.REFUSED, []),
        (Operation.CLOUD_LOGIN, {"kind": CustomerKind.CORPORATE}, Outcome.REFUSED, []),
        (Operation.RENEW, {}, Outcome.EXEMPT, []),
    ],
)
async def test_only_what_the_operation_takes_as_an_exemption_is_asked_for_and_where_it_could_help(
    rooms: Rooms, operation: Operation, who: dict[str, Any], outcome: Outcome, asked: list[str]
) -> None:
    await rooms.register(builders.individual(**who))
    outside, coverage = Outside(), Coverage(rooms.carriers, rooms.customer_store)
    records = RedisDecisionRecords(rooms.store, rooms.limits)
    decisions = Decisions(
        load_policy(), rooms.customer_store, records, outside, outside, NoHolds(), coverage, keys.new_decision_id
    )
    request = DecisionRequest(CUSTOMER_ID, operation, "203.0.113.7", auto_connect_token="act_x.y", device="pc-1")
    assert (await decisions.decide(request)).decision.outcome is outcome
    assert outside.asked == asked
