"""Whatever is sent, the answer is a problem that names the field and repeats nothing."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest

from tests.e2e.caller import JSON, Answer, Caller, Person

NEEDLE = "Zq7planted"


def _bodies(person: Person, verification_id: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """A body that would do for every route that takes one."""
    customer = f"/v1/customers/{person.customer_id}"
    contact = f"{customer}/contacts/{person.contact_id}"
    verification = f"/v1/verifications/{verification_id}"
    about = {"customer_id": person.customer_id, "operation": "issue"}
    yield "PUT", customer, {"kind": "individual", "name": "김시험", "online_consent": True, "birth_date": "1990-01-01"}
    yield "POST", f"{customer}/contacts", {"number": "+821099990000", "label": "mobile"}
    yield "POST", f"{contact}/ownership-check", {}
    yield "POST", f"{contact}/vouch", {"receipt": "a.b.c"}
    yield "POST", "/v1/verifications", {**about, "method": "sms", "contact_id": person.contact_id, "locale": "ko"}
    yield "POST", f"{verification}/check", {"code": "000000", "attempt_id": "a"}
    yield "POST", f"{verification}/resend", {}
    yield "POST", f"{verification}/cancel", {}
    yield "POST", "/v1/receipts/redeem", {**about, "receipt": "a.b.c", "operation_hash": "h"}
    yield "POST", f"{customer}/auto-connects", {"verification_id": verification_id, "device": "pc-1"}
    yield "POST", "/v1/branch-passwords", {**about, "branch": "여의도", "issued_by": "박지점", "valid_for": 600}
    yield "POST", "/v1/decisions", {**about, "client_ip": "168.126.63.1", "auto_connect_token": "a.b"}
    yield "POST", "/v1/notices", {**about, "kind": "issuance_started", "locale": "ko"}
    yield "POST", f"{contact}/change", {"number": "+821099990001", "reason": "번호 변경"}
    yield "POST", f"{contact}/early-release", {"reason": "기기 교체"}
    yield "POST", f"{customer}/unlock", {"reason": "본인 확인"}
    period = {"from": "2026-01-01T00:00:00Z", "until": "2026-12-31T00:00:00Z"}
    yield "PUT", f"{customer}/overseas-exemption", {**period, "requested_via": "online"}
    yield "POST", f"{customer}/auto-connects", {"verification_id": verification_id, "device": "pc-1"}


def _refused(answer: Answer, what: object) -> None:
    assert 400 <= answer.status < 500, what
    assert answer.headers["Content-Type"] == "application/problem+json", what
    assert {"type", "title", "status", "detail", "instance"} <= answer.json.keys(), what
    assert answer.json["status"] == answer.status, what
    assert answer.json["type"] == f"/problems/{answer.slug}", what
    assert NEEDLE.encode() not in answer.content, what


@pytest.fixture
async def routes(person: Person) -> list[tuple[str, str, dict[str, Any]]]:
    opened = await person.start("branch_otp")
    return list(_bodies(person, opened["id"]))


@pytest.fixture(autouse=True)
async def nothing_was_done(person: Person, routes: list[Any]) -> AsyncIterator[None]:
    """No hostile request opened, sent or counted anything."""
    yield
    assert await person.texts() == []
    opened = await person.now({"id": routes[5][1].split("/")[3]})
    assert (opened["status"], opened["attempts_remaining"]) == ("pending", 5)


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"a":"' + b"x" * 9000 + b'"}', JSON, 413),
        (b'{"a":', JSON, 400),
        (b'{"a":"\xff\xfe"}', JSON, 400),
        (b'{"a":"\\ud800"}', JSON, 400),
        (b'{"a":NaN}', JSON, 400),
        (b'{"a":' + b"[" * 4000 + b"]" * 4000 + b"}", JSON, 400),
        (b"[]", JSON, 400),
        (b"null", JSON, 400),
        (b'{"a":1,"a":1}', JSON, 422),
        (b'"text"', JSON, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"{}", {"Content-Type": "application/json; charset=euc-kr"}, 415),
        (b"{}", {**JSON, "Content-Encoding": "gzip"}, 415),
    ],
)
async def test_a_body_that_is_no_json_object_is_refused_everywhere(
    issuer: Caller, routes: list[Any], content: bytes, headers: dict[str, str], status: int
) -> None:
    for method, path, _ in routes:
        answer = await issuer.send(method, path, content, headers)
        _refused(answer, (method, path))
        assert answer.status == status, (method, path)


async def test_no_body_at_all_is_refused_where_something_must_be_said(issuer: Caller, routes: list[Any]) -> None:
    for method, path, body in routes:
        if body:
            answer = await issuer.send(method, path, b"", JSON)
            _refused(answer, (method, path))
            assert answer.status == 400, (method, path)


async def test_a_body_in_chunks_is_measured_too(issuer: Caller, routes: list[Any]) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b"x" * 1024

    for method, path, _ in routes:
        answer = await issuer.send(method, path, chunks(), JSON)
        assert answer.slug == "body-too-large", path


async def test_unknown_fields_and_parameters_are_named(issuer: Caller, routes: list[Any]) -> None:
    for method, path, body in routes:
        answer = await issuer.send(method, path, body | {"surprise": NEEDLE})
        _refused(answer, path)
        assert (answer.status, "surprise" in answer.fields) == (422, True), path
        answer = await issuer.send(method, f"{path}?surprise={NEEDLE}", body)
        _refused(answer, path)
        assert answer.fields == ["surprise"], path


async def test_a_field_that_is_left_out_is_named(issuer: Caller, routes: list[Any]) -> None:
    optional = {"birth_date", "contact_id", "operation_hash", "locale", "attempt_id", "valid_for", "auto_connect_token"}
    for method, path, body in routes:
        for field in body.keys() - optional:
            answer = await issuer.send(method, path, {name: value for name, value in body.items() if name != field})
            _refused(answer, (path, field))
            assert answer.fields == [field]


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        [],
        {},
        [NEEDLE],
        {NEEDLE: NEEDLE},
        -1,
        10**18,
        "",
        "\0",
        NEEDLE + "\0",
        NEEDLE + "\u202e",
        NEEDLE * 700,
        "\n",
        "\u200b",
    ],
    ids=repr,
)
async def test_a_value_of_the_wrong_kind_is_named_in_every_field(
    issuer: Caller, routes: list[Any], value: object
) -> None:
    for method, path, body in routes:
        for field in body:
            answer = await issuer.send(method, path, body | {field: value})
            _refused(answer, (path, field))
            assert answer.status == 422, (path, field)
            named = {name.partition(".")[0] for name in answer.fields}
            assert field in named, (path, field)


@pytest.mark.parametrize(
    "code", ["１２３４５６", "١٢٣٤٥٦", "12345", "1234567", " 123456", "123456\n", "+12345", "12_456", "0x1234"]
)
async def test_only_six_ascii_digits_are_a_code(issuer: Caller, routes: list[Any], code: str) -> None:
    _, path, _ = routes[5]
    answer = await issuer.post(path, {"code": code})
    _refused(answer, code)
    assert answer.fields == ["code"]


@pytest.mark.parametrize(
    "number",
    [
        "+8260700123", "+8215880000", "+82504123456789", "+82801234567", "+12125551234", "010-1234-5678",
        "010-CALL-NOW", "+821O12345678", "+82\u200b1012345678", "+821012345678;ext=5", "+821012345678,,1",
        "tel:+821012345678", "+821012345678;phone-context=+1", "+８２１０１２３４５６７８", "", "+", "+82",
    ],
)  # fmt: skip
async def test_a_number_that_is_not_plainly_korean_is_refused(
    person: Person, issuer: Caller, routes: list[Any], number: str
) -> None:
    path = f"/v1/customers/{person.customer_id}/contacts"
    answer = await issuer.post(path, {"number": number, "label": "mobile"})
    _refused(answer, number)
    assert (answer.status, answer.fields) == (422, ["number"])


@pytest.mark.parametrize(
    "customer_id",
    [
        "%00",
        "a%00b",
        "..",
        "%2e%2e",
        "a%2Fb",
        "%ED%99%8D",
        "%FF",
        "%",
        "%zz",
        "a%0d%0aX:1",
        "-a",
        "a%20",
        "a" * 65,
        "%F0%9F%98%80",
    ],
)
async def test_a_customer_id_that_cannot_be_one_is_named(issuer: Caller, customer_id: str) -> None:
    body = orjson.dumps({"kind": "individual", "name": NEEDLE, "online_consent": True})
    for method, content in (("GET", None), ("PUT", body)):
        answer = await issuer.raw(method, f"/v1/customers/{customer_id}", content)
        _refused(answer, customer_id)
        assert (answer.status, answer.fields) in ((422, ["customer_id"]), (404, [])), customer_id


async def test_an_id_in_a_body_that_cannot_be_one_is_named(person: Person, issuer: Caller) -> None:
    path = f"/v1/customers/{person.customer_id}/auto-connects"
    for verification_id in ("0", "ver_", "x" * 26, f"ver_{'0' * 21}\n", f"ver_{'u' * 22}"):
        answer = await issuer.post(path, {"verification_id": verification_id, "device": "pc-1"})
        _refused(answer, verification_id)
        assert answer.fields == ["verification_id"]


@pytest.mark.parametrize(
    "path", ["/v1/verifications/x", "/v1/verifications/ver_%00", "/v1/verifications/" + "v" * 3000]
)
async def test_an_id_that_cannot_be_one_is_not_found(issuer: Caller, path: str) -> None:
    answer = await issuer.get(path)
    _refused(answer, path)
    assert answer.slug == "verification-not-found"
