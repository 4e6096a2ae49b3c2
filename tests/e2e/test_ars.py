"""Method `ars`: what a caller sees of a call, for everything that a customer may do with the phone."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from demo.api import ApiError
from demo.customer import Call
from tests.e2e.caller import Caller, Person, another

FIRST = {"ko": "먼저 ([0-8])번", "en": "first press ([0-8])"}
DIGITS = {"ko": "여섯 자리", "en": "six digits"}


async def keying(person: Person, locale: str = "ko") -> Call:
    """A call in which the number on the screen is asked for."""
    call = await person.answer_call()
    await call.press((await call.hear(FIRST[locale]))[1])
    await call.hear(DIGITS[locale])
    return call


@pytest.mark.parametrize("locale", ["ko", "en"])
async def test_the_number_on_the_screen_verifies(person: Person, locale: str) -> None:
    opened = await person.start("ars", locale=locale)
    assert re.fullmatch("[0-9]{6}", opened["binding_code"])
    call = await keying(person, locale)
    await call.press(opened["binding_code"])
    over = await person.closed(opened)
    assert (over["status"], over["attempts_remaining"]) == ("verified", 5)
    assert over["receipt"]
    assert "binding_code" not in over


async def test_the_voice_says_who_calls_and_for_what(person: Person) -> None:
    await person.start("ars", "reissue")
    call = await person.answer_call()
    await call.hear("본인증권입니다. 인증서 재발급 추가인증 전화입니다.")
    await call.hear("본인이 아니면 9번")
    await call.press("9")


async def test_the_call_is_followed_live(person: Person) -> None:
    opened = await person.start("ars")
    call = await keying(person)
    await call.press(opened["binding_code"])
    await person.closed(opened)
    now = opened
    while now["delivery"]["state"] != "completed":
        now = await person.now(opened)
    assert now["delivery"]["carrier"]


async def test_a_wrong_number_asks_again_within_the_attempts(person: Person) -> None:
    opened = await person.start("ars")
    call = await keying(person)
    await call.press(another(opened["binding_code"]))
    await call.hear("다릅니다.*여섯 자리")
    assert (await person.now(opened))["attempts_remaining"] == 4
    await call.press(opened["binding_code"])
    assert (await person.closed(opened))["status"] == "verified"


async def test_a_hash_is_no_try_and_one_after_the_number_does_no_harm(person: Person) -> None:
    opened = await person.start("ars")
    call = await keying(person)
    await call.press("#")
    await call.hear("여섯 자리.*여섯 자리")
    await call.press(opened["binding_code"] + "#")
    over = await person.closed(opened)
    assert (over["status"], over["attempts_remaining"]) == ("verified", 5)


async def _deny(person: Person) -> None:
    call = await person.answer_call()
    await call.hear("9번")
    await call.press("9")


async def _deny_late(person: Person) -> None:
    await (await keying(person)).press("9")


async def _early(person: Person) -> None:
    await (await person.answer_call()).press("123456")


async def _star(person: Person) -> None:
    await (await keying(person)).press("*")


async def _say_nothing(person: Person) -> None:
    await person.answer_call()


async def _stop_half_way(person: Person) -> None:
    await keying(person)


async def _hang_up(person: Person) -> None:
    await keying(person)
    await person.do("hangup")


async def _reject(person: Person) -> None:
    await person.do("reject")


@pytest.mark.parametrize(
    ("act", "status", "reason", "delivery"),
    [
        (_deny, "denied", "denied_by_phone", None),
        (_deny_late, "denied", "denied_by_phone", None),
        (_early, "failed", "no_input", None),
        (_star, "failed", "no_input", None),
        (_say_nothing, "failed", "no_input", None),
        (_stop_half_way, "failed", "no_input", None),
        (_hang_up, "failed", "hung_up", "completed"),
        (_reject, "failed", "rejected", "busy"),
    ],
)
async def test_each_way_out_of_a_call_has_its_name(
    person: Person, act: Callable[[Person], Awaitable[None]], status: str, reason: str, delivery: str | None
) -> None:
    opened = await person.start("ars")
    await act(person)
    over = await person.closed(opened)
    assert (over["status"], over["status_reason"], over["attempts_remaining"]) == (status, reason, 5)
    assert delivery is None or over["delivery"]["state"] == delivery


@pytest.mark.parametrize(
    ("behaviour", "reason", "last_state"),
    [
        ("busy", "busy", "busy"),
        ("no_answer", "no_answer", "no_answer"),
        ("rejects", "rejected", "busy"),
        ("unreachable", "unreachable", "failed"),
        ("voicemail", "voicemail", None),
    ],
)
async def test_each_phone_that_cannot_be_talked_to_has_its_name(
    person: Person, behaviour: str, reason: str, last_state: str | None
) -> None:
    await person.phone_is(behaviour=behaviour)
    states, over = await person.states_until_closed(await person.start("ars"))
    assert (over["status"], over["status_reason"]) == ("failed", reason)
    assert last_state is None or states[-1] == last_state


async def test_a_greeting_that_plays_the_number_verifies_nothing(person: Person) -> None:
    path = f"/control/phones/%2B{person.number[1:]}"
    await person.carrier.call("PUT", path, {"behaviour": "voicemail", "greeting_keys": "0123456789"})
    over = await person.closed(await person.start("ars"))
    assert over["status"] in ("failed", "denied")


async def test_a_canceled_call_is_hung_up(person: Person) -> None:
    opened = await person.start("ars")
    await keying(person)
    assert (await person.cancel(opened))["status"] == "canceled"
    while (await person.on_the_line())["status"] == "in-progress":
        await person.now(opened)
    assert (await person.now(opened))["status"] == "canceled"


async def test_the_number_is_not_taken_on_the_screen(person: Person, issuer: Caller) -> None:
    opened = await person.start("ars")
    with pytest.raises(ApiError) as refused:
        await person.check(opened, opened["binding_code"])
    assert (refused.value.status, refused.value.slug) == (409, "answer-in-another-channel")
    now: Any = await person.now(opened)
    assert (now["status"], now["attempts_remaining"]) == ("pending", 5)
    assert (await issuer.post(f"/v1/verifications/{opened['id']}/resend")).slug == "resend-not-possible"
