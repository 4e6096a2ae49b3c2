import base64

import pytest

from carrier_sim.rest import ACCOUNT_PATH
from tests.carrier_sim.support import ACCOUNT_SID, AUTH_TOKEN, Bench

MESSAGES = ACCOUNT_PATH.format(account_sid=ACCOUNT_SID) + "/Messages.json"


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "authorization",
    ["", "Basic", "Basic !", "Bearer x", basic(ACCOUNT_SID, "wrong"), basic("AC0", AUTH_TOKEN), basic("", "")],
)
async def test_a_stranger_is_refused(bench: Bench, authorization: str) -> None:
    answer = await bench.http.get(MESSAGES, headers={"Authorization": authorization})
    assert answer.status == 401
    assert await answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


async def test_an_account_reads_nothing_of_another(bench: Bench) -> None:
    headers = {"Authorization": basic(ACCOUNT_SID, AUTH_TOKEN)}
    answer = await bench.http.get(MESSAGES.replace(ACCOUNT_SID, "AC" + "2" * 32), headers=headers)
    assert answer.status == 401


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/Faxes.json", 404), ("DELETE", "/Messages.json", 405)])
async def test_what_is_not_there_is_refused_in_twilios_shape(bench: Bench, method: str, path: str, status: int) -> None:
    headers = {"Authorization": basic(ACCOUNT_SID, AUTH_TOKEN)}
    answer = await bench.http.request(method, ACCOUNT_PATH.format(account_sid=ACCOUNT_SID) + path, headers=headers)
    body = await answer.json()
    assert (answer.status, body["status"]) == (status, status)
    assert set(body) == {"code", "message", "more_info", "status"}


@pytest.mark.parametrize("path", ["/Messages.json", "/Calls.json"])
@pytest.mark.parametrize(
    ("content_type", "body"),
    [("multipart/form-data", b"To"), ("application/x-www-form-urlencoded", b"To=\xff")],
)
async def test_a_body_that_is_no_form_is_refused_in_twilios_shape(
    bench: Bench, path: str, content_type: str, body: bytes
) -> None:
    headers = {"Authorization": basic(ACCOUNT_SID, AUTH_TOKEN), "Content-Type": content_type}
    answer = await bench.http.post(ACCOUNT_PATH.format(account_sid=ACCOUNT_SID) + path, data=body, headers=headers)
    assert (answer.status, (await answer.json())["code"]) == (400, 20001)
