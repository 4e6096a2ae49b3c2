"""Opening, judging and closing: what every `VerificationStore` promises."""

from dataclasses import replace

import pytest

from contacts.models import Contact, VerifiedBy
from gateway.core.stores import (
    Capped,
    CustomerLocked,
    ResendsExhausted,
    VerificationClosed,
    VerificationMissing,
)
from gateway.core.verification import Channel, Method, Status, Verdict
from gateway.store.verifications import RedisVerifications
from tests import builders
from tests.builders import CODE, CUSTOMER_ID, WRONG_CODE, new_verification
from tests.contracts.store.answering import CHANNELS, answer, judged, opened, put_password, read
from tests.contracts.store.servers import LIMITS, Ports

pytestmark = pytest.mark.usefixtures("mobile")


async def test_what_was_opened_is_read_as_it_was_opened(ports: Ports) -> None:
    new = new_verification(contact_id=None, operation_hash="ab" * 32, target_contact_id="con_1", locale="en")
    one = await opened(ports, new)
    assert (one.customer_id, one.method, one.operation, one.locale) == (CUSTOMER_ID, "sms", "issue", "en")
    assert (one.operation_hash, one.target_contact_id) == ("ab" * 32, "con_1")
    assert (one.status, one.wrong_answers, one.locked, one.delivery_state) == ("pending", 0, False, "queued")
    assert one.expires_at - one.created_at == new.life * 1000
    assert replace(await read(ports, new.verification_id), read_at=one.read_at) == one


async def test_what_was_never_opened_is_not_there(ports: Ports) -> None:
    never = new_verification()
    assert await ports.verifications.read(never.verification_id) is None
    gone = replace(await opened(ports), verification_id=never.verification_id)
    with pytest.raises(VerificationMissing):
        await judged(ports, gone, CODE)
    with pytest.raises(VerificationMissing):
        await ports.verifications.close(never.verification_id, CUSTOMER_ID, Status.CANCELED, "x", "screen")
    with pytest.raises(VerificationMissing):
        await ports.verifications.resend(never.verification_id)


@pytest.mark.parametrize("method", CHANNELS)
async def test_the_right_code_in_its_channel_verifies_once(ports: Ports, method: Method) -> None:
    one = await opened(ports, new_verification(method))
    assert (await judged(ports, one, CODE))[0] is Verdict.CORRECT
    over = await read(ports, one.verification_id)
    assert (over.status, over.reason, over.wrong_answers) == ("verified", "correct", 0)
    assert over.closed_at
    with pytest.raises(VerificationClosed) as closed:
        await judged(ports, one, CODE)
    assert closed.value.status is Status.VERIFIED
    assert (await read(ports, one.verification_id)).closed_at == over.closed_at


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("channel", Channel)
async def test_the_right_code_in_another_channel_is_not_even_compared(
    ports: Ports, method: Method, channel: Channel
) -> None:
    await put_password(ports, CODE)
    one = await opened(ports, new_verification(method))
    if channel is CHANNELS.get(method, Channel.SCREEN):
        return
    with pytest.raises(VerificationClosed):
        await judged(ports, one, CODE, channel=channel)
    now = await read(ports, one.verification_id)
    assert (now.status, now.wrong_answers) == ("pending", 0)


async def test_the_code_leaves_the_store_when_the_verification_closes(ports: Ports) -> None:
    one = await opened(ports)
    assert one.sealed_code is not None
    await ports.verifications.close(one.verification_id, CUSTOMER_ID, Status.CANCELED, "canceled_by_caller", "screen")
    assert (await read(ports, one.verification_id)).sealed_code is None
    with pytest.raises(VerificationClosed) as closed:
        await judged(ports, one, CODE)
    assert closed.value.status is Status.CANCELED


async def test_wrong_answers_are_the_customers_and_the_last_one_locks(ports: Ports) -> None:
    methods = [Method.SMS, Method.ARS, Method.SMS_REPLY, Method.BRANCH_OTP, Method.SMS]
    verdicts = [await judged(ports, await opened(ports, new_verification(method)), WRONG_CODE) for method in methods]
    assert verdicts == [(Verdict.WRONG, count) for count in (1, 2, 3, 4)] + [(Verdict.LOCKED, 5)]
    customer = await ports.customers.read(CUSTOMER_ID)
    assert customer is not None
    assert customer.locked
    with pytest.raises(CustomerLocked):
        await opened(ports)


async def test_once_locked_the_right_code_is_not_compared_elsewhere(ports: Ports) -> None:
    bystander = await opened(ports)
    for _ in range(5):
        await judged(ports, await opened(ports), WRONG_CODE)
    assert await judged(ports, bystander, CODE) == (Verdict.LOCKED, 5)
    assert (await read(ports, bystander.verification_id)).reason == "locked"


async def test_a_right_answer_forgives_nothing_that_came_before_it(ports: Ports) -> None:
    for code in (WRONG_CODE, WRONG_CODE, CODE):
        await judged(ports, await opened(ports), code)
    assert (await opened(ports)).wrong_answers == 2


async def test_wrong_answers_are_forgotten_in_time_unless_they_locked(ports: Ports) -> None:
    one = await opened(ports)
    await judged(ports, one, WRONG_CODE)
    await ports.let_wrong_answers_age(CUSTOMER_ID)
    assert await judged(ports, one, WRONG_CODE) == (Verdict.WRONG, 1)
    for _ in range(4):
        await judged(ports, await opened(ports), WRONG_CODE)
    await ports.let_wrong_answers_age(CUSTOMER_ID)
    with pytest.raises(CustomerLocked):
        await opened(ports)


async def test_a_right_answer_drops_what_is_forgotten(ports: Ports) -> None:
    one = await opened(ports)
    await judged(ports, one, WRONG_CODE)
    await ports.let_wrong_answers_age(CUSTOMER_ID)
    assert await judged(ports, one, CODE) == (Verdict.CORRECT, 0)
    read = await ports.verifications.read(one.verification_id)
    assert read is not None
    assert read.wrong_answers == 0


async def test_an_attempt_sent_again_gets_its_first_verdict_and_counts_once(ports: Ports) -> None:
    one = await opened(ports)
    first = await judged(ports, one, WRONG_CODE, "a")
    assert await judged(ports, one, WRONG_CODE, "a") == first == (Verdict.WRONG, 1)
    assert (await judged(ports, one, CODE, "a"))[0] is Verdict.WRONG
    right = await judged(ports, one, CODE, "b")
    assert await judged(ports, one, CODE, "b") == right == (Verdict.CORRECT, 1)
    assert await judged(ports, one, WRONG_CODE, "a") == first
    with pytest.raises(VerificationClosed):
        await judged(ports, one, CODE, "c")


async def test_past_its_time_the_right_code_is_too_late(ports: Ports) -> None:
    one = await opened(ports)
    await ports.let_life_pass(one.verification_id)
    assert (await read(ports, one.verification_id)).shown_status is Status.EXPIRED
    assert (await judged(ports, one, CODE, "a"))[0] is Verdict.EXPIRED
    assert (await judged(ports, one, CODE, "a"))[0] is Verdict.EXPIRED
    with pytest.raises(VerificationClosed) as closed:
        await judged(ports, one, CODE)
    assert closed.value.status is Status.EXPIRED
    assert (await read(ports, one.verification_id)).wrong_answers == 0


async def test_a_verification_falls_with_the_person_it_was_opened_for(ports: Ports, mobile: Contact) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "carrier", None)
    one = await opened(ports, new_verification(contact_id=mobile.contact_id, contact_version=1))
    await ports.customers.put(builders.individual(name="임꺽정"))
    with pytest.raises(VerificationClosed):
        await judged(ports, one, CODE)
    over = await read(ports, one.verification_id)
    assert (over.status, over.reason, over.wrong_answers) == ("failed", "customer_changed", 0)


async def test_the_verdict_looks_at_the_contact_by_itself(ports: Ports, mobile: Contact) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "carrier", None)
    one = await opened(ports, new_verification(contact_id=mobile.contact_id, contact_version=1))
    await ports.let_contact_change(mobile.contact_id)
    assert await judged(ports, one, CODE) == (Verdict.CONTACT_CHANGED, 0)


async def test_an_ownership_check_that_became_too_old_does_not_verify(ports: Ports, mobile: Contact) -> None:
    await ports.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "carrier", None)
    for good_for, verdict in ((3600, Verdict.CONTACT_CHANGED), (0, Verdict.CORRECT)):
        one = await opened(ports, new_verification(contact_id=mobile.contact_id, contact_version=1))
        await ports.let_ownership_age(mobile.contact_id)
        ageing = RedisVerifications(ports.store, replace(LIMITS, ownership_check_good_for=good_for))
        assert (await ageing.check(one, answer(one, CODE))).verdict is verdict


async def test_a_closed_verification_stays_as_it_is(ports: Ports) -> None:
    one = await opened(ports)
    await ports.verifications.close(one.verification_id, CUSTOMER_ID, Status.DENIED, "denied_by_phone", "phone")
    before = await read(ports, one.verification_id)
    with pytest.raises(VerificationClosed) as closed:
        await ports.verifications.close(one.verification_id, CUSTOMER_ID, Status.CANCELED, "x", "screen")
    assert closed.value.status is Status.DENIED
    with pytest.raises(VerificationClosed):
        await ports.verifications.resend(one.verification_id)
    after = await read(ports, one.verification_id)
    assert (after.status, after.reason, after.revision) == (before.status, before.reason, before.revision)


async def test_closing_past_its_time_finds_it_expired(ports: Ports) -> None:
    one = await opened(ports)
    await ports.let_life_pass(one.verification_id)
    with pytest.raises(VerificationClosed) as closed:
        await ports.verifications.close(one.verification_id, CUSTOMER_ID, Status.CANCELED, "x", "screen")
    assert closed.value.status is Status.EXPIRED


async def test_an_open_one_cannot_be_expired_before_its_time(ports: Ports) -> None:
    one = await opened(ports)
    with pytest.raises(VerificationClosed) as closed:
        await ports.verifications.close(one.verification_id, CUSTOMER_ID, Status.EXPIRED, "expired", "gateway")
    assert closed.value.status is Status.PENDING
    assert (await read(ports, one.verification_id)).is_open


async def test_where_there_is_no_code_nothing_is_right(ports: Ports) -> None:
    await ports.customers.put(builders.individual())
    one = await ports.verifications.create(new_verification(code_digest=None))
    assert await judged(ports, one, CODE) == (Verdict.WRONG, 1)
    nothing = replace(answer(one, CODE), digest=b"")
    assert (await ports.verifications.check(one, nothing)).verdict is Verdict.WRONG


async def test_the_open_verifications_of_a_customer_are_known(ports: Ports) -> None:
    await ports.customers.put(builders.individual("sung-chunhyang"))
    one, other = await opened(ports), await opened(ports)
    await opened(ports, new_verification(customer_id="sung-chunhyang"))
    assert set(await ports.verifications.open_of_customer(CUSTOMER_ID)) == {one.verification_id, other.verification_id}
    await judged(ports, one, CODE)
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == [other.verification_id]


async def test_resends_are_spaced_and_counted_and_leave_the_code(ports: Ports) -> None:
    one = await opened(ports)
    with pytest.raises(Capped) as too_soon:
        await ports.verifications.resend(one.verification_id)
    assert too_soon.value.cap == "resend"
    assert 0 < too_soon.value.retry_after_ms <= LIMITS.resend_after * 1000
    for number in range(2, LIMITS.resends + 2):
        await ports.let_resend_pause_pass(one.verification_id)
        assert await ports.verifications.resend(one.verification_id) == number
    await ports.let_resend_pause_pass(one.verification_id)
    with pytest.raises(ResendsExhausted):
        await ports.verifications.resend(one.verification_id)
    assert (await judged(ports, one, CODE))[0] is Verdict.CORRECT


@pytest.mark.parametrize("method", [Method.ARS, Method.BRANCH_OTP])
async def test_what_is_not_a_text_is_not_sent_again(ports: Ports, method: Method) -> None:
    with pytest.raises(ResendsExhausted):
        await ports.verifications.resend((await opened(ports, new_verification(method))).verification_id)
