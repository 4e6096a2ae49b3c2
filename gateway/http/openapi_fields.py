"""What each field means, as the OpenAPI document tells of it: a name means the same in every body, but for those below.

The sentences stand here and not at the models because most fields are in several of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_EVERYWHERE: Mapping[str, str] = {
    "approval_id": "승인 요청 ID / the approval",
    "approvals": "최근 것부터 / newest first",
    "approved_by": "결정하는 사람. 요청한 사람은 반려만 할 수 있습니다 / who decides; whoever asked may only reject",
    "at": "그렇게 된 때 / since when it is so",
    "attempt_id": "이 시도를 가리키는 임의의 값. 같은 값으로 다시 보내면 시도를 더 쓰지 않고 처음 판정을 받습니다 / "
    "your own word for this attempt: sent again, it gets the first verdict and costs no other attempt",
    "attempts_remaining": "잠기기까지 남은 횟수. 모든 인증을 합쳐 셉니다 / "
    "wrong answers until extra authentication locks, over all verifications of the customer",
    "auto_connect_id": "기억한 기기 ID / the remembered device",
    "auto_connect_token": "자동연결 토큰. 한 번만, 같은 device에서만 쓸 수 있습니다 (R14) / "
    "works once, and on its device only (R14)",
    "auto_connects": "기억한 기기 / the remembered devices",
    "binding_code": "화면에 보여 줄 번호. ars와 sms_reply에만 있습니다 / for your screen, with ars and sms_reply only",
    "birth_date": "생년월일. 명의인증에 씁니다. 빼고 보내면 지워지고, 달라지면 연락처를 다시 인증해야 합니다 / "
    "compared in the ownership check; left out, it is removed, and with another one all contacts need verification",
    "branch": "발급한 영업점 / the branch that issues it",
    "branch_password_id": "취소할 때 쓰는 ID / for revoking it",
    "carrier": "보낸 통신사. 아직 없으면 null / who took it to the phone, null as long as nobody has",
    "cause": "바뀐 까닭 / why",
    "code": "고객이 화면에 입력한 숫자 여섯 자리 / the six digits that the customer typed into your screen",
    "contact_id": "연락처 ID / the contact",
    "contacts": "고객의 연락처 / the contacts of the customer",
    "correct": "이번 답이 맞았는지 / whether this answer was right",
    "created_at": "요청한 때 / when it was opened",
    "customer_id": "고객 번호 / the customer",
    "decided_at": "결정한 때 / when it was decided",
    "decided_by": "결정한 사람 / who decided",
    "decision_id": "이 판정의 ID. 추가인증을 생략하면 증빙으로 보관합니다 / "
    "keep it where you skip extra authentication: it is your evidence",
    "decision_reason": "결정한 사유 / why it was decided so",
    "delivery": "문자나 통화의 상태. branch_otp에는 없습니다 / how the text or the call went; null with branch_otp",
    "denied_at": "문자를 받은 사람이 본인이 아니라고 한 때 / when the owner of the phone said that it was not them",
    "detail": "무엇을 하면 되는지 / what to do about it",
    "device": "기기를 가리키는 임의의 값 (R14) / what you know the device by (R14)",
    "errors": "고칠 항목 / what to correct",
    "event": "무엇이 되었는지 / what it became",
    "evidence": "오래된 것부터 / oldest first",
    "exp": "만료 시각, 1970년부터의 초 / when it expires, in seconds since 1970",
    "expires_at": "이때까지 쓸 수 있습니다 / until when it may be used",
    "field": "항목의 이름 / its name",
    "from": "시작하는 때 / when it begins",
    "given_at": "처음 준 때 / when the device was remembered",
    "iat": "인증된 때, 1970년부터의 초 / when it was verified, in seconds since 1970",
    "id": "인증 ID / the verification",
    "instance": "이 요청의 ID. 문의할 때 알려 주세요 / names the request: quote it when you ask about it",
    "issued_by": "발급한 직원 / who issues it",
    "jti": "이 receipt의 ID / names the receipt",
    "keys": "ES256 공개 키 (RFC 7517) / public keys for ES256 (RFC 7517)",
    "kind": "종류 / what it is",
    "label": "고객이 부르는 이름 / what the customer calls it",
    "line_type": "번호로 정해지는 회선의 종류 (R3, R4) / what its number says that it is (R3, R4)",
    "locked": "추가인증이 잠겼는지 / whether extra authentication is locked",
    "masked_name": "가운데를 가린 이름 / the name, in part",
    "masked_number": "가운데를 가린 번호 / the number, in part",
    "met": "이 고객이 그 조건에 해당하는지 / whether it is so of this customer",
    "method": "인증 방법 / how it is proven",
    "methods": "지금 쓸 수 있는 방법 / what may be used now",
    "name": "고객의 이름 / the name of the customer",
    "next_resend_at": "이때부터 다시 보낼 수 있습니다. 더 보낼 수 없으면 null / "
    "from when it may be sent again, null where it may not",
    "notice_id": "안내 문자 ID / the notice",
    "online_consent": "온라인 신원확인 사전동의 (R10) / consent to being identified online (R10)",
    "operation": "고객이 하려는 업무 / what the customer is about to do",
    "operation_hash": "업무 내용의 해시. 인증할 때와 사용할 때가 같아야 합니다 / "
    "a hash of what is being done: the receipt is redeemed with the same one only",
    "outcome": "추가인증이 필요한지 / whether extra authentication is needed",
    "outdated": "요청한 뒤 상황이 바뀌어 승인할 수 없는지 / "
    "whether what it was for has changed: it can only be rejected",
    "overseas_exemption": "해외체류 예외 등록 (R9) / the registered overseas exemption (R9)",
    "password": "일회용 비밀번호. 이 응답에만 있습니다 / the password: in this answer only",
    "person": "키의 주인이나 승인한 사람 / whose key was used, or who approved it",
    "policy_version": "적용한 정책 / the policy that was applied",
    "problem": "무엇이 잘못되었는지 / what is wrong with it",
    "reason": "사유 / why",
    "reasons": "살펴본 규칙. 첫 번째가 결정했습니다 / every rule that was considered; the first one decided",
    "receipt": "서명된 인증 결과. verified일 때만 있습니다 / the signed result, once it is verified",
    "reference": "근거가 된 ID나 낱말 / the id or the word that it rests on",
    "requested_at": "요청한 때 / when it was asked for",
    "requested_by": "요청한 사람 / who asked",
    "requested_via": "요청한 경로 / how the customer asked",
    "resends_remaining": "더 보낼 수 있는 횟수 / how often it may still be sent again",
    "rule": "업무 규칙 / the business rule",
    "slip_url": "발급 확인서를 인쇄할 주소 / the page to print the slip from",
    "state": "문자나 통화의 상태 / how it went",
    "status": "지금 상태 / what it is now",
    "status_reason": "그 상태가 된 까닭 / why it is so",
    "target_contact_id": "vouch로 인증가능이 될 연락처 / with vouch: the contact to be made verifiable",
    "title": "오류의 이름 / what kind of problem it is",
    "type": "오류의 종류. 열어 보면 설명이 있습니다 / the kind of problem; an address that explains it",
    "until": "끝나는 때 / when it ends",
    "used_at": "마지막으로 쓴 때 / when it was used last",
    "valid_for": "초. 없으면 설정한 기간(보통 하루) / "
    "seconds; where it is left out, what is set, which is usually a day",
    "verification_id": "인증 ID / the verification",
    "verified_at": "인증가능이 된 때 / when it became verifiable",
    "verified_by": "인증가능이 된 근거 / how it became verifiable",
    "version": "바뀔 때마다 커집니다 / grows with each change",
}

_ANSWERED_UNTIL = "이때까지 답할 수 있습니다 / until when it may be answered"
_OF_ONE: Mapping[tuple[str, str], str] = {
    ("CheckAnswer", "expires_at"): _ANSWERED_UNTIL,
    ("VerificationAnswer", "expires_at"): _ANSWERED_UNTIL,
    ("ApprovalAnswer", "expires_at"): "이때까지 결정하지 않으면 만료됩니다 / "
    "when it expires unless somebody has decided",
    ("ApprovalAnswer", "from"): "해외체류 예외가 시작하는 때 / when the exemption begins",
    ("ApprovalAnswer", "until"): "해외체류 예외가 끝나는 때 / when the exemption ends",
    ("ApprovalAnswer", "masked_number"): "연락처 변경의 새 번호 / the new number of a contact change",
    ("DecideApproval", "reason"): "결정한 사유 / why it is decided so",
    ("DecisionAnswer", "auto_connect_token"): "다음에 쓸 토큰. 쓴 토큰을 대신합니다 (R14) / "
    "for the next time, in place of the one that was used (R14)",
    ("DecisionAnswer", "contacts"): "지금 쓸 수 있는 연락처와 그 방법 / what may be used now, each with its methods",
    ("DeliveryAnswer", "reason"): "보내지 못한 까닭 / why it did not arrive",
    ("NoticeAnswer", "delivery"): "문자의 상태 / how the text went",
    ("OpenVerification", "contact_id"): "인증할 연락처. branch_otp에는 없습니다 / "
    "the contact to use; none with branch_otp",
    ("Problem", "status"): "HTTP 상태 코드 / the HTTP status code",
    ("ReasonAnswer", "detail"): "Accept-Language의 언어로 쓴 설명 / in words, in the language of Accept-Language",
    ("ReceiptAnswer", "customer_id"): "고객 번호. 서명된 토큰에서는 sub / the customer; `sub` in the signed token",
    ("Redeem", "receipt"): "인증 결과로 받은 그대로 / as the verification gave it",
    ("Vouch", "receipt"): "vouch 인증의 결과 / of a verification for vouch",
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
