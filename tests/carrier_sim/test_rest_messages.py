import asyncio
from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.carrier_sim.support import (
    LANDLINE,
    MOBILE,
    OTHER_MOBILE,
    SDK_AUTHENTICATES_THE_OLD_WAY,
    SMS_NUMBER,
    VOICE_NUMBER,
    Bench,
    statuses,
    twilio_client,
)

pytestmark = SDK_AUTHENTICATES_THE_OLD_WAY


async def test_a_text_reaches_the_phone_and_every_status_is_called_back(bench: Bench) -> None:
    sent = await bench.twilio.messages.create_async(
        to=MOBILE, from_=SMS_NUMBER, body="인증번호 안내", status_callback=bench.hook("/status?ref=1")
    )
    callbacks = await bench.customer.until_count("/status", 3)
    assert statuses(callbacks, "MessageStatus") == ["queued", "sent", "delivered"]
    assert callbacks[-1] == {
        "MessageSid": sent.sid,
        "SmsSid": sent.sid,
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
        "To": MOBILE,
        "From": SMS_NUMBER,
        "AccountSid": sent.account_sid,
        "ApiVersion": "2010-04-01",
    }
    got = (await bench.control(f"/control/messages?to={MOBILE}"))["messages"]
    assert [(text["sid"], text["body"], text["status"]) for text in got] == [(sent.sid, "인증번호 안내", "delivered")]
    assert bench.customer.badly_signed == 0


async def test_a_sent_text_reads_as_the_sdk_expects_it(bench: Bench) -> None:
    sent = await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="hello")
    assert (sent.status, sent.direction, sent.num_segments) == ("queued", "outbound-api", "1")
    await bench.until(lambda: bench.texts_to(MOBILE)[0].arrived)
    fetched = await bench.twilio.messages(str(sent.sid)).fetch_async()
    assert (fetched.sid, fetched.status, fetched.from_) == (sent.sid, "delivered", SMS_NUMBER)
    assert fetched.date_sent is not None
    assert fetched.date_created is not None


async def test_the_synchronous_sdk_works_unchanged(bench: Bench) -> None:
    client = twilio_client(bench.base_url)
    sent = await asyncio.to_thread(client.messages.create, to=MOBILE, from_=SMS_NUMBER, body="hello")
    assert (await asyncio.to_thread(client.messages(str(sent.sid)).fetch)).body == "hello"


async def test_texts_are_listed_page_by_page_newest_first(bench: Bench) -> None:
    for body in ("one", "two", "three"):
        await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body=body)
    await bench.twilio.messages.create_async(to=OTHER_MOBILE, from_=SMS_NUMBER, body="four")
    listed = await bench.twilio.messages.list_async(to=MOBILE, page_size=2)
    assert [message.body for message in listed] == ["three", "two", "one"]


async def test_texts_are_listed_by_when_they_were_sent(bench: Bench) -> None:
    sent = await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="hello")
    await bench.until(lambda: bench.texts_to(MOBILE)[0].arrived)
    at = (await bench.twilio.messages(str(sent.sid)).fetch_async()).date_sent
    assert at is not None

    async def listed(**period: Any) -> list[str | None]:
        return [message.body for message in await bench.twilio.messages.list_async(**period)]

    day, second = timedelta(days=1), timedelta(seconds=1)
    for period in (
        {"date_sent": at},
        {"date_sent": f"{at:%Y-%m-%d}"},
        {"date_sent_before": at},
        {"date_sent_after": at},
    ):
        assert await listed(**period) == ["hello"], period
    for period in (
        {"date_sent": at - second},
        {"date_sent": f"{at + day:%Y-%m-%d}"},
        {"date_sent_before": at - second},
        {"date_sent_before": f"{at - day:%Y-%m-%d}"},
        {"date_sent_after": at + second},
    ):
        assert await listed(**period) == [], period


async def test_a_period_that_is_none_is_refused_and_not_left_out(bench: Bench) -> None:
    with pytest.raises(TwilioException, match="20001"):
        await bench.twilio.messages.list_async(date_sent_after="yesterday")


async def test_a_text_has_no_pictures(bench: Bench) -> None:
    sent = await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="hello")
    assert await sent.media.list_async() == []


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"to": "", "from_": SMS_NUMBER, "body": "x"}, 21604),
        ({"to": "01012345678", "from_": SMS_NUMBER, "body": "x"}, 21211),
        ({"to": "+8210", "from_": SMS_NUMBER, "body": "x"}, 21211),
        ({"to": "+821０12345678", "from_": SMS_NUMBER, "body": "x"}, 21211),
        ({"to": MOBILE, "body": "x"}, 21603),
        ({"to": MOBILE, "from_": "15991234", "body": "x"}, 21212),
        ({"to": MOBILE, "from_": VOICE_NUMBER, "body": "x"}, 21606),
        ({"to": MOBILE, "from_": OTHER_MOBILE, "body": "x"}, 21659),
        ({"to": SMS_NUMBER, "from_": SMS_NUMBER, "body": "x"}, 21266),
        ({"to": MOBILE, "from_": SMS_NUMBER}, 21602),
        ({"to": MOBILE, "from_": SMS_NUMBER, "body": "x" * 1601}, 21617),
        ({"to": MOBILE, "from_": SMS_NUMBER, "body": "x", "status_callback": "ftp://a/b"}, 21609),
        ({"to": MOBILE, "from_": SMS_NUMBER, "body": "x", "status_callback": "http://a:99999/b"}, 21609),
    ],
)
async def test_a_wrong_text_is_refused_with_twilios_code(bench: Bench, request_: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await bench.twilio.messages.create_async(**request_)
    assert (refused.value.status, refused.value.code) == (400, code)


async def test_a_text_to_a_landline_is_undelivered(bench: Bench) -> None:
    await bench.twilio.messages.create_async(
        to=LANDLINE, from_=SMS_NUMBER, body="x", status_callback=bench.hook("/status")
    )
    last = (await bench.customer.until_count("/status", 3))[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30006")
    assert (await bench.control(f"/control/messages?to={LANDLINE}"))["messages"] == []


async def test_a_text_to_a_phone_that_is_off_is_undelivered(bench: Bench) -> None:
    await bench.behave(MOBILE, "unreachable")
    sent = await bench.twilio.messages.create_async(
        to=MOBILE, from_=SMS_NUMBER, body="x", status_callback=bench.hook("/status")
    )
    last = (await bench.customer.until_count("/status", 3))[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30003")
    assert (await bench.twilio.messages(str(sent.sid)).fetch_async()).error_code == 30003


async def test_an_unknown_text_is_not_found(bench: Bench) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await bench.twilio.messages("SM" + "0" * 32).fetch_async()
    assert (refused.value.status, refused.value.code) == (404, 20404)


async def test_the_record_of_a_text_can_be_redacted_and_deleted_and_the_phone_keeps_the_text(bench: Bench) -> None:
    sent = await bench.twilio.messages.create_async(
        to=MOBILE, from_=SMS_NUMBER, body="123456", status_callback=bench.hook("/status?ref=1")
    )
    await bench.customer.until_count("/status", 3)
    record = bench.twilio.messages(sent.sid)
    with pytest.raises(TwilioRestException) as refused:
        await record.update_async(body="other")
    assert refused.value.code == 20001
    assert (await record.update_async(body="")).body == ""
    assert (await record.fetch_async()).body == ""
    assert await record.delete_async()
    assert await bench.twilio.messages.list_async() == []
    with pytest.raises(TwilioRestException) as gone:
        await record.fetch_async()
    assert gone.value.status == 404
    assert [text["body"] for text in (await bench.control(f"/control/messages?to={MOBILE}"))["messages"]] == ["123456"]
