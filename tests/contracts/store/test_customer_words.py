"""What people write about a customer: sealed where it stands, read by who may, and gone with the customer's key."""

import asyncio

import pytest

from gateway.core.read_model import TimelineEvent
from gateway.store import keys
from gateway.store.action_log import RedisActionLog
from gateway.store.approvals import RedisApprovals
from gateway.store.customer_words import ERASED, CustomerWords
from tests import builders
from tests.audit_events import events
from tests.builders import CUSTOMER_ID
from tests.contracts.store.approval_requests import CHECKER, REASON, locked
from tests.contracts.store.servers import LIMITS, Ports

WRITTEN = "고객이 여의도점에서 신분증을 보임"


@pytest.fixture
async def words(ports: Ports) -> CustomerWords:
    await ports.customers.put(builders.individual())
    return CustomerWords(ports.store, builders.personal_data())


async def opened(words: CustomerWords, customer_id: str, sealed: str) -> str:
    return (await words.reader([customer_id])).open(customer_id, sealed)


async def test_what_was_sealed_is_read_again_and_never_the_same_twice(words: CustomerWords) -> None:
    one, other = [await words.seal(CUSTOMER_ID, WRITTEN) for _ in range(2)]
    assert one != other
    assert [await opened(words, CUSTOMER_ID, sealed) for sealed in (one, other)] == [WRITTEN] * 2


async def test_what_somebody_put_into_the_audit_or_changed_keeps_no_other_words_from_being_read(
    ports: Ports, words: CustomerWords
) -> None:
    other = "sung-chunhyang"
    await ports.customers.put(builders.individual(other))
    told = [{"customer": one, "why": await words.seal(one, WRITTEN)} for one in (CUSTOMER_ID, other)]
    key = keys.customer_words(other)
    sealed = await ports.store.command("HGET", key, "key")
    await ports.store.command("HSET", key, "key", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert await words.reasons([*told, {"why": "x"}]) == [{"why": WRITTEN}, {"why": ERASED}, {"why": ERASED}]


async def test_of_nobody_who_is_not_there_anything_can_be_read_or_is_kept(ports: Ports, words: CustomerWords) -> None:
    sealed = await words.seal("nobody", WRITTEN)
    assert sealed
    assert await opened(words, "nobody", sealed) == ERASED
    assert await ports.store.command("EXISTS", keys.customer_words("nobody")) == 0


async def test_all_who_write_at_once_write_under_one_key(ports: Ports) -> None:
    await ports.customers.put(builders.individual())
    writers = [CustomerWords(ports.store, builders.personal_data()) for _ in range(8)]
    sealed = await asyncio.gather(*(writer.seal(CUSTOMER_ID, WRITTEN) for writer in writers))
    assert {await opened(writers[0], CUSTOMER_ID, one) for one in sealed} == {WRITTEN}


async def test_words_of_one_customer_are_not_read_as_those_of_another(ports: Ports, words: CustomerWords) -> None:
    sealed = await words.seal(CUSTOMER_ID, WRITTEN)
    await ports.customers.put(builders.individual("sung-chunhyang"))
    await words.seal("sung-chunhyang", WRITTEN)
    assert await opened(words, "sung-chunhyang", sealed) == ERASED


@pytest.mark.parametrize("sealed", ["", "x", "====", "A" * 40, "가나다"])
async def test_what_was_not_sealed_here_is_not_read(words: CustomerWords, sealed: str) -> None:
    await words.seal(CUSTOMER_ID, WRITTEN)
    assert await opened(words, CUSTOMER_ID, sealed) == ERASED


async def test_without_the_key_nobody_reads_it(ports: Ports, words: CustomerWords) -> None:
    sealed = await words.seal(CUSTOMER_ID, WRITTEN)
    await ports.store.command("DEL", keys.customer_words(CUSTOMER_ID))
    assert await opened(words, CUSTOMER_ID, sealed) == ERASED
    later = await words.seal(CUSTOMER_ID, WRITTEN)
    assert await opened(words, CUSTOMER_ID, later) == WRITTEN
    assert await opened(words, CUSTOMER_ID, sealed) == ERASED


async def test_reasons_of_approvals_are_sealed_in_the_audit_and_read_in_the_record(ports: Ports) -> None:
    await ports.customers.put(builders.individual())
    approvals = RedisApprovals(ports.store, builders.personal_data(), LIMITS)
    asked = await approvals.add(await locked(ports))
    await approvals.approve(asked, CHECKER, WRITTEN)
    read = await approvals.read(asked.approval_id)
    assert read is not None
    assert (read.reason, read.decision_reason) == (REASON, WRITTEN)
    told = await events(ports.store, CUSTOMER_ID)
    record = await ports.store.command("HGETALL", keys.approval(asked.approval_id))
    for written in (REASON, WRITTEN):
        assert written not in repr(told)
        assert written.encode() not in b"".join(record)
    words = CustomerWords(ports.store, builders.personal_data())
    (approved,) = [event for event in told if event["event"] == "approval.approved"]
    assert await words.reasons([approved, {"event": "x"}]) == [
        {"request_reason": REASON, "decision_reason": WRITTEN},
        {},
    ]


async def test_why_an_operator_acted_is_sealed_and_shown_to_operators(ports: Ports) -> None:
    await ports.customers.put(builders.individual())
    log = RedisActionLog(ports.store, builders.personal_data())
    await log.note("ops.cancel", CUSTOMER_ID, ("verification", "ver_x"), "김운영", WRITTEN)
    *_, event = await events(ports.store, CUSTOMER_ID)
    assert event["by"] == "김운영"
    assert event["why"] != WRITTEN
    timeline = [TimelineEvent("ops.cancel", 1, event), TimelineEvent("verification.canceled", 2, {"channel": "ops"})]
    shown = await log.with_reasons(CUSTOMER_ID, timeline)
    assert [each.told.get("why") for each in shown] == [WRITTEN, None]
