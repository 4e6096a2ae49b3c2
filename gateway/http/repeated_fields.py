"""Fields that a JSON document has twice: whatever stands in front may read the other value (RFC 8259, 4)."""

import json
from collections import Counter
from typing import Any

from gateway.core.errors import FieldError
from gateway.http.field_errors import MOST_ERRORS, field_error_of


def repeated_fields(raw: bytes, read: int) -> tuple[FieldError, ...]:
    """One error for each name that an object of the document has more than once. Raises `RecursionError`.

    `read` is how many fields a parser found. Each field has a colon, so a document with no more colons than that has
    none twice, and is not looked at again.
    """
    if raw.count(b":") == read:
        return ()
    repeated: dict[str, None] = {}

    def note(pairs: list[tuple[str, Any]]) -> None:
        repeated.update((name, None) for name, times in Counter(name for name, _ in pairs).items() if times > 1)

    json.loads(raw, object_pairs_hook=note)
    return tuple(field_error_of(name, "repeated") for name in list(repeated)[:MOST_ERRORS])
