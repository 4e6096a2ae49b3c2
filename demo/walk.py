"""`./run demo --walk`: every method once, through the real interfaces, one line a step."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import east_asian_width

from demo.api import Api, ApiError
from demo.carriers import BACKUP, MAIN
from demo.customer import Customer, new_number
from demo.people import korean_today

_ABROAD = "133.11.0.1"
"""An address of the University of Tokyo."""
_AT_HOME = "168.126.63.1"
"""An address of KT in Seoul."""

_COLUMN = 34
Step = Callable[[Customer], Awaitable[str]]


class WalkFailed(Exception):
    """A step saw something else than it should."""


async def walk(api: Api, carrier: Api, operator: Api, say: Callable[[str], None]) -> bool:
    """Take every step, tell each with its time and what it saw; whether all went well."""
    failed = 0
    for name, step in STEPS:
        customer = Customer(api, carrier, operator)
        started = time.perf_counter()
        try:
            await customer.register()
            saw, mark = await step(customer), "ok"
        except (WalkFailed, ApiError, TimeoutError) as error:
            saw, mark = str(error) or type(error).__name__, "FAILED"
            failed += 1
        say(f"{mark:<6} {time.perf_counter() - started:6.2f} s  {_padded(name)} {saw}")
    say(f"{len(STEPS) - failed} passed, {failed} failed")
    return failed == 0


async def ownership_check(customer: Customer) -> str:
    own = await customer.check_ownership(await customer.add_contact(new_number()))
    _expect(own["status"] == "verifiable", own["status"])
    somebody_elses = new_number()
    await customer.carrier.call("PUT", f"/control/phones/%2B{somebody_elses[1:]}", {"owner_name": "이몽룡"})
    contact_id = await customer.add_contact(somebody_elses)
    not_confirmed = await _refusal(customer.check_ownership(contact_id), "ownership-not-confirmed")
    await customer.carrier.call("PUT", f"/control/phones/%2B{somebody_elses[1:]}", {"registry": "outage"})
    outage = await _refusal(customer.check_ownership(contact_id), "ownership-check-unavailable")
    return f"own name: {own['methods']}; somebody else's: {not_confirmed}; outage: {outage}"


async def decision(customer: Customer) -> str:
    required = await customer.decision_on("issue")
    _expect(required["outcome"] == "required" and required["methods"] == ["sms", "ars", "sms_reply"], str(required))
    not_abroad = next(reason for reason in required["reasons"] if reason["rule"] == "R9")
    _expect(not_abroad["met"] is False, str(not_abroad))
    exempt = await customer.decision_on("renew")
    _expect(exempt["outcome"] == "exempt", str(exempt))
    needless = await _refusal(customer.open("sms", "renew"), "extra-authentication-not-required")
    return f"issue: {required['outcome']} (R1); renew: {exempt['outcome']} (R16), opened all the same: {needless}"


async def sms(customer: Customer) -> str:
    opened, code = await customer.open_by_sms()
    wrong = await customer.check(opened, _another(code))
    _expect(wrong["correct"] is False and wrong["attempts_remaining"] == 4, str(wrong))
    right = await customer.check(opened, code)
    _expect(right["status"] == "verified" and bool(right["receipt"]), right["status"])
    return f"wrong: {wrong['attempts_remaining']} tries left; right: {right['status']}"


async def ars(customer: Customer) -> str:
    opened = await customer.open("ars")
    call = await customer.answer_call()
    first_key = (await call.hear("먼저 ([0-8])번"))[1]
    await call.press(first_key)
    await call.hear("여섯 자리")
    await call.press(opened["binding_code"])
    over = await customer.closed(opened)
    _expect(over["status"] == "verified", f"{over['status']} {over['status_reason']}")
    return f"pressed {first_key}, then the number on the screen: {over['status']}, {over['delivery']['state']}"


async def ars_denied(customer: Customer) -> str:
    opened = await customer.open("ars")
    call = await customer.answer_call()
    await call.hear("9번")
    await call.press("9")
    over = await customer.closed(opened)
    _expect(over["status"] == "denied", f"{over['status']} {over['status_reason']}")
    return f"pressed 9: {over['status']} ({over['status_reason']})"


async def ars_no_answer(customer: Customer) -> str:
    await customer.phone_is(behaviour="no_answer")
    over = await customer.closed(await customer.open("ars"))
    _expect(over["status_reason"] == "no_answer", f"{over['status']} {over['status_reason']}")
    return f"nobody picked up: {over['status']} ({over['status_reason']})"


async def sms_reply(customer: Customer) -> str:
    opened = await customer.open("sms_reply")
    firm = await customer.asked_by_text()
    await customer.text(opened["binding_code"], sender=new_number(), to=firm)
    await customer.text(f"인증번호 {opened['binding_code']} 입니다", to=firm)
    over = await customer.closed(opened)
    _expect(over["status"] == "verified", f"{over['status']} {over['status_reason']}")
    _expect(over["attempts_remaining"] == 5, "the text from a stranger cost a try")
    return f"from a stranger: nothing; from the customer: {over['status']}"


async def branch_password(customer: Customer) -> str:
    asked = {"customer_id": customer.customer_id, "operation": "issue", "branch": "여의도", "issued_by": "박지점"}
    issued = await customer.api.call("POST", "/v1/branch-passwords", asked)
    right = await customer.check(await customer.open("branch_otp"), issued["password"])
    _expect(right["status"] == "verified", right["status"])
    again = await customer.check(await customer.open("branch_otp"), issued["password"])
    _expect(again["correct"] is False and again["status"] == "pending", again["status"])
    return f"right: {right['status']}; used again: not accepted, {again['attempts_remaining']} tries left"


async def lock(customer: Customer) -> str:
    left = []
    for method in ("sms", "branch_otp", "sms", "branch_otp", "sms"):
        answered = await _answer_wrongly(customer, method)
        left.append(answered["attempts_remaining"])
    _expect(left == [4, 3, 2, 1, 0] and answered["status_reason"] == "locked", f"{left} {answered['status_reason']}")
    locked = await customer.api.call("GET", f"/v1/customers/{customer.customer_id}")
    _expect(locked["locked"] is True, "the customer is not locked")
    another = await _refusal(customer.open("sms"), "customer-locked")
    return f"five wrong answers over two methods: locked; another try: {another}"


async def unlock(customer: Customer) -> str:
    await lock(customer)
    asked = await customer.ask_centre("/unlock", {"reason": "고객이 번호를 잘못 읽음"})
    approved = await customer.decide(asked, "이센터장")
    verified = await customer.check(*await customer.open_by_sms())
    _expect(verified["status"] == "verified", verified["status"])
    return f"asked by {approved['requested_by']}, approved by {approved['decided_by']}; then: {verified['status']}"


async def change_of_number(customer: Customer) -> str:
    path = f"/contacts/{customer.contact_id}"
    number = new_number()
    asked = await customer.ask_centre(f"{path}/change", {"number": number, "reason": "휴대폰 변경"})
    own = await _refusal(customer.decide(asked, asked["requested_by"]), "self-approval")
    await customer.decide(asked, "이센터장")
    before = await _refusal(customer.open("sms"), "method-not-available")
    again = await _refusal(customer.decide(asked, "이센터장"), "approval-closed")
    customer.number = number
    await customer.check_ownership(customer.contact_id)
    verified = await customer.check(*await customer.open_by_sms())
    _expect(verified["status"] == "verified", verified["status"])
    return f"own: {own}; twice: {again}; before its ownership check: {before}; after: {verified['status']}"


async def sim_swap(customer: Customer) -> str:
    await customer.phone_is(sim_swapped_hours_ago=24)
    held = await _held(customer.open("sms"), "sim_swap")
    await customer.open("ars")
    await customer.phone_is(sim_swapped_hours_ago=73)
    await customer.open("sms")
    return f"24 hours ago: 409 method-held, {held['methods']} instead; 73 hours ago: sms again"


async def call_forwarding(customer: Customer) -> str:
    await customer.phone_is(forwarded=True)
    held = await _held(customer.open("ars"), "call_forwarding")
    await customer.open("sms")
    return f"forwarded: 409 method-held, {held['methods']} instead"


async def number_recycling(customer: Customer) -> str:
    await customer.phone_is(recycled_on=korean_today(), owner_name="박새봄")
    held = await _held(customer.open("sms"), "number_recycling")
    _expect(held["methods"] == [], str(held["methods"]))
    again = await _refusal(customer.check_ownership(customer.contact_id), "ownership-not-confirmed")
    return f"somebody else's now: 409 method-held; its ownership check: {again}"


async def overseas_exemption(customer: Customer) -> str:
    await customer.leave_the_country()
    now = datetime.now(UTC)
    asked = await customer.register_abroad("call_center", now, now + timedelta(days=30))
    waiting = await customer.decision_on("issue", _ABROAD)
    _expect(waiting["outcome"] == "required", f"exempt before anybody approved: {waiting['outcome']}")
    await customer.decide(asked, "이센터장")
    abroad, at_home = await customer.decision_on("issue", _ABROAD), await customer.decision_on("issue", _AT_HOME)
    _expect(abroad["outcome"] == "exempt" and abroad["reasons"][0]["rule"] == "R9", abroad["outcome"])
    _expect(at_home["outcome"] == "required", at_home["outcome"])
    return f"approved and departed; from Japan: {abroad['outcome']}; from Korea: {at_home['outcome']}"


async def receipt(customer: Customer) -> str:
    opened, code = await customer.open_by_sms()
    verified = await customer.check(opened, code)
    asked = {"receipt": verified["receipt"], "operation": "issue", "customer_id": customer.customer_id}
    claims = await customer.api.call("POST", "/v1/receipts/redeem", asked)
    _expect(claims["verification_id"] == opened["id"], "the receipt is of another verification")
    again = await _refusal(customer.api.call("POST", "/v1/receipts/redeem", asked), "receipt-already-redeemed")
    return f"redeemed for {claims['operation']} by {claims['method']}; again: {again}"


async def failover(customer: Customer) -> str:
    before = await customer.carrier.call("GET", f"/control/faults?account={MAIN}")
    await customer.carrier.call("PUT", "/control/faults", {"account": MAIN, "seed": 1, "error_rate": 1})
    try:
        opened, code = await customer.open_by_sms()
        sender = await customer.asked_by_text()
    finally:
        await customer.carrier.call("PUT", "/control/faults", {"account": MAIN, **before})
    verified = await customer.check(opened, code)
    _expect(verified["status"] == "verified", verified["status"])
    carrier = verified["delivery"]["carrier"]
    _expect(carrier == BACKUP, str(carrier))
    return f"{MAIN} down: the text came by {carrier} from {sender}; {verified['status']}"


STEPS: tuple[tuple[str, Step], ...] = (
    ("명의인증 ownership check", ownership_check),
    ("판정 decision", decision),
    ("SMS 인증 sms", sms),
    ("2채널(ARS) 인증 ars", ars),
    ("ARS, 본인 아님 denied", ars_denied),
    ("ARS, 받지 않음 no answer", ars_no_answer),
    ("문자 답장 인증 sms_reply", sms_reply),
    ("일회용 비밀번호 branch_otp", branch_password),
    ("오류 5회 잠금 lock", lock),
    ("잠금 해제 승인 unlock", unlock),
    ("연락처 변경 승인 change", change_of_number),
    ("유심 변경 sim swap", sim_swap),
    ("착신전환 call forwarding", call_forwarding),
    ("번호 재사용 number recycling", number_recycling),
    ("해외체류 예외 overseas exemption", overseas_exemption),
    ("통신사 장애 carrier failover", failover),
    ("인증 결과 사용 receipt", receipt),
)


def _padded(name: str) -> str:
    """The name in a column of its own: a Korean character takes two cells of a terminal."""
    return name + " " * (_COLUMN - len(name) - sum(east_asian_width(character) == "W" for character in name))


def _expect(seen: bool, otherwise: str) -> None:
    if not seen:
        raise WalkFailed(otherwise)


async def _refusal(call: Awaitable[Any], slug: str) -> str:
    """What a call that must be refused with `slug` was refused with."""
    try:
        await call
    except ApiError as error:
        _expect(error.slug == slug, f"expected {slug}, saw {error}")
        return f"{error.status} {slug}"
    raise WalkFailed(f"expected {slug}, and it was accepted")


async def _held(call: Awaitable[Any], signal: str) -> dict[str, Any]:
    """The problem of a call that must be refused because of this signal."""
    try:
        await call
    except ApiError as error:
        _expect((error.slug, error.problem.get("signal")) == ("method-held", signal), f"expected {signal}, saw {error}")
        return error.problem
    raise WalkFailed(f"expected {signal} to hold it, and it was accepted")


async def _answer_wrongly(customer: Customer, method: str) -> Any:
    if method == "sms":
        opened, code = await customer.open_by_sms()
        return await customer.check(opened, _another(code))
    return await customer.check(await customer.open(method), "000000")


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"
