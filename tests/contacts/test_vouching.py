"""Which contact may vouch for which."""

from contacts.models import VerifiedBy
from contacts.vouching import may_vouch
from tests.contacts.people import contact

OWN = contact(VerifiedBy.OWNERSHIP, contact_id="con_own")
TARGET = contact(contact_id="con_home", e164="+82223456789")


def test_a_contact_that_passed_its_ownership_check_vouches_for_another() -> None:
    assert may_vouch(OWN, "cus_1", TARGET, "cus_1")


def test_nobody_vouches_for_another_customers_contact() -> None:
    assert not may_vouch(OWN, "cus_1", TARGET, "cus_2")


def test_no_contact_vouches_for_itself() -> None:
    unverified_self = contact(contact_id="con_own", e164="+82223456789")
    same_number = contact(contact_id="con_home", e164=OWN.number.e164)
    assert not may_vouch(OWN, "cus_1", unverified_self, "cus_1")
    assert not may_vouch(OWN, "cus_1", same_number, "cus_1")


def test_a_vouched_contact_vouches_for_no_further_one() -> None:
    for verified_by in (VerifiedBy.VOUCH, VerifiedBy.BRANCH, None):
        assert not may_vouch(contact(verified_by, contact_id="con_own"), "cus_1", TARGET, "cus_1")


def test_a_contact_that_is_verifiable_keeps_the_record_of_its_own_check() -> None:
    verified = contact(VerifiedBy.OWNERSHIP, contact_id="con_home", e164="+821087654321")
    assert not may_vouch(OWN, "cus_1", verified, "cus_1")
