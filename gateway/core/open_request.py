"""What a caller asks for when it opens a verification."""

from contacts.records import record
from gateway.core.errors import FieldError, Refusal
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.verification import Method


@record()
class OpenRequest:
    """The fields have passed the shapes of the public interface."""

    client: str
    customer_id: str
    method: Method
    operation: Operation
    contact_id: str | None
    target_contact_id: str | None
    operation_hash: str | None
    locale: str
    known_as: bytes = b""
    """The same bytes each time it is sent under one key (`gateway.core.idempotency`); empty without a key."""


def check_fields(request: OpenRequest) -> None:
    """Which fields a method and an operation need, or do not take. Raises `Refusal`."""
    errors = []
    if request.method is Method.BRANCH_OTP and request.contact_id is not None:
        errors.append(
            FieldError("contact_id", "branch_otp에는 연락처를 지정하지 않습니다.", "branch_otp takes no contact.")
        )
    if request.method is not Method.BRANCH_OTP and request.contact_id is None:
        errors.append(FieldError("contact_id", "인증할 연락처를 지정해 주세요.", "Name the contact to be used."))
    if request.operation is Operation.VOUCH and request.target_contact_id is None:
        errors.append(
            FieldError(
                "target_contact_id",
                "인증가능으로 바꿀 연락처를 지정해 주세요.",
                "Name the contact to be made verifiable.",
            )
        )
    if request.target_contact_id is not None and request.target_contact_id == request.contact_id:
        errors.append(
            FieldError(
                "target_contact_id",
                "연락처는 다른 연락처로만 확인할 수 있습니다.",
                "A contact cannot vouch for itself: name another one.",
            )
        )
    if request.operation is not Operation.VOUCH and request.target_contact_id is not None:
        errors.append(
            FieldError(
                "target_contact_id",
                "operation이 vouch일 때만 지정합니다.",
                "It goes with operation vouch only.",
            )
        )
    if errors:
        raise Refusal(Problem.INVALID_FIELDS, errors=tuple(errors))
