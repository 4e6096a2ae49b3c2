"""Decisions in the store: what they need to know of a customer, and the record of them."""

from collections.abc import AsyncIterator, Mapping

import orjson

from gateway.core.deciding import Outcome
from gateway.core.decision_stores import RecordedDecision, Standing
from gateway.core.facts import Facts
from gateway.core.limits import Limits
from gateway.core.verification import Method
from gateway.store import keys
from gateway.store.action_log import TELL
from gateway.store.connection import Store
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_KEEP = load("keep_decision")
_AT_ONCE = 500


def customer_standing(read: list[int]) -> Standing:
    """From what `standing.lua` answers."""
    now, opened, day_left, branch_password = read
    return Standing(now, opened, day_left, bool(branch_password))


class RedisDecisionRecords:
    """`DecisionRecords` as one stream for each shard, which forgets its oldest entries."""

    def __init__(self, store: Store, limits: Limits) -> None:
        self._store = store
        self._kept_of_a_shard = -(-limits.decisions_kept // keys.SHARDS)

    async def begin(self, policy_version: str) -> None:
        """Tells the audit that a process decides by this policy from now on: what is opened is told without it."""
        await self._store.run(TELL, (keys.AUDIT_OF_NOBODY,), ("policy.in_use", "", "policy", policy_version))

    async def keep(self, customer_id: str, decision: RecordedDecision) -> None:
        facts = decision.facts
        written, operation = (b"", "") if facts is None else (orjson.dumps(facts), facts.operation)
        shard = keys.shard_of(customer_id)
        await self._store.run(
            _KEEP,
            (keys.decisions(shard), keys.audit(shard)),
            (
                *(decision.decision_id, self._kept_of_a_shard, customer_id, decision.policy_version),
                *(decision.outcome, decision.rule, " ".join(decision.methods), written, operation),
            ),
        )

    async def kept(self) -> AsyncIterator[RecordedDecision]:
        for shard in range(keys.SHARDS):
            after = "-"
            while entries := await self._store.command("XRANGE", keys.decisions(shard), after, "+", "COUNT", _AT_ONCE):
                for _, words in entries:
                    yield _as_recorded(dict(in_pairs(words)))
                after = f"({entries[-1][0].decode()}"


def _as_recorded(entry: Mapping[bytes, bytes]) -> RecordedDecision:
    return RecordedDecision(
        decision_id=entry[b"decision"].decode(),
        policy_version=entry[b"policy"].decode(),
        outcome=Outcome(entry[b"outcome"].decode()),
        rule=entry[b"rule"].decode(),
        methods=tuple(map(Method, entry[b"methods"].decode().split())),
        facts=_facts(entry[b"facts"]),
    )


def _facts(written: bytes) -> Facts | None:
    try:
        return Facts.from_record(orjson.loads(written))
    except (ValueError, KeyError, TypeError):
        return None
