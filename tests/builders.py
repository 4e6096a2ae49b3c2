"""Customers, contacts, verifications and keys, as tests need them. All names and numbers are invented."""

import time
from dataclasses import replace
from typing import Any

from contacts.key_ring import KeyRing
from contacts.models import Contact, ContactLabel, ContactStatus, Customer, CustomerKind, VerifiedBy
from contacts.phone_numbers import LineType, PhoneNumber
from contacts.protection import PersonalData
from gateway.core.codes import CodeVault
from gateway.core.delivery import DeliveryState
from gateway.core.firm import Firm
from gateway.core.notices import Notice, NoticeKind
from gateway.core.operations import Operation
from gateway.core.verification import Basis, Method, NewVerification
from gateway.store import keys

ENCRYPTION_KEY, INDEX_KEY, PEPPER = (bytes([number]) * 32 for number in (1, 2, 3))
PEPPER_ID = KeyRing(PEPPER).current_id.hex()
FIRM = Firm("본인증권", "Bonin Securities", "1588-0000")
CLIENT = "issuance"
CUSTOMER_ID = "hong-gildong"
MOBILE = "+821012345678"
LANDLINE = "+82221234567"
CODE = "271828"
WRONG_CODE = "000000"


def personal_data() -> PersonalData:
    return PersonalData(KeyRing(ENCRYPTION_KEY), KeyRing(INDEX_KEY))


def vault() -> CodeVault:
    return CodeVault(KeyRing(PEPPER), personal_data())


def individual(customer_id: str = CUSTOMER_ID, **changes: Any) -> Customer:
    """Somebody who may be verified."""
    known = Customer(customer_id, CustomerKind.INDIVIDUAL, "홍길동", "1985-03-02", online_consent=True, locked=False)
    return replace(known, **changes)


def contact(number: str = MOBILE, **changes: Any) -> Contact:
    """A number as it is registered: it needs verification."""
    line_type = LineType.MOBILE if number.startswith("+8210") else LineType.LANDLINE
    new = Contact(
        contact_id=keys.new_contact_id(),
        number=PhoneNumber(number, line_type),
        label=ContactLabel.MOBILE if line_type is LineType.MOBILE else ContactLabel.HOME,
        status=ContactStatus.NEEDS_VERIFICATION,
        verified_by=None,
        verified_at=None,
        version=1,
    )
    return replace(new, **changes)


def verifiable(by: VerifiedBy = VerifiedBy.OWNERSHIP, number: str = MOBILE) -> Contact:
    """A contact that may be used."""
    return contact(number, status=ContactStatus.VERIFIABLE, verified_by=by)


def basis(*, online_consent: bool = True) -> Basis:
    """What the policy is asked with of an individual at this time."""
    return Basis(CustomerKind.INDIVIDUAL, online_consent, int(time.time()) // 3600)


def new_verification(
    method: Method = Method.SMS, *, customer_id: str = CUSTOMER_ID, code: str = CODE, **changes: Any
) -> NewVerification:
    """A verification to be opened, with `code` for the methods that have one."""
    verification_id = keys.new_verification_id(customer_id)
    operation = changes.pop("operation", Operation.ISSUE)
    given: dict[str, Any] = {"client": CLIENT, "locale": "ko", "pepper_id": PEPPER_ID, "basis": basis()}
    if method is not Method.BRANCH_OTP:
        given |= {
            "code_digest": vault().digest(verification_id, customer_id, operation, code, pepper_id=PEPPER_ID),
            "sealed_code": vault().seal(verification_id, code),
        }
    return NewVerification(
        verification_id=verification_id, customer_id=customer_id, method=method, operation=operation, **given | changes
    )


def new_notice(contact: Contact, customer_id: str = CUSTOMER_ID) -> Notice:
    """A notice that an issuance has begun, to be sent to this contact."""
    return Notice(
        notice_id=keys.new_notice_id(customer_id),
        client=CLIENT,
        customer_id=customer_id,
        contact_id=contact.contact_id,
        kind=NoticeKind.ISSUANCE_STARTED,
        operation=Operation.ISSUE,
        locale="ko",
        delivery_state=DeliveryState.QUEUED,
        delivery_at=0,
    )
