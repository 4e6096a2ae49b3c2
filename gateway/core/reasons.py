"""Why people did something, in their own words, as it may be kept."""

import re
import unicodedata

_LONG_NUMBER = re.compile(r"\d(?:(?:[^\w,]|_|,(?=\S)){0,3}\d){5,}")
"""Six digits of any script and more, each with at most three signs before it that are no letter; a comma with a space
behind it ends a number."""


def without_numbers(reason: str) -> str:
    """People write phone numbers into reasons, and these stand in the audit."""
    return _LONG_NUMBER.sub("***", unicodedata.normalize("NFKC", reason))
