"""What the workers of a machine tell each other: what one has opened or read, another need not ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.models import ContactMethod, CustomerKind
from gateway.core.customer_stores import Remembered
from gateway.core.operations import Operation
from gateway.core.verification import Method, Terms
from gateway.store.shared_memory import SharedRecords, memories

_METHODS = {method.value: method for method in Method}
_OPERATIONS = {operation.value: operation for operation in Operation}
_KINDS = {kind.value: kind for kind in CustomerKind}
_CONTACT_METHODS = {method.value: method for method in ContactMethod}


@dataclass(frozen=True, slots=True)
class SharedByWorkers:
    """By the ids of verifications and of contacts."""

    terms: SharedRecords[Terms]
    contacts: SharedRecords[Remembered]


def shared_by_workers(fd: int) -> SharedByWorkers:
    """Over the open file that their supervisor has given to all of them."""
    terms, contacts = memories(fd, 2)
    return SharedByWorkers(SharedRecords(terms, Terms, _terms), SharedRecords(contacts, Remembered, _remembered))


def _terms(
    verification_id: str,
    customer_id: str,
    client: str,
    method: str,
    operation: str,
    contact_id: str | None,
    pepper_id: str,
    locale: str,
    created_at: int,
    expires_at: int,
    target_contact_id: str | None,
    operation_hash: str | None,
    policy_version: str | None,
    prefix: str | None,
) -> Terms:
    return Terms(
        verification_id=verification_id,
        customer_id=customer_id,
        client=client,
        method=_METHODS[method],
        operation=_OPERATIONS[operation],
        contact_id=contact_id,
        pepper_id=pepper_id,
        locale=locale,
        created_at=created_at,
        expires_at=expires_at,
        target_contact_id=target_contact_id,
        operation_hash=operation_hash,
        policy_version=policy_version,
        prefix=prefix,
    )


def _remembered(
    customer_id: str,
    kind: str,
    online_consent: bool,
    methods: Sequence[str],
    country: str | None,
    prefix: str,
    blind_indexes: Sequence[str],
    version: int,
) -> Remembered:
    return Remembered(
        customer_id=customer_id,
        kind=_KINDS[kind],
        online_consent=online_consent,
        methods=tuple([_CONTACT_METHODS[method] for method in methods]),
        country=country,
        prefix=prefix,
        blind_indexes=tuple(blind_indexes),
        version=version,
    )
