"""Reasons in people's own words, made fit to be kept."""

import re
import unicodedata

_LONG_NUMBER = re.compile(r"\d(?:(?:[^\w,]|_|,(?=\S)){0,3}\d){5,}")
"""Six or more digits of any script with at most three characters between two of them, none of them a letter or a comma
before a space: that comma ends a number."""


def without_numbers(reason: str) -> str:
    """People write phone numbers into reasons, and reasons are in the audit."""
    return _LONG_NUMBER.sub("***", unicodedata.normalize("NFKC", reason))
