"""What becomes of a text that a customer, or somebody else, sends."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from contacts.models import Contact
from gateway.core.alarms import AlarmKind
from gateway.core.errors import StoreUnavailable
from gateway.core.verification import Method, Verification
from gateway.store.outbox import RedisOutbox
from tests import builders
from tests.builders import CUSTOMER_ID, MOBILE
from tests.gateway.rooms import Rooms
from tests.outboxes import let_all_idle, taken

STRANGER = "+821099999999"
_MESSAGES = count()

Text = Callable[..., Awaitable[str | None]]


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


@pytest.fixture
async def asked(rooms: Rooms, contact: Contact) -> Verification:
    return await rooms.open(Method.SMS_REPLY, contact)


@pytest.fixture
def text(rooms: Rooms) -> Text:
    """Sends a text to the firm; gives what is texted back."""

    async def send(body: str, sender: str = MOBILE, message_id: str | None = None) -> str | None:
        return (await rooms.sms_reply.receive(message_id or f"SM{next(_MESSAGES)}", sender, body)).answer

    return send


async def test_the_code_on_the_screen_verifies_however_it_is_written(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    answer = await text(f"인증번호\n{rooms.code_of(asked)} 입니다")
    assert (await rooms.read(asked)).status == "verified"
    assert answer is not None
    assert answer.startswith("[본인증권] 인증이 완료")


async def test_a_wrong_code_costs_one_try_and_is_answered(rooms: Rooms, asked: Verification, text: Text) -> None:
    answer = await text(rooms.another_code(asked))
    now = await rooms.read(asked)
    assert (now.status, now.wrong_answers) == ("pending", 1)
    assert "다릅니다" in str(answer)


async def test_the_right_code_from_another_phone_is_nothing_and_unanswered(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    assert await text(rooms.code_of(asked), sender=STRANGER) is None
    now = await rooms.read(asked)
    assert (now.status, now.wrong_answers) == ("pending", 0)


async def test_a_late_answer_is_told_so(rooms: Rooms, asked: Verification, text: Text) -> None:
    code = rooms.code_of(asked)
    await rooms.let_life_pass(asked)
    assert "지났습니다" in str(await text(code))
    assert (await rooms.read(asked)).shown_status == "expired"


@pytest.mark.usefixtures("contact")
async def test_a_code_that_nobody_asked_for_is_told_so(text: Text) -> None:
    assert "진행 중인 인증이 없습니다" in str(await text("123456"))


@pytest.mark.usefixtures("contact")
async def test_an_automatic_reply_is_left_unanswered(text: Text) -> None:
    assert await text("지금은 운전 중입니다") is None


async def test_a_denial_closes_every_open_one_on_the_number(
    rooms: Rooms, contact: Contact, asked: Verification, text: Text
) -> None:
    other = await rooms.open(Method.SMS_REPLY, contact)
    assert "거부" in str(await text("아니오"))
    assert [(await rooms.read(one)).status for one in (asked, other)] == ["denied", "denied"]
    assert (await rooms.read(asked)).reason == "denied_by_reply"
    assert [(alarm.kind, alarm.subject, alarm.count) for alarm in await rooms.sounded()] == [
        (AlarmKind.DENIED, CUSTOMER_ID, 2)
    ]


async def test_a_denial_after_the_code_was_sent_raises_the_alarm_all_the_same(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    await text(rooms.code_of(asked))
    assert "거부했습니다" in str(await text("아니오"))
    assert (await rooms.read(asked)).status == "denied"
    assert [(alarm.kind, alarm.count) for alarm in await rooms.sounded()] == [(AlarmKind.DENIED, 1)]


async def test_a_denial_that_comes_again_is_answered_alike_and_sounds_the_same_alarm(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    assert await text("아니오") == await text("아니오")
    assert (await rooms.read(asked)).status == "denied"
    assert [(alarm.kind, alarm.count) for alarm in await rooms.sounded()] == [(AlarmKind.DENIED, 2)]


async def test_the_alarm_of_a_denial_is_sounded_whoever_died_before_it_was(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    await text("아니오")
    await taken(RedisOutbox(rooms.store), 2)
    assert await rooms.alarms.standing() == []
    await let_all_idle(rooms.store)
    assert [alarm.kind for alarm in await rooms.sounded()] == [AlarmKind.DENIED]


async def test_with_two_open_the_code_finds_its_own_whichever_is_newer(
    rooms: Rooms, contact: Contact, asked: Verification, text: Text
) -> None:
    newer = await rooms.open(Method.SMS_REPLY, contact)
    await text(rooms.code_of(asked))
    assert (await rooms.read(asked)).status == "verified"
    now = await rooms.read(newer)
    assert (now.status, now.wrong_answers) == ("pending", 0)


async def test_with_two_open_a_wrong_code_costs_the_customer_one_try(
    rooms: Rooms, contact: Contact, asked: Verification, text: Text
) -> None:
    newer = await rooms.open(Method.SMS_REPLY, contact)
    await text(_none_of(rooms.code_of(asked), rooms.code_of(newer)))
    assert (await rooms.read(newer)).wrong_answers == 1


async def test_two_customers_who_share_a_phone_are_told_apart_by_the_code(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    other_contact = await rooms.register(builders.individual("sung-chunhyang", name="성춘향"))
    other = await rooms.open(Method.SMS_REPLY, other_contact, "sung-chunhyang")
    await text(_none_of(rooms.code_of(asked), rooms.code_of(other)))
    assert [(await rooms.read(one)).wrong_answers for one in (asked, other)] == [1, 1]
    await text(rooms.code_of(asked))
    assert [(await rooms.read(one)).status for one in (asked, other)] == ["verified", "pending"]


async def test_a_text_that_arrives_twice_counts_once(rooms: Rooms, asked: Verification, text: Text) -> None:
    wrong = rooms.another_code(asked)
    answers = await asyncio.gather(*(text(wrong, message_id="SMtwice") for _ in range(5)))
    assert len([answer for answer in answers if answer]) == 1
    assert await text(wrong, message_id="SMtwice") is None
    assert (await rooms.read(asked)).wrong_answers == 1


async def test_a_code_that_the_network_delivers_twice_is_told_twice_that_it_was_accepted(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    assert await text(rooms.code_of(asked)) == await text(rooms.code_of(asked))
    now = await rooms.read(asked)
    assert (now.status, now.wrong_answers) == ("verified", 0)
    assert "진행 중인 인증이 없습니다" in str(await text(rooms.another_code(asked)))


async def test_a_code_that_was_accepted_is_an_attempt_at_what_is_open_now(
    rooms: Rooms, contact: Contact, asked: Verification, text: Text
) -> None:
    await text(rooms.code_of(asked))
    newer = await rooms.open(Method.SMS_REPLY, contact)
    assert "다릅니다" in str(await text(rooms.code_of(asked)))
    now = await rooms.read(newer)
    assert (now.status, now.wrong_answers) == ("pending", 1)


async def test_a_text_that_was_judged_before_the_store_went_away_is_not_counted_again(
    rooms: Rooms, asked: Verification, text: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(message_id: str) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(rooms.replies, "finish", away)
        with pytest.raises(StoreUnavailable):
            await text(rooms.another_code(asked), message_id="SMagain")
    assert "다릅니다" in str(await text(rooms.another_code(asked), message_id="SMagain"))
    assert (await rooms.read(asked)).wrong_answers == 1


async def test_five_wrong_texts_lock_and_say_so(rooms: Rooms, asked: Verification, text: Text) -> None:
    wrong = rooms.another_code(asked)
    answers = [await text(wrong) for _ in range(5)]
    assert "잠겼습니다" in str(answers[-1])
    assert (await rooms.read(asked)).reason == "locked"


async def test_a_phone_that_answers_every_text_does_not_keep_the_firm_texting(
    rooms: Rooms, asked: Verification, text: Text
) -> None:
    answers = [await text("자동응답: 부재중") for _ in range(rooms.limits.answering_text_cap.count + 2)]
    assert [answer is None for answer in answers] == [False] * rooms.limits.answering_text_cap.count + [True] * 2
    await text(rooms.code_of(asked))
    assert (await rooms.read(asked)).status == "verified"


async def test_the_answer_is_in_the_language_of_the_verification(rooms: Rooms, contact: Contact, text: Text) -> None:
    asked = await rooms.open(Method.SMS_REPLY, contact, locale="en")
    assert await text(rooms.code_of(asked)) == "[Bonin Securities] You are verified. Please continue on the screen."


async def test_a_code_sent_by_sms_is_not_answered_by_text(rooms: Rooms, contact: Contact, text: Text) -> None:
    sms = await rooms.open(Method.SMS, contact)
    await rooms.project()
    for code in (rooms.code_of(sms), rooms.another_code(sms)):
        assert await text(code) == "[본인증권] 답장하지 말고 인증번호를 화면에 입력해 주세요."
    now = await rooms.read(sms)
    assert (now.status, now.wrong_answers) == ("pending", 0)


async def test_a_code_that_waits_for_a_reply_is_judged_whatever_else_is_to_be_typed(
    rooms: Rooms, contact: Contact, asked: Verification, text: Text
) -> None:
    await rooms.open(Method.SMS, contact)
    await rooms.project()
    assert "인증이 완료" in str(await text(rooms.code_of(asked)))


def _none_of(*codes: str) -> str:
    return next(code for code in ("000000", "111111", "222222") if code not in codes)
