"""What schemathesis has to be told of this API."""

import secrets
from typing import Any

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.format("ip", st.ip_addresses().map(str))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Each request is one of its own: under a key that was used before, another body would rightly be refused."""
    if case.headers and "Idempotency-Key" in case.headers and case.meta.generation.mode.is_positive:
        case.headers["Idempotency-Key"] = secrets.token_hex(16)
