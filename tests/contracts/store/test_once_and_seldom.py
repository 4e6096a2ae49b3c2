"""What may happen once, or so often: receipts, requests, inbound texts, caps; and who holds a key."""

import asyncio
from collections import Counter
from dataclasses import replace
from functools import partial
from hashlib import sha256

import pytest

from contacts.key_ring import KeyRing
from contacts.protection import PersonalData
from gateway.core.callers import Caller, Scope
from gateway.core.idempotency import Answered, Fresh, InProgress, Mismatch
from gateway.core.stores import Capped, Redemption
from gateway.store import cap_keys, keys
from gateway.store.api_keys import RedisApiKeys
from gateway.store.idempotency import RedisIdempotency
from tests.audit_events import all_events
from tests.builders import CLIENT, CUSTOMER_ID, INDEX_KEY, PEPPER
from tests.contracts.store.answering import claims_of
from tests.contracts.store.servers import LIMITS, Ports

KEY, ONE, OTHER = (sha256(word).hexdigest() for word in (b"key", b"one request", b"another request"))
ANSWER = Answered(201, b'{"password": "161803"}', {"Location": "/v1/x"})
SAME = bytes(range(20))
"""What a request under a key is known as."""
INDEX, ELSEWHERE = "0" * 32, "1" * 32


async def test_a_receipt_is_redeemed_by_one_of_many(ports: Ports) -> None:
    claims = await claims_of(ports)
    asked = (ports.receipts.redeem(claims, CLIENT) for _ in range(20))
    assert Counter(await asyncio.gather(*asked)) == {Redemption.REDEEMED: 1, Redemption.AGAIN: 19}
    assert await ports.receipts.redeem(await claims_of(ports), CLIENT) is Redemption.REDEEMED


async def test_a_receipt_is_redeemed_once_more_by_the_request_that_redeemed_it_and_by_no_other(ports: Ports) -> None:
    claims = await claims_of(ports)
    for known_as in (SAME, SAME):
        assert await ports.receipts.redeem(claims, CLIENT, known_as=known_as) is Redemption.REDEEMED
    for known_as in (b"", b"1", bytes(20)):
        assert await ports.receipts.redeem(claims, CLIENT, known_as=known_as) is Redemption.AGAIN
    assert await ports.receipts.redeem(claims, CLIENT, known_as=SAME) is Redemption.REDEEMED
    told = [event["event"] for event in await all_events(ports.store)]
    assert told.count("receipt.redeemed") == 1


async def test_a_receipt_that_no_key_redeemed_is_redeemed_by_none(ports: Ports) -> None:
    claims = await claims_of(ports)
    assert await ports.receipts.redeem(claims, CLIENT) is Redemption.REDEEMED
    for known_as in (b"", SAME):
        assert await ports.receipts.redeem(claims, CLIENT, known_as=known_as) is Redemption.AGAIN


async def test_what_is_redeemed_once_more_is_redeemed_only_while_all_of_it_holds(ports: Ports) -> None:
    claims = await claims_of(ports)
    again = partial(ports.receipts.redeem, client=CLIENT, known_as=SAME)
    assert await again(claims) is Redemption.REDEEMED
    assert await again(replace(claims, exp=claims.iat)) is Redemption.EXPIRED
    await ports.store.command("HSET", keys.guard(CUSTOMER_ID), "locked_at", 1)
    assert await again(claims) is Redemption.LOCKED
    await ports.become_another_store(claims.verification_id)
    assert await again(claims) is Redemption.STORE_CHANGED


async def test_what_is_redeemed_once_more_is_written_again_so_that_replicas_are_waited_for(ports: Ports) -> None:
    claims = await claims_of(ports)
    await ports.receipts.redeem(claims, CLIENT, known_as=SAME)
    before = await ports.changes_made()
    await ports.receipts.redeem(claims, CLIENT, known_as=SAME)
    assert await ports.changes_made() > before


async def test_a_receipt_is_not_redeemed_when_it_is_too_old(ports: Ports) -> None:
    claims = await claims_of(ports)
    too_old = replace(claims, exp=claims.iat)
    assert await ports.receipts.redeem(too_old, CLIENT) is Redemption.EXPIRED
    assert await ports.receipts.redeem(claims, CLIENT) is Redemption.REDEEMED


async def test_a_receipt_of_another_store_is_not_redeemed(ports: Ports) -> None:
    claims = await claims_of(ports)
    await ports.become_another_store(claims.verification_id)
    assert await ports.receipts.redeem(claims, CLIENT) is Redemption.STORE_CHANGED
    forgotten = replace(claims, verification_id=keys.new_verification_id(CUSTOMER_ID))
    assert await ports.receipts.redeem(forgotten, CLIENT) is Redemption.STORE_CHANGED


async def test_a_receipt_of_an_erased_customer_is_not_redeemed(ports: Ports) -> None:
    claims = await claims_of(ports)
    await ports.store.command("DEL", keys.customer(CUSTOMER_ID))
    assert await ports.receipts.redeem(claims, CLIENT) is Redemption.CUSTOMER_MISSING


async def test_the_store_tells_its_time_in_ms(ports: Ports) -> None:
    seconds, _ = await ports.store.command("TIME")
    assert abs(await ports.receipts.now() - int(seconds) * 1000) < 60_000


async def test_a_request_is_carried_out_once_and_its_answer_kept(ports: Ports) -> None:
    begun = await asyncio.gather(*(ports.idempotency.begin(CLIENT, KEY, [ONE]) for _ in range(5)))
    assert sorted(map(str, begun)) == sorted(map(str, [Fresh(), *[InProgress()] * 4]))
    await ports.idempotency.finish(CLIENT, KEY, ONE, ANSWER)
    assert await ports.idempotency.begin(CLIENT, KEY, [ONE]) == ANSWER


async def test_a_key_used_for_another_request_is_a_mismatch(ports: Ports) -> None:
    await ports.idempotency.begin(CLIENT, KEY, [ONE])
    assert await ports.idempotency.begin(CLIENT, KEY, [OTHER]) == Mismatch()
    await ports.idempotency.finish(CLIENT, KEY, ONE, ANSWER)
    assert await ports.idempotency.begin(CLIENT, KEY, [OTHER]) == Mismatch()


async def test_two_clients_never_meet(ports: Ports) -> None:
    await ports.idempotency.begin(CLIENT, KEY, [ONE])
    assert await ports.idempotency.begin("another", KEY, [OTHER]) == Fresh()


async def test_an_abandoned_request_may_be_made_again(ports: Ports) -> None:
    await ports.idempotency.begin(CLIENT, KEY, [ONE])
    await ports.idempotency.abandon(CLIENT, KEY, ONE)
    assert await ports.idempotency.begin(CLIENT, KEY, [OTHER]) == Fresh()


async def test_a_claim_that_nobody_finishes_lapses(ports: Ports) -> None:
    await ports.idempotency.begin(CLIENT, KEY, [ONE])
    await ports.lapse(keys.idempotency(CLIENT, KEY))
    assert await ports.idempotency.begin(CLIENT, KEY, [ONE]) == Fresh()


async def test_an_answer_after_its_claim_lapsed_is_never_given_to_another_request(ports: Ports) -> None:
    await ports.idempotency.begin(CLIENT, KEY, [ONE])
    await ports.lapse(keys.idempotency(CLIENT, KEY))
    await ports.idempotency.finish(CLIENT, KEY, ONE, ANSWER)
    assert await ports.idempotency.begin(CLIENT, KEY, [OTHER]) == Fresh()
    for late in (ports.idempotency.finish(CLIENT, KEY, ONE, ANSWER), ports.idempotency.abandon(CLIENT, KEY, ONE)):
        await late
        assert await ports.idempotency.begin(CLIENT, KEY, [OTHER]) == InProgress()


async def test_an_answer_under_a_key_that_is_gone_is_neither_given_nor_made_anew(ports: Ports) -> None:
    await ports.idempotency.begin(CLIENT, KEY, [ONE])
    await ports.idempotency.finish(CLIENT, KEY, ONE, ANSWER)
    another = PersonalData(KeyRing(PEPPER), KeyRing(INDEX_KEY))
    assert await RedisIdempotency(ports.store, another).begin(CLIENT, KEY, [ONE]) == InProgress()


async def test_an_inbound_text_is_read_by_one_of_many(ports: Ports) -> None:
    assert sorted(await asyncio.gather(*(ports.replies.begin("SM1") for _ in range(5)))) == [False] * 4 + [True]
    await ports.replies.finish("SM1")
    assert not await ports.replies.begin("SM1")
    assert await ports.replies.begin("SM2")
    await ports.replies.forget("SM2")
    assert await ports.replies.begin("SM2")


async def test_an_inbound_text_whose_reader_crashed_may_be_read_again(ports: Ports) -> None:
    await ports.replies.begin("SM1")
    await ports.lapse(keys.inbound_text("SM1"))
    assert await ports.replies.begin("SM1")


async def test_a_number_expects_what_was_asked_of_it_and_nothing_else(ports: Ports) -> None:
    await ports.replies.expect(INDEX, b"\x00digest", "ver_00a")
    await ports.replies.expect(INDEX, b"\xffother", "ver_00b")
    assert await ports.replies.expected([INDEX]) == {b"\x00digest": "ver_00a", b"\xffother": "ver_00b"}
    assert await ports.replies.expected([ELSEWHERE]) == {}
    assert await ports.store.command("TTL", keys.replies(INDEX)) > LIMITS.longest_life


async def test_a_number_is_reached_so_often_in_a_window_and_in_a_day(ports: Ports) -> None:
    short, day = cap_keys.of_number(INDEX)
    for _ in range(LIMITS.number_cap.count):
        await ports.caps.take_number([INDEX])
    with pytest.raises(Capped) as capped:
        await ports.caps.take_number([INDEX])
    assert capped.value.cap == "number"
    assert 0 < capped.value.retry_after_ms <= LIMITS.number_cap.window_seconds * 1000
    await ports.caps.take_number([ELSEWHERE])
    await ports.lapse(short)
    await ports.caps.take_number([INDEX])
    with pytest.raises(Capped) as capped:
        await ports.caps.take_number([INDEX])
    assert capped.value.retry_after_ms > LIMITS.number_cap.window_seconds * 1000
    await ports.lapse(day)
    await ports.caps.take_number([INDEX])


async def test_what_a_cap_refuses_is_not_counted(ports: Ports) -> None:
    short, day = cap_keys.of_number(INDEX)
    for _ in range(10):
        try:
            await ports.caps.take_number([INDEX])
        except Capped:
            continue
    assert [await ports.store.command("GET", key) for key in (short, day)] == [b"2", b"2"]


async def test_clients_and_answering_texts_have_caps_of_their_own(ports: Ports) -> None:
    for _ in range(LIMITS.client_cap.count):
        await ports.caps.take_client(CLIENT)
    with pytest.raises(Capped, match="client"):
        await ports.caps.take_client(CLIENT)
    await ports.caps.take_client("another")
    await ports.lapse(cap_keys.of_client(CLIENT)[0])
    await ports.caps.take_client(CLIENT)
    with pytest.raises(Capped) as capped:
        await ports.caps.take_client(CLIENT)
    assert capped.value.retry_after_ms > LIMITS.client_cap.window_seconds * 1000
    await ports.caps.take_answering_text([INDEX])
    with pytest.raises(Capped, match="answering_text"):
        await ports.caps.take_answering_text([INDEX])
    await ports.caps.take_answering_text([ELSEWHERE])


async def test_a_key_is_known_by_its_digest_and_until_it_is_revoked(ports: Ports) -> None:
    made = RedisApiKeys(ports.store)
    key = await made.create(CLIENT, "김담당", frozenset({Scope.VERIFY, Scope.BRANCH}))
    digest = sha256(key.encode()).hexdigest()
    assert await ports.api_keys.find(digest) == Caller(CLIENT, "김담당", frozenset({"verify", "branch"}))
    assert await ports.api_keys.find(sha256(b"guessed").hexdigest()) is None
    [entry] = await made.entries()
    assert digest.startswith(entry.key_id)
    assert await made.revoke(entry.key_id)
    assert not await made.revoke(entry.key_id)
    assert await RedisApiKeys(ports.store).find(digest) is None


async def test_no_key_is_revoked_by_less_than_its_id(ports: Ports) -> None:
    made = RedisApiKeys(ports.store)
    await made.create(CLIENT, "김담당", frozenset({Scope.VERIFY}))
    [entry] = await made.entries()
    assert not await made.revoke("")
    assert not await made.revoke(entry.key_id[:-1])
    assert await made.entries() == [entry]


async def test_a_key_itself_is_nowhere_in_the_store(ports: Ports) -> None:
    key = await RedisApiKeys(ports.store).create(CLIENT, "김담당", frozenset({Scope.VERIFY}))
    assert key.encode() not in repr(await ports.store.command("HGETALL", keys.API_KEYS)).encode()
