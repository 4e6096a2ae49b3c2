"""The bodies and answers of the public interface: the shapes that callers may rely on."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from contacts.exemption import OverseasExemption, RequestedVia
from contacts.masking import mask_name
from contacts.models import (
    Contact,
    ContactLabel,
    ContactMethod,
    ContactStatus,
    Customer,
    CustomerKind,
    VerifiedBy,
)
from contacts.phone_numbers import LineType
from gateway.core.codes import is_code
from gateway.core.delivery import DeliveryState
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.verification import Method, Status
from gateway.http import forms
from gateway.http.models import Answer, Body, Line, Query, WholeNumber, field_error, omitted_when_none
from gateway.http.moments import SEOUL, Moment


def _six_ascii_digits(value: str) -> str:
    if not is_code(value):
        raise field_error("숫자(0-9) 여섯 자리를 입력해 주세요.", "Give six digits, 0-9.")
    return value


_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST = date(1900, 1, 1)


def _past_date(value: str) -> str:
    """A day that has begun in Korea, wherever the server stands."""
    try:
        if not _DATE.fullmatch(value) or not _EARLIEST <= date.fromisoformat(value) <= datetime.now(SEOUL).date():
            raise ValueError
    except ValueError:
        raise field_error("지난 날짜를 YYYY-MM-DD로 입력해 주세요.", "Give a past date as YYYY-MM-DD.") from None
    return value


CustomerId = Annotated[str, StringConstraints(pattern=forms.CUSTOMER)]
VerificationId = Annotated[str, StringConstraints(pattern=forms.VERIFICATION)]
ContactId = Annotated[str, StringConstraints(max_length=64, pattern=forms.WORD)]
Code = Annotated[str, AfterValidator(_six_ascii_digits), WithJsonSchema({"type": "string", "pattern": "^[0-9]{6}$"})]
BirthDate = Annotated[str, AfterValidator(_past_date), WithJsonSchema({"type": "string", "format": "date"})]
Token = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=forms.WORD)]
"""An opaque word of the caller's: visible ASCII."""
GivenNumber = Annotated[
    str,
    StringConstraints(max_length=64),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\+[1-9][0-9]{1,14}$",
            "description": "전화번호, E.164. 공백이나 하이픈 없이 / E.164, without spaces or hyphens",
            "examples": ["+821012345678"],
        }
    ),
]
"""A phone number as a caller gives it. What is wrong with one is said by the number plan, and better."""


def _korean_unless_said(value: object) -> object:
    return "ko" if value is None else value


def _may_be_left_out(schema: dict[str, Any]) -> None:
    """Generators of TypeScript take a field of a body that has a default for one that is always sent."""
    schema.pop("default", None)
    schema["anyOf"] = [{name: schema.pop(name) for name in ("type", "enum")}, {"type": "null"}]


Language = Annotated[
    Literal["ko", "en"],
    BeforeValidator(_korean_unless_said),
    Field(
        description="문자와 통화의 언어. 없으면 ko / the language of texts and calls; ko if left out",
        json_schema_extra=_may_be_left_out,
    ),
]


class PutCustomer(Body):
    kind: Annotated[CustomerKind, Field(strict=False)]
    name: Line
    birth_date: BirthDate | None = None
    online_consent: bool


class AddContact(Body):
    number: GivenNumber
    label: Annotated[ContactLabel, Field(strict=False)]


class Vouch(Body):
    receipt: Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class ContactAnswer(Answer):
    contact_id: str
    masked_number: str
    label: ContactLabel
    line_type: LineType
    status: ContactStatus
    methods: list[ContactMethod]
    verified_by: VerifiedBy | None
    verified_at: Moment | None
    version: int

    @classmethod
    def of(cls, contact: Contact, methods: Iterable[ContactMethod]) -> "ContactAnswer":
        """`methods` are those that may be used now."""
        verified_at = contact.verified_at
        return cls(
            contact_id=contact.contact_id,
            masked_number=contact.number.masked,
            label=contact.label,
            line_type=contact.number.line_type,
            status=contact.status,
            methods=list(methods),
            verified_by=contact.verified_by,
            verified_at=None if verified_at is None else round(verified_at.timestamp() * 1000),
            version=contact.version,
        )


class ContactsAnswer(Answer):
    contacts: list[ContactAnswer]


class OverseasExemptionAnswer(Answer):
    from_: Annotated[Moment, Field(alias="from")]
    until: Moment
    requested_via: RequestedVia

    @classmethod
    def of(cls, exemption: OverseasExemption) -> "OverseasExemptionAnswer":
        given = {"from": exemption.period.start, "until": exemption.period.until}
        return cls(**given, requested_via=exemption.requested_via)


class CustomerAnswer(Answer):
    customer_id: str
    kind: CustomerKind
    masked_name: str
    online_consent: bool
    locked: bool
    overseas_exemption: OverseasExemptionAnswer | None
    contacts: list[ContactAnswer]

    @classmethod
    def of(cls, customer: Customer, contacts: list[ContactAnswer]) -> "CustomerAnswer":
        exemption = customer.overseas_exemption
        return cls(
            customer_id=customer.customer_id,
            kind=customer.kind,
            masked_name=mask_name(customer.name),
            online_consent=customer.online_consent,
            locked=customer.locked,
            overseas_exemption=None if exemption is None else OverseasExemptionAnswer.of(exemption),
            contacts=contacts,
        )


class OpenVerification(Body):
    customer_id: CustomerId
    method: Annotated[Method, Field(strict=False)]
    operation: Annotated[Operation, Field(strict=False)]
    contact_id: ContactId | None = None
    target_contact_id: ContactId | None = None
    operation_hash: Token | None = None
    locale: Language = "ko"


class Wait(Query):
    wait: WholeNumber = Field(default=0, ge=0, le=30, description="초 / seconds")


class Check(Body):
    code: Code
    attempt_id: Token | None = None


class DeliveryAnswer(Answer):
    state: DeliveryState
    carrier: str | None
    at: Moment
    reason: str | None = omitted_when_none()


class VerificationAnswer(Answer):
    id: str
    customer_id: str
    contact_id: str | None
    target_contact_id: str | None = omitted_when_none()
    method: Method
    operation: Operation
    operation_hash: str | None = omitted_when_none()
    status: Status
    status_reason: str | None
    binding_code: str | None = omitted_when_none()
    delivery: DeliveryAnswer | None
    attempts_remaining: int
    resends_remaining: int
    next_resend_at: Moment | None
    created_at: Moment
    expires_at: Moment
    receipt: str | None = omitted_when_none()


class CheckAnswer(VerificationAnswer):
    correct: bool


class Redeem(Body):
    receipt: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    operation: Annotated[Operation, Field(strict=False)]
    operation_hash: Token | None = None
    customer_id: CustomerId


class ReceiptAnswer(Answer):
    """The claims of the receipt, as signed."""

    jti: str
    verification_id: str
    customer_id: str
    operation: str
    operation_hash: str | None
    method: str
    contact_id: str | None
    target_contact_id: str | None
    policy_version: str | None
    iat: int
    exp: int


class IssueBranchPassword(Body):
    customer_id: CustomerId
    operation: Annotated[Operation, Field(strict=False)]
    branch: Annotated[Line, Field(examples=["강남지점"])]
    issued_by: Line
    valid_for: (
        Annotated[
            int,
            Field(
                ge=Limits.shortest_branch_password_life,
                le=Limits.longest_branch_password_life,
                description="초 / seconds",
            ),
        ]
        | None
    ) = None


class BranchPasswordAnswer(Answer):
    branch_password_id: str
    password: str
    slip_url: str
    expires_at: Moment


class JwksAnswer(Answer):
    keys: list[dict[str, str]]
