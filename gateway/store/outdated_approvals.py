"""Which waiting requests could only be refused by now, for who looks through them.

The script that approves judges by itself, when it does (`approve.lua`); this says the same of the moment of reading.
"""

from collections.abc import Sequence
from typing import Any

from contacts.protection import PersonalData
from gateway.core.approvals import Approval, ApprovalKind
from gateway.store import clock, keys
from gateway.store.connection import Argument, Store
from gateway.store.fields import FIELDS


class OutdatedApprovals:
    """Looks at what the requests are about."""

    def __init__(self, store: Store, personal_data: PersonalData) -> None:
        self._store = store
        self._personal_data = personal_data

    async def among(self, waiting: Sequence[Approval]) -> frozenset[str]:
        """The ids of those whose subject has changed since, or whose new number is another contact by now."""
        if not waiting:
            return frozenset()
        now, found = await clock.now(self._store), await self._store.all(*map(self._subject, waiting))
        return frozenset(
            one.approval_id for one, subject in zip(waiting, found, strict=True) if self._is_outdated(one, subject, now)
        )

    def _subject(self, approval: Approval) -> tuple[Argument, ...]:
        """The command that reads it."""
        customer_id, contact_id = approval.customer_id, approval.contact_id or ""
        match approval.kind:
            case ApprovalKind.CONTACT_CHANGE:
                action = approval.action
                indexes = (*self._indexes(action["former"]), *self._indexes(action["number"]))
                return "HMGET", keys.contacts(customer_id), *indexes
            case ApprovalKind.UNLOCK:
                return "HGET", keys.guard(customer_id), "locked_at"
            case ApprovalKind.EARLY_RELEASE:
                return "HGET", keys.contact(customer_id, contact_id), FIELDS["c.version"]
            case ApprovalKind.OVERSEAS_EXEMPTION:
                return "GET", keys.exemption_version(customer_id)

    def _is_outdated(self, approval: Approval, subject: Any, now: int) -> bool:
        action = approval.action
        match approval.kind:
            case ApprovalKind.CONTACT_CHANGE:
                # Who has the former number, under one index key or the other, and who the new one.
                former, taken = subject[: len(subject) // 2], subject[len(subject) // 2 :]
                return (approval.contact_id or "").encode() not in former or any(taken)
            case ApprovalKind.UNLOCK:
                return bool(subject != action["locked_at"].encode())
            case ApprovalKind.EARLY_RELEASE:
                return bool(subject != action["version"].encode())
            case ApprovalKind.OVERSEAS_EXEMPTION:
                return (subject or b"0") != action["version"].encode() or int(action["until"]) <= now

    def _indexes(self, number: str) -> list[bytes]:
        return [bytes.fromhex(index) for index in self._personal_data.blind_indexes(number)]
