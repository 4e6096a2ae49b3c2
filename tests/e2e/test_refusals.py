"""A contact cannot vouch for itself, and a closed verification says so in whole sentences."""

import pytest

from tests.e2e.caller import Caller, Person


async def test_a_contact_that_is_its_own_target_is_refused_before_a_text_goes_out(
    person: Person, issuer: Caller
) -> None:
    before = len(await person.texts())
    asked = person.request("sms", "vouch", target_contact_id=person.contact_id)
    refused = await issuer.post("/v1/verifications", asked)
    assert (refused.status, refused.fields) == (422, ["target_contact_id"])
    assert len(await person.texts()) == before


async def test_a_contact_that_was_vouched_for_vouches_for_no_other(person: Person, issuer: Caller) -> None:
    contacts = f"/v1/customers/{person.customer_id}/contacts"
    first, second = [
        (await issuer.post(contacts, {"number": number, "label": "home"})).json["contact_id"]
        for number in ("+82255510001", "+82255510002")
    ]
    receipt = (await person.verified_by_sms("vouch", target_contact_id=first))["receipt"]
    assert (await issuer.post(f"{contacts}/{first}/vouch", {"receipt": receipt})).status == 200

    chained = person.request("ars", "vouch", target_contact_id=second) | {"contact_id": first}
    assert (await issuer.post("/v1/verifications", chained)).slug == "vouch-refused"
    for_nothing = person.request("sms", "vouch", target_contact_id=first)
    assert (await issuer.post("/v1/verifications", for_nothing)).slug == "vouch-refused"

    asked = {"customer_id": person.customer_id, "operation": "vouch", "client_ip": "168.126.63.1"}
    decided = (await issuer.post("/v1/decisions", asked)).json
    assert {one["contact_id"] for one in decided["contacts"] if one["methods"]} == {person.contact_id}


async def test_a_contact_that_can_do_nothing_yet_is_told_how_it_could(person: Person, issuer: Caller) -> None:
    contacts = f"/v1/customers/{person.customer_id}/contacts"
    landline = (await issuer.post(contacts, {"number": "+82255510003", "label": "home"})).json["contact_id"]
    refused = await issuer.post("/v1/verifications", person.request("ars") | {"contact_id": landline})
    assert (refused.slug, refused.json["methods"]) == ("method-not-available", [])
    assert "명의인증" in refused.json["detail"]


@pytest.mark.parametrize(
    ("number", "method", "operation", "left", "told"),
    [
        ("+82255510004", "ars", "cloud_login", [], "R3"),
        ("+821025510004", "sms", "cloud_register", [], "R5"),
        (None, "ars", "cloud_login", ["sms_reply"], "R13"),
        (None, "sms_reply", "vouch", ["sms", "ars"], "R5"),
    ],
)
async def test_a_method_that_an_operation_does_not_take_is_refused_with_those_that_this_contact_can(
    person: Person, issuer: Caller, number: str | None, method: str, operation: str, left: list[str], told: str
) -> None:
    contacts = f"/v1/customers/{person.customer_id}/contacts"
    target = (await issuer.post(contacts, {"number": "+82255510005", "label": "home"})).json["contact_id"]
    asked = person.request(method, operation) | ({"target_contact_id": target} if operation == "vouch" else {})
    if number:
        asked["contact_id"] = (await issuer.post(contacts, {"number": number, "label": "other"})).json["contact_id"]
    refused = await issuer.post("/v1/verifications", asked)
    assert (refused.slug, refused.json["methods"]) == ("method-not-available", left)
    assert told in refused.json["detail"]


async def test_what_is_over_is_told_in_the_callers_language(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    await person.cancel(opened)
    path = f"/v1/verifications/{opened['id']}/check"
    korean = await issuer.post(path, {"code": "123456"})
    english = await issuer.post(path, {"code": "123456"}, {"Accept-Language": "en"})
    assert korean.json["detail"] == "취소된 인증입니다. 인증을 새로 요청해 주세요."
    assert english.json["detail"] == "Its status is canceled. Open a new verification."
