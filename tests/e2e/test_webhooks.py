"""What somebody who forges, repeats or bends a carrier's webhooks gets out of it."""

import asyncio
import itertools
import re
import secrets
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from tests.e2e.caller import Answer, Caller, Person, another
from tests.e2e.conftest import Served
from tests.e2e.forging import Forger

NO_VERIFICATION = "ver_" + "0" * 22
NO_TURN = "A" * 16


@pytest.fixture
async def forger(served: Served) -> AsyncIterator[Forger]:
    async with Caller(served.demo.base_url) as caller:
        yield Forger(caller, served)


Outcomes = dict[tuple[str, str], int]


async def _outcomes(caller: Caller) -> Outcomes:
    """Webhooks and what they came to, as the gateway has counted them so far."""
    text = (await caller.get("/metrics")).content.decode()
    found = re.findall(r'^bonin_webhooks_total{outcome="(\w+)",webhook="(\w+)"} ([0-9.]+)$', text, re.M)
    return {(webhook, outcome): int(float(count)) for outcome, webhook, count in found}


async def _counted(caller: Caller, before: Outcomes) -> Outcomes:
    return {what: count - before[what] for what, count in (await _outcomes(caller)).items() if count != before[what]}


async def _delivered(person: Person) -> Any:
    opened = await person.start("sms")
    now = opened
    while now["delivery"]["state"] != "delivered":
        now = await person.api.call("GET", f"/v1/verifications/{opened['id']}?wait=5")
    return now


async def test_what_is_not_signed_for_our_address_is_refused(person: Person, forger: Forger) -> None:
    opened = await _delivered(person)
    path, form = f"messages/{opened['id']}/1", forger.status("failed")
    for answer in (
        await forger.send(path, form, signature=""),
        await forger.send(path, form, signature="bm8gc2lnbmF0dXJlIGF0IGFsbCE="),
        await forger.send(path, form, signed_for="http://elsewhere.example"),
        await forger.send(f"{path}?more=1", form, signature="bm8gc2lnbmF0dXJlIGF0IGFsbCE="),
        await forger.send(path, form, body="{}", content_type="application/json"),
        await forger.send(path, form, body=urlencode(forger.status("sent")), signature="한글".encode().hex()),
    ):
        assert (answer.status, answer.slug) == (403, "webhook-signature")
    assert (await person.now(opened))["delivery"] == opened["delivery"]


async def test_parameters_that_are_not_exactly_the_known_ones_are_refused(person: Person, forger: Forger) -> None:
    opened = await _delivered(person)
    path, form = f"messages/{opened['id']}/1", forger.status("failed")
    for answer in (
        await forger.send(path, form | {"Surprise": "1"}),
        await forger.send(path, form | {"AccountSid": "AC" + "1" * 32}),
        await forger.send(path, {"AccountSid": forger.account_sid}),
        await forger.send(path, form, body=urlencode(form) + "&MessageStatus=failed"),
        await forger.send(path, {}, body="{}", content_type="application/json"),
        await forger.send(f"{path}?more=1", form),
        await forger.send(path, {}),
    ):
        assert (answer.status, answer.slug) == (400, "webhook-refused")
    assert (await person.now(opened))["delivery"] == opened["delivery"]


async def test_late_and_repeated_status_reports_change_nothing(person: Person, forger: Forger) -> None:
    opened = await _delivered(person)
    for word in ("queued", "sent", "undelivered", "failed", "delivered"):
        assert (await forger.send(f"messages/{opened['id']}/1", forger.status(word))).status == 204
    assert (await person.now(opened))["delivery"] == opened["delivery"]


async def test_a_report_on_another_delivery_or_as_a_call_changes_nothing(person: Person, forger: Forger) -> None:
    opened = await _delivered(person)
    await forger.send(f"messages/{opened['id']}/2", forger.status("failed"))
    await forger.send(f"calls/{opened['id']}/1", forger.call(person, CallStatus="completed"))
    now = await person.now(opened)
    assert (now["status"], now["delivery"]) == ("pending", opened["delivery"])


async def _ringing(person: Person) -> Any:
    """A verification whose call the carrier has taken: its webhooks are the carrier's from then on."""
    opened = await person.start("ars")
    while (await person.now(opened))["delivery"]["state"] == "queued":
        continue
    return opened


async def test_a_turn_nobody_gave_out_is_refused(person: Person, forger: Forger) -> None:
    opened = await _ringing(person)
    guessed = await forger.send(
        f"voice/{opened['id']}/{NO_TURN}/keys", forger.call(person, Digits=opened["binding_code"])
    )
    assert (guessed.status, guessed.slug) == (409, "turn-already-taken")
    forged = await forger.send(f"voice/{NO_VERIFICATION}/{NO_TURN}/keys", forger.call(person, Digits="1"))
    assert (forged.status, forged.slug) == (404, "verification-not-found")
    now = await person.now(opened)
    assert (now["status"], now["attempts_remaining"]) == ("pending", 5)


async def _first_turn(store: Store, opened: Any) -> str:
    """Only the carrier is ever told its address."""
    turn: bytes = await store.command("HGET", keys.verification(opened["id"]), FIELDS["v.turn"])
    return turn.decode()


async def test_a_turn_counts_once_however_often_it_is_sent(
    person: Person, forger: Forger, store_of_served: Store
) -> None:
    opened = await _ringing(person)
    first_turn = await _first_turn(store_of_served, opened)
    answered = await forger.send(f"voice/{opened['id']}/{first_turn}/answered", forger.call(person))
    again = await forger.send(f"voice/{opened['id']}/{first_turn}/answered", forger.call(person))
    assert (again.status, again.slug) == (409, "turn-already-taken")
    first_key = _found("먼저 ([0-8])번", answered)
    invited = await forger.send(_next_turn(answered), forger.call(person, Digits=first_key))
    wrong = forger.call(person, Digits=another(opened["binding_code"]))
    answers = await asyncio.gather(*(forger.send(_next_turn(invited), wrong) for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    assert (await person.now(opened))["attempts_remaining"] == 4


@pytest.mark.parametrize("digits", ["１", "1;2", "", "1" * 40, "12 34", "1Digits=2", "+1"])
async def test_keys_that_no_phone_has_are_refused_and_use_no_turn_up(
    person: Person, forger: Forger, store_of_served: Store, digits: str
) -> None:
    opened = await _ringing(person)
    first_turn = await _first_turn(store_of_served, opened)
    path = f"voice/{opened['id']}/{first_turn}"
    assert (await forger.send(f"{path}/keys", forger.call(person, Digits=digits))).status == 400
    assert (await forger.send(f"{path}/answered", forger.call(person))).status == 200


def _found(words: str, twiml: Answer) -> str:
    found = re.search(words, twiml.content.decode())
    assert found is not None
    return found[1]


def _next_turn(twiml: Answer) -> str:
    return _found('/webhooks/twilio/(voice/[^"]+/keys)', twiml)


async def test_a_text_that_comes_twice_is_read_once(person: Person, forger: Forger) -> None:
    opened = await person.start("sms_reply")
    sid = secrets.token_hex(16)
    wrong = forger.text(person, another(opened["binding_code"]), sid)
    answers = await asyncio.gather(*(forger.send("inbound", wrong) for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    assert sum(b"<Message>" in answer.content for answer in answers) == 1
    await forger.send("inbound", forger.text(person, opened["binding_code"], sid))
    now = await person.now(opened)
    assert (now["status"], now["attempts_remaining"]) == ("pending", 4)


async def test_a_sender_cannot_be_hidden_in_the_text(person: Person, forger: Forger) -> None:
    opened = await person.start("sms_reply")
    form = forger.text(person, opened["binding_code"], secrets.token_hex(16))
    shifted = {name: value for name, value in form.items() if name != "From"}
    shifted["Body"] = f"{opened['binding_code']}From{person.number}"
    assert (await forger.send("inbound", shifted)).status == 400
    assert (await person.now(opened))["status"] == "pending"


@pytest.mark.parametrize("body", ["\0" * 5, "😀" * 50, "", "9" * 1600, "'; DROP", "<Response/>"])
async def test_a_strange_text_is_read_without_harm(person: Person, forger: Forger, body: str) -> None:
    opened = await person.start("sms_reply")
    answer = await forger.send("inbound", forger.text(person, body, secrets.token_hex(16)))
    assert answer.status in (200, 400)
    assert (await person.now(opened))["attempts_remaining"] == 5


@pytest.mark.parametrize(
    "path",
    [
        "inbound",
        f"messages/{NO_VERIFICATION}/1",
        f"calls/{NO_VERIFICATION}/1",
        f"voice/{NO_VERIFICATION}/{NO_TURN}/keys",
    ],
)
async def test_webhooks_are_posted(stranger: Caller, path: str) -> None:
    refused = await stranger.get(f"/webhooks/twilio/{path}")
    assert (refused.status, refused.headers["Allow"]) == (405, "POST")


async def test_a_huge_webhook_is_refused(forger: Forger) -> None:
    assert (await forger.send("inbound", {}, body="Body=" + "x" * 24 * 1024)).slug == "body-too-large"


async def test_every_webhook_without_effect_is_counted_by_why(person: Person, forger: Forger, stranger: Caller) -> None:
    opened = await _delivered(person)
    path, sent = f"messages/{opened['id']}/1", forger.status("sent")
    before = await _outcomes(stranger)
    await forger.send(path, sent, signature="bm8gc2lnbmF0dXJlIGF0IGFsbCE=")
    await forger.send(path, sent | {"MessageStatus": "failed"}, body=urlencode(sent))
    await forger.send(path, sent | {"Surprise": "1"})
    await forger.send(path, sent | {"AccountSid": "AC" + "1" * 32})
    await forger.send(path, sent)
    await forger.send(path, forger.status("delivered"))
    await forger.send(f"messages/{opened['id']}/2", forger.status("delivered"))
    await forger.send(f"messages/{NO_VERIFICATION}/1", sent)
    await forger.send(f"messages/ntc_{'0' * 22}/1", sent)
    counted = await _counted(stranger, before)
    certain = {"forged": 2, "malformed": 1, "other_account": 1, "unknown": 2}
    assert {outcome: counted["messages", outcome] for outcome in certain} == certain
    # The carrier itself may report late on what other tests left.
    assert (counted["messages", "late"] >= 2, counted["messages", "repeated"] >= 1) == (True, True)
    assert (await person.now(opened))["delivery"] == opened["delivery"]


async def test_a_turn_and_a_text_without_effect_are_counted_too(
    person: Person, another_person: Person, forger: Forger, stranger: Caller
) -> None:
    calling = await person.start("ars")
    asked = await another_person.start("sms_reply")
    before = await _outcomes(stranger)
    key = forger.call(person, Digits="1")
    await forger.send(f"voice/{calling['id']}/{NO_TURN}/keys", key)
    await forger.send(f"voice/{NO_VERIFICATION}/{NO_TURN}/keys", key)
    await forger.send(f"voice/{calling['id']}/{NO_TURN}/keys", key, signature="x")
    wrong = forger.text(another_person, another(asked["binding_code"]), secrets.token_hex(16))
    for _ in range(2):
        await forger.send("inbound", wrong)
    nobody = forger.text(another_person, "123456", secrets.token_hex(16)) | {"From": "+821029999999"}
    await forger.send("inbound", nobody)
    shifted = {name: value for name, value in wrong.items() if name != "From"}
    await forger.send("inbound", shifted | {"Body": f"{asked['binding_code']}From{another_person.number}"})
    counted = await _counted(stranger, before)
    assert {what: count for what, count in counted.items() if what[0] in ("voice", "inbound")} == {
        ("voice", "repeated"): 1,
        ("voice", "unknown"): 1,
        ("voice", "forged"): 1,
        ("inbound", "noted"): 1,
        ("inbound", "repeated"): 1,
        ("inbound", "unknown"): 1,
        ("inbound", "malformed"): 1,
    }
    assert (await another_person.now(asked))["attempts_remaining"] == 4


async def test_reports_in_any_order_and_any_number_come_to_the_same(person: Person, forger: Forger) -> None:
    opened = await _delivered(person)
    words = ["queued", "sending", "sent", "delivered", "undelivered", "failed"]
    for order in itertools.islice(itertools.permutations(words), 0, 720, 97):
        for word in order:
            assert (await forger.send(f"messages/{opened['id']}/1", forger.status(word))).status == 204
        assert (await person.now(opened))["delivery"] == opened["delivery"]
