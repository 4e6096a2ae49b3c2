"""What is refused before anything is sent, what is offered instead, and who is told."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from contacts.models import Contact, ContactMethod
from demo.customer import until
from gateway.core.alarms import AlarmKind
from gateway.core.errors import Refusal
from gateway.core.facts import Allowed, Held
from gateway.core.limits import Cap, ConversionWatch, Limits
from gateway.core.notices import NoticeKind, Notices
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.verification import Method
from gateway.store import cap_keys, keys
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from gateway.store.notices import RedisNotices
from gateway.store.ranges import SPAN_MS
from tests.builders import CLIENT, CUSTOMER_ID
from tests.conftest import an_empty_store
from tests.gateway.rooms import Rooms

LIMITS = Limits(conversion=ConversionWatch(least=10, percent=20, hold=600))
PREFIX = "+8210123"


@pytest.fixture(params=["valkey_url", "cluster_url"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """One server, where all is counted by the script that opens, and a cluster, where each counter is by itself."""
    async with an_empty_store(request.getfixturevalue(request.param)) as store:
        yield store


@pytest.fixture
def rooms(store: Store, signer: ReceiptSigner) -> Rooms:
    return Rooms(store, LIMITS, signer)


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


async def pumped(rooms: Rooms) -> None:
    """Many codes were texted to the range a while ago, and nobody used one."""
    seconds, _ = await rooms.store.command("TIME")
    await rooms.store.command("HSET", cap_keys.of_range(PREFIX)[1], f"s{int(seconds) * 1000 // SPAN_MS - 3}", 50)


async def counted(rooms: Rooms) -> tuple[int, dict[str, int]]:
    """Deliveries to the range, and its codes texted and used."""
    cap, conversion = cap_keys.of_range(PREFIX)
    words = await rooms.store.command("HGETALL", conversion)
    counts = {name.decode()[0]: int(count) for name, count in zip(words[::2], words[1::2], strict=True)}
    return int(await rooms.store.command("GET", cap) or 0), counts


async def until_counted(rooms: Rooms, deliveries: int, **codes: int) -> None:
    async def look() -> bool:
        return await counted(rooms) == (deliveries, codes)

    await until(look)


def _problem(refused: "pytest.ExceptionInfo[Refusal]") -> tuple[str, Any]:
    return refused.value.problem.value.slug, refused.value.members.get("methods")


@pytest.mark.parametrize("method", [Method.SMS, Method.SMS_REPLY])
async def test_what_does_not_text_is_offered_where_nothing_is_texted(
    rooms: Rooms, contact: Contact, method: Method
) -> None:
    await pumped(rooms)
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            await rooms.open(method, contact)
        assert _problem(refused) == ("texting-held", [Method.ARS, Method.BRANCH_OTP])
        assert 0 < (refused.value.retry_after or 0) <= 600
    assert (await rooms.open(Method.ARS, contact)).is_open


async def test_ops_are_told_once_and_not_with_a_number(rooms: Rooms, contact: Contact) -> None:
    await pumped(rooms)
    for _ in range(3):
        with pytest.raises(Refusal):
            await rooms.open(Method.SMS, contact)
    (alarm,) = await rooms.alarms.standing()
    assert (alarm.kind, alarm.subject, alarm.count) == (AlarmKind.LOW_CONVERSION, PREFIX, 1)
    assert alarm.seen == {"sent": 50, "verified": 0}


async def test_a_text_is_not_repeated_where_nothing_is_texted(rooms: Rooms, contact: Contact) -> None:
    opened = await rooms.open(Method.SMS, contact)
    conversion = cap_keys.of_range(PREFIX)[1]
    await rooms.store.command("HSET", conversion, "held_until", opened.created_at + 600_000)
    await rooms.store.command("HSET", keys.verification(opened.verification_id), FIELDS["v.resend_at"], 1)
    with pytest.raises(Refusal) as refused:
        await rooms.verifications.resend(opened.verification_id, CLIENT)
    assert _problem(refused) == ("texting-held", [])
    assert (await rooms.read(opened)).delivery_number == 1


async def test_a_used_code_counts_for_its_range(rooms: Rooms, contact: Contact) -> None:
    opened = await rooms.open(Method.SMS, contact)
    await rooms.judge(opened, rooms.another_code(opened))
    await until_counted(rooms, 1, s=1)
    await rooms.judge(opened, rooms.code_of(opened))
    await until_counted(rooms, 1, s=1, v=1)


async def test_a_call_counts_as_a_delivery_and_not_as_a_text(rooms: Rooms, contact: Contact) -> None:
    called, texted = [await rooms.open(method, contact) for method in (Method.ARS, Method.SMS)]
    for opened in (called, texted):
        await rooms.judge(opened, rooms.code_of(opened))
    await until_counted(rooms, 2, s=1, v=1)


async def test_a_customer_in_a_loop_uses_up_nothing_of_the_range(rooms: Rooms, contact: Contact) -> None:
    allowed = LIMITS.number_cap.count
    for _ in range(allowed):
        await rooms.open(Method.SMS, contact)
    for _ in range(3):
        with pytest.raises(Refusal) as refused:
            await rooms.open(Method.SMS, contact)
        assert refused.value.values["cap"] == "number"
    await until_counted(rooms, allowed, s=allowed)


async def test_a_text_that_is_not_repeated_in_the_end_is_given_back(store: Store, signer: ReceiptSigner) -> None:
    rooms = Rooms(store, replace(LIMITS, resends=0), signer)
    opened = await rooms.open(Method.SMS, await rooms.register())
    await rooms.store.command("HSET", keys.verification(opened.verification_id), FIELDS["v.resend_at"], 1)
    with pytest.raises(Refusal) as refused:
        await rooms.verifications.resend(opened.verification_id, CLIENT)
    assert refused.value.problem is Problem.RESEND_NOT_POSSIBLE
    await until_counted(rooms, 1, s=1)


async def test_who_asks_for_the_text_again_too_soon_uses_up_nothing(rooms: Rooms, contact: Contact) -> None:
    opened = await rooms.open(Method.SMS, contact)
    for _ in range(LIMITS.number_cap.count):
        with pytest.raises(Refusal) as refused:
            await rooms.verifications.resend(opened.verification_id, CLIENT)
        assert refused.value.values["cap"] == "resend"
    assert (await rooms.open(Method.SMS, contact)).is_open


async def test_what_the_store_refuses_in_the_end_is_given_back(store: Store, signer: ReceiptSigner) -> None:
    rooms = Rooms(store, replace(LIMITS, customer_cap=Cap(1, 600)), signer)
    contact = await rooms.register()
    await rooms.open(Method.SMS, contact)
    with pytest.raises(Refusal) as refused:
        await rooms.open(Method.SMS, contact)
    assert refused.value.values["cap"] == "customer"
    await until_counted(rooms, 1, s=1)


@dataclass
class Carrier:
    """`Holds` of a carrier that is asked about every method, and holds back what it is told to."""

    holds: bool = False
    asked: list[ContactMethod] = field(default_factory=list)

    def asks(self, method: str) -> bool:
        return True

    async def held(self, customer_id: str, contacts: Sequence[Contact]) -> Mapping[str, tuple[Held, ...]]:
        return {}

    async def refuse_held(self, customer_id: str, contact: Contact, method: ContactMethod, allowed: Allowed) -> None:
        self.asked.append(method)
        if self.holds:
            raise Refusal(Problem.METHOD_HELD)


async def test_no_carrier_is_asked_about_what_a_cap_refuses(store: Store, signer: ReceiptSigner) -> None:
    carrier = Carrier()
    rooms = Rooms(store, replace(LIMITS, number_cap=Cap(1, 600)), signer, holds=carrier)
    contact = await rooms.register()
    await rooms.open(Method.SMS, contact)
    for method in (Method.SMS, Method.ARS, Method.SMS_REPLY):
        with pytest.raises(Refusal) as refused:
            await rooms.open(method, contact)
        assert refused.value.values["cap"] == "number"
    assert carrier.asked == [ContactMethod.SMS]


async def test_what_a_carrier_holds_is_given_back(store: Store, signer: ReceiptSigner) -> None:
    rooms = Rooms(store, LIMITS, signer, holds=Carrier(holds=True))
    contact = await rooms.register()
    with pytest.raises(Refusal) as refused:
        await rooms.open(Method.SMS, contact)
    assert refused.value.problem is Problem.METHOD_HELD
    await until_counted(rooms, 0, s=0)


async def test_a_reply_is_not_waited_for_when_a_cap_refuses(store: Store, signer: ReceiptSigner) -> None:
    rooms = Rooms(store, replace(LIMITS, client_cap=Cap(1, 600)), signer)
    contact = await rooms.register()
    await rooms.open(Method.SMS, contact)
    with pytest.raises(Refusal):
        await rooms.open(Method.SMS_REPLY, contact)
    assert await rooms.replies.expected(rooms.personal_data.blind_indexes(contact.number.e164)) == {}


async def test_a_range_gets_so_much_of_everything_and_no_more(store: Store, signer: ReceiptSigner) -> None:
    rooms = Rooms(store, replace(LIMITS, range_cap=Cap(3, 600)), signer)
    contact = await rooms.register()
    notices = Notices(RedisNotices(store), rooms.customer_store, rooms.sending, keys.new_notice_id)
    await rooms.open(Method.SMS, contact)
    await rooms.open(Method.ARS, contact)
    await notices.send(CLIENT, CUSTOMER_ID, NoticeKind.ISSUANCE_STARTED, Operation.ISSUE, "ko")
    for attempt in (
        rooms.open(Method.SMS, contact),
        rooms.open(Method.ARS, contact),
        notices.send(CLIENT, CUSTOMER_ID, NoticeKind.ISSUANCE_STARTED, Operation.ISSUE, "ko"),
    ):
        with pytest.raises(Refusal) as refused:
            await attempt
        assert refused.value.values["cap"] == "range"


async def test_a_watch_that_is_turned_off_holds_nothing(store: Store, signer: ReceiptSigner) -> None:
    rooms = Rooms(store, replace(LIMITS, conversion=ConversionWatch(0, 20, 600)), signer)
    contact = await rooms.register()
    await pumped(rooms)
    assert (await rooms.open(Method.SMS, contact)).is_open
    assert await rooms.alarms.standing() == []
