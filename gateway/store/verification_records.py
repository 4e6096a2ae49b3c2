"""A verification as its hash in the store, to and from the core."""

from typing import Any

from gateway.core.delivery import DeliveryState
from gateway.core.operations import Operation
from gateway.core.verification import Method, NewVerification, Status, Verification
from gateway.store.connection import Argument

_METHODS = {method.encode(): method for method in Method}
_OPERATIONS = {operation.encode(): operation for operation in Operation}
_STATUSES = {status.encode(): status for status in Status}
_DELIVERY_STATES = {state.encode(): state for state in DeliveryState}


def other_fields(new: NewVerification) -> list[Argument]:
    values: dict[str, Argument | None] = {
        "locale": new.locale,
        "contact_version": new.contact_version,
        "target_contact_id": new.target_contact_id,
        "operation_hash": new.operation_hash,
        "policy": new.policy_version,
        "prefix": new.prefix,
        "pepper": new.pepper_id,
        "code": new.code_digest,
        "sealed": new.sealed_code,
    }
    return [word for name, value in values.items() if value is not None for word in (name, value)]


def verification_of(verification_id: str, read: list[Any]) -> Verification:
    """From what the scripts answer with `as_read`."""
    now, wrong, locked = read[:3]
    record: dict[bytes, bytes] = dict(zip(read[3::2], read[4::2], strict=True))

    def text(name: bytes) -> str | None:
        value = record.get(name)
        return value.decode() if value else None

    def number(name: bytes) -> int | None:
        value = record.get(name)
        return int(value) if value else None

    state = record.get(b"d_state")
    return Verification(
        verification_id=verification_id,
        customer_id=record[b"customer_id"].decode(),
        client=record[b"client"].decode(),
        method=_METHODS[record[b"method"]],
        operation=_OPERATIONS[record[b"operation"]],
        locale=record[b"locale"].decode(),
        status=_STATUSES[record[b"status"]],
        reason=text(b"reason"),
        created_at=int(record[b"created_at"]),
        expires_at=int(record[b"expires_at"]),
        revision=int(record[b"rev"]),
        pepper_id=record[b"pepper"].decode(),
        read_at=now,
        wrong_answers=wrong,
        locked=bool(locked),
        contact_id=text(b"contact_id"),
        target_contact_id=text(b"target_contact_id"),
        operation_hash=text(b"operation_hash"),
        policy_version=text(b"policy"),
        prefix=text(b"prefix"),
        closed_at=number(b"closed_at"),
        receipt_id=text(b"receipt"),
        sealed_code=record.get(b"sealed"),
        delivery_number=number(b"delivery") or 0,
        delivery_state=_DELIVERY_STATES[state] if state else None,
        delivery_reason=text(b"d_reason"),
        delivery_carrier=text(b"d_carrier"),
        delivery_at=number(b"d_at"),
        carrier_id=text(b"d_id"),
        carrier_before=text(b"d_before"),
        resend_at=number(b"resend_at"),
        dialogue=text(b"dialogue") or "",
    )
