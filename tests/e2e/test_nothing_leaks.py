"""A whole run with planted values: none of them is in the log, the numbers, the store's files or a wrong answer."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from demo.api import Api
from demo.carriers import SMS_NUMBER
from demo.customer import new_number
from tests.e2e.caller import Caller, Person, another
from tests.e2e.processes import DemoProcess

NAME = "남궁비밀"
BIRTH_DATE = "1987-06-05"
TIMES = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")


class Overheard(Api):
    """Remembers every answer."""

    def __init__(self, base_url: str, key: str) -> None:
        super().__init__(base_url, key)
        self.answers: list[tuple[str, bytes]] = []

    async def call(self, method: str, path: str, body: object = None) -> Any:
        answer = await super().call(method, path, body)
        self.answers.append((f"{method} {path}", orjson.dumps(answer)))
        return answer


def _forms(value: str) -> Iterator[bytes]:
    """How a value might be hidden: as it is, percent-encoded, in hex, and in base64 wherever it begins."""
    raw = value.encode()
    yield raw
    yield orjson.dumps(value)[1:-1]
    yield value.encode("unicode_escape")
    yield quote(value, safe="").encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for shift in range(3):
        # Only the characters that are made of the value alone.
        first, beyond = -(-shift * 8 // 6), (shift + len(raw)) * 8 // 6
        inner = base64.b64encode(b"\0" * shift + raw)[first:beyond]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def _found(value: str, content: bytes) -> bool:
    """Digits of a code within a longer number are chance."""
    return any(
        re.search(rb"(?<![0-9])%s(?![0-9])" % form if re.fullmatch(b"[0-9]{6}", form) else re.escape(form), content)
        for form in _forms(value)
    )


def _numbers(e164: str) -> list[str]:
    national = e164.removeprefix("+82")
    return [e164, e164[1:], f"0{national}", national, f"0{national[:2]}-{national[2:6]}-{national[6:]}"]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[DemoProcess]:
    process = DemoProcess(tmp_path / "demo")
    yield process
    process.end()


async def _live_through_everything(person: Person, issuer: Caller) -> list[str]:
    """Every method, right and wrong; the codes that were in play."""
    text = await person.start("sms")
    code = await person.texted_code()
    await person.check(text, another(code))
    await person.check(text, code)
    reply = await person.start("sms_reply")
    await person.texted(2)
    await person.text(f"인증번호 {reply['binding_code']} 입니다", to=SMS_NUMBER)
    await person.closed(reply)
    call = await person.start("ars")
    answered = await person.answer_call()
    await answered.press((await answered.hear("먼저 ([0-8])번"))[1])
    await answered.hear("여섯 자리")
    await answered.press(call["binding_code"])
    await person.closed(call)
    asked = {"customer_id": person.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
    slip = (await issuer.post("/v1/branch-passwords", asked, {"Idempotency-Key": "planted-key-0001"})).json
    await person.check(await person.start("branch_otp"), slip["password"])
    waiting = await person.start("sms_reply", "reissue")
    return [code, reply["binding_code"], call["binding_code"], slip["password"], waiting["binding_code"]]


async def test_no_secret_is_where_it_does_not_belong(process: DemoProcess) -> None:
    credentials = process.serve()
    key = credentials["api_key"]
    async with (
        Overheard(credentials["base_url"], key) as api,
        Api(credentials["carrier_url"]) as carrier,
        Caller(credentials["base_url"], key) as issuer,
    ):
        person = Person(api, carrier)
        await person.register(name=NAME, birth_date=BIRTH_DATE)
        codes = await _live_through_everything(person, issuer)
        for path in (f"/v1/customers/{person.number}", f"/v1/verifications/{codes[0]}?wait={codes[1]}", f"/{NAME}"):
            await issuer.get(path, {"Authorization": f"Bearer {key}", "X-Request-Id": person.number})
        await issuer.post("/v1/verifications", {"customer_id": person.number, "contact_id": codes[0], NAME: codes[1]})
        metrics = (await issuer.get("/metrics")).content

    log = TIMES.sub(b"", (process.directory / "bonin.log").read_bytes())
    kept = {path.name: path.read_bytes() for path in (process.directory / "data").rglob("*") if path.is_file()}
    assert sum(map(len, kept.values())) > 10_000
    places = {"log": log, "metrics": metrics, **kept}
    for value in (*_numbers(person.number), NAME, BIRTH_DATE, key, *codes):
        assert [name for name, content in places.items() if _found(value, content)] == [], value

    told = [(where, TIMES.sub(b"", answer)) for where, answer in api.answers]
    for value in (*_numbers(person.number), NAME, BIRTH_DATE, key, codes[0]):
        assert [where for where, answer in told if _found(value, answer)] == [], value


@pytest.mark.parametrize("value", ["123456", NAME, "+821012345678"])
@pytest.mark.parametrize("before", ["", ":", "::"])
def test_the_search_finds_what_is_hidden(value: str, before: str) -> None:
    hidden = f"{before}{value}::".encode()
    for content in (hidden, base64.b64encode(hidden), base64.urlsafe_b64encode(hidden), quote(hidden).encode()):
        assert _found(value, b"--" + content + b"--")
    assert _found(value, value.encode().hex().encode())


def test_a_number_that_was_never_used_is_found_nowhere() -> None:
    assert not _found(new_number(), b"+821012345678")
