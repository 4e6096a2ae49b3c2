"""A contact cannot vouch for itself, and a closed verification says so in whole sentences."""

from tests.e2e.caller import Caller, Person


async def test_a_contact_that_is_its_own_target_is_refused_before_a_text_goes_out(
    person: Person, issuer: Caller
) -> None:
    before = len(await person.texts())
    asked = person.request("sms", "vouch", target_contact_id=person.contact_id)
    refused = await issuer.post("/v1/verifications", asked)
    assert (refused.status, refused.fields) == (422, ["target_contact_id"])
    assert len(await person.texts()) == before


async def test_what_is_over_is_told_in_the_callers_language(person: Person, issuer: Caller) -> None:
    opened = await person.start("sms")
    await person.cancel(opened)
    path = f"/v1/verifications/{opened['id']}/check"
    korean = await issuer.post(path, {"code": "123456"})
    english = await issuer.post(path, {"code": "123456"}, {"Accept-Language": "en"})
    assert korean.json["detail"] == "취소된 인증입니다. 인증을 새로 요청해 주세요."
    assert english.json["detail"] == "Its status is canceled. Open a new verification."
