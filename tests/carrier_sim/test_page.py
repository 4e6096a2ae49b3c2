"""The phone page in a real browser."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from carrier_sim.settings import Person
from tests.carrier_sim.conftest import StartBench
from tests.carrier_sim.support import (
    LANDLINE,
    MOBILE,
    OTHER_MOBILE,
    SDK_AUTHENTICATES_THE_OLD_WAY,
    SMS_NUMBER,
    Bench,
)

CHROMIUM = shutil.which("chromium")

pytestmark = [
    *SDK_AUTHENTICATES_THE_OLD_WAY,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine"),
]

PEOPLE = (
    Person(number=MOBILE, name="김하나", name_en="Kim Hana"),
    Person(number=LANDLINE, name="박세찬"),
)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def bench(start_bench: StartBench) -> Bench:
    return await start_bench(people=PEOPLE, speed=1)


@pytest.fixture
async def page(browser: Browser, bench: Bench) -> AsyncIterator[Page]:
    """The page as a Korean browser shows it; whatever it complains about fails the test."""
    page = await browser.new_page(locale="ko-KR")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    await page.goto(f"{bench.base_url}/?pace=quick")
    yield page
    assert complaints == []


def phone(page: Page, number: str) -> Locator:
    return page.locator(f'[data-phone="{number}"]')


def part(phone: Locator, role: str) -> Locator:
    return phone.locator(f'[data-role="{role}"]')


OUT_OF_REACH = "(field) => field.matches('[inert] *')"


async def test_a_text_arrives_and_is_answered(page: Page, bench: Bench) -> None:
    await expect(phone(page, MOBILE)).to_be_visible()
    await bench.twilio.messages.create_async(to=MOBILE, from_=SMS_NUMBER, body="인증번호 482913 입니다")
    await expect(part(phone(page, MOBILE), "messages")).to_contain_text("인증번호 482913 입니다")
    await part(phone(page, MOBILE), "reply").fill("482913")
    await part(phone(page, MOBILE), "send").click()
    [announced] = await bench.customer.until_count("/inbound", 1)
    assert (announced["From"], announced["To"], announced["Body"]) == (MOBILE, SMS_NUMBER, "482913")
    await expect(part(phone(page, MOBILE), "messages").locator(".sent")).to_have_text("482913")


async def test_a_call_rings_is_answered_heard_keyed_and_hung_up(page: Page, bench: Bench) -> None:
    bench.customer.documents["/turn"] = (
        '<Response><Say language="ko-KR">확인했습니다.</Say><Pause length="60"/></Response>'
    )
    asking = (
        f'<Gather numDigits="3" timeout="60" action="{bench.hook("/turn")}"><Say>세 자리를 눌러 주세요.</Say></Gather>'
    )
    one = phone(page, MOBILE)
    await expect(one).to_be_visible()
    call = await bench.call(twiml=f"<Response>{asking}</Response>")
    await expect(part(one, "answer")).to_be_visible()
    assert await part(one, "reply").evaluate(OUT_OF_REACH), "the keyboard reaches what lies under the call"
    await page.emulate_media(forced_colors="active")
    await expect(part(one, "ringing")).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    await part(one, "answer").click()
    await expect(part(one, "captions")).to_contain_text("세 자리를 눌러 주세요.")
    await one.locator('[data-key="1"]').click()
    await one.locator('[data-key="*"]').click()
    await part(one, "talking").press("3")
    await expect(part(one, "captions")).to_contain_text("확인했습니다.")
    assert bench.customer.of("/turn")[0]["Digits"] == "1*3"
    await part(one, "hangup").click()
    await expect(part(one, "messages")).to_contain_text("통화 00:")
    await expect(part(one, "talking")).to_be_hidden()
    assert not await part(one, "reply").evaluate(OUT_OF_REACH)
    assert call.status == "completed"


async def test_a_call_is_rejected(page: Page, bench: Bench) -> None:
    one = phone(page, LANDLINE)
    await expect(part(one, "reply")).to_be_disabled()
    call = await bench.call(to=LANDLINE, twiml="<Response/>")
    await part(one, "reject").click()
    await expect(part(one, "messages")).to_contain_text("거절한 전화")
    assert call.status == "busy"


async def test_a_phone_appears_when_somebody_calls_it_or_adds_it(page: Page, bench: Bench) -> None:
    await expect(phone(page, MOBILE)).to_be_visible()
    await bench.call(to=OTHER_MOBILE, twiml="<Response/>")
    await expect(part(phone(page, OTHER_MOBILE), "answer")).to_be_visible()
    await page.locator('[data-role="add"]').click()
    await page.locator('[data-role="add-form"] [name="number"]').fill("010-9999-8888")
    await page.locator('[data-role="add-form"] [name="name"]').fill("최나라")
    await page.locator('[data-role="add-form"] [type="submit"]').click()
    await expect(part(phone(page, "+821099998888"), "name")).to_have_text("최나라")


async def test_it_speaks_english_and_sets_what_a_phone_does(page: Page, bench: Bench) -> None:
    one = phone(page, MOBILE)
    await expect(part(one, "name")).to_have_text("김하나")
    await page.locator('[data-language="en"]').click()
    await expect(part(one, "name")).to_have_text("Kim Hana")
    await expect(page.locator("h1")).to_have_text("Bonin local carrier")
    await part(one, "behaviour").select_option("busy")
    call = await bench.call(twiml="<Response/>")
    await bench.over(call)
    assert call.status == "busy"
