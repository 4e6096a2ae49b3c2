"""The search finds what it is for, in every form and place, and nothing by chance."""

import base64
import json
import random
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from demo.secrets_file import load_or_make
from gateway.store.embedded import EmbeddedStore
from tests.conftest import an_empty_store
from tests.leaks import planted
from tests.leaks.planted import Planted
from tests.leaks.scanning import Leak, files_below, leaks

NUMBER, CODE, NAME, BIRTH_DATE = "+821045678912", "904817", "남궁비밀", "1987-06-05"
VALUES = {
    NUMBER: planted.number("number", NUMBER),
    CODE: planted.code("code", CODE),
    NAME: planted.text("name", NAME),
    BIRTH_DATE: planted.birth_date("birth date", BIRTH_DATE),
}

Hide = Callable[[str], bytes]
WAYS: dict[str, Hide] = {
    "plain": str.encode,
    "utf-16": lambda text: text.encode("utf-16"),
    "euc-kr": lambda text: text.encode("euc-kr"),
    "json": lambda text: json.dumps({"value": text}).encode(),
    "json in json": lambda text: json.dumps(json.dumps({"value": text})).encode(),
    "repr of bytes": lambda text: repr(text.encode()).encode(),
    "after a line feed in json": lambda text: json.dumps(f"x\n{text}").encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "percent": lambda text: quote(f"= {text}&", safe="").encode(),
    "percent, euc-kr": lambda text: quote(text.encode("euc-kr"), safe="").encode(),
    "base64 of utf-16": lambda text: base64.b64encode(text.encode("utf-16-le")),
    "base64, 0 before": lambda text: base64.b64encode(text.encode() + b"zz"),
    "base64, 1 before": lambda text: base64.b64encode(b"a" + text.encode() + b"zz"),
    "base64, 2 before": lambda text: base64.b64encode(b"aa" + text.encode() + b"zz"),
    "base64, for addresses": lambda text: base64.urlsafe_b64encode(b"??" + text.encode() + b"??"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", VALUES)
def test_what_is_hidden_is_found(value: str, way: str) -> None:
    content = b"--" + WAYS[way](value) + b"--"
    assert leaks({"log": content}, VALUES.values()) == [Leak("log", VALUES[value].what)]


@pytest.mark.parametrize(
    "spelled",
    ["01045678912", "010-4567-8912", "010 4567 8912", "+82 10-4567-8912", "+82-10-4567-8912", "821045678912",
     "45678912", "4567-8912", "０１０４５６７８９１２", "0 1 0 4 5 6 7 8 9 1 2"],
)  # fmt: skip
def test_a_number_is_found_as_people_write_it(spelled: str) -> None:
    assert VALUES[NUMBER].is_in(f"call {spelled} now".encode())


@pytest.mark.parametrize("spelled", ["870605", "19870605", "1987.06.05", "1987년 6월 5일"])
def test_a_birth_date_is_found_as_people_write_it(spelled: str) -> None:
    assert VALUES[BIRTH_DATE].is_in(f"born {spelled}".encode())


@pytest.mark.parametrize(
    "spelled", ["904-817", "904 817", "9 0 4 8 1 7", "code=904817&", '"904817"', "（９０４８１７）"]
)
def test_a_code_is_found_as_it_is_read_and_said(spelled: str) -> None:
    assert VALUES[CODE].is_in(spelled.encode())


@pytest.mark.parametrize(
    "chance",
    [b"ver_00904817abc", b"a904817f", b"1790481799", b"0.904817", b"17.90481799",
     b'{"timestamp":"2026-01-02T03:04:05.904817Z"}', b"904817:M 27 Nov 2026 03:04:05.904 # Server initialized"],
)  # fmt: skip
def test_digits_that_are_part_of_something_else_are_no_code(chance: bytes) -> None:
    assert leaks({"log": chance}, [VALUES[CODE]]) == []


def test_what_is_random_holds_nothing() -> None:
    """Digests, ids and sealed bytes of a long run, against as many codes as it had."""
    drawn = random.Random(1)
    digests = b"\n".join(drawn.randbytes(16).hex().encode() for _ in range(20_000))
    content = drawn.randbytes(1 << 20) + digests + base64.b64encode(drawn.randbytes(1 << 20))
    codes = [planted.code("code", f"{drawn.randrange(1_000_000):06d}") for _ in range(50)]
    assert leaks({"data": content}, [*codes, *VALUES.values()]) == []


@pytest.mark.parametrize("name", ["encryption_key", "receipt_key"])
@pytest.mark.parametrize("way", ["hex", "plain", "base64, 1 before"])
def test_keys_are_found_as_they_are_given_and_as_they_are(name: str, way: str, tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json")
    key = planted.key("key", made.encryption_key)
    assert key.is_in(base64.b64decode(made.encryption_key))
    assert key.is_in(WAYS[way](made.encryption_key))
    signing = planted.private_key("key", made.receipt_key)
    assert signing.is_in(made.receipt_key.encode())
    assert signing.is_in(WAYS[way](made.receipt_key.splitlines()[1]))
    assert not key.is_in(made.receipt_key.encode())


@pytest.mark.parametrize("compression", ["yes", "no"])
async def test_what_the_store_keeps_is_found_in_each_of_its_files(tmp_path: Path, compression: str) -> None:
    """Strings, fields of hashes, short and long, and events: they are packed, made integers and compressed."""
    directory = tmp_path / "data"
    embedded = EmbeddedStore(directory)
    embedded.start()
    try:
        async with an_empty_store(embedded.url) as store:
            await store.command("CONFIG", "SET", "rdbcompression", compression)
            for value, one in VALUES.items():
                for words in _ways_to_keep(value):
                    await store.command("FLUSHALL")
                    await store.command(*words)
                    await store.command("SAVE")
                    found = leaks({"dump": (directory / "dump.rdb").read_bytes()}, [one])
                    assert found == [Leak("dump", one.what)], words[0]
        found = leaks(files_below(directory, but=["dump.rdb"]), VALUES.values())
        assert {one.place for one in found} == {"appendonlydir/appendonly.aof.1.incr.aof"}
        assert {one.what for one in found} == {one.what for one in VALUES.values()}
    finally:
        embedded.stop()


def _ways_to_keep(value: str) -> list[tuple[str, ...]]:
    filler = [word for number in range(40) for word in (f"field-{number}", f"the same words again {number}")]
    digits = value.lstrip("+").replace("-", "")
    return [
        ("SET", "key", value),
        ("SET", "key", digits),
        ("HSET", "key", "field", value),
        ("HSET", "key", "field", digits),
        ("HSET", "key", *filler, "field", value),
        ("HSET", "key", "long", secrets.token_hex(200), "field", digits),
        ("XADD", "key", "*", "event", "verification.created", "code", value),
        ("SET", "key", f"the same, the same, the same, the same: {value}, the same, the same, the same"),
    ]


def test_files_are_read_wherever_they_lie_and_left_out_by_name(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(NAME)
    (tmp_path / "secrets.json").write_text(NAME)
    assert files_below(tmp_path, but=["secrets.json"]) == {"deep/log": NAME.encode()}


def test_a_report_does_not_show_what_leaked() -> None:
    one: Planted = VALUES[NAME]
    shown = repr(one) + repr(leaks({"log": NAME.encode()}, [one]))
    assert NAME not in shown
    assert not one.is_in(shown.encode())
