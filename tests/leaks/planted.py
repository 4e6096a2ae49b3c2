"""What is planted, and how each kind of it may be spelled."""

import base64
from collections.abc import Container
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.leaks.forms import BEGINNING, Form, forms


@dataclass(frozen=True)
class Planted:
    """One value that must be seen nowhere; `what` names it in a report, which never shows it."""

    what: str
    forms: list[Form] = field(repr=False)

    def is_in(self, content: bytes, beginnings: Container[bytes] | None = None) -> bool:
        """Whether it is there in any form; of which only those matter that begin with `beginnings`, if these are given.

        A beginning has `BEGINNING` bytes.
        """
        return any(
            form.is_in(content) for form in self.forms if beginnings is None or form.content[:BEGINNING] in beginnings
        )


def text(what: str, value: str) -> Planted:
    """A name, a reason, a password, a token."""
    return Planted(what, forms([value]))


def number(what: str, e164: str) -> Planted:
    """A Korean number, as people and machines write it."""
    national = e164.removeprefix("+82")
    area, middle, last = national[:2], national[2:-4], national[-4:]
    spelled = [f"0{national}", f"82{national}", f"820{national}", f"{middle}{last}"]
    for between in ("-", " ", "."):
        spelled += [f"0{area}{between}{middle}{between}{last}", f"+82{between}{area}{between}{middle}{between}{last}"]
        spelled.append(f"{middle}{between}{last}")
    return Planted(what, forms([e164, *spelled]))


def code(what: str, digits: str) -> Planted:
    """Six digits. They come by chance too: see `Form`."""
    return Planted(what, forms([digits, f"{digits[:3]}-{digits[3:]}", f"{digits[:3]} {digits[3:]}"]))


def birth_date(what: str, iso: str) -> Planted:
    year, month, day = iso.split("-")
    spelled = [iso, f"{year}{month}{day}", f"{year[2:]}{month}{day}", f"{year}.{month}.{day}", f"{year}/{month}/{day}"]
    return Planted(what, forms([*spelled, f"{year}년 {int(month)}월 {int(day)}일"]))


def key(what: str, in_base64: str) -> Planted:
    """32 bytes: as they are given, and as they are."""
    return Planted(what, forms([in_base64], base64.b64decode(in_base64)))


def private_key(what: str, pem: str) -> Planted:
    """A P-256 key: its lines, and the number that it is."""
    loaded = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    lines = [line for line in pem.splitlines() if len(line) > 40 and "-----" not in line]
    return Planted(what, forms(lines, loaded.private_numbers().private_value.to_bytes(32, "big")))
