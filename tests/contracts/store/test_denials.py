"""A customer denies a verification: what every `DenialStore` closes and takes back, whenever the denial comes."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from contacts.models import Contact, VerifiedBy
from gateway.core.alarms import AlarmKind
from gateway.core.auto_connections import Shown
from gateway.core.denials import Denied
from gateway.core.operations import Operation
from gateway.core.outbox import Cargo
from gateway.core.stores import ContactChanged, Redemption, VerificationClosed, VerificationMissing
from gateway.core.verification import Channel, Method, Status, Verdict, Verification
from gateway.store import keys
from gateway.store.auto_connections import RedisAutoConnections
from tests import builders
from tests.audit_events import all_events
from tests.builders import CLIENT, CODE, CUSTOMER_ID, LANDLINE, WRONG_CODE, new_verification
from tests.contracts.store import vouching
from tests.contracts.store.answering import answer, judged, opened, read, receipt_of, verified
from tests.contracts.store.servers import Ports
from tests.outboxes import taken

FAMILY = "acf_0123456789"
SHOWN = [Shown(b"token", b"device")]

pytestmark = pytest.mark.usefixtures("mobile")


async def deny(ports: Ports, one: Verification, channel: Channel = Channel.REPLY) -> Denied:
    return await ports.denials.deny(one, f"denied_by_{channel}", channel)


async def signed_in(ports: Ports, mobile: Contact) -> Verification:
    """A verified reply for a cloud sign-in."""
    by: dict[str, Any] = {"contact_id": mobile.contact_id, "contact_version": mobile.version}
    return await verified(ports, new_verification(Method.SMS_REPLY, operation=Operation.CLOUD_LOGIN, **by))


async def test_what_is_open_closes_and_no_code_of_it_is_right_any_more(ports: Ports) -> None:
    one = await opened(ports)
    assert await deny(ports, one) == Denied(Status.PENDING, redeemed=False)
    now = await read(ports, one.verification_id)
    assert (now.status, now.reason, now.sealed_code) == (Status.DENIED, "denied_by_reply", None)
    with pytest.raises(VerificationClosed) as closed:
        await ports.verifications.check(one, answer(one, CODE))
    assert closed.value.status is Status.DENIED
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == []


async def test_the_receipt_of_what_is_denied_after_the_code_is_not_redeemed(ports: Ports) -> None:
    one = await verified(ports)
    assert await deny(ports, one) == Denied(Status.VERIFIED, redeemed=False)
    assert (await read(ports, one.verification_id)).status is Status.DENIED
    assert await ports.receipts.redeem(receipt_of(one), CLIENT) is Redemption.DENIED


async def test_a_receipt_that_was_denied_is_told_to_be_that_also_when_it_is_too_old(ports: Ports) -> None:
    one = await verified(ports)
    await deny(ports, one)
    claims = receipt_of(one)
    assert await ports.receipts.redeem(replace(claims, exp=claims.iat), CLIENT) is Redemption.DENIED


async def test_a_denial_after_the_receipt_was_used_says_so_and_so_does_a_repeat(ports: Ports) -> None:
    one = await verified(ports)
    assert await ports.receipts.redeem(receipt_of(one), CLIENT) is Redemption.REDEEMED
    assert await deny(ports, one) == Denied(Status.VERIFIED, redeemed=True)
    assert await deny(ports, one) == Denied(Status.DENIED, redeemed=True)
    assert (await read(ports, one.verification_id)).status is Status.DENIED
    assert await ports.receipts.redeem(receipt_of(one), CLIENT) is Redemption.DENIED


async def test_a_receipt_of_what_never_was_verified_is_not_redeemed(ports: Ports) -> None:
    assert await ports.receipts.redeem(receipt_of(await opened(ports)), CLIENT) is Redemption.DENIED


async def test_of_a_denial_and_a_redemption_at_once_exactly_one_is_first(ports: Ports) -> None:
    for _ in range(4):
        one = await verified(ports)
        asked = [ports.receipts.redeem(receipt_of(one), CLIENT) for _ in range(5)]
        *outcomes, denied, _ = await asyncio.gather(*asked, deny(ports, one), deny(ports, one))
        assert isinstance(denied, Denied)
        assert denied.redeemed == (Redemption.REDEEMED in outcomes)
        assert outcomes.count(Redemption.REDEEMED) <= 1
        assert await ports.receipts.redeem(receipt_of(one), CLIENT) is Redemption.DENIED


async def test_what_is_denied_is_not_redeemed_once_more_by_the_request_that_redeemed_it(ports: Ports) -> None:
    one = await verified(ports)
    known_as = bytes(20)
    assert await ports.receipts.redeem(receipt_of(one), CLIENT, known_as=known_as) is Redemption.REDEEMED
    assert await deny(ports, one) == Denied(Status.VERIFIED, redeemed=True)
    assert await ports.receipts.redeem(receipt_of(one), CLIENT, known_as=known_as) is Redemption.DENIED


async def test_a_denial_is_told_to_the_audit_once_however_often_it_comes(ports: Ports) -> None:
    one = await verified(ports)
    for _ in range(3):
        await deny(ports, one)
    told = [
        event["event"] for event in await all_events(ports.store) if event.get("verification") == one.verification_id
    ]
    assert told == ["verification.created", "verification.verified", "verification.denied"]


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED, Status.EXPIRED])
async def test_what_ended_without_success_stays_as_it_ended(ports: Ports, status: Status) -> None:
    one = await opened(ports)
    if status is Status.EXPIRED:
        await ports.let_life_pass(one.verification_id)
    else:
        await ports.verifications.close(one.verification_id, CUSTOMER_ID, status, "why", "gateway")
    assert await deny(ports, one) == Denied(status, redeemed=False)
    assert (await read(ports, one.verification_id)).status is status


async def test_what_is_not_there_cannot_be_denied(ports: Ports) -> None:
    gone = replace(await opened(ports), verification_id=keys.new_verification_id(CUSTOMER_ID))
    with pytest.raises(VerificationMissing):
        await deny(ports, gone)


@pytest.mark.parametrize(("channel", "hangs_up"), [(Channel.REPLY, True), (Channel.PHONE, False)])
async def test_a_phone_that_rings_stops_unless_the_denial_came_from_it(
    ports: Ports, channel: Channel, hangs_up: bool
) -> None:
    one = await opened(ports, new_verification(Method.ARS))
    await deny(ports, one, channel)
    entries = await ports.store.command("XRANGE", keys.outbox(keys.shard_of(CUSTOMER_ID)), "-", "+")
    assert any(b"hang_up" in words for _, words in entries) == hangs_up


async def test_whatever_a_denial_met_its_alarm_is_in_the_outbox_with_it_each_time_that_it_comes(ports: Ports) -> None:
    one = await verified(ports)
    await deny(ports, one)
    used = await verified(ports)
    await ports.receipts.redeem(receipt_of(used), CLIENT)
    for _ in range(2):
        await deny(ports, used)
    entries = await taken(ports.outbox(), 5)
    assert [(entry.ref.verification_id, entry.alarm) for entry in entries if entry.cargo is Cargo.ALARM] == [
        (one.verification_id, AlarmKind.DENIED),
        (used.verification_id, AlarmKind.DENIED_AFTER_USE),
        (used.verification_id, AlarmKind.DENIED_AFTER_USE),
    ]


@pytest.mark.parametrize("code", [CODE, WRONG_CODE])
async def test_an_attempt_sent_again_gives_no_receipt_of_what_was_denied(ports: Ports, code: str) -> None:
    one = await opened(ports)
    await judged(ports, one, code, attempt="first")
    await deny(ports, one)
    with pytest.raises(VerificationClosed) as closed:
        await ports.verifications.check(one, answer(one, code, "first"))
    assert closed.value.status is Status.DENIED


async def test_a_contact_falls_with_the_vouch_that_is_denied_and_with_it_what_is_open_there(
    ports: Ports, owned: Contact
) -> None:
    added = builders.contact(LANDLINE)
    await ports.customers.add_contact(CUSTOMER_ID, added)
    evidence = await vouching.verified(ports, owned, added)
    await ports.customers.make_verifiable(CUSTOMER_ID, added, VerifiedBy.VOUCH, evidence, owned)
    used = await opened(ports, new_verification(Method.ARS, contact_id=added.contact_id, contact_version=added.version))
    await deny(ports, await read(ports, evidence))
    _, stored = await ports.customers.read_with_contact(CUSTOMER_ID, added.contact_id)
    assert stored is not None
    assert (stored.contact.status, stored.contact.version) == ("needs_verification", added.version + 1)
    over = await read(ports, used.verification_id)
    assert (over.status, over.reason) == (Status.FAILED, "contact_changed")
    _, voucher = await ports.customers.read_with_contact(CUSTOMER_ID, owned.contact_id)
    assert voucher is not None
    assert voucher.contact.status == "verifiable"


async def test_what_was_denied_does_not_vouch_any_more(ports: Ports, owned: Contact) -> None:
    added = builders.contact(LANDLINE)
    await ports.customers.add_contact(CUSTOMER_ID, added)
    evidence = await vouching.verified(ports, owned, added)
    await deny(ports, await read(ports, evidence))
    with pytest.raises(ContactChanged):
        await ports.customers.make_verifiable(CUSTOMER_ID, added, VerifiedBy.VOUCH, evidence, owned)


async def test_a_contact_stands_that_another_proof_made_verifiable(ports: Ports, owned: Contact) -> None:
    added = builders.contact("+821055556666")
    await ports.customers.add_contact(CUSTOMER_ID, added)
    evidence = await vouching.verified(ports, owned, added)
    await ports.customers.make_verifiable(CUSTOMER_ID, added, VerifiedBy.OWNERSHIP, "carrier", None)
    await deny(ports, await read(ports, evidence))
    _, stored = await ports.customers.read_with_contact(CUSTOMER_ID, added.contact_id)
    assert stored is not None
    assert stored.contact.status == "verifiable"


async def test_the_device_that_was_remembered_for_it_is_forgotten(ports: Ports, mobile: Contact) -> None:
    devices = RedisAutoConnections(ports.store)
    one = await signed_in(ports, mobile)
    given = (CUSTOMER_ID, FAMILY, one.verification_id, b"token", b"device", 600)
    assert await devices.give(*given) is not None
    await deny(ports, one)
    assert await devices.list(CUSTOMER_ID) == []
    assert not await devices.use(CUSTOMER_ID, FAMILY, SHOWN, b"next", 600)
    ended = [event for event in await all_events(ports.store) if event["event"] == "auto_connect.ended"]
    assert [event["reason"] for event in ended] == ["denied"]


async def test_no_device_is_remembered_for_what_was_denied(ports: Ports, mobile: Contact) -> None:
    one = await signed_in(ports, mobile)
    await deny(ports, one)
    given = (CUSTOMER_ID, FAMILY, one.verification_id, b"token", b"device", 600)
    assert await RedisAutoConnections(ports.store).give(*given) is None


async def test_a_right_answer_and_a_denial_at_once_leave_a_denied_one(ports: Ports) -> None:
    for _ in range(4):
        one = await opened(ports)
        judging = ports.verifications.check(one, answer(one, CODE))
        judgement, denied = await asyncio.gather(judging, deny(ports, one), return_exceptions=True)
        assert isinstance(denied, Denied)
        was_first = not isinstance(judgement, BaseException) and judgement.verdict is Verdict.CORRECT
        assert denied.was is (Status.VERIFIED if was_first else Status.PENDING)
        assert (await read(ports, one.verification_id)).status is Status.DENIED
        assert await ports.receipts.redeem(receipt_of(one), CLIENT) is Redemption.DENIED
