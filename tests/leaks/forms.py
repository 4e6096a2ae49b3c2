"""Every form in which a value that must not be seen might be seen all the same."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

_URLSAFE = bytes.maketrans(b"+/", b"-_")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_BEFORE = re.compile(
    rb"(?:^|[^0-9A-Za-z.]|(?:^|[^0-9])\."  # not within a word, an id or a digest, and not the fraction of a number
    rb"|\\[abfnrtv]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2})$"  # but after an escape
)
_WORD = re.compile(rb"[0-9A-Za-z]")
_LOOK = 8
"""Bytes before a form that tell where it begins."""
_MANY_DIGITS = 10
BEGINNING = 5
"""Bytes, by which many forms are looked for at once."""


@dataclass(frozen=True, slots=True)
class Form:
    """Bytes to look for. Few digits come by chance in what is random: they count between boundaries only."""

    content: bytes
    bounded: bool

    def is_in(self, content: bytes) -> bool:
        at = content.find(self.content)
        while at >= 0:
            end = at + len(self.content)
            if not self.bounded or (_BEFORE.search(content[max(0, at - _LOOK) : at]) and not _WORD.match(content, end)):
                return True
            at = content.find(self.content, at + 1)
        return False


def forms(texts: Iterable[str], raw: bytes | None = None) -> list[Form]:
    """Every form of these texts, which mean the same, and of these bytes. Plant nothing short: `ValueError`."""
    found: dict[bytes, None] = {}
    for text in texts:
        found |= dict.fromkeys(_forms_of_text(text))
    if raw is not None:
        found |= dict.fromkeys(_forms_of_bytes(raw))
    if any(len(form) < BEGINNING for form in found):
        raise ValueError(f"a planted value has at least {BEGINNING} bytes in every encoding")
    return [Form(form, form.isdigit() and len(form) < _MANY_DIGITS) for form in found]


def _forms_of_text(text: str) -> Iterator[bytes]:
    for encoded in _encodings(text):
        yield from _forms_of_bytes(encoded)
    yield from (one.encode() for one in _spellings(text))
    if text.isascii() and text.isdigit():
        yield from _as_integers(int(text))


def _encodings(text: str) -> Iterator[bytes]:
    """The bytes of a text in every encoding that it may travel in here."""
    for form in ("NFC", "NFD"):
        yield unicodedata.normalize(form, text).encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    try:
        yield text.encode("euc-kr")
    except UnicodeEncodeError:
        return


def _spellings(text: str) -> Iterator[str]:
    """As JSON, Python, HTML and a voice spell it, letter by letter."""
    yield "".join(f"\\u{ord(letter):04x}" for letter in text)
    yield "".join(f"\\u{ord(letter):04X}" for letter in text)
    yield "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in text)
    yield "".join(letter if letter.isascii() else f"\\u{ord(letter):04X}" for letter in text)
    yield "".join(f"&#{ord(letter)};" for letter in text)
    yield "".join(f"&#x{ord(letter):x};" for letter in text)
    if any(letter.isdigit() for letter in text):
        yield text.translate(_FULL_WIDTH)
    if text.isdigit():
        yield from (between.join(text) for between in (" ", ", ", "-", "."))


def _forms_of_bytes(raw: bytes) -> Iterator[bytes]:
    """As it is, in hex, percent-encoded, escaped, and in base64 wherever it begins there."""
    yield raw
    for in_hex in (raw.hex(), raw.hex().upper()):
        yield in_hex.encode()
        yield "".join(f"%{in_hex[at : at + 2]}" for at in range(0, len(in_hex), 2)).encode()
        yield "".join(f"\\x{in_hex[at : at + 2]}" for at in range(0, len(in_hex), 2)).encode()
        yield " ".join(in_hex[at : at + 2] for at in range(0, len(in_hex), 2)).encode()
    yield quote(raw, safe="").encode()
    yield quote(raw, safe="").lower().encode()
    yield repr(raw)[2:-1].encode()
    for shift in range(3):
        # Only the characters that are made of the value alone.
        first, beyond = -(-shift * 8 // 6), (shift + len(raw)) * 8 // 6
        inner = base64.b64encode(b"\0" * shift + raw)[first:beyond]
        yield inner
        yield inner.translate(_URLSAFE)


def _as_integers(number: int) -> Iterator[bytes]:
    """As the store's files keep strings that look like integers (RDB strings and listpack elements)."""
    for tag, width, end in ((b"\xf2", 3, b"\x04"), (b"\xf3", 4, b"\x05"), (b"\xf4", 8, b"\x09"), (b"\xc2", 4, b"")):
        if number < 1 << (8 * width - 1):
            yield tag + number.to_bytes(width, "little") + end
