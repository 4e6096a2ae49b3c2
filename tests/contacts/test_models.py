"""What a contact may be used for."""

import pytest

from contacts.models import (
    Contact,
    ContactMethod,
    ContactStatus,
    Customer,
    CustomerKind,
    VerifiedBy,
    methods_of,
    why_not,
)
from contacts.phone_numbers import LineType
from tests.contacts.people import contact

SMS, ARS, SMS_REPLY = ContactMethod


@pytest.mark.parametrize(
    ("line_type", "verified_by", "methods"),
    [
        (LineType.MOBILE, None, ()),
        (LineType.MOBILE, VerifiedBy.OWNERSHIP, (SMS, ARS, SMS_REPLY)),
        (LineType.MOBILE, VerifiedBy.VOUCH, (ARS,)),
        (LineType.MOBILE, VerifiedBy.BRANCH, (ARS,)),
        (LineType.LANDLINE, None, ()),
        (LineType.LANDLINE, VerifiedBy.OWNERSHIP, (ARS,)),
        (LineType.LANDLINE, VerifiedBy.VOUCH, (ARS,)),
        (LineType.LANDLINE, VerifiedBy.BRANCH, (ARS,)),
        (LineType.VOIP, VerifiedBy.VOUCH, (ARS,)),
        (LineType.OTHER, VerifiedBy.OWNERSHIP, (ARS,)),
    ],
)
def test_the_methods_follow_line_status_and_how_it_was_verified(
    line_type: LineType, verified_by: VerifiedBy | None, methods: tuple[ContactMethod, ...]
) -> None:
    assert methods_of(contact(verified_by, line_type)) == methods


@pytest.mark.parametrize(
    ("line_type", "verified_by", "method", "rule"),
    [
        (LineType.MOBILE, None, SMS, "R5"),
        (LineType.MOBILE, None, ARS, "R5"),
        (LineType.MOBILE, VerifiedBy.VOUCH, SMS, "R3"),
        (LineType.MOBILE, VerifiedBy.BRANCH, SMS_REPLY, "R3"),
        (LineType.MOBILE, VerifiedBy.OWNERSHIP, SMS, None),
        (LineType.LANDLINE, None, SMS, "R3"),
        (LineType.LANDLINE, None, ARS, "R5"),
        (LineType.LANDLINE, VerifiedBy.VOUCH, SMS_REPLY, "R3"),
    ],
)
def test_the_rule_that_refuses_is_named(
    line_type: LineType, verified_by: VerifiedBy | None, method: ContactMethod, rule: str | None
) -> None:
    assert why_not(contact(verified_by, line_type), method) == rule


@pytest.mark.parametrize(
    ("status", "verified_by"),
    [(ContactStatus.VERIFIABLE, None), (ContactStatus.NEEDS_VERIFICATION, VerifiedBy.OWNERSHIP)],
)
def test_a_contact_whose_record_contradicts_itself_may_be_used_for_nothing(
    status: ContactStatus, verified_by: VerifiedBy | None
) -> None:
    sound = contact(VerifiedBy.OWNERSHIP)
    odd = Contact(sound.contact_id, sound.number, sound.label, status, verified_by, None, 1)
    assert methods_of(odd) == ()


def test_neither_the_name_nor_the_birth_date_nor_the_number_is_printed() -> None:
    customer = Customer("cus_1", CustomerKind.INDIVIDUAL, "홍길동", "1990-01-01", True, False)
    shown = f"{customer} {contact(VerifiedBy.OWNERSHIP)}"
    assert not any(secret in shown for secret in ("홍길동", "1990", "12345678"))
