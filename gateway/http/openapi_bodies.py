"""A body that each kind of request could have, as the OpenAPI document shows it.

A page would otherwise make one up of the patterns, with all fields at once, and offer to send that.
"""

from collections.abc import Mapping
from typing import Any

_WHOM_AND_WHAT = {"customer_id": "hong-gildong", "operation": "issue"}
_RECEIPT = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJib25pbiJ9.c2lnbmF0dXJl"
_DEVICE = "6f1e2a9c-1c0b-4c55-9a57-0c2f4d3b8e11"

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "AddContact": {"number": "+821012345678", "label": "mobile"},
    "AskWithReason": {"reason": "고객 요청"},
    "ChangeContact": {"number": "+821012345678", "reason": "고객 요청"},
    "Check": {"code": "123456", "attempt_id": "4b6c1f9e-7a3d-4f52-8a0e-3d9b5c7e2a10"},
    "Decide": {**_WHOM_AND_WHAT, "client_ip": "203.0.113.7"},
    "DecideApproval": {"approved_by": "이센터장", "reason": "본인확인함"},
    "GiveAutoConnect": {"verification_id": "ver_00bn5c34sfsbp7hy3wgdah", "device": _DEVICE},
    "IssueBranchPassword": {**_WHOM_AND_WHAT, "branch": "강남지점", "issued_by": "박대리"},
    "NoBody": {},
    "OpenVerification": {**_WHOM_AND_WHAT, "method": "sms", "contact_id": "con_d6hs1yg2183evjzk0n2d"},
    "PutCustomer": {"kind": "individual", "name": "김하나", "birth_date": "1990-01-02", "online_consent": True},
    "PutOverseasExemption": {
        "from": "2026-01-31T09:00:00+09:00",
        "until": "2026-02-28T18:00:00+09:00",
        "requested_via": "online",
    },
    "Redeem": {**_WHOM_AND_WHAT, "receipt": _RECEIPT},
    "SendNotice": {**_WHOM_AND_WHAT, "kind": "issuance_started"},
    "Vouch": {"receipt": _RECEIPT},
}
"""By the name of the model."""
