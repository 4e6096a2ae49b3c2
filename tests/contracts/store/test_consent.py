"""What goes with online consent when the customer withdraws it (R10)."""

from contacts.models import Contact, CustomerKind
from gateway.core.stores import Redemption
from gateway.core.verification import Method, Status
from gateway.store import keys
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, basis, new_verification
from tests.contracts.store.answering import claims_of
from tests.contracts.store.servers import Ports


async def test_with_online_consent_goes_all_that_is_open(ports: Ports, mobile: Contact) -> None:
    called = new_verification(Method.ARS, contact_id=mobile.contact_id, contact_version=mobile.version)
    opened = [await ports.verifications.create(one) for one in (called, new_verification(Method.BRANCH_OTP))]
    await ports.customers.put(builders.individual(online_consent=False))
    for one in opened:
        over = await ports.verifications.read(one.verification_id)
        assert over is not None
        assert (over.status, over.reason, over.sealed_code) == (Status.FAILED, "consent_withdrawn", None)
    outbox = await ports.store.command("XRANGE", keys.outbox(keys.shard_of(CUSTOMER_ID)), "-", "+")
    assert [b"hang_up" in words for _, words in outbox] == [False, True]
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == []


async def test_what_is_open_without_consent_stays_open_when_the_customer_is_told_anew(ports: Ports) -> None:
    await ports.customers.put(builders.individual(online_consent=False))
    opened = await ports.verifications.create(new_verification(Method.BRANCH_OTP, basis=basis(online_consent=False)))
    await ports.customers.put(builders.individual(online_consent=False))
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == [opened.verification_id]


async def test_a_receipt_is_not_redeemed_while_the_consent_that_it_needs_is_missing(ports: Ports) -> None:
    claims = await claims_of(ports)
    await ports.customers.put(builders.individual(online_consent=False))
    assert await ports.receipts.redeem(claims, CLIENT, list(CustomerKind)) is Redemption.CONSENT_MISSING
    assert await ports.receipts.redeem(claims, CLIENT, [CustomerKind.CORPORATE]) is Redemption.REDEEMED
