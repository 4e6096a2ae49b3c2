"""What the fields of numerous records are called in the store, by the words of the scripts and of the code.

A name is kept with each record that has the field, and there are millions of records: so the names are short, and those
of what every record has the shortest. Scripts write the word in quotation marks (`'v.status'`), and are read with the
name in its place.
"""

import re
from collections.abc import Mapping
from typing import Final

FIELDS: Final[Mapping[str, str]] = {
    # A verification; a notice has those of its delivery too. No `v.status`: it is pending. No `v.resend_at`: the first
    # resend has its time after the opening. No `v.d_state`: nothing has been said of the first delivery, which is
    # queued. No `v.rev`: nothing has changed.
    "v.status": "s",
    "v.expires_at": "e",
    "v.rev": "r",
    "v.store": "i",
    "v.customer_id": "u",
    "v.request": "q",
    "v.contact_id": "t",
    "v.contact_version": "w",
    "v.terms": "p",
    "v.code": "h",
    "v.sealed": "x",
    "v.delivery": "d",
    "v.d_state": "y",
    "v.d_at": "a",
    "v.resend_at": "b",
    "v.kind": "ki",
    "v.client": "k",
    "v.operation": "o",
    "v.locale": "l",
    "v.target_contact_id": "ta",
    "v.operation_hash": "oh",
    "v.reason": "re",
    "v.closed_at": "cl",
    "v.redeemed": "rd",
    "v.denied_at": "de",
    "v.turn": "tu",
    "v.dialogue": "di",
    "v.d_rank": "dr",
    "v.d_reason": "dw",
    "v.d_carrier": "dc",
    "v.d_id": "dn",
    "v.d_before": "db",
    "v.d_send": "ds",
    "v.d_base": "dx",
    # A contact; `c.owned_at`, by which an ownership check ages, is in seconds, all other times in ms. No
    # `c.label`: it is the word of the line type, as with most mobiles.
    "c.index": "x",
    "c.status": "s",
    "c.version": "w",
    "c.line_type": "t",
    "c.label": "l",
    "c.number": "n",
    "c.verified_by": "b",
    "c.verified_at": "a",
    "c.owned_at": "o",
    "c.fell_at": "fe",
    "c.vouched_by": "vo",
    "c.released_until": "ru",
    # What was opened for a customer of late, in the customer's record beside the counts of operations and the names of
    # verifications. `o.day` is in seconds. No `o.until` in the first window of the day.
    "o.count": "n",
    "o.until": "u",
    "o.day": "d",
}

_WORD = re.compile(r"'([a-z]\.[a-z_]+)'")


def with_fields(source: str) -> str:
    """A script with the names of the fields in the place of their words. `KeyError` for a word that is not here."""
    return _WORD.sub(lambda word: f"'{FIELDS[word[1]]}'", source)
