"""What every `OperatorStore` promises: a code is used once, tries are counted first, a session ends when it should."""

import asyncio

import pytest

from gateway.core.approvals import person_key
from gateway.core.operators import NewSession, OperatorLocked, OperatorMissing, Role, StepUsed
from gateway.store import ops_keys
from gateway.store.operators import RedisOperators
from tests.audit_events import all_events, unknown_to_the_catalogue
from tests.contracts.store.servers import LIMITS, Ports
from tests.gateway.contents import every_key

PERSON = "이 당직"


@pytest.fixture
async def operators(ports: Ports) -> RedisOperators:
    operators = RedisOperators(ports.store, LIMITS)
    assert await operators.add(PERSON, Role.OPERATOR, b"sealed")
    return operators


def session(cookie: str, generation: str, pending: bytes | None = None) -> NewSession:
    return NewSession(cookie, "token", "digest", generation, pending)


async def signed_in(operators: RedisOperators, cookie: str = "cookie", step: int = 100) -> None:
    attempt = await operators.begin_sign_in(PERSON)
    await operators.sign_in(PERSON, step, session(cookie, attempt.generation))


async def test_an_operator_is_found_by_any_spelling_of_the_name(operators: RedisOperators) -> None:
    attempt = await operators.begin_sign_in("이당직")
    assert (attempt.operator.person, attempt.operator.role, attempt.sealed_secret) == (PERSON, Role.OPERATOR, b"sealed")
    assert not await operators.add("이당직", Role.APPROVER)
    assert [one.role for one in await operators.entries()] == [Role.OPERATOR]


async def test_nobody_else_is_an_operator(operators: RedisOperators) -> None:
    with pytest.raises(OperatorMissing):
        await operators.begin_sign_in("somebody")


async def test_of_many_who_use_one_code_at_once_one_is_signed_in(operators: RedisOperators) -> None:
    attempt = await operators.begin_sign_in(PERSON)
    outcomes = await asyncio.gather(
        *(operators.sign_in(PERSON, 100, session(str(number), attempt.generation)) for number in range(20)),
        return_exceptions=True,
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, StepUsed) for outcome in outcomes) == 19


async def test_an_earlier_code_is_used_up_by_a_later_one(operators: RedisOperators) -> None:
    await signed_in(operators, step=100)
    with pytest.raises(StepUsed):
        await signed_in(operators, step=99)


async def test_too_many_wrong_codes_lock_for_a_while_and_a_right_one_forgets_them(operators: RedisOperators) -> None:
    for _ in range(LIMITS.wrong_sign_ins - 1):
        await operators.begin_sign_in(PERSON)
    await signed_in(operators)
    for _ in range(LIMITS.wrong_sign_ins):
        await operators.begin_sign_in(PERSON)
    with pytest.raises(OperatorLocked) as locked:
        await operators.begin_sign_in(PERSON)
    assert 0 < locked.value.retry_after_ms <= LIMITS.sign_in_locked_for * 1000


async def test_after_the_lock_tries_begin_again(operators: RedisOperators, ports: Ports) -> None:
    for _ in range(LIMITS.wrong_sign_ins):
        await operators.begin_sign_in(PERSON)
    with pytest.raises(OperatorLocked):
        await operators.begin_sign_in(PERSON)
    record = ops_keys.operator(person_key(PERSON))
    left = int(await ports.store.command("HGET", record, "locked_until")) - await ports.now()
    assert 0 < left <= LIMITS.sign_in_locked_for * 1000
    await ports.store.command("HSET", record, "locked_until", 1)
    for _ in range(LIMITS.wrong_sign_ins):
        await operators.begin_sign_in(PERSON)
    with pytest.raises(OperatorLocked):
        await operators.begin_sign_in(PERSON)
    await ports.store.command("HSET", record, "locked_until", 1)
    await signed_in(operators)


async def test_a_session_is_known_by_its_cookie_and_says_who_it_is(operators: RedisOperators, ports: Ports) -> None:
    await signed_in(operators)
    found = await operators.session("cookie", touch=True)
    assert found is not None
    assert (found[0].operator.person, found[0].signed_in, found[0].csrf_token, found[1]) == (
        PERSON,
        True,
        "token",
        "digest",
    )
    assert await operators.session("another", touch=True) is None
    dump = await every_key(ports.store)
    assert not any(b"cookie" in key for key in dump)


async def test_a_session_ends_when_idle_and_looking_by_itself_keeps_it_no_longer(
    operators: RedisOperators, ports: Ports
) -> None:
    await signed_in(operators)
    key = (await every_key(ports.store, "*ops-session*"))[0].decode()
    seen = int(await ports.store.command("HGET", key, "seen_at"))
    almost = seen - LIMITS.operator_idle * 1000 + 60_000
    await ports.store.command("HSET", key, "seen_at", almost)
    assert await operators.session("cookie", touch=False) is not None
    assert int(await ports.store.command("HGET", key, "seen_at")) == almost
    assert await operators.session("cookie", touch=True) is not None
    assert int(await ports.store.command("HGET", key, "seen_at")) >= seen
    await ports.store.command("HSET", key, "seen_at", seen - LIMITS.operator_idle * 1000 - 60_000)
    assert await operators.session("cookie", touch=False) is None
    assert not await ports.store.command("EXISTS", key)


async def test_a_session_has_an_end_whatever_is_done_with_it(operators: RedisOperators, ports: Ports) -> None:
    await signed_in(operators)
    key = (await every_key(ports.store, "*ops-session*"))[0].decode()
    assert 0 < await ports.store.command("PTTL", key) <= LIMITS.operator_session_life * 1000
    await operators.session("cookie", touch=True)
    assert 0 < await ports.store.command("PTTL", key) <= LIMITS.operator_session_life * 1000


@pytest.mark.parametrize("change", ["removed", "reset", "ended"])
async def test_sessions_end_with_their_operator(operators: RedisOperators, change: str) -> None:
    await signed_in(operators)
    match change:
        case "removed":
            assert await operators.remove(PERSON)
        case "reset":
            assert await operators.reset_authenticator(PERSON)
        case _:
            await operators.end_session("cookie")
    assert await operators.session("cookie", touch=True) is None


@pytest.mark.parametrize("change", ["removed", "reset"])
async def test_who_changed_while_a_code_was_judged_is_not_signed_in(operators: RedisOperators, change: str) -> None:
    attempt = await operators.begin_sign_in(PERSON)
    await (operators.remove(PERSON) if change == "removed" else operators.reset_authenticator(PERSON))
    with pytest.raises(StepUsed):
        await operators.sign_in(PERSON, 100, session("late", attempt.generation))
    assert await operators.session("late", touch=True) is None


async def test_an_authenticator_is_enrolled_once(operators: RedisOperators) -> None:
    await operators.reset_authenticator(PERSON)
    attempt = await operators.begin_sign_in(PERSON)
    assert attempt.sealed_secret is None
    await operators.begin_enrolment(PERSON, session("page", attempt.generation, b"pending"))
    opened = await operators.session("page", touch=True)
    assert opened is not None
    assert (opened[0].signed_in, opened[0].sealed_pending_secret) == (False, b"pending")
    await operators.sign_in(PERSON, 100, session("in", attempt.generation), b"pending")
    with pytest.raises(StepUsed):
        await operators.sign_in(PERSON, 101, session("thief", attempt.generation), b"other")
    assert (await operators.begin_sign_in(PERSON)).sealed_secret == b"pending"


@pytest.mark.parametrize("change", ["remove", "reset_authenticator"])
async def test_who_changed_while_they_came_to_enrol_does_not(
    operators: RedisOperators, ports: Ports, change: str
) -> None:
    await operators.reset_authenticator(PERSON)
    attempt = await operators.begin_sign_in(PERSON)
    await getattr(operators, change)(PERSON)
    with pytest.raises(OperatorMissing):
        await operators.begin_enrolment(PERSON, session("in", attempt.generation, b"pending"))
    assert await operators.session("in", touch=True) is None


async def test_opening_the_enrolment_costs_no_try(operators: RedisOperators) -> None:
    await operators.reset_authenticator(PERSON)
    for number in range(LIMITS.wrong_sign_ins * 2):
        attempt = await operators.begin_sign_in(PERSON)
        await operators.begin_enrolment(PERSON, session(str(number), attempt.generation, b"pending"))


async def test_what_operators_do_stands_in_the_audit(operators: RedisOperators, ports: Ports) -> None:
    await signed_in(operators)
    await operators.reset_authenticator(PERSON)
    await operators.remove(PERSON)
    told = await all_events(ports.store)
    assert unknown_to_the_catalogue(told) == []
    assert {event["event"] for event in told} >= {
        "operator.added", "operator.signed_in", "operator.authenticator_reset", "operator.removed",
    }  # fmt: skip
