"""아니오, texted by somebody whose number something went to: by whatever method, open or just verified."""

from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from contacts.models import Contact, VerifiedBy
from gateway.core.alarms import AlarmKind
from gateway.core.errors import Refusal
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.verification import Method, Verification
from gateway.store import keys
from gateway.store.fields import FIELDS
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE, MOBILE
from tests.gateway.rooms import Rooms

OTHER = "sung-chunhyang"
AN_HOUR_MS = 3_600_000
_MESSAGES = count()

Text = Callable[..., Awaitable[str | None]]


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    """The customer's mobile, which the read model knows."""
    contact = await rooms.register()
    await rooms.project()
    return contact


@pytest.fixture
def text(rooms: Rooms) -> Text:
    """Sends a text to the firm; gives what is texted back."""

    async def send(body: str, sender: str = MOBILE) -> str | None:
        return (await rooms.sms_reply.receive(f"SMdeny{next(_MESSAGES)}", sender, body)).answer

    return send


async def verified(rooms: Rooms, contact: Contact) -> Verification:
    """One whose code the customer was talked out of."""
    one = await rooms.open(Method.SMS, contact)
    await rooms.judge(one, rooms.code_of(one))
    await rooms.project()
    return await rooms.read(one)


async def redeem(rooms: Rooms, one: Verification) -> None:
    await rooms.redeeming.redeem(rooms.signer.sign(one), Operation.ISSUE, None, CUSTOMER_ID, CLIENT)


async def standing(rooms: Rooms) -> list[tuple[AlarmKind, str]]:
    return sorted((alarm.kind, alarm.subject) for alarm in await rooms.sounded())


@pytest.mark.parametrize("method", [Method.SMS, Method.ARS, Method.SMS_REPLY])
async def test_whoever_was_sent_a_code_that_they_did_not_ask_for_denies_it(
    rooms: Rooms, contact: Contact, text: Text, method: Method
) -> None:
    asked = await rooms.open(method, contact)
    assert "거부했습니다" in str(await text("아니오"))
    now = await rooms.read(asked)
    assert (now.status, now.reason) == ("denied", "denied_by_reply")
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID)]


async def test_a_number_that_the_read_model_has_not_heard_of_denies_what_was_sent_to_it(
    rooms: Rooms, text: Text
) -> None:
    asked = await rooms.open(Method.SMS, await rooms.register())
    assert "거부했습니다" in str(await text("아니오"))
    assert (await rooms.read(asked)).status == "denied"


async def test_whoever_passed_the_code_on_and_saw_through_it_voids_the_receipt(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    one = await verified(rooms, contact)
    assert "거부했습니다" in str(await text("제가 아닙니다"))
    assert (await rooms.read(one)).status == "denied"
    with pytest.raises(Refusal) as refusal:
        await redeem(rooms, one)
    assert refusal.value.problem is Problem.RECEIPT_DENIED
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID)]


async def test_what_was_used_by_then_is_an_alarm_of_its_own_and_the_customer_is_told_to_call(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    one = await verified(rooms, contact)
    await redeem(rooms, one)
    assert "지금 바로 고객센터로" in str(await text("아니오"))
    assert (await rooms.read(one)).status == "denied"
    assert await standing(rooms) == [(AlarmKind.DENIED_AFTER_USE, CUSTOMER_ID)]


async def test_another_one_that_was_opened_meanwhile_hides_nothing_of_what_was_just_verified(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    one = await verified(rooms, contact)
    await redeem(rooms, one)
    another = await rooms.open(Method.SMS, contact)
    await text("아니오")
    assert [(await rooms.read(each)).status for each in (one, another)] == ["denied", "denied"]
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID), (AlarmKind.DENIED_AFTER_USE, CUSTOMER_ID)]


async def test_what_was_verified_long_before_is_not_denied_with_what_is_open_now(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    old = await verified(rooms, contact)
    assert old.closed_at is not None
    longer_ago = old.closed_at - rooms.limits.receipt_life * 1000
    await rooms.store.command("HSET", keys.verification(old.verification_id), FIELDS["v.closed_at"], longer_ago)
    now = await rooms.open(Method.SMS, contact)
    await text("아니오")
    assert [(await rooms.read(each)).status for each in (old, now)] == ["verified", "denied"]


async def test_a_denial_of_what_ran_out_sounds_the_alarm(rooms: Rooms, contact: Contact, text: Text) -> None:
    asked = await rooms.open(Method.SMS, contact)
    await rooms.project()
    await rooms.let_life_pass(asked)
    assert "이미 끝난" in str(await text("아니오"))
    assert (await rooms.read(asked)).status == "expired"
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID)]


async def test_everybody_who_has_the_number_has_said_no(rooms: Rooms, contact: Contact, text: Text) -> None:
    shared = await rooms.register(builders.individual(OTHER, name="성춘향"))
    await rooms.project()
    opened = [await rooms.open(Method.SMS, contact), await rooms.open(Method.SMS, shared, OTHER)]
    await text("아니오")
    assert [(await rooms.read(each)).status for each in opened] == ["denied", "denied"]
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID), (AlarmKind.DENIED, OTHER)]


async def test_what_went_to_another_contact_of_the_customer_stays_open(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    home = await rooms.add(CUSTOMER_ID, LANDLINE, None)
    await rooms.customer_store.make_verifiable(CUSTOMER_ID, home, VerifiedBy.BRANCH, "branch", None)
    await rooms.project()
    called = await rooms.open(Method.ARS, home)
    slip = await rooms.open(Method.BRANCH_OTP)
    texted = await rooms.open(Method.SMS, contact)
    await text("아니오")
    assert [(await rooms.read(each)).status for each in (called, slip, texted)] == ["pending", "pending", "denied"]


async def test_a_number_that_nobody_has_denies_nothing(rooms: Rooms, contact: Contact, text: Text) -> None:
    asked = await rooms.open(Method.SMS, contact)
    assert await text("아니오", sender="+821099999999") is None
    assert (await rooms.read(asked)).status == "pending"
    assert await standing(rooms) == []


async def test_a_number_that_the_contact_had_before_denies_nothing(rooms: Rooms, contact: Contact, text: Text) -> None:
    asked = await rooms.open(Method.SMS, contact)
    await rooms.store.command(
        "HSET", keys.contact(CUSTOMER_ID, contact.contact_id), FIELDS["c.index"], b"another number"
    )
    await text("아니오")
    assert (await rooms.read(asked)).status == "pending"


async def test_a_code_that_is_texted_answers_no_sms_though_a_denial_would(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    asked = await rooms.open(Method.SMS, contact)
    await text(rooms.code_of(asked))
    assert (await rooms.read(asked)).status == "pending"
    await text(f"아니오 {rooms.code_of(asked)}")
    assert (await rooms.read(asked)).status == "denied"


@pytest.mark.parametrize(("since_then_ms", "alarms"), [(1, 0), (-60_000, 1)])
async def test_nothing_is_denied_any_more_an_hour_after_it_could_be_open(
    rooms: Rooms, contact: Contact, text: Text, since_then_ms: int, alarms: int
) -> None:
    one = await verified(rooms, contact)
    opened_at = one.created_at - AN_HOUR_MS - rooms.limits.longest_life * 1000 - since_then_ms
    key = keys.of_ops(keys.shard_of(CUSTOMER_ID), f"customer:{CUSTOMER_ID}")
    await rooms.store.command("ZADD", key, opened_at, one.verification_id)
    assert ("진행 중인 인증이 없습니다" in str(await text("아니오"))) is (alarms == 0)
    assert len(await standing(rooms)) == alarms
