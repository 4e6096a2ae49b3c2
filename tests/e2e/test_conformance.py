"""The words of the public interface: names, statuses, headers and forms that callers rely on."""

import json
import re
from typing import Any

import pytest

from tests.e2e.caller import Caller, Person

MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")

VERIFICATION = {
    "id", "customer_id", "contact_id", "method", "operation", "status", "status_reason", "delivery",
    "attempts_remaining", "resends_remaining", "next_resend_at", "created_at", "expires_at",
}  # fmt: skip
CONTACT = {
    "contact_id", "masked_number", "label", "line_type", "status", "methods", "verified_by", "verified_at", "version",
}  # fmt: skip


def _moments(value: Any) -> list[str]:
    """Every value whose name ends in `_at`, or is `at`."""
    if isinstance(value, dict):
        here = [each for name, each in value.items() if (name == "at" or name.endswith("_at")) and each is not None]
        return here + [found for each in value.values() for found in _moments(each)]
    return [found for each in value for found in _moments(each)] if isinstance(value, list) else []


@pytest.mark.parametrize(
    ("method", "more"),
    [("sms", set()), ("ars", {"binding_code"}), ("sms_reply", {"binding_code"}), ("branch_otp", set())],
)
async def test_a_verification_has_these_fields(person: Person, method: str, more: set[str]) -> None:
    opened = await person.start(method)
    assert opened.keys() == VERIFICATION | more
    if method != "branch_otp":
        assert {"state", "carrier", "at"} <= opened["delivery"].keys()
    moments = _moments(opened)
    assert moments
    assert all(MOMENT.fullmatch(moment) for moment in moments)


async def test_a_verified_one_has_its_receipt_and_a_checked_one_its_verdict(person: Person) -> None:
    verified = await person.verified_by_sms()
    assert verified.keys() == VERIFICATION | {"receipt", "correct"}
    assert (await person.now(verified)).keys() == VERIFICATION | {"receipt"}


async def test_a_new_verification_says_where_it_is(person: Person, issuer: Caller) -> None:
    answer = await issuer.post("/v1/verifications", person.request("branch_otp"))
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/verifications/{answer.json['id']}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await issuer.get(answer.headers["Location"])).json["id"] == answer.json["id"]


async def test_a_contact_has_these_fields_and_shows_its_number_masked(person: Person, issuer: Caller) -> None:
    customer = (await issuer.get(f"/v1/customers/{person.customer_id}")).json
    assert {"contacts", "overseas_exemption", "locked"} <= customer.keys()
    (contact,) = customer["contacts"]
    assert contact.keys() == CONTACT
    assert contact["masked_number"] == f"+8210****{person.number[-4:]}"
    assert (contact["line_type"], contact["status"], contact["verified_by"]) == ("mobile", "verifiable", "ownership")
    assert contact["methods"] == ["sms", "ars", "sms_reply"]
    listed = (await issuer.get(f"/v1/customers/{person.customer_id}/contacts")).json
    assert listed == {"contacts": [contact]}


async def test_a_contact_nobody_verified_may_be_used_for_nothing(person: Person, issuer: Caller) -> None:
    contact_id = await person.add_contact("+82276541111")
    for method, rule in (("sms", "R"), ("ars", "R5"), ("sms_reply", "R")):
        refused = await issuer.post("/v1/verifications", person.request(method, contact_id=contact_id))
        assert (refused.status, refused.slug) == (409, "method-not-available")
        assert rule in refused.json["detail"]


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"kind": "corporate"}, "extra-authentication-not-required"),
        ({"online_consent": False}, "online-consent-missing"),
    ],
)
async def test_who_needs_none_or_may_not_is_told_so(
    person: Person, issuer: Caller, change: dict[str, object], slug: str
) -> None:
    body = {"kind": "individual", "name": "김시험", "online_consent": True, "birth_date": "1990-01-01"} | change
    assert (await issuer.send("PUT", f"/v1/customers/{person.customer_id}", body)).status == 200
    refused = await issuer.post("/v1/verifications", person.request("branch_otp"))
    assert (refused.status, refused.slug) == (409, slug)


@pytest.mark.parametrize(
    ("registry", "status", "slug"),
    [
        ({"owner_name": "이몽룡"}, 409, "ownership-not-confirmed"),
        ({"registry": "outage"}, 503, "ownership-check-unavailable"),
    ],
)
async def test_an_ownership_check_that_fails_leaves_the_contact_as_it_was(
    person: Person, issuer: Caller, registry: dict[str, str], status: int, slug: str
) -> None:
    number = f"+8210{person.number[-4:]}{person.number[5:9]}"
    await person.carrier.call("PUT", f"/control/phones/%2B{number[1:]}", registry)
    path = f"/v1/customers/{person.customer_id}/contacts"
    contact_id = await person.add_contact(number)
    refused = await issuer.post(f"{path}/{contact_id}/ownership-check")
    assert (refused.status, refused.slug) == (status, slug)
    contact = next(one for one in (await issuer.get(path)).json["contacts"] if one["contact_id"] == contact_id)
    assert (contact["status"], contact["methods"], contact["verified_at"]) == ("needs_verification", [], None)


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_problem_has_its_members_in_the_language_asked_for(stranger: Caller, language: str) -> None:
    answer = await stranger.get("/nowhere", {"Accept-Language": language})
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Content-Language"] == language
    assert answer.json.keys() == {"type", "title", "status", "detail", "instance"}
    assert answer.json["instance"].endswith(answer.headers["X-Request-Id"])
    assert (await stranger.get(answer.json["type"])).status == 200


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/livez", "application/json"),
        ("/readyz", "application/json"),
        ("/metrics", "text/plain"),
        ("/docs", "text/html"),
        ("/openapi.json", "application/json"),
        ("/.well-known/jwks.json", "application/json"),
    ],
)
async def test_these_are_for_everybody_to_read(stranger: Caller, path: str, content_type: str) -> None:
    answer = await stranger.get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith(content_type)
    refused = await stranger.post(path)
    assert (refused.status, refused.slug) == (405, "method-not-allowed")


async def test_every_reference_in_the_document_leads_somewhere(stranger: Caller) -> None:
    document = (await stranger.get("/openapi.json")).json
    for reference in set(re.findall('"\\$ref": ?"#/([^"]+)"', json.dumps(document))):
        found = document
        for step in reference.split("/"):
            assert step in found, reference
            found = found[step]


async def test_the_document_bounds_how_long_to_wait(stranger: Caller) -> None:
    document = (await stranger.get("/openapi.json")).json
    parameters = document["paths"]["/v1/verifications/{verification_id}"]["get"]["parameters"]
    (wait,) = [parameter for parameter in parameters if parameter["name"] == "wait"]
    assert (wait["schema"]["minimum"], wait["schema"]["maximum"]) == (0, 30)


async def test_the_docs_ask_nobody_outside(stranger: Caller) -> None:
    page = (await stranger.get("/docs")).content.decode()
    assert re.findall('(?:src|href)="(?:https?:)?//', page) == []
