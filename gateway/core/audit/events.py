"""The events of the audit: one for every change of state, complete enough that a reader has to look nothing up.

The store writes an event in the script that makes the change (`tell` in `lua/prelude.lua`): neither exists without the
other, and the events of a customer are in the order of the changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from gateway.core.approvals import ApprovalStatus
from gateway.core.deciding import Outcome
from gateway.core.delivery import DeliveryState
from gateway.core.verification import Status


@dataclass(frozen=True, slots=True)
class EventFields:
    """The fields of one event beside its name and time: those that are always there, and those that may be."""

    always: frozenset[str]
    sometimes: frozenset[str]

    @classmethod
    def of(cls, names: str) -> Self:
        """From names with spaces between; one that ends in `?` is there sometimes."""
        told = names.split()
        sometimes = frozenset(name.removesuffix("?") for name in told if name.endswith("?"))
        return cls(frozenset(told) - {f"{name}?" for name in sometimes}, sometimes)

    def fit(self, told: frozenset[str]) -> bool:
        return self.always <= told <= self.always | self.sometimes


_VERIFICATION = "customer verification client method operation contact?"
_NOTICE = "customer notice client kind operation contact"
_DEAD_LETTER = "customer verification? notice? kind delivery by"
_CONTACT = "customer contact cause reference by"
_DECIDED = "customer approval kind contact? requested_by request_reason by key_of decision_reason?"
_REPORTED = [state for state in DeliveryState if state is not DeliveryState.QUEUED]
_CLOSED = [status for status in Status if status is not Status.PENDING]
_OVER = [status for status in ApprovalStatus if status is not ApprovalStatus.WAITING]

EVENTS: Final[Mapping[str, EventFields]] = {
    event: EventFields.of(names)
    for event, names in {
        "customer.created": "customer kind by",
        "customer.replaced": "customer kind identity_changed? by",
        "customer.consent_given": "customer by",
        "customer.consent_withdrawn": "customer by",
        "customer.erased": "customer by erasure_reason",
        "customers.exported": "by reason",
        "store.restored": "by reason",
        "customer.locked": f"{_VERIFICATION} wrong channel",
        "customer.unlocked": "customer approval by",
        "contact.created": "customer contact line_type label by",
        "contact.verifiable": _CONTACT,
        "contact.needs_verification": _CONTACT,
        "contact.changed": _CONTACT,
        "contact.released": _CONTACT,
        "contact.ownership_refused": "customer contact by",
        "overseas_exemption.registered": "customer from until via by approved_by? approval?",
        "overseas_exemption.withdrawn": "customer by",
        **{f"decision.{outcome}": "customer decision operation rule policy" for outcome in Outcome},
        "verification.created": f"{_VERIFICATION} delivery?",
        "verification.resent": f"{_VERIFICATION} delivery",
        "verification.wrong_answer": f"{_VERIFICATION} wrong channel",
        **{f"verification.{status}": f"{_VERIFICATION} reason channel" for status in _CLOSED},
        **{f"delivery.{state}": f"{_VERIFICATION} delivery carrier? carrier_id? reason?" for state in _REPORTED},
        "receipt.redeemed": _VERIFICATION,
        "notice.created": _NOTICE,
        **{f"notice.{state}": f"{_NOTICE} carrier? carrier_id? reason?" for state in _REPORTED},
        "notice.denied": _NOTICE,
        "dead_letter.replayed": _DEAD_LETTER,
        "dead_letter.discarded": _DEAD_LETTER,
        "branch_password.issued": "customer branch_password operation branch by key_of",
        "branch_password.revoked": "customer branch_password operation by",
        "auto_connect.given": "customer auto_connect verification",
        "auto_connect.used": "customer auto_connect",
        "auto_connect.ended": "customer auto_connect reason",
        "auto_connect.revoked": "customer auto_connect by",
        "approval.requested": "customer approval kind contact? by request_reason",
        **{f"approval.{status}": _DECIDED for status in _OVER},
        "alarm.raised": "kind subject",
        "alarm.cleared": "kind subject by",
        "operator.added": "by role",
        "operator.removed": "by",
        "operator.enrolled": "by",
        "operator.authenticator_reset": "by",
        "operator.signed_in": "by",
        "operator.signed_out": "by",
        "operator.exported": "by",
        "operator.sign_in_refused": "by",
        "operator.locked_out": "by",
        "ops.cancel": "customer verification by why",
        "ops.resend": "customer verification by why",
        "policy.in_use": "policy",
        "key.in_use": "setting key_id",
        "key.retired": "setting key_id",
        "ops.replay": "customer dead_letter by why",
        "ops.discard": "customer dead_letter by why",
        "carrier.paused": "carrier pause_reason by",
        "carrier.resumed": "carrier by",
        "api_key.created": "api_key client person scopes",
        "api_key.revoked": "api_key client person",
    }.items()
}
"""By name. Values are words, ids and numbers; of people only the names of staff, and sealed reasons."""

REASONS: Final = ("request_reason", "decision_reason", "why")
"""What people wrote about a customer, sealed under the customer's own key: erasing the key erases it."""
