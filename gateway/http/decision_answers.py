"""A decision as callers see it, written as JSON by hand, for the reasons of `gateway.http.verification_answers`.

What is written fits `DecisionAnswer`, and holds nothing that it does not name.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from contacts.models import Contact, ContactMethod
from gateway.core.decisions import Decided
from gateway.http.language import Locale
from gateway.http.moments import moment


def decision_answer(decided: Decided, locale: Locale) -> bytes:
    """A `DecisionAnswer`."""
    decision, in_korean = decided.decision, locale == "ko"
    fields = {
        "decision_id": decided.decision_id,
        "outcome": decision.outcome,
        "reasons": [
            {"rule": one.rule, "met": one.met, "detail": one.detail_ko if in_korean else one.detail_en}
            for one in decision.reasons
        ],
        "methods": decision.methods,
        "contacts": [_contact(contact, methods) for contact, methods in decided.contacts],
        "policy_version": decided.policy_version,
    }
    if decided.auto_connect_token is not None:
        fields["auto_connect_token"] = decided.auto_connect_token
    return orjson.dumps(fields)


def _contact(contact: Contact, methods: Sequence[ContactMethod]) -> dict[str, Any]:
    """As `ContactAnswer.of` has it."""
    verified_at = contact.verified_at
    return {
        "contact_id": contact.contact_id,
        "masked_number": contact.number.masked,
        "label": contact.label,
        "line_type": contact.number.line_type,
        "status": contact.status,
        "methods": methods,
        "verified_by": contact.verified_by,
        "verified_at": None if verified_at is None else moment(round(verified_at.timestamp() * 1000)),
        "version": contact.version,
    }
