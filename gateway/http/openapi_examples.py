"""What a refusal of each kind looks like, as the OpenAPI document shows it."""

from collections.abc import Mapping
from typing import Any

from contacts.models import ContactMethod
from contacts.number_refusals import NumberRefusal
from gateway.core.approvals import ApprovalStatus, closed_approval
from gateway.core.deciding import Reason
from gateway.core.errors import FieldError, Refusal
from gateway.core.limits import Limits
from gateway.core.locked import customer_locked
from gateway.core.not_available import in_words, method_not_available, refusal_with_what_is_left
from gateway.core.policy_refusals import not_required, operation_refused
from gateway.core.ports import RiskSignal
from gateway.core.problems import Problem
from gateway.core.verification import Status
from gateway.core.verifications import closed_refusal
from gateway.http.bodies import BODY_SECONDS, LARGEST_BODY
from gateway.http.field_errors import field_error_of
from gateway.http.problems import problem_document

_SECONDS = 30
_CONTACT, _OTHER_CONTACT = "con_d6hs1yg2183evjzk0n2d", "con_cx7g14p67xaad5dgvsph"
_LEFT = {_CONTACT: [ContactMethod.ARS], _OTHER_CONTACT: [ContactMethod.SMS, ContactMethod.ARS]}
_PREMIUM = NumberRefusal.PREMIUM_RATE


_REFUSALS: Mapping[Problem, Refusal] = {
    refusal.problem: refusal
    for refusal in (
        Refusal(
            Problem.ANSWER_IN_ANOTHER_CHANNEL,
            values={"channel_ko": "받은 문자에 답장하여", "channel_en": "by replying to the text"},
        ),
        closed_approval(ApprovalStatus.REJECTED),
        Refusal(Problem.BODY_TOO_LARGE, values={"limit": LARGEST_BODY}),
        Refusal(Problem.BODY_TOO_SLOW, values={"seconds": int(BODY_SECONDS)}),
        Refusal(Problem.CONTACT_ALREADY_REGISTERED, values={"contact_id": _CONTACT}),
        customer_locked(Limits.wrong_answers),
        not_required(Reason("R16", True, "갱신은 추가인증 없이 합니다.", "Renewal needs none.")),
        Refusal(Problem.IDEMPOTENCY_IN_PROGRESS, retry_after=1),
        Refusal(Problem.INVALID_FIELDS, errors=(field_error_of("operation", "missing"),)),
        Refusal(Problem.MALFORMED_JSON, values={"wrong_ko": "1행 17열", "wrong_en": "line 1, column 17"}),
        method_not_available("R3", [ContactMethod.ARS]),
        refusal_with_what_is_left(Problem.METHOD_HELD, _CONTACT, _LEFT, signal=RiskSignal.SIM_SWAP.value),
        refusal_with_what_is_left(Problem.METHOD_NOT_CARRIED, _CONTACT, _LEFT),
        Refusal(Problem.MISSING_SCOPE, values={"scope": "verify"}),
        Refusal(Problem.NUMBER_REFUSED, errors=(FieldError("number", _PREMIUM.sentence_ko, _PREMIUM.sentence_en),)),
        operation_refused(Reason("R2", False, "개인만 할 수 있습니다.", "For individuals only.")),
        Refusal(Problem.OWNERSHIP_CHECK_UNAVAILABLE, retry_after=_SECONDS),
        Refusal(Problem.STORE_UNAVAILABLE, retry_after=1),
        Refusal(
            Problem.TEXTING_HELD,
            values=in_words([ContactMethod.ARS]),
            members={"methods": [ContactMethod.ARS]},
            retry_after=_SECONDS,
        ),
        Refusal(Problem.TOO_MANY_CONTACTS, values={"limit": Limits.contacts}),
        Refusal(Problem.TOO_MANY_REQUESTS, values={"cap": "customer"}, retry_after=_SECONDS),
        Refusal(Problem.UNSUPPORTED_MEDIA_TYPE, values={"expected": "application/json; charset=utf-8"}),
        closed_refusal(Status.VERIFIED),
    )
    if isinstance(refusal.problem, Problem)
}
"""Those whose answer says more than which problem it is."""

ASK_AGAIN = frozenset(problem for problem, refusal in _REFUSALS.items() if refusal.retry_after is not None)
"""They tell when the same may be asked again."""


def example_of(problem: Problem) -> dict[str, Any]:
    refusal = _REFUSALS.get(problem) or Refusal(problem)
    return {"summary": problem.value.title_en, "value": problem_document(refusal, "ko", "4f0c2a9be1d7c35a68b0d9e2")}
