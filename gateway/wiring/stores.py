"""Everything that keeps something in the store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from contacts.protection import PersonalData
from gateway.core.limits import Limits
from gateway.settings import Settings
from gateway.store.action_log import RedisActionLog
from gateway.store.alarms import RedisAlarms
from gateway.store.api_keys import RedisApiKeys
from gateway.store.approvals import RedisApprovals
from gateway.store.auto_connections import RedisAutoConnections
from gateway.store.branch_passwords import RedisBranchPasswords
from gateway.store.caps import RedisCaps
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.store.changes import RedisChanges
from gateway.store.connection import Store
from gateway.store.contact_life import RedisContactLife
from gateway.store.customers import RedisCustomers
from gateway.store.dead_letters import RedisDeadLetters
from gateway.store.decisions import RedisDecisionRecords
from gateway.store.denials import RedisDenials
from gateway.store.exemptions import RedisExemptions
from gateway.store.hand_overs import RedisHandOvers
from gateway.store.idempotency import RedisIdempotency
from gateway.store.notices import RedisNotices
from gateway.store.operators import RedisOperators
from gateway.store.outbox import RedisOutbox
from gateway.store.ownership_tries import RedisOwnershipTries
from gateway.store.ranges import RedisRanges
from gateway.store.read_model import RedisReadModel
from gateway.store.receipts import RedisReceipts
from gateway.store.replies import RedisReplies
from gateway.store.shared_by_workers import SharedByWorkers
from gateway.store.verifications import RedisVerifications
from gateway.wiring.keys import store_under_keys


@dataclass(frozen=True, slots=True)
class Stores:
    """Every port of the core on one Redis or Valkey."""

    connection: Store
    action_log: RedisActionLog
    alarms: RedisAlarms
    api_keys: RedisApiKeys
    approvals: RedisApprovals
    auto_connections: RedisAutoConnections
    branch_passwords: RedisBranchPasswords
    caps: RedisCaps
    carrier_board: RedisCarrierBoard
    changes: RedisChanges
    contact_life: RedisContactLife
    customers: RedisCustomers
    dead_letters: RedisDeadLetters
    decisions: RedisDecisionRecords
    denials: RedisDenials
    exemptions: RedisExemptions
    hand_overs: RedisHandOvers
    idempotency: RedisIdempotency
    notices: RedisNotices
    operators: RedisOperators
    outbox: RedisOutbox
    ownership_tries: RedisOwnershipTries
    ranges: RedisRanges
    read_model: RedisReadModel
    receipts: RedisReceipts
    replies: RedisReplies
    verifications: RedisVerifications


def build_stores(
    store: Store, personal_data: PersonalData, limits: Limits, shared: SharedByWorkers | None = None
) -> Stores:
    """Nothing is asked of the store yet."""
    return Stores(
        connection=store,
        action_log=RedisActionLog(store, personal_data),
        alarms=RedisAlarms(store, personal_data),
        api_keys=RedisApiKeys(store),
        approvals=RedisApprovals(store, personal_data, limits),
        auto_connections=RedisAutoConnections(store),
        branch_passwords=RedisBranchPasswords(store),
        caps=RedisCaps(store, limits),
        carrier_board=RedisCarrierBoard(store),
        changes=RedisChanges(store),
        contact_life=RedisContactLife(store, limits),
        customers=RedisCustomers(store, personal_data, limits, shared.contacts if shared else None),
        dead_letters=RedisDeadLetters(store),
        decisions=RedisDecisionRecords(store, limits),
        denials=RedisDenials(store, limits),
        exemptions=RedisExemptions(store),
        hand_overs=RedisHandOvers(store),
        idempotency=RedisIdempotency(store, personal_data),
        notices=RedisNotices(store),
        operators=RedisOperators(store, limits),
        outbox=RedisOutbox(store),
        ownership_tries=RedisOwnershipTries(store, limits),
        ranges=RedisRanges(store, limits),
        read_model=RedisReadModel(store),
        receipts=RedisReceipts(store),
        replies=RedisReplies(store, limits),
        verifications=RedisVerifications(store, limits, shared.terms if shared else None),
    )


@asynccontextmanager
async def open_stores(settings: Settings, *, writes: bool = False) -> AsyncIterator[Stores]:
    """All of them over the store of the settings, for administration as `store_under_keys` has it."""
    async with store_under_keys(settings, writes=writes) as store:
        yield build_stores(store, settings.personal_data, settings.limits)
