"""Which of our two languages a caller reads: Korean unless English is preferred (RFC 9110, 12.5.4)."""

import re
from functools import lru_cache
from typing import Literal

Locale = Literal["ko", "en"]

DEFAULT: Locale = "ko"
LONGEST_HEADER = 256
"""Characters. Longer headers come from no browser, and would only fill the cache."""

_RANGE = re.compile(r"(?P<tag>\*|[A-Za-z]{1,8})(?:-[A-Za-z0-9]{1,8})*(?:[ \t]*;[ \t]*q=(?P<q>[01](?:\.[0-9]{0,3})?))?")


def negotiate(accept_language: str | None) -> Locale:
    """The language to answer in. Ranges that are malformed count for nothing; no header ever raises."""
    if not accept_language or len(accept_language) > LONGEST_HEADER:
        return DEFAULT
    return _negotiate(accept_language)


@lru_cache(maxsize=256)
def _negotiate(header: str) -> Locale:
    weights: dict[str, float] = {}
    for part in header.split(","):
        found = _RANGE.fullmatch(part.strip(" \t"))
        if found is not None:
            tag = found["tag"].lower()
            weights[tag] = max(weights.get(tag, 0.0), min(float(found["q"] or 1), 1.0))
    others = weights.get("*", 0.0)
    return "en" if weights.get("en", others) > weights.get("ko", others) else "ko"
