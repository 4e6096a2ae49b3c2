"""What carriers report of a notice: each state once, the last word stands, and only from whoever has it."""

from dataclasses import replace

import pytest

from contacts.models import Contact
from gateway.core.delivery import DeliveryReason, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.notices import Notice, NoticeKind
from gateway.core.operations import Operation
from gateway.core.stores import CustomerMissing
from gateway.store import keys
from gateway.store.notices import RedisNotices
from tests.audit_events import events
from tests.builders import CLIENT, CUSTOMER_ID
from tests.contracts.store.servers import Ports

CARRIER = "first"


@pytest.fixture
def kept(ports: Ports) -> RedisNotices:
    return RedisNotices(ports.store)


@pytest.fixture
def new(mobile: Contact) -> Notice:
    return Notice(
        notice_id=keys.new_notice_id(CUSTOMER_ID),
        client=CLIENT,
        customer_id=CUSTOMER_ID,
        contact_id=mobile.contact_id,
        kind=NoticeKind.ISSUANCE_STARTED,
        operation=Operation.ISSUE,
        locale="ko",
        delivery_state=DeliveryState.QUEUED,
        delivery_at=0,
    )


@pytest.fixture
async def sent(ports: Ports, kept: RedisNotices, new: Notice) -> Notice:
    """One that a carrier was asked to deliver."""
    created = await kept.create(new)
    await ports.hand_overs.begin(DeliveryRef(new.notice_id, 1), CARRIER, 1)
    return created


def report(notice: Notice, state: DeliveryState, send: int = 1, carrier_id: str | None = "SM1") -> DeliveryReport:
    return DeliveryReport(DeliveryRef(notice.notice_id, 1, send), state, carrier_id=carrier_id)


async def test_one_is_read_as_it_was_written(kept: RedisNotices, new: Notice) -> None:
    created = await kept.create(new)
    assert created == replace(new, delivery_at=created.delivery_at)
    assert await kept.read(new.notice_id) == created
    assert await kept.read(keys.new_notice_id(CUSTOMER_ID)) is None


async def test_nobody_who_is_not_there_gets_one(kept: RedisNotices, new: Notice) -> None:
    with pytest.raises(CustomerMissing):
        await kept.create(replace(new, notice_id=keys.new_notice_id("nobody"), customer_id="nobody"))


async def test_a_state_is_noted_once_and_no_other_takes_the_place_of_the_last(
    ports: Ports, kept: RedisNotices, sent: Notice
) -> None:
    states = (DeliveryState.SENT, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNDELIVERED)
    noted = [await kept.report(report(sent, state), CARRIER) for state in (*states, DeliveryState.SENT)]
    assert noted == [True, False, True, False, False]
    now = await kept.read(sent.notice_id)
    assert now is not None
    assert (now.delivery_state, now.delivery_carrier, now.carrier_id) == ("delivered", CARRIER, "SM1")
    told = [event["event"] for event in await events(ports.store, CUSTOMER_ID)]
    assert told[-3:] == ["notice.created", "notice.sent", "notice.delivered"]


async def test_who_does_not_have_it_is_not_heard(kept: RedisNotices, sent: Notice) -> None:
    assert not await kept.report(report(sent, DeliveryState.DELIVERED), "second")
    assert not await kept.report(report(sent, DeliveryState.DELIVERED, send=2), CARRIER)
    unknown = replace(sent, notice_id=keys.new_notice_id(CUSTOMER_ID))
    assert not await kept.report(report(unknown, DeliveryState.DELIVERED), CARRIER)
    now = await kept.read(sent.notice_id)
    assert now is not None
    assert (now.delivery_state, now.carrier_id) == ("queued", None)


async def test_the_first_id_that_the_carrier_gave_it_stays(kept: RedisNotices, sent: Notice) -> None:
    for carrier_id in (None, "SM1", "SM2"):
        await kept.report(report(sent, DeliveryState.QUEUED, carrier_id=carrier_id), CARRIER)
    now = await kept.read(sent.notice_id)
    assert now is not None
    assert now.carrier_id == "SM1"


async def test_that_it_was_given_up_counts_until_a_carrier_has_it(kept: RedisNotices, sent: Notice) -> None:
    given_up = DeliveryReport(
        DeliveryRef(sent.notice_id, 1), DeliveryState.FAILED, DeliveryReason.CARRIER_TIMEOUT, is_ours=True
    )
    assert await kept.report(given_up, CARRIER)
    assert await kept.report(report(sent, DeliveryState.DELIVERED), CARRIER)
    assert not await kept.report(given_up, CARRIER)
