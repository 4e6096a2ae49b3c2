"""Readers of untrusted text under atheris: `python -m tests.faults.harness.fuzzing phones|codes|replies RUNS`.

Exit code 0 when nothing was raised, 3 where atheris is not installed. Atheris never comes back, so this is a
process of its own.
"""

import re
import sys
from collections.abc import Callable

try:
    import atheris
except ImportError:
    sys.exit(3)

with atheris.instrument_imports(include=["contacts.phone_numbers", "gateway.core.codes", "sms_reply.reading"]):
    from contacts.number_refusals import NumberRefused
    from contacts.phone_numbers import parse_phone_number
    from gateway.core.codes import is_code
    from sms_reply.reading import CodeReply, read_reply


def _text(data: bytes) -> str:
    return str(atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(200))


def phones(data: bytes) -> None:
    """A number is refused by a rule, or it is plainly E.164."""
    text = _text(data)
    try:
        number = parse_phone_number(text)
    except NumberRefused:
        return
    assert number.e164 == text
    assert re.fullmatch(r"\+82[0-9]{8,10}", text, re.ASCII)


def codes(data: bytes) -> None:
    """Nothing but six ASCII digits is a code."""
    text = _text(data)
    assert is_code(text) == (len(text) == 6 and all(one in "0123456789" for one in text))


def replies(data: bytes) -> None:
    """Any text has a reading, and a code in it is six ASCII digits."""
    reply = read_reply(_text(data))
    assert not isinstance(reply, CodeReply) or re.fullmatch("[0-9]{6}", reply.code, re.ASCII)


_READERS: dict[str, Callable[[bytes], None]] = {"phones": phones, "codes": codes, "replies": replies}

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], f"-runs={sys.argv[2]}", "-max_len=256"], _READERS[sys.argv[1]])
    atheris.Fuzz()
