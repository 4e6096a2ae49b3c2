"""아니오, texted in answer to a notice: nothing can be denied but what people have to stop."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeAlias

import pytest

from contacts.models import Contact
from gateway.core.alarms import Alarm, AlarmKind
from gateway.core.delivery import DeliveryReason
from gateway.core.notices import Notice, NoticeKind
from gateway.core.operations import Operation
from gateway.core.ports import CarrierRefused, CarrierTimedOut
from gateway.core.verification import Method
from gateway.store import keys
from gateway.store.fields import FIELDS
from gateway.store.notices import DENIABLE_MS
from gateway.store.outbox import RedisOutbox
from tests import builders
from tests.audit_events import events
from tests.builders import CLIENT, CUSTOMER_ID, MOBILE
from tests.gateway.rooms import Failure, Rooms
from tests.outboxes import let_all_idle, taken

OTHER = "sung-chunhyang"
STARTED, COMPLETED, WARNING = (
    NoticeKind.ISSUANCE_STARTED,
    NoticeKind.ISSUANCE_COMPLETED,
    NoticeKind.REISSUE_WARNING,
)
NOTICED, ISSUED = AlarmKind.NOTICE_DENIED, AlarmKind.DENIED_AFTER_ISSUANCE
_MESSAGES = count()

Text: TypeAlias = Callable[..., Awaitable[str | None]]

pytestmark = pytest.mark.usefixtures("no_pauses")


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    """The customer's mobile. The read model knows nothing of it: no notice is found by that."""
    return await rooms.register()


@pytest.fixture
def text(rooms: Rooms) -> Text:
    """Sends a text to the firm; gives what is texted back."""

    async def send(body: str = "아니오", sender: str = MOBILE) -> str | None:
        return (await rooms.sms_reply.receive(f"SMnotice{next(_MESSAGES)}", sender, body)).answer

    return send


async def notify(
    rooms: Rooms, kind: NoticeKind, operation: Operation = Operation.ISSUE, customer_id: str = CUSTOMER_ID
) -> Notice:
    """A notice that a dispatcher has seen through."""
    notice, _ = await rooms.notices.send(CLIENT, customer_id, kind, operation, "ko")
    await rooms.deliver_all()
    return notice


async def standing(rooms: Rooms) -> list[tuple[AlarmKind, str, int]]:
    return sorted((alarm.kind, alarm.subject, alarm.count) for alarm in await rooms.sounded())


async def the_alarm(rooms: Rooms) -> Alarm:
    (alarm,) = await rooms.sounded()
    return alarm


@pytest.mark.parametrize(
    ("kind", "alarm", "answer"),
    [
        (STARTED, NOTICED, "거부를 접수했습니다. 지금 바로"),
        (WARNING, NOTICED, "거부를 접수했습니다. 지금 바로"),
        (COMPLETED, ISSUED, "이미 처리된 건입니다. 지금 바로"),
    ],
)
async def test_whoever_did_not_ask_for_what_a_notice_tells_of_sounds_the_alarm(
    rooms: Rooms, contact: Contact, text: Text, kind: NoticeKind, alarm: AlarmKind, answer: str
) -> None:
    notice = await notify(rooms, kind, Operation.REISSUE)
    assert answer in str(await text())
    sounded = await the_alarm(rooms)
    assert (sounded.kind, sounded.subject) == (alarm, notice.notice_id)
    assert sounded.seen == {"customer_id": CUSTOMER_ID, "operation": "reissue", "notice": kind}
    told = [one["notice"] for one in await events(rooms.store, CUSTOMER_ID) if one["event"] == "notice.denied"]
    assert told == [notice.notice_id]


async def test_saying_it_again_is_the_same_alarm_once_more(rooms: Rooms, contact: Contact, text: Text) -> None:
    notice = await notify(rooms, COMPLETED)
    for _ in range(3):
        await text()
    assert await standing(rooms) == [(ISSUED, notice.notice_id, 3)]


async def test_the_notices_of_one_issuance_are_one_alarm_and_all_are_denied(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    sent = [await notify(rooms, kind) for kind in (STARTED, WARNING, COMPLETED)]
    await text()
    assert await standing(rooms) == [(ISSUED, sent[-1].notice_id, 1)]
    now = [await rooms.notice_store.read(one.notice_id) for one in sent]
    assert all(one is not None and one.denied_at for one in now)


async def test_what_began_after_something_was_done_has_an_alarm_beside_it(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    done, begun = await notify(rooms, COMPLETED), await notify(rooms, STARTED)
    elsewhere = await notify(rooms, STARTED, Operation.CLOUD_REGISTER)
    await text()
    expected = [(ISSUED, done.notice_id, 1), (NOTICED, begun.notice_id, 1), (NOTICED, elsewhere.notice_id, 1)]
    assert await standing(rooms) == sorted(expected)


@pytest.mark.parametrize("body", ["거부", "아니오", "no"])
async def test_a_stray_denial_from_a_number_that_got_nothing_sounds_nothing(
    rooms: Rooms, contact: Contact, text: Text, body: str
) -> None:
    assert "진행 중인 인증이 없습니다" in str(await text(body))
    assert await text(body, sender="+821099999999") is None
    assert await standing(rooms) == []


async def test_only_the_number_that_it_went_to_denies_it(rooms: Rooms, contact: Contact, text: Text) -> None:
    await notify(rooms, COMPLETED)
    await rooms.add(CUSTOMER_ID, "+821077776666", None)
    await text(sender="+821077776666")
    assert await standing(rooms) == []


async def test_a_number_that_the_customer_had_when_it_went_there_denies_it_and_the_next_one_does_not(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    notice = await notify(rooms, COMPLETED)
    key, former = keys.contact(CUSTOMER_ID, contact.contact_id), FIELDS["c.index"]
    await rooms.store.command("HSET", key, former, b"another number")
    await rooms.store.command("SREM", *keys.known_number(rooms.personal_data.blind_indexes(MOBILE)[0]))
    assert "지금 바로" in str(await text())
    assert await standing(rooms) == [(ISSUED, notice.notice_id, 1)]


async def test_customers_who_share_the_number_are_meant_if_a_notice_of_theirs_went_to_it(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    for customer_id in (OTHER, "lee-mongryong"):
        await rooms.register(builders.individual(customer_id, name="성춘향"))
    sent = [await notify(rooms, STARTED), await notify(rooms, STARTED, customer_id=OTHER)]
    await text()
    assert await standing(rooms) == sorted((NOTICED, one.notice_id, 1) for one in sent)


async def test_one_of_more_than_a_day_ago_is_left_alone(rooms: Rooms, contact: Contact, text: Text) -> None:
    notice = await notify(rooms, COMPLETED)
    (index, *_) = rooms.personal_data.blind_indexes(MOBILE)
    then = await rooms.store.command("ZSCORE", keys.noticed(index), notice.notice_id)
    await rooms.store.command("ZADD", keys.noticed(index), int(float(then)) - DENIABLE_MS, notice.notice_id)
    assert "진행 중인 인증이 없습니다" in str(await text())
    assert await standing(rooms) == []


@pytest.mark.parametrize(
    ("failure", "alarms"),
    [(CarrierRefused(DeliveryReason.OPTED_OUT), 0), (CarrierTimedOut(), 1)],
)
async def test_one_that_no_carrier_took_was_not_read_and_one_that_a_carrier_may_have_sent_was(
    rooms: Rooms, contact: Contact, text: Text, failure: Failure, alarms: int
) -> None:
    rooms.carrier.failures.append(failure)
    await notify(rooms, COMPLETED)
    await text()
    assert len(await standing(rooms)) == alarms


async def test_the_answer_finds_it_however_soon_it_comes(rooms: Rooms, contact: Contact, text: Text) -> None:
    rooms.carrier.meanwhile = text
    notice = await notify(rooms, COMPLETED)
    assert await standing(rooms) == [(ISSUED, notice.notice_id, 1)]


async def test_what_goes_by_a_code_has_one_alarm_and_not_another_for_its_notice(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    await rooms.project()
    notice, asked = await notify(rooms, STARTED), await rooms.open(Method.SMS, contact)
    assert "거부했습니다" in str(await text())
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID, 1)]
    assert (await rooms.read(asked)).status == "denied"
    now = await rooms.notice_store.read(notice.notice_id)
    assert now is not None
    assert now.denied_at


async def test_a_code_that_ran_out_hides_nothing_of_what_goes_on_without_it(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    over = await rooms.open(Method.SMS, contact)
    await rooms.project()
    await rooms.let_life_pass(over)
    notice = await notify(rooms, STARTED)
    assert "거부를 접수했습니다" in str(await text())
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID, 1), (NOTICED, notice.notice_id, 1)]


async def test_a_code_that_is_open_hides_nothing_of_what_was_done(rooms: Rooms, contact: Contact, text: Text) -> None:
    await rooms.project()
    notice = await notify(rooms, COMPLETED)
    await rooms.open(Method.SMS, contact)
    assert "이미 처리된 건입니다" in str(await text())
    assert await standing(rooms) == [(AlarmKind.DENIED, CUSTOMER_ID, 1), (ISSUED, notice.notice_id, 1)]


async def test_a_code_or_small_talk_in_answer_to_a_notice_sounds_nothing(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    await notify(rooms, COMPLETED)
    for body in ("123456", "네 감사합니다"):
        await text(body)
    assert await standing(rooms) == []


async def test_the_alarm_of_a_denial_is_sounded_whoever_died_before_it_was(
    rooms: Rooms, contact: Contact, text: Text
) -> None:
    notice = await notify(rooms, COMPLETED)
    await text()
    await taken(RedisOutbox(rooms.store), 1)
    assert await rooms.alarms.standing() == []
    await let_all_idle(rooms.store)
    assert await standing(rooms) == [(ISSUED, notice.notice_id, 1)]


async def test_whoever_reads_english_is_answered_in_english(rooms: Rooms, contact: Contact, text: Text) -> None:
    await rooms.notices.send(CLIENT, CUSTOMER_ID, COMPLETED, Operation.ISSUE, "en")
    await rooms.deliver_all()
    assert "It was done already." in str(await text())
