"""Registering numbers, and making them verifiable (R5, R6)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contacts.models import Contact, ContactLabel, ContactStatus, VerifiedBy
from contacts.ownership import OwnershipResult
from gateway.core.callers import Caller, Scope
from gateway.core.errors import Refusal
from gateway.core.limits import Limits
from gateway.core.open_request import OpenRequest
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.verification import Method
from gateway.store.connection import Store
from gateway.store.contact_life import RedisContactLife
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, LANDLINE, MOBILE
from tests.gateway.rooms import Rooms

PERSON = "kim-teller"
CALLER = Caller(CLIENT, PERSON, frozenset({Scope.CONTACTS}))


async def vouch_receipt(rooms: Rooms, voucher: Contact, target: Contact, customer_id: str = CUSTOMER_ID) -> str:
    """The receipt of a verification of `voucher`, made for `target`."""
    opened = await rooms.opening.open(
        OpenRequest(
            CLIENT,
            customer_id,
            Method.SMS,
            Operation.VOUCH,
            voucher.contact_id,
            target.contact_id,
            None,
            "ko",
        )
    )
    judged = await rooms.judge(opened, rooms.code_of(opened))
    return rooms.signer.sign(judged.verification)


@pytest.fixture
async def mobile(rooms: Rooms) -> Contact:
    return await rooms.register()


@pytest.fixture
async def home(rooms: Rooms, mobile: Contact) -> Contact:
    return await rooms.add(CUSTOMER_ID, LANDLINE, None)


async def problem_of_vouching(rooms: Rooms, receipt: str, contact_id: str, customer_id: str = CUSTOMER_ID) -> object:
    with pytest.raises(Refusal) as refusal:
        await rooms.customers.vouch(customer_id, contact_id, receipt, CALLER)
    return refusal.value.problem


async def test_a_number_is_registered_once_and_needs_verification(rooms: Rooms) -> None:
    await rooms.customer_store.put(builders.individual())
    contact = await rooms.customers.add_contact(CUSTOMER_ID, MOBILE, ContactLabel.MOBILE)
    assert (contact.number.e164, contact.status) == (MOBILE, ContactStatus.NEEDS_VERIFICATION)
    with pytest.raises(Refusal) as again:
        await rooms.customers.add_contact(CUSTOMER_ID, MOBILE, ContactLabel.OTHER)
    assert again.value.problem is Problem.CONTACT_ALREADY_REGISTERED
    assert again.value.values["contact_id"] == contact.contact_id


@pytest.mark.parametrize("number", ["060-700-1234", "1588-1234", "+1 202 555 0100", "010-CALL-NOW", ""])
async def test_a_number_that_may_not_be_called_is_refused_by_its_field(rooms: Rooms, number: str) -> None:
    await rooms.customer_store.put(builders.individual())
    with pytest.raises(Refusal) as refusal:
        await rooms.customers.add_contact(CUSTOMER_ID, number, ContactLabel.MOBILE)
    assert refusal.value.problem is Problem.NUMBER_REFUSED
    assert [error.field for error in refusal.value.errors] == ["number"]


async def test_too_many_contacts_and_somebody_unknown_are_refused(rooms: Rooms) -> None:
    with pytest.raises(Refusal) as unknown:
        await rooms.customers.add_contact("nobody", MOBILE, ContactLabel.MOBILE)
    assert unknown.value.problem is Problem.CUSTOMER_NOT_FOUND
    await rooms.customer_store.put(builders.individual())
    for last in range(rooms.limits.contacts):
        await rooms.customers.add_contact(CUSTOMER_ID, f"+8210123400{last:02d}", ContactLabel.MOBILE)
    with pytest.raises(Refusal) as too_many:
        await rooms.customers.add_contact(CUSTOMER_ID, MOBILE, ContactLabel.MOBILE)
    assert too_many.value.problem is Problem.TOO_MANY_CONTACTS


async def test_an_ownership_check_asks_for_the_customer_by_name(rooms: Rooms) -> None:
    await rooms.customer_store.put(builders.individual())
    contact = await rooms.add(CUSTOMER_ID, MOBILE, None)
    checked = await rooms.customers.check_ownership(CUSTOMER_ID, contact.contact_id, PERSON)
    assert rooms.registry.asked == [("홍길동", "1985-03-02")]
    assert (checked.status, checked.verified_by) == (ContactStatus.VERIFIABLE, VerifiedBy.OWNERSHIP)


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (OwnershipResult.NOT_CONFIRMED, Problem.OWNERSHIP_NOT_CONFIRMED),
        (OwnershipResult.NOT_AVAILABLE, Problem.OWNERSHIP_NOT_CONFIRMED),
        (None, Problem.OWNERSHIP_CHECK_UNAVAILABLE),
    ],
)
async def test_anything_but_a_yes_is_a_no(rooms: Rooms, says: OwnershipResult | None, problem: Problem) -> None:
    await rooms.customer_store.put(builders.individual())
    contact = await rooms.add(CUSTOMER_ID, MOBILE, None)
    rooms.registry.says = says
    with pytest.raises(Refusal) as refusal:
        await rooms.customers.check_ownership(CUSTOMER_ID, contact.contact_id, PERSON)
    assert refusal.value.problem is problem
    _, [now] = await rooms.customers.get(CUSTOMER_ID)
    assert now.status is ContactStatus.NEEDS_VERIFICATION


@pytest.mark.parametrize("says", [OwnershipResult.NOT_AVAILABLE, None])
async def test_a_check_that_the_carrier_could_not_make_costs_no_try(rooms: Rooms, says: OwnershipResult | None) -> None:
    await rooms.customer_store.put(builders.individual())
    contact = await rooms.add(CUSTOMER_ID, MOBILE, None)
    rooms.registry.says = says
    for _ in range(rooms.limits.ownership_cap.count):
        with pytest.raises(Refusal):
            await rooms.customers.check_ownership(CUSTOMER_ID, contact.contact_id, PERSON)
    rooms.registry.says = OwnershipResult.CONFIRMED
    checked = await rooms.customers.check_ownership(CUSTOMER_ID, contact.contact_id, PERSON)
    assert checked.status is ContactStatus.VERIFIABLE


@pytest.mark.parametrize(
    ("by", "status"),
    [(VerifiedBy.OWNERSHIP, ContactStatus.NEEDS_VERIFICATION), (VerifiedBy.VOUCH, ContactStatus.VERIFIABLE)],
)
async def test_a_no_takes_back_what_a_check_had_given_and_nothing_else(
    rooms: Rooms, by: VerifiedBy, status: ContactStatus
) -> None:
    await rooms.customer_store.put(builders.individual())
    contact = await rooms.add(CUSTOMER_ID, MOBILE, by)
    rooms.registry.says = OwnershipResult.NOT_CONFIRMED
    with pytest.raises(Refusal):
        await rooms.customers.check_ownership(CUSTOMER_ID, contact.contact_id, PERSON)
    _, [now] = await rooms.customers.get(CUSTOMER_ID)
    assert now.status is status


async def test_a_no_that_takes_a_check_back_is_kept_with_who_asked(rooms: Rooms, mobile: Contact) -> None:
    rooms.registry.says = OwnershipResult.NOT_CONFIRMED
    with pytest.raises(Refusal):
        await rooms.customers.check_ownership(CUSTOMER_ID, mobile.contact_id, PERSON)
    kept = await RedisContactLife(rooms.store, rooms.limits).evidence(CUSTOMER_ID, mobile.contact_id)
    assert kept is not None
    assert (kept[-1].cause, kept[-1].reference, kept[-1].person) == ("ownership_not_confirmed", "carrier", PERSON)


async def test_a_landline_has_no_ownership_check(rooms: Rooms, home: Contact) -> None:
    with pytest.raises(Refusal) as refusal:
        await rooms.customers.check_ownership(CUSTOMER_ID, home.contact_id, PERSON)
    assert refusal.value.problem is Problem.OWNERSHIP_NOT_CONFIRMED
    assert rooms.registry.asked == []


async def test_a_verified_mobile_vouches_for_a_landline_once(rooms: Rooms, mobile: Contact, home: Contact) -> None:
    receipt = await vouch_receipt(rooms, mobile, home)
    vouched = await rooms.customers.vouch(CUSTOMER_ID, home.contact_id, receipt, CALLER)
    assert (vouched.status, vouched.verified_by) == (ContactStatus.VERIFIABLE, VerifiedBy.VOUCH)
    assert await problem_of_vouching(rooms, receipt, home.contact_id) is Problem.VOUCH_REFUSED


async def test_a_receipt_vouches_for_the_contact_it_was_made_for(rooms: Rooms, mobile: Contact, home: Contact) -> None:
    other = await rooms.add(CUSTOMER_ID, "+82221234568", None)
    receipt = await vouch_receipt(rooms, mobile, home)
    assert await problem_of_vouching(rooms, receipt, other.contact_id) is Problem.VOUCH_REFUSED
    await rooms.customer_store.put(builders.individual("sung-chunhyang"))
    theirs = await rooms.add("sung-chunhyang", LANDLINE, None)
    assert await problem_of_vouching(rooms, receipt, theirs.contact_id, "sung-chunhyang") is Problem.VOUCH_REFUSED
    vouched = await rooms.customers.vouch(CUSTOMER_ID, home.contact_id, receipt, CALLER)
    assert vouched.status is ContactStatus.VERIFIABLE


async def test_a_receipt_of_another_operation_vouches_for_nothing(rooms: Rooms, mobile: Contact, home: Contact) -> None:
    opened = await rooms.open(Method.SMS, mobile)
    receipt = rooms.signer.sign((await rooms.judge(opened, rooms.code_of(opened))).verification)
    assert await problem_of_vouching(rooms, receipt, home.contact_id) is Problem.VOUCH_REFUSED
    await rooms.redeeming.redeem(receipt, Operation.ISSUE, None, CUSTOMER_ID, CLIENT)


async def test_a_vouch_receipt_redeemed_elsewhere_vouches_no_more(rooms: Rooms, mobile: Contact, home: Contact) -> None:
    receipt = await vouch_receipt(rooms, mobile, home)
    await rooms.redeeming.redeem(receipt, Operation.VOUCH, None, CUSTOMER_ID, CLIENT)
    assert await problem_of_vouching(rooms, receipt, home.contact_id) is Problem.RECEIPT_ALREADY_REDEEMED


async def test_a_receipt_vouches_by_the_request_that_had_redeemed_it(
    rooms: Rooms, mobile: Contact, home: Contact
) -> None:
    receipt, known_as = await vouch_receipt(rooms, mobile, home), bytes(20)
    await rooms.receipts.redeem(rooms.signer.read(receipt), CLIENT, known_as=known_as)
    assert await problem_of_vouching(rooms, receipt, home.contact_id) is Problem.RECEIPT_ALREADY_REDEEMED
    vouched = await rooms.customers.vouch(CUSTOMER_ID, home.contact_id, receipt, CALLER, known_as)
    assert vouched.status is ContactStatus.VERIFIABLE


async def test_a_receipt_vouches_for_a_shorter_time_than_it_is_good_for_elsewhere(
    store: Store, signer: ReceiptSigner
) -> None:
    rooms = Rooms(store, Limits(vouch_receipt_life=60), signer)
    mobile = await rooms.register()
    home = await rooms.add(CUSTOMER_ID, LANDLINE, None)
    claims = signer.read(await vouch_receipt(rooms, mobile, home))
    verified = await rooms.verifications.get(claims.verification_id, CLIENT)
    assert verified.closed_at is not None
    old = signer.sign(replace(verified, closed_at=verified.closed_at - 60_000))
    assert await problem_of_vouching(rooms, old, home.contact_id) is Problem.RECEIPT_EXPIRED
    await rooms.redeeming.redeem(old, Operation.VOUCH, None, CUSTOMER_ID, CLIENT)


async def test_a_voucher_that_is_nobodys_own_any_more_does_not_vouch(
    rooms: Rooms, mobile: Contact, home: Contact
) -> None:
    receipt = await vouch_receipt(rooms, mobile, home)
    await rooms.customer_store.put(builders.individual(name="임꺽정"))
    assert await problem_of_vouching(rooms, receipt, home.contact_id) is Problem.VOUCH_REFUSED


async def test_when_a_contact_became_verifiable_is_known(rooms: Rooms, mobile: Contact) -> None:
    assert mobile.verified_at is not None
    assert abs((datetime.now(UTC) - mobile.verified_at).total_seconds()) < 60
