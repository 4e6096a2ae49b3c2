"""One suite over every `OwnershipCheck`, each asking the local carrier over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from carrier_sim.app import create_app
from carrier_sim.settings import CarrierSettings, FaultSettings, Person, RegistryState
from contacts.ownership import OwnershipCheck, OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.carriers.camara.ownership import CamaraOwnershipCheck
from gateway.carriers.camara.services import camara_client
from gateway.carriers.registry.ownership import RegistryOwnershipCheck

OWN = PhoneNumber("+821012345678", LineType.MOBILE)
SOMEBODY_ELSES = PhoneNumber("+821023456789", LineType.MOBILE)
FOREIGNERS = PhoneNumber("+821034567890", LineType.MOBILE)
UNREACHABLE = PhoneNumber("+821067890123", LineType.MOBILE)
NOBODY_KNOWS = PhoneNumber("+821099998888", LineType.MOBILE)
LANDLINE = PhoneNumber("+82221234567", LineType.LANDLINE)
PEOPLE = (
    Person(number=OWN.e164, name="홍길동", birth_date="1985-03-02"),
    Person(number=SOMEBODY_ELSES.e164, name="성춘향", owner_name="이몽룡"),
    Person(number=FOREIGNERS.e164, name="JOHN SMITH"),
    Person(number=UNREACHABLE.e164, name="임꺽정", registry=RegistryState.OUTAGE),
)
TOKEN, CLIENT_ID, CLIENT_SECRET = "a token", "a client", "a secret"


@dataclass
class Subject:
    check: OwnershipCheck
    close: Callable[[], Awaitable[None]]


def registry(url: str) -> Subject:
    check = RegistryOwnershipCheck(url, TOKEN)
    return Subject(check, check.close)


def camara(url: str) -> Subject:
    client = camara_client(url, CLIENT_ID, SecretStr(CLIENT_SECRET))
    return Subject(CamaraOwnershipCheck(client), client.close)


@pytest.fixture(params=[registry, camara])
async def check(request: pytest.FixtureRequest) -> AsyncIterator[OwnershipCheck]:
    app = create_app(
        CarrierSettings(
            account_sid="AC" + "1" * 32,
            auth_token="unused",
            sms_number="+827012340001",
            voice_number="+827012340002",
            registry_token=TOKEN,
            camara_client_id=CLIENT_ID,
            camara_client_secret=CLIENT_SECRET,
            people=PEOPLE,
            faults=FaultSettings(),
        )
    )
    async with TestServer(app) as server:
        subject: Subject = request.param(str(server.make_url("")).rstrip("/"))
        yield subject.check
        await subject.close()


@pytest.mark.parametrize(
    ("number", "name", "birth_date", "expected"),
    [
        (OWN, "홍길동", "1985-03-02", OwnershipResult.CONFIRMED),
        (OWN, "홍길동", None, OwnershipResult.CONFIRMED),
        (OWN, " 홍 길동 ", "1985-03-02", OwnershipResult.CONFIRMED),
        (OWN, "홍길동", "1985-03-03", OwnershipResult.NOT_CONFIRMED),
        (OWN, "홍길순", "1985-03-02", OwnershipResult.NOT_CONFIRMED),
        (SOMEBODY_ELSES, "성춘향", "1992-05-05", OwnershipResult.NOT_CONFIRMED),
        (FOREIGNERS, "john smith", None, OwnershipResult.CONFIRMED),
        (FOREIGNERS, "Jane Smith", None, OwnershipResult.NOT_CONFIRMED),
        (NOBODY_KNOWS, "누구든지", "1990-01-01", OwnershipResult.CONFIRMED),
        (LANDLINE, "홍길동", None, OwnershipResult.NOT_AVAILABLE),
    ],
)
async def test_only_the_owner_is_confirmed(
    check: OwnershipCheck, number: PhoneNumber, name: str, birth_date: str | None, expected: OwnershipResult
) -> None:
    assert await check.check(number, name, birth_date) is expected


async def test_an_outage_is_neither_yes_nor_no(check: OwnershipCheck) -> None:
    with pytest.raises(OwnershipCheckUnavailable):
        await check.check(UNREACHABLE, "임꺽정", "1988-12-12")
