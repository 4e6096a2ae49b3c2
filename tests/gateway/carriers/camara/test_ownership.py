"""kyc-match: what an operator's answer means for the ownership check."""

from typing import Any

import orjson
import pytest
from aiohttp import web

from contacts.ownership import OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.carriers.camara.ownership import CamaraOwnershipCheck
from tests.gateway.carriers.camara.conftest import LocalCarrier, Operator, StartClient

MOBILE = PhoneNumber("+821012345678", LineType.MOBILE)
BORN = "1985-03-02"
YES, NO = OwnershipResult.CONFIRMED, OwnershipResult.NOT_CONFIRMED
NOT_KNOWN, UNAVAILABLE = OwnershipResult.NOT_AVAILABLE, OwnershipCheckUnavailable


async def result(operator: Operator, start_client: StartClient, answer: object, **asked: Any) -> object:
    operator.answers(answer)
    check = CamaraOwnershipCheck(start_client())
    try:
        return await check.check(MOBILE, asked.get("name", "홍길동"), asked.get("birth_date", BORN))
    except OwnershipCheckUnavailable:
        return UNAVAILABLE


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"nameMatch": "true", "birthdateMatch": "true"}, YES),
        ({"nameMatch": "true", "nameMatchScore": 100, "birthdateMatch": "true"}, YES),
        ({"nameMatch": "true", "nameMatchScore": 99, "birthdateMatch": "true"}, NO),
        ({"nameMatch": "true", "nameMatchScore": "high", "birthdateMatch": "true"}, NO),
        ({"nameMatch": "false", "nameMatchScore": 99, "birthdateMatch": "true"}, NO),
        ({"nameMatch": "false"}, NO),
        ({"nameMatch": "not_available", "birthdateMatch": "true"}, NOT_KNOWN),
        ({"nameMatch": "true", "birthdateMatch": "false"}, NO),
        ({"nameMatch": "true", "birthdateMatch": "not_available"}, NOT_KNOWN),
        ({"nameMatch": "true"}, UNAVAILABLE),
        ({"nameMatch": True, "birthdateMatch": True}, UNAVAILABLE),
        ({"nameMatch": "TRUE", "birthdateMatch": "true"}, UNAVAILABLE),
        ({"birthdateMatch": "true"}, UNAVAILABLE),
        ({}, UNAVAILABLE),
        (["true"], UNAVAILABLE),
        ({"nameMatch": "false", "birthdateMatch": "true", "name": " 홍 길동"}, YES),
        ({"nameMatch": "true", "birthdateMatch": "true", "name": "홍*동"}, NO),
        ({"nameMatch": "true", "birthdateMatch": "true", "name": "HONG GILDONG"}, NO),
        ({"nameMatch": "true", "birthdateMatch": "false", "name": "홍길동"}, NO),
    ],
)
async def test_only_an_unqualified_yes_confirms(
    operator: Operator, start_client: StartClient, answer: object, expected: object
) -> None:
    assert await result(operator, start_client, answer) is expected


async def test_without_a_birth_date_the_name_decides(operator: Operator, start_client: StartClient) -> None:
    assert await result(operator, start_client, {"nameMatch": "true"}, birth_date=None) is YES
    assert orjson.loads(operator.bodies[0]) == {"phoneNumber": MOBILE.e164, "name": "홍길동"}


async def test_a_romanised_name_is_asked_for_with_the_family_name_on_either_side(
    operator: Operator, start_client: StartClient
) -> None:
    async def keeps_the_family_name_first(request: web.Request) -> web.StreamResponse:
        kept = (await request.json())["name"] == "SMITH JOHN"
        return web.json_response({"nameMatch": "true" if kept else "false", "birthdateMatch": "true"})

    operator.answer = keeps_the_family_name_first
    check = CamaraOwnershipCheck(start_client())
    assert await check.check(MOBILE, "John Smith", BORN) is YES
    assert await check.check(MOBILE, "Jane Smith", BORN) is NO
    assert len(operator.asked) == 4


async def test_a_number_of_another_operator_is_not_available(operator: Operator, start_client: StartClient) -> None:
    async def unknown(_: web.Request) -> web.StreamResponse:
        return web.json_response({"status": 404, "code": "IDENTIFIER_NOT_FOUND", "message": "no"}, status=404)

    operator.answer = unknown
    assert await CamaraOwnershipCheck(start_client()).check(MOBILE, "홍길동", BORN) is NOT_KNOWN


async def test_the_local_carriers_tokens_are_replaced_when_it_withdraws_them(local_carrier: LocalCarrier) -> None:
    check = CamaraOwnershipCheck(local_carrier.client)
    assert await check.check(MOBILE, "홍길동", BORN) is YES
    local_carrier.carrier.camara_tokens.revoke_all()
    assert await check.check(MOBILE, "홍길동", BORN) is YES
