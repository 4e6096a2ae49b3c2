"""Customers, their contacts, and what each contact may be used for (R3, R4, R5)."""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from functools import cache

from contacts.exemption import OverseasExemption
from contacts.phone_numbers import LineType, PhoneNumber
from contacts.records import record


class CustomerKind(StrEnum):
    """R2: extra authentication is for individuals only."""

    INDIVIDUAL = "individual"
    CORPORATE = "corporate"


class ContactStatus(StrEnum):
    """인증필요 and 인증가능."""

    NEEDS_VERIFICATION = "needs_verification"
    VERIFIABLE = "verifiable"


class ContactLabel(StrEnum):
    MOBILE = "mobile"
    HOME = "home"
    WORK = "work"
    OTHER = "other"


class VerifiedBy(StrEnum):
    """How a contact became verifiable: 명의인증, 추가인증 with another contact, or in person at a branch."""

    OWNERSHIP = "ownership"
    VOUCH = "vouch"
    BRANCH = "branch"


class ContactMethod(StrEnum):
    """The methods that reach the customer on a contact, in the order the public interface lists them."""

    SMS = "sms"
    ARS = "ars"
    SMS_REPLY = "sms_reply"


@record()
class Customer:
    """A customer of the firm. `birth_date` is `YYYY-MM-DD`; `locked` is set by five wrong answers.

    `overseas_exemption` is the one registered (R9), in force or not yet.
    """

    customer_id: str
    kind: CustomerKind
    name: str = field(repr=False)
    birth_date: str | None = field(repr=False)
    online_consent: bool
    locked: bool
    overseas_exemption: OverseasExemption | None = None


@record()
class Contact:
    """A number registered for a customer. `version` grows with every change, which voids what was open."""

    contact_id: str
    number: PhoneNumber
    label: ContactLabel
    status: ContactStatus
    verified_by: VerifiedBy | None
    verified_at: datetime | None
    version: int


_METHODS = tuple(ContactMethod)


def methods_of(contact: Contact) -> tuple[ContactMethod, ...]:
    """What the contact may be used for now.

    | status             | line   | verified by   | methods             | rule |
    |--------------------|--------|---------------|---------------------|------|
    | needs_verification | any    | -             | none                | R5   |
    | verifiable         | mobile | ownership     | sms, ars, sms_reply | R3   |
    | verifiable         | mobile | vouch, branch | ars                 | R3   |
    | verifiable         | other  | any           | ars                 | R4   |

    A branch identifies the person, not the owner of the line, so R3 still wants the ownership check. Which
    lines may be called at all (R4) was decided by the number plan when the contact was registered.
    """
    return _methods_by(contact.number.line_type, contact.status, contact.verified_by)


@cache
def _methods_by(
    line_type: LineType, status: ContactStatus, verified_by: VerifiedBy | None
) -> tuple[ContactMethod, ...]:
    return tuple([method for method in _METHODS if _why_not(line_type, status, verified_by, method) is None])


def why_not(contact: Contact, method: ContactMethod) -> str | None:
    """The rule that refuses this method on this contact now, or None if it may be used.

    `R3` where the line is no mobile or its ownership is not confirmed, `R5` where the contact needs
    verification first.
    """
    return _why_not(contact.number.line_type, contact.status, contact.verified_by, method)


def _why_not(
    line_type: LineType, status: ContactStatus, verified_by: VerifiedBy | None, method: ContactMethod
) -> str | None:
    texts = method is not ContactMethod.ARS
    if texts and line_type is not LineType.MOBILE:
        return "R3"
    if status is not ContactStatus.VERIFIABLE or verified_by is None:
        return "R5"
    if texts and verified_by is not VerifiedBy.OWNERSHIP:
        return "R3"
    return None
