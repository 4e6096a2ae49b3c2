"""Alarms as operators read them: what was seen, in the language of the page, and where to go from there."""

import re

import pytest

from demo.carriers import SMS_NUMBER
from gateway.core.alarms import THE_REST, AlarmKind
from gateway.store.alarms import RedisAlarms
from gateway.store.connection import Store
from gateway.store.embedded import EmbeddedStore
from tests import builders
from tests.e2e.caller import Caller, Person
from tests.e2e.conftest import Served
from tests.e2e.ops.operator import Operator, seen

ENGLISH = {"Accept-Language": "en"}


def told_of(subject: str, page: str) -> str:
    """What stands as what was seen, of the alarm about this subject."""
    (alarm,) = [alarm for alarm in page.split("<article")[1:] if f"{subject}<" in alarm]
    found = re.search("<dt>(?:최근 내용|What was seen)</dt><dd>(.*?)</dd>", alarm, re.DOTALL)
    assert found is not None, alarm
    return " ".join(re.sub("<[^>]+>", "", found[1]).split())


async def note(served: Served, subject: str) -> None:
    store = Store(EmbeddedStore(served.directory / "data").url)
    await store.open()
    await RedisAlarms(store, builders.personal_data()).note(
        AlarmKind.LOW_CONVERSION, subject, {"sent": 1_250, "verified": 3}
    )
    await store.close()


async def test_a_denial_is_told_with_its_operation_and_method_and_leads_to_the_verification(
    viewer: Operator, person: Person
) -> None:
    opened = await person.start("sms_reply")
    await person.texted(1)
    await person.text("아니오", to=SMS_NUMBER)
    korean = await seen(viewer, "/ops/alarms", f"{person.customer_id}<")
    english = await viewer.get("/ops/alarms", ENGLISH)
    assert told_of(person.customer_id, korean.text) == f"인증서 발급 · 문자 답장 인증 · {opened['id']}"
    assert told_of(person.customer_id, english.text) == f"certificate issuance · SMS reply · {opened['id']}"
    assert f'href="/ops/verifications/{opened["id"]}"' in korean.text


async def test_a_denial_after_the_receipt_was_used_is_urgent_and_its_history_says_that_it_was(
    viewer: Operator, person: Person, issuer: Caller
) -> None:
    verified = await person.verified_by_sms()
    asked = {"receipt": verified["receipt"], "operation": "issue", "customer_id": person.customer_id}
    assert (await issuer.post("/v1/receipts/redeem", asked)).status == 200
    await seen(viewer, f"/ops/verifications/{verified['id']}", "발급 시스템이 인증 결과 사용")
    await person.text("아니오", to=SMS_NUMBER)
    page = await seen(viewer, "/ops/alarms", f"{person.customer_id}<")
    assert "긴급: 인증 결과가 이미 사용된 뒤" in page.text
    assert told_of(person.customer_id, page.text) == f"인증서 발급 · SMS 인증 · {verified['id']}"
    history = await seen(viewer, f"/ops/verifications/{verified['id']}", "고객이 본인 아님으로 거부")
    assert "문자로 거부" in history.text
    assert history.text.index("발급 시스템이 인증 결과 사용") < history.text.index("고객이 본인 아님으로 거부")


@pytest.mark.parametrize(
    ("kind", "name", "korean", "english"),
    [
        ("issuance_started", "고객이 안내 문자에 본인 아님으로 답장", "진행 안내", "has begun"),
        ("issuance_completed", "긴급: 처리가 완료되었다는 안내 문자에", "완료 안내", "is done"),
    ],
)
async def test_a_denial_of_a_notice_is_told_with_what_was_announced_and_leads_to_the_customer(
    viewer: Operator, person: Person, kind: str, name: str, korean: str, english: str
) -> None:
    asked = {"customer_id": person.customer_id, "kind": kind, "operation": "issue"}
    notice = (await person.api.call("POST", "/v1/notices", asked))["notice_id"]
    await person.texted(1)
    await person.text("아니오", to=SMS_NUMBER)
    page = await seen(viewer, "/ops/alarms", f"{notice}<")
    assert name in page.text
    assert f'href="/ops/customers/{person.customer_id}"' in page.text
    assert told_of(notice, page.text) == f"인증서 발급 · {korean} · {person.customer_id}"
    told = told_of(notice, (await viewer.get("/ops/alarms", ENGLISH)).text)
    assert told == f"certificate issuance · {english} · {person.customer_id}"


async def test_unused_codes_are_told_with_how_many_there_were(viewer: Operator, served: Served) -> None:
    prefix = "+82109876"
    await note(served, prefix)
    korean, english = await viewer.get("/ops/alarms"), await viewer.get("/ops/alarms", ENGLISH)
    assert told_of(prefix, korean.text) == "문자로 보낸 인증번호 1,250개 중 3개만 사용됨"
    assert told_of(prefix, english.text) == "only 3 of 1,250 texted codes were used"


async def test_the_alarms_that_are_counted_as_one_are_called_so(viewer: Operator, served: Served) -> None:
    await note(served, THE_REST)
    assert told_of("그 외 여러 건", (await viewer.get("/ops/alarms")).text)
    assert "many others" in (await viewer.get("/ops", ENGLISH)).text
