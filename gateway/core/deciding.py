"""The decision itself: a pure function of the policy and the facts.

What refuses is looked at before what exempts, and that before what is required: no exemption is a way around a lock, a
missing consent or a limit.
"""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from itertools import chain

from contacts.models import CustomerKind
from contacts.records import record
from gateway.core.facts import ContactFacts, Facts, Known
from gateway.core.policy import Exemption, ExtraAuthentication, OperationRow, Policy
from gateway.core.verification import METHOD_NAMES, Method


class Outcome(StrEnum):
    REQUIRED = "required"
    EXEMPT = "exempt"
    REFUSED = "refused"


@record()
class Reason:
    """One rule that was looked at. `rule` is one of the manual (`R9`), a column of the policy (`per_day`), a signal, or
    `carrier` where no carrier takes a method to a number."""

    rule: str
    met: bool
    detail_ko: str
    detail_en: str


@record()
class Decision:
    """`reasons` begins with the one that decided; `methods` and `contacts` are what may be used now.

    Each of `contacts` has the methods that the row and its status allow, no signal holds back and a carrier takes.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    methods: tuple[Method, ...] = ()
    contacts: tuple[ContactFacts, ...] = ()

    @property
    def reason(self) -> Reason:
        """The one that decided."""
        return self.reasons[0]


def decide(policy: Policy, facts: Facts) -> Decision:
    """What the policy says of these facts, with every rule that applies and whether it was met."""
    row = policy.row(facts.operation, facts.kind)
    own = own_reason(row)
    conditions, exemptions = [own, *_conditions(policy, row, facts)], [*_exemptions(row, facts)]
    outcome, by = _settled(row, own, conditions, exemptions)
    if outcome is not Outcome.REQUIRED:
        return Decision(outcome, _led_by(by, [*conditions, *exemptions]))
    contacts = tuple(contact for contact in (_usable(policy, row, one) for one in facts.contacts) if contact.methods)
    offered = _methods_of(contacts)
    methods = tuple(
        method
        for method in row.methods
        if (facts.branch_password if method is Method.BRANCH_OTP else method in offered)
    )
    reasons = _led_by(by, [*conditions, *exemptions, *_ways(policy, row, facts)])
    return Decision(outcome, reasons, methods, contacts)


def outcome_of(policy: Policy, facts: Facts) -> tuple[Outcome, Reason]:
    """The outcome and the deciding reason of `decide`, for callers that tell of no other rule."""
    row = policy.row(facts.operation, facts.kind)
    own = own_reason(row)
    # An exemption that is not met decides nothing, and need not be put in words.
    may_exempt = facts.exemption.all_met or facts.auto_connected is Known.MET
    return _settled(
        row, own, chain((own,), _conditions(policy, row, facts)), _exemptions(row, facts) if may_exempt else ()
    )


def own_reason(row: OperationRow) -> Reason:
    """The rule of the row itself."""
    return Reason(row.rule, row.extra_authentication is not ExtraAuthentication.REFUSED, row.reason, row.reason_en)


def _settled(
    row: OperationRow, own: Reason, conditions: Iterable[Reason], exemptions: Iterable[Reason]
) -> tuple[Outcome, Reason]:
    for reason in conditions:
        if not reason.met:
            return Outcome.REFUSED, reason
    if row.extra_authentication is ExtraAuthentication.NOT_REQUIRED:
        return Outcome.EXEMPT, own
    for reason in exemptions:
        if reason.met:
            return Outcome.EXEMPT, reason
    return Outcome.REQUIRED, own


def _led_by(first: Reason, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return first, *(reason for reason in reasons if reason is not first)


def _conditions(policy: Policy, row: OperationRow, facts: Facts) -> Iterator[Reason]:
    """What has to be met before anything else is asked."""
    if row.online_consent:
        yield _reason(
            "R10", facts.online_consent,
            "온라인 신원확인에 사전동의했습니다.", "The customer has given online consent.",
            "온라인 신원확인 사전동의가 없습니다. 영업점에서, 또는 인증서로 로그인하여 동의로 바꿔야 합니다.",
            "There is no online consent: it is given at a branch, or online when logged in with a certificate.",
        )  # fmt: skip
    # A company needs no extra authentication (R2). Turning a locked individual into one is no way around the lock.
    of_individuals = policy.row(facts.operation, CustomerKind.INDIVIDUAL) if facts.locked else row
    if ExtraAuthentication.REQUIRED in (row.extra_authentication, of_individuals.extra_authentication):
        yield _reason(
            "R20", not facts.locked,
            "추가인증이 잠겨 있지 않습니다.", "Extra authentication is not locked.",
            "추가인증이 잠겼습니다. 고객센터에서 본인확인 후 승인을 받아 잠금을 풀어야 합니다.",
            "Extra authentication is locked until the customer centre asks for an unlock and a second person approves.",
        )  # fmt: skip
    if row.refused_hours is not None:
        hours = row.refused_hours
        yield _reason(
            "refused_hours", facts.hour not in hours,
            f"이용할 수 없는 시간({hours.in_korean})이 아닙니다.", f"The refused hours are {hours.in_english}.",
            f"{hours.in_korean}는 이용할 수 없습니다.", f"It is refused {hours.in_english}.",
        )  # fmt: skip
    if row.per_day is not None:
        yield _reason(
            "per_day", facts.opened_today < row.per_day,
            f"하루 인증 {row.per_day}회 가운데 {facts.opened_today}회를 썼습니다.",
            f"{facts.opened_today} of {row.per_day} verifications a day were used.",
            f"하루 인증 {row.per_day}회를 모두 썼습니다.", f"All {row.per_day} verifications of the day were used.",
        )  # fmt: skip


def _exemptions(row: OperationRow, facts: Facts) -> Iterator[Reason]:
    """What could take the place of extra authentication, met or not."""
    if row.extra_authentication is ExtraAuthentication.REQUIRED and facts.kind is CustomerKind.INDIVIDUAL:
        yield Reason("R2", False, "개인 고객이므로 추가인증 대상입니다.", "The customer is an individual.")
    if Exemption.OVERSEAS in row.exemptions:
        yield _overseas(facts)
    if Exemption.AUTO_CONNECT in row.exemptions:
        yield _reason(
            "R14", facts.auto_connected is Known.MET,
            "자동연결된 기기입니다.", "The device is auto-connected.",
            "자동연결된 기기가 아닙니다.", "The device is not auto-connected.",
        )  # fmt: skip


_KO = {Known.MET: "확인", Known.NOT_MET: "아님", Known.UNKNOWN: "확인 불가"}
_EN = {Known.MET: "confirmed", Known.NOT_MET: "no", Known.UNKNOWN: "not known"}


def _overseas(facts: Facts) -> Reason:
    exemption = facts.exemption
    registered, departed, foreign = exemption.registered, exemption.departed, exemption.foreign_address
    return Reason(
        "R9",
        exemption.all_met,
        f"해외체류 예외: 예외신청 {_KO[registered]}, 출국 사실 {_KO[departed]}, 해외 IP {_KO[foreign]}",
        f"Overseas exemption: registration {_EN[registered]}, departure {_EN[departed]}, "
        f"foreign address {_EN[foreign]}",
    )


_TEXTS = (Method.SMS, Method.SMS_REPLY)
_NO_CONTACT = ((), (Method.BRANCH_OTP,))
"""The `methods` of a row that uses no contact."""


def _ways(policy: Policy, row: OperationRow, facts: Facts) -> Iterator[Reason]:
    """What the customer could prove themselves with, and what stands in the way."""
    verifiable = len([contact for contact in facts.contacts if contact.methods])
    given = _methods_of(facts.contacts)
    if row.rule != "R5" and row.methods not in _NO_CONTACT:
        yield _reason(
            "R5", verifiable > 0,
            f"인증가능 연락처가 {verifiable}개 있습니다.", f"Verifiable contacts: {verifiable}.",
            "인증가능 연락처가 없습니다. 명의인증(타명의 휴대폰은 불가, R6) 또는 추가인증으로 바꿔야 합니다.",
            "No contact is verifiable: it takes an ownership check, which a mobile in another name cannot pass (R6), "
            "or vouching.",
        )  # fmt: skip
    if any(method in row.methods for method in _TEXTS):
        yield _reason(
            "R3", any(method in given for method in _TEXTS),
            "명의인증된 휴대폰이 있습니다.", "A mobile has passed its ownership check.",
            "명의인증된 휴대폰이 없어 문자로 인증할 수 없습니다.", "No mobile has passed its ownership check.",
        )  # fmt: skip
    if Method.ARS in row.methods:
        yield _reason(
            "R4", Method.ARS in given,
            "전화를 받을 수 있는 인증가능 연락처가 있습니다.", "A verifiable contact can be called.",
            "전화를 받을 수 있는 인증가능 연락처가 없습니다.", "No verifiable contact can be called.",
        )  # fmt: skip
    if Method.BRANCH_OTP in row.methods:
        yield _reason(
            "R8", facts.branch_password,
            "영업점에서 발급한 일회용 비밀번호가 있습니다.", "A branch password is in force.",
            "유효한 영업점 일회용 비밀번호가 없습니다.", "No branch password is in force.",
        )  # fmt: skip
    raised = [held.signal for contact in facts.contacts for held in contact.held]
    for signal, signal_row in policy.signals.items():
        if signal in raised:
            yield Reason(signal, False, signal_row.reason, signal_row.reason_en)
    uncarried: list[str] = [method for contact in facts.contacts for method in contact.uncarried]
    for method in row.methods:
        if method in uncarried:
            name_ko, name_en = METHOD_NAMES[method]
            yield Reason(
                "carrier", False,
                f"{name_ko}: 보낼 수 있는 통신사가 없는 연락처가 있습니다.",
                f"{name_en}: to some of the contacts no carrier takes it.",
            )  # fmt: skip


def _usable(policy: Policy, row: OperationRow, contact: ContactFacts) -> ContactFacts:
    """The contact with the methods that may be used now."""
    allowed: Collection[str] = row.methods
    gone = [*(one.method for one in contact.held if one.signal in policy.signals), *contact.uncarried]
    left = tuple(method for method in contact.methods if method in allowed and method not in gone)
    return ContactFacts(contact.contact_id, left, contact.held, contact.uncarried)


def _methods_of(contacts: Iterable[ContactFacts]) -> list[str]:
    """As words, which compare equal to those of `Method`."""
    return [method for contact in contacts for method in contact.methods]


def _reason(rule: str, met: bool, met_ko: str, met_en: str, otherwise_ko: str, otherwise_en: str) -> Reason:
    return Reason(rule, met, met_ko, met_en) if met else Reason(rule, met, otherwise_ko, otherwise_en)
