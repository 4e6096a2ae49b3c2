"""A verification as its hash in the store, to and from the core."""

from collections.abc import Sequence
from struct import Struct
from typing import Any

from gateway.core.delivery import DeliveryState
from gateway.core.verification import TRAITS, NewVerification, Status, Terms, Verification
from gateway.store.about import read_request
from gateway.store.connection import Argument
from gateway.store.fields import FIELDS

_STATUSES: dict[bytes | None, Status] = {None: Status.PENDING, **{status.encode(): status for status in Status}}
_DELIVERY_STATES = {state.encode(): state for state in DeliveryState}
_TERMS = Struct(">4sH2s")
"""Pepper id, life (s), locale; the policy's version and the prefix of the number follow, with a zero between.
resend_verification.lua reads the life where it is here."""
_MOVING = 10
"""How many values of what may change callers are told of: `MOVING` of shared/moving.lua."""
_LASTING_AT = _MOVING + 4
"""Where, in what `read_whole` of shared/reading.lua reads, what never changes follows what only the gateway needs."""
LASTING = tuple(
    FIELDS[f"v.{name}"]
    for name in ("customer_id", "request", "contact_id", "terms", "expires_at", "target_contact_id", "operation_hash")
)
"""What never changes, in the order in which `terms_of` takes it, and `read_whole` reads it behind what may."""
_UNTOLD = (None,) * (_LASTING_AT - _MOVING)


def packed_terms(new: NewVerification) -> bytes:
    """What scripts hardly look at, in one value: each field would cost its name as well."""
    fixed = _TERMS.pack(bytes.fromhex(new.pepper_id), new.life, new.locale.encode())
    return fixed + f"{new.policy_version or ''}\0{new.prefix or ''}".encode()


def other_fields(new: NewVerification) -> list[Argument]:
    """Those that few verifications have, each with its value."""
    fields: list[Argument] = []
    if new.target_contact_id is not None:
        fields += (FIELDS["v.target_contact_id"], new.target_contact_id)
    if new.operation_hash is not None:
        fields += (FIELDS["v.operation_hash"], new.operation_hash)
    return fields


def opened(new: NewVerification, now: int, wrong: int, resend_after: int) -> Verification:
    """What was written, once the store has said when, in ms; `resend_after` in seconds."""
    traits = TRAITS[new.method]
    return Verification(
        verification_id=new.verification_id,
        customer_id=new.customer_id,
        client=new.client,
        method=new.method,
        operation=new.operation,
        locale=new.locale,
        status=Status.PENDING,
        reason=None,
        created_at=now,
        expires_at=now + new.life * 1000,
        revision=1,
        pepper_id=new.pepper_id,
        read_at=now,
        wrong_answers=wrong,
        locked=False,
        contact_id=new.contact_id,
        target_contact_id=new.target_contact_id,
        operation_hash=new.operation_hash,
        policy_version=new.policy_version,
        prefix=new.prefix,
        sealed_code=new.sealed_code,
        delivery_number=1 if traits.has_code else 0,
        delivery_state=DeliveryState.QUEUED if traits.has_code else None,
        delivery_at=now if traits.has_code else None,
        resend_at=now + resend_after * 1000 if traits.can_be_resent else None,
    )


def terms_in(verification_id: str, read: list[Any]) -> Terms:
    """From what scripts answer with `read_whole`."""
    return terms_of(verification_id, read[-1][_LASTING_AT:])


def terms_of(verification_id: str, lasting: Sequence[Any]) -> Terms:
    """From the values of `LASTING`."""
    customer_id, request, contact_id, packed, expires_at, target_contact_id, operation_hash = lasting
    method, operation, client = read_request(request.decode())
    pepper, life, locale = _TERMS.unpack_from(packed)
    policy, _, prefix = packed[_TERMS.size :].partition(b"\0")
    return Terms(
        verification_id=verification_id,
        customer_id=customer_id.decode(),
        client=client,
        method=method,
        operation=operation,
        contact_id=_text(contact_id),
        pepper_id=pepper.hex(),
        locale=locale.decode(),
        created_at=int(expires_at) - life * 1000,
        expires_at=int(expires_at),
        target_contact_id=_text(target_contact_id),
        operation_hash=_text(operation_hash),
        policy_version=_text(policy),
        prefix=_text(prefix),
    )


def verification_of(terms: Terms, read: list[Any], resend_after: int) -> Verification:
    """From what scripts answer of the store's time, the customer's wrong answers, and what may change, with or without
    what only the gateway needs; `resend_after` in seconds."""
    now, wrong, locked, values = read
    status, reason, revision, closed_at, delivery, *of_delivery = values[:_MOVING]
    state, delivery_reason, carrier, delivery_at, resend_at = of_delivery
    sealed, carrier_id, carrier_before, dialogue = values[_MOVING:_LASTING_AT] or _UNTOLD
    number = _number(delivery) or 0
    first_resend_at = terms.created_at + resend_after * 1000 if TRAITS[terms.method].can_be_resent else None
    return Verification(
        verification_id=terms.verification_id,
        customer_id=terms.customer_id,
        client=terms.client,
        method=terms.method,
        operation=terms.operation,
        locale=terms.locale,
        status=_STATUSES[status],
        reason=_text(reason),
        created_at=terms.created_at,
        expires_at=terms.expires_at,
        revision=1 + int(revision or 0),
        pepper_id=terms.pepper_id,
        read_at=now,
        wrong_answers=wrong,
        locked=bool(locked),
        contact_id=terms.contact_id,
        target_contact_id=terms.target_contact_id,
        operation_hash=terms.operation_hash,
        policy_version=terms.policy_version,
        prefix=terms.prefix,
        closed_at=_number(closed_at),
        sealed_code=sealed,
        delivery_number=number,
        # Nothing has been said of the first delivery when it is queued with the verification.
        delivery_state=_DELIVERY_STATES[state or b"queued"] if number else None,
        delivery_reason=_text(delivery_reason),
        delivery_carrier=_text(carrier),
        delivery_at=_number(delivery_at) or (terms.created_at if number else None),
        carrier_id=_text(carrier_id),
        carrier_before=_text(carrier_before),
        resend_at=_number(resend_at) or first_resend_at,
        dialogue=_text(dialogue) or "",
    )


def _text(value: bytes | None) -> str | None:
    return value.decode() if value else None


def _number(value: bytes | None) -> int | None:
    return int(value) if value else None
