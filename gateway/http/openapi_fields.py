"""What each field means, as the OpenAPI document tells of it: a name means the same in every body, but for those below.

The sentences stand here and not at the models because most fields are in several of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_EVERYWHERE: Mapping[str, str] = {
    "approval_id": "승인 요청 ID / the approval",
    "approvals": "최근 요청부터 / newest first",
    "approved_by": "결정하는 사람. 요청한 사람은 반려만 할 수 있습니다 / who decides; the requester may only reject",
    "at": "상태가 바뀐 시각 / when it reached this state",
    "attempt_id": "이 시도를 식별하는 임의의 값. 같은 값으로 다시 보내면 횟수를 더 쓰지 않고 처음 판정을 받습니다 / "
    "an identifier of your choice for this attempt: sent again, it gets the first verdict and uses no further attempt",
    "attempts_remaining": "잠기기까지 남은 횟수. 고객의 모든 인증을 합하여 셉니다 / "
    "wrong answers left until extra authentication locks, over all verifications of the customer",
    "auto_connect_id": "기억한 기기의 ID / the remembered device",
    "auto_connect_token": "자동연결 토큰. 한 번만, 같은 device에서만 쓸 수 있습니다 (R14) / "
    "valid once, and with its device only (R14)",
    "auto_connects": "기억한 기기 / the remembered devices",
    "binding_code": "화면에 보여 줄 번호. ars와 sms_reply에만 있습니다 / "
    "the number to show on your screen; with ars and sms_reply only",
    "birth_date": "생년월일. 명의인증에 씁니다. 빼고 보내면 지워지고, 달라지면 연락처를 다시 인증해야 합니다 / "
    "used in the ownership check; leaving it out removes it, and after a change all contacts need verification",
    "branch": "발급한 영업점 / the issuing branch",
    "branch_password_id": "취소할 때 쓰는 ID / the id for revoking it",
    "carrier": "발송한 통신사. 아직 없으면 null / the carrier that accepted it; null until one has",
    "cause": "바뀐 사유 / why it changed",
    "code": "고객이 화면에 입력한 숫자 여섯 자리 / the six digits that the customer typed into your screen",
    "contact_id": "연락처 ID / the contact",
    "contacts": "고객의 연락처 / the contacts of the customer",
    "correct": "이번 답이 맞았는지 여부 / whether this answer was right",
    "created_at": "요청 시각 / when it was opened",
    "customer_id": "고객 번호 / the customer",
    "decided_at": "결정 시각 / when it was decided",
    "decided_by": "결정한 사람 / who decided",
    "decision_id": "이 판정의 ID. 추가인증을 생략하면 증빙으로 보관해야 합니다 / "
    "if you skip extra authentication, keep it as evidence",
    "decision_reason": "결정 사유 / the reason for the decision",
    "delivery": "문자나 통화의 상태. branch_otp에는 없습니다 / the state of the text or call; null with branch_otp",
    "denied_at": "문자를 받은 사람이 본인이 아니라고 답한 시각 / "
    "when the owner of the phone replied that it was not them",
    "detail": "필요한 조치 / what to do about it",
    "device": "기기를 식별하는 임의의 값 (R14) / your identifier of the device (R14)",
    "errors": "고쳐야 할 항목 / the fields to correct",
    "event": "바뀐 내용 / what happened",
    "evidence": "오래된 것부터 / oldest first",
    "exp": "만료 시각(1970년부터의 초) / expiry, in seconds since 1970",
    "expires_at": "이 시각까지 쓸 수 있습니다 / when it expires",
    "field": "항목 이름 / the field's name",
    "from": "시작 시각 / when it begins",
    "given_at": "기기를 기억한 시각 / when the device was first remembered",
    "iat": "인증된 시각(1970년부터의 초) / when it was verified, in seconds since 1970",
    "id": "인증 ID / the verification",
    "instance": "이 요청의 ID. 문의할 때 알려 주세요 / the id of this request: quote it when you ask about it",
    "issued_by": "발급한 직원 / the clerk who issues it",
    "jti": "이 receipt의 ID / the id of the receipt",
    "keys": "ES256 공개 키 (RFC 7517) / public keys for ES256 (RFC 7517)",
    "kind": "종류 / the kind",
    "label": "고객이 구분하는 이름 / the customer's own label",
    "line_type": "번호로 판별한 회선의 종류 (R3, R4) / the kind of line, by its number (R3, R4)",
    "locked": "추가인증이 잠겼는지 여부 / whether extra authentication is locked",
    "masked_name": "일부를 가린 이름 / the name, masked",
    "masked_number": "일부를 가린 번호 / the number, masked",
    "met": "조건에 해당하는지 여부 / whether the condition is met",
    "method": "인증 방법 / the method",
    "methods": "지금 쓸 수 있는 방법 / the methods that may be used now",
    "name": "고객의 이름 / the customer's name",
    "next_resend_at": "이 시각부터 다시 보낼 수 있습니다. 더 보낼 수 없으면 null / "
    "the earliest time for a resend; null if there is none left",
    "notice_id": "안내 문자 ID / the notice",
    "online_consent": "온라인 신원확인 사전동의 (R10) / consent to being identified online (R10)",
    "operation": "고객이 하려는 업무 / the operation that the customer is about to do",
    "operation_hash": "업무 내용의 해시. 인증할 때와 사용할 때가 같아야 합니다 / "
    "a hash of what is being done: the receipt can only be redeemed with the same one",
    "outcome": "추가인증이 필요한지, 면제되는지, 거절되는지 / "
    "whether extra authentication is required, not needed or refused",
    "outdated": "요청한 뒤 상황이 바뀌어 승인할 수 없는지 여부 / "
    "whether its subject has changed since: it can then only be rejected",
    "overseas_exemption": "해외체류 예외 등록 (R9) / the registered overseas exemption (R9)",
    "password": "일회용 비밀번호. 이 응답에만 있습니다 / the password: in this answer only",
    "person": "키의 주인이나 승인한 사람 / whose key was used, or who approved it",
    "policy_version": "적용한 정책의 버전 / the version of the policy that was applied",
    "problem": "잘못된 점 / what is wrong with it",
    "reason": "사유 / the reason",
    "reasons": "검토한 규칙. 첫 번째 규칙으로 결정했습니다 / every rule that was considered; the first one decided",
    "receipt": "서명된 인증 결과. verified일 때만 있습니다 / the signed result; only once it is verified",
    "reference": "근거가 된 ID나 값 / the id or value that it is based on",
    "requested_at": "요청 시각 / when it was requested",
    "requested_by": "요청한 사람 / the requester",
    "requested_via": "요청 경로 / how the customer asked",
    "resends_remaining": "다시 보낼 수 있는 남은 횟수 / how many resends are left",
    "rule": "업무 규칙 / the business rule",
    "slip_url": "발급 확인서를 인쇄할 주소 / the page from which to print the slip",
    "state": "문자나 통화의 상태 / its state",
    "status": "현재 상태 / the current status",
    "status_reason": "상태의 사유 / the reason for the status",
    "target_contact_id": "vouch로 인증가능이 될 연락처 / with vouch: the contact to be made verifiable",
    "title": "오류의 이름 / the kind of problem, in words",
    "type": "오류의 종류. 주소를 열면 설명이 있습니다 / the kind of problem; an address that explains it",
    "until": "종료 시각 / when it ends",
    "used_at": "마지막으로 쓴 시각 / when it was last used",
    "valid_for": "유효 시간(초). 없으면 설정값(기본 하루) / "
    "lifetime in seconds; if left out, the setting's, a day by default",
    "verification_id": "인증 ID / the verification",
    "verified_at": "인증가능이 된 시각 / when it became verifiable",
    "verified_by": "인증가능이 된 근거 / how it became verifiable",
    "version": "바뀔 때마다 커집니다 / increases with each change",
}

_ANSWERED_UNTIL = "이 시각까지 답할 수 있습니다 / when it expires unless it is answered"
_OF_ONE: Mapping[tuple[str, str], str] = {
    ("CheckAnswer", "expires_at"): _ANSWERED_UNTIL,
    ("VerificationAnswer", "expires_at"): _ANSWERED_UNTIL,
    (
        "ApprovalAnswer",
        "expires_at",
    ): "이 시각까지 결정하지 않으면 만료됩니다 / when it expires unless somebody decides",
    ("ApprovalAnswer", "from"): "해외체류 예외의 시작 시각 / when the exemption begins",
    ("ApprovalAnswer", "until"): "해외체류 예외의 종료 시각 / when the exemption ends",
    ("ApprovalAnswer", "masked_number"): "연락처 변경의 새 번호 / the new number of a contact change",
    ("DecideApproval", "reason"): "결정 사유 / the reason for the decision",
    ("DecisionAnswer", "auto_connect_token"): "다음에 쓸 토큰. 이미 쓴 토큰을 대체합니다 (R14) / "
    "the token for the next time, replacing the one that was used (R14)",
    (
        "DecisionAnswer",
        "contacts",
    ): "지금 쓸 수 있는 연락처와 방법 / the contacts that may be used now, with their methods",
    ("DeliveryAnswer", "reason"): "보내지 못한 사유 / why it did not arrive",
    ("NoticeAnswer", "delivery"): "문자의 상태 / the state of the text",
    ("OpenVerification", "contact_id"): "인증할 연락처. branch_otp에는 없습니다 / "
    "the contact to use; none with branch_otp",
    ("Problem", "status"): "HTTP 상태 코드 / the HTTP status code",
    (
        "ReasonAnswer",
        "detail",
    ): "설명. Accept-Language의 언어로 씁니다 / an explanation in the language of Accept-Language",
    ("ReceiptAnswer", "customer_id"): "고객 번호. 서명된 토큰에서는 sub / the customer; `sub` in the signed token",
    ("Redeem", "receipt"): "인증에서 받은 receipt 그대로 / the receipt, as the verification returned it",
    ("Vouch", "receipt"): "vouch 인증의 receipt / the receipt of a verification for vouch",
}


def meaning_of(field: str, model: str = "") -> str:
    """Of a parameter of a path as well; empty where there is nothing to say of that name."""
    return _OF_ONE.get((model, field)) or _EVERYWHERE.get(field, "")


def describe_fields(schemas: Mapping[str, dict[str, Any]]) -> None:
    """Say of every field what it means, where its model does not say so itself."""
    for name, schema in schemas.items():
        for field, described in _fields(schema):
            meaning = meaning_of(field, name)
            if meaning:
                described.setdefault("description", meaning)


def _fields(schema: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Of the object itself, and of the objects in its lists."""
    for field, described in schema.get("properties", {}).items():
        yield field, described
        yield from _fields(described.get("items", {}))
