"""What the desk's page shows of a decision: its reasons, what goes on without a proof, and what does not go on."""

import pytest
from playwright.async_api import Locator, expect

from demo.api import Api
from tests.e2e.browser.conftest import Heard
from tests.e2e.browser.pages import HONG, DeskPage, Phones


def rule(desk: DeskPage, name: str, met: bool) -> Locator:
    return desk.role("decision").locator(f'[data-rule="{name}"][data-met="{str(met).lower()}"]')


async def test_a_decision_shows_every_rule_with_its_sentence_and_the_policy(desk: DeskPage, heard: Heard) -> None:
    await desk.choose("hong-gildong")
    decision = desk.role("decision", outcome="required")
    await expect(decision).to_contain_text("추가인증 필요")
    await expect(rule(desk, "R1", True)).to_contain_text("신규 발급은 추가인증이 필요합니다")
    await expect(rule(desk, "R10", True)).to_be_visible()
    await expect(rule(desk, "R9", False)).to_contain_text("해외 IP 아님")
    await expect(desk.role("policy-version")).to_contain_text("manual-2024-05-31")
    await desk.page.locator('[data-language="en"]').click()
    await expect(rule(desk, "R1", True)).to_contain_text("Issuing needs extra authentication")
    assert heard.complaints == []


async def test_a_customer_abroad_goes_on_without_a_proof_and_is_told_by_text(desk: DeskPage, heard: Heard) -> None:
    await desk.page.locator('[data-location="foreign"]').click()
    await desk.choose("jang-bogo")
    await expect(desk.role("decision", outcome="exempt")).to_be_visible()
    await expect(rule(desk, "R9", True).locator("a")).to_have_attribute("href", "https://db-ip.com")
    await expect(desk.role("notice", notice="issuance_started")).to_contain_text("010-****-8901")
    await desk.role("go-on").click()
    await expect(desk.role("completed")).to_be_visible()
    await expect(desk.role("notice", notice="issuance_completed")).to_contain_text("안내 문자를 보냈습니다")
    await expect(desk.role("go-on")).to_have_count(0)
    assert heard.complaints == []


async def test_a_foreign_address_alone_exempts_nobody(desk: DeskPage) -> None:
    await desk.page.locator('[data-location="foreign"]').click()
    await desk.choose("hong-gildong")
    await expect(desk.role("decision", outcome="required")).to_be_visible()
    await expect(desk.page.locator("main")).to_contain_text("해외체류고객 예외신청")


async def test_a_company_without_a_mobile_goes_on_and_is_told_that_no_text_was_sent(desk: DeskPage) -> None:
    await desk.choose("hanbit-trading")
    await expect(desk.role("exempt", exempt="corporate")).to_contain_text("추가인증 대상이 아닙니다")
    await expect(desk.role("notice", about="no-registered-mobile")).to_contain_text("고객센터(1588-0000)")
    await desk.role("go-on").click()
    await expect(desk.role("completed")).to_be_visible()


async def test_a_customer_without_consent_is_told_the_two_ways_to_give_it(desk: DeskPage) -> None:
    await desk.choose("shim-cheong")
    refusal = desk.role("exempt", exempt="consent")
    await expect(refusal.locator('[data-outcome="refused"]')).to_be_visible()
    await expect(rule(desk, "R10", False)).to_be_visible()
    await expect(refusal).to_contain_text("영업점을 방문")
    await expect(refusal).to_contain_text("[인증서 온라인 신원확인 동의]")
    await expect(desk.role("go-on")).to_have_count(0)


async def test_managing_a_certificate_needs_no_proof(desk: DeskPage) -> None:
    await desk.role("managing").locator("summary").click()
    await desk.choose("hong-gildong", "renew")
    await expect(rule(desk, "R16", True)).to_be_visible()
    await desk.role("go-on").click()
    await expect(desk.role("completed")).to_be_visible()


@pytest.mark.parametrize(
    ("customer_id", "signal", "held", "left"),
    [
        ("yu-gwansun", "sim_swap", ["sms", "sms_reply"], ["ars"]),
        ("an-changho", "call_forwarding", ["ars"], ["sms", "sms_reply"]),
    ],
)
async def test_a_method_that_a_signal_holds_says_why_and_the_others_are_offered(
    desk: DeskPage, customer_id: str, signal: str, held: list[str], left: list[str]
) -> None:
    await desk.choose(customer_id)
    await expect(rule(desk, signal, False)).to_be_visible()
    for method in held:
        option = desk.page.locator(f'[data-method="{method}"][data-held="{signal}"]')
        await expect(option.locator("input")).to_be_disabled()
        await expect(option).to_contain_text("않습니다")
    for method in left:
        await expect(desk.page.locator(f'[data-method="{method}"] input')).to_be_enabled()


async def test_a_method_that_is_held_after_the_decision_is_told_and_no_longer_offered(
    desk: DeskPage, carrier: Api
) -> None:
    await desk.choose("hong-gildong")
    await expect(desk.role("decision")).to_be_visible()
    await carrier.call("PUT", f"/control/phones/%2B{HONG[1:]}", {"sim_swapped_hours_ago": 1})
    await desk.request("sms")
    await expect(desk.role("problem", slug="method-held")).to_be_visible()
    await expect(desk.page.locator('[data-method="sms"][data-held="sim_swap"] input')).to_be_disabled()
    await expect(desk.page.locator('[data-method="ars"] input')).to_be_enabled()


async def test_a_number_that_somebody_else_has_now_needs_verification_again(desk: DeskPage) -> None:
    await desk.choose("kim-yujeong")
    await expect(rule(desk, "number_recycling", False)).to_be_visible()
    await expect(desk.page.locator('[data-contact][data-status="needs_verification"]')).to_have_count(1)
    await expect(desk.page.locator('[data-contact][data-status="verifiable"] input')).to_be_checked()


@pytest.mark.parametrize("first", ["cloud_register", "cloud_login"])
async def test_a_device_that_is_auto_connected_skips_the_reply_at_the_next_sign_in(
    desk: DeskPage, phones: Phones, heard: Heard, first: str
) -> None:
    await desk.page.locator(f'[data-operation="{first}"]').click()
    await desk.role("auto-connect").check()
    await desk.choose("hong-gildong", first)
    await desk.request("sms_reply")
    code = await desk.binding_code()
    await desk.expect_state("delivered")
    await phones.of(HONG).reply(code)
    await expect(desk.role("auto-connected")).to_be_visible()
    await desk.role("start-over").click()
    await desk.choose("hong-gildong", "cloud_login")
    await expect(desk.role("exempt", exempt="auto_connect")).to_contain_text("간편비밀번호")
    await expect(rule(desk, "R14", True)).to_be_visible()
    assert heard.complaints == []


async def test_ownership_checks_beyond_the_days_limit_wait(desk: DeskPage) -> None:
    await desk.choose("sung-chunhyang")
    check = desk.page.locator('[data-contact][data-status="needs_verification"] [data-role="ownership-check"]')
    note = desk.role("contact-note", about="ownership-not-confirmed")
    for _ in range(3):
        await check.click()
        await expect(note).to_be_visible()
        await desk.page.evaluate("document.querySelector('[data-role=contact-note]').remove()")
    await check.click()
    await expect(desk.role("contact-note", about="too-many-requests")).to_contain_text("시간")
