"""Method `sms_reply`: what a text from the customer's phone does, and from any other."""

import pytest

from demo.api import ApiError
from demo.carriers import SMS_NUMBER
from demo.customer import new_number, until
from tests.e2e.caller import Person, another

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


async def asked(person: Person, locale: str = "ko") -> dict[str, str]:
    """A verification whose text has arrived."""
    opened: dict[str, str] = await person.start("sms_reply", locale=locale)
    await person.texted(1)
    return opened


@pytest.mark.parametrize(
    "form",
    [
        "{code}",
        "인증번호 {code} 입니다",
        "{wide}",
        "{a} {b}",
        "{a}-{b}",
        "인증번호\n{code}\n입니다",
        " {code}. ",
        "[{code}]",
        "가" * 990 + " {code}",
    ],
)
async def test_the_code_verifies_in_whatever_form_it_is_texted(person: Person, form: str) -> None:
    opened = await asked(person)
    code = opened["binding_code"]
    body = form.format(code=code, wide=code.translate(FULL_WIDTH), a=code[:3], b=code[3:])
    await person.text(body, to=SMS_NUMBER)
    over = await person.closed(opened)
    assert (over["status"], over["attempts_remaining"]) == ("verified", 5)
    assert (await person.texted(2))[1] == "[본인증권] 인증이 완료되었습니다. 화면에서 계속 진행해 주세요."


async def test_the_text_that_asks_does_not_tell_the_code(person: Person) -> None:
    opened = await asked(person, locale="en")
    (text,) = await person.texts()
    assert opened["binding_code"] not in text
    assert text.startswith("[Bonin Securities] certificate issuance: ")


async def test_the_code_from_another_phone_is_nothing(person: Person, another_person: Person) -> None:
    opened = await asked(person)
    waiting = await asked(another_person)
    await person.text(opened["binding_code"], sender=another_person.number, to=SMS_NUMBER)
    await person.text(opened["binding_code"], sender=new_number(), to=SMS_NUMBER)
    assert "인증번호가 다릅니다" in (await another_person.texted(2))[1]
    for seen, tries in ((await person.now(opened), 5), (await another_person.now(waiting), 4)):
        assert (seen["status"], seen["attempts_remaining"]) == ("pending", tries)


async def test_a_wrong_code_costs_a_try_and_is_told_so(person: Person) -> None:
    opened = await asked(person)
    await person.text(another(opened["binding_code"]), to=SMS_NUMBER)
    assert "인증번호가 다릅니다" in (await person.texted(2))[1]
    assert (await person.now(opened))["attempts_remaining"] == 4
    await person.text(opened["binding_code"], to=SMS_NUMBER)
    assert (await person.closed(opened))["status"] == "verified"


@pytest.mark.parametrize("body", ["안녕하세요", "12345", "1234567", "123456 또는 654321", "가" * 1600])
async def test_a_text_without_one_code_costs_nothing_and_is_told_what_to_send(person: Person, body: str) -> None:
    opened = await asked(person)
    await person.text(body, to=SMS_NUMBER)
    assert "숫자 6자리" in (await person.texted(2))[1]
    now = await person.now(opened)
    assert (now["status"], now["attempts_remaining"]) == ("pending", 5)


@pytest.mark.parametrize("body", ["아니오", "아니요", "아니오!", "NO"])
async def test_a_no_denies_everything_that_waits_for_a_reply(person: Person, body: str) -> None:
    first, second = await asked(person), await person.start("sms_reply", "reissue")
    await person.text(body, to=SMS_NUMBER)
    for opened in (first, second):
        over = await person.closed(opened)
        assert (over["status"], over["status_reason"]) == ("denied", "denied_by_reply")


async def test_with_two_open_the_code_closes_the_one_that_shows_it(person: Person) -> None:
    first, second = await asked(person), await person.start("sms_reply", "reissue")
    await person.text(first["binding_code"], to=SMS_NUMBER)
    assert (await person.closed(first))["status"] == "verified"
    assert (await person.now(second))["status"] == "pending"
    await person.text(second["binding_code"], to=SMS_NUMBER)
    assert (await person.closed(second))["status"] == "verified"


async def test_a_phone_of_two_customers_answers_for_the_one_who_was_shown_the_code(
    person: Person, another_person: Person
) -> None:
    another_person.contact_id = await another_person.add_contact(person.number)
    await another_person.check_ownership(another_person.contact_id)
    mine, theirs = await asked(person), await another_person.start("sms_reply")
    await person.text(theirs["binding_code"], to=SMS_NUMBER)
    assert (await another_person.closed(theirs))["status"] == "verified"
    assert (await person.now(mine))["status"] == "pending"


async def test_a_code_after_the_end_is_told_that_nothing_waits(person: Person) -> None:
    opened = await asked(person)
    await person.cancel(opened)
    await person.text(opened["binding_code"], to=SMS_NUMBER)
    assert "진행 중인 인증이 없습니다" in (await person.texted(2))[1]
    assert (await person.now(opened))["status"] == "canceled"


async def test_the_code_is_not_taken_on_the_screen(person: Person) -> None:
    opened = await asked(person)
    with pytest.raises(ApiError) as refused:
        await person.check(opened, opened["binding_code"])
    assert refused.value.slug == "answer-in-another-channel"
    assert (await person.now(opened))["attempts_remaining"] == 5


async def test_a_flood_of_texts_is_not_answered_for_ever(person: Person) -> None:
    opened = await asked(person)
    for _ in range(8):
        await person.text("안녕하세요", to=SMS_NUMBER)
    await person.text(opened["binding_code"], to=SMS_NUMBER)
    await person.closed(opened)
    sent = await until(person.texts)
    assert len(sent) <= 6
