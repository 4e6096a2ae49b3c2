"""What operators read for our codes: Korean, and English beside it."""

from collections.abc import Mapping
from typing import Final

from gateway.core.operations import OPERATION_NAMES
from gateway.core.problems import Problem
from gateway.core.verification import METHOD_NAMES
from gateway.http.language import Locale

Words = Mapping[str, tuple[str, str]]

METHODS: Final[Words] = {method.value: names for method, names in METHOD_NAMES.items()}

STATUSES: Final[Words] = {
    "pending": ("진행 중", "Pending"),
    "verified": ("완료", "Verified"),
    "failed": ("실패", "Failed"),
    "expired": ("시간 초과", "Expired"),
    "canceled": ("취소", "Canceled"),
    "denied": ("고객 거부", "Denied"),
}

DELIVERIES: Final[Words] = {
    "queued": ("대기", "Queued"),
    "sent": ("발송", "Sent"),
    "delivered": ("수신", "Delivered"),
    "undelivered": ("미수신", "Undelivered"),
    "ringing": ("벨 울림", "Ringing"),
    "in_progress": ("통화 중", "In the call"),
    "completed": ("통화 종료", "Call ended"),
    "busy": ("통화 중(거절)", "Busy"),
    "no_answer": ("받지 않음", "No answer"),
    "failed": ("실패", "Failed"),
}

REASONS: Final[Words] = {
    "correct": ("번호 일치", "Right answer"),
    "locked": ("오류 5회 잠금", "Locked after wrong answers"),
    "expired": ("시간 초과", "Time ran out"),
    "contact_changed": ("연락처 변경", "The contact changed"),
    "customer_changed": ("고객 정보 변경", "The customer's name, birth date or kind changed"),
    "consent_withdrawn": ("온라인 동의 철회", "Online consent was withdrawn"),
    "canceled_by_caller": ("발급 시스템이 취소", "Canceled by the issuing system"),
    "canceled_by_operator": ("운영자가 취소", "Canceled by an operator"),
    "denied_by_phone": ("전화에서 9번 거부", "Denied with 9 on the phone"),
    "denied_by_reply": ("문자로 거부", "Denied by a text"),
    "voicemail": ("자동응답기", "Voicemail"),
    "answered_by_unknown": ("응답자 확인 불가", "Who answered is not known"),
    "no_input": ("입력 없음", "No key was pressed"),
    "hung_up": ("고객이 끊음", "Hung up"),
    "early_keys": ("안내 중 입력", "Keys during the announcement"),
    "wrong_first_key": ("첫 번호 불일치", "Wrong first key"),
    "incomplete_keys": ("여섯 자리 미만", "Fewer than six digits"),
    "invalid_keys": ("숫자가 아닌 키", "Keys that are no digits"),
    "wrong_code": ("화면 번호 불일치", "Not the digits on the screen"),
    "busy": ("통화 중", "Busy"),
    "no_answer": ("받지 않음", "No answer"),
    "rejected": ("수신 거절", "Rejected"),
    "unreachable": ("연결 불가", "Unreachable"),
    "invalid_number": ("없는 번호", "Invalid number"),
    "landline": ("유선 번호", "A landline"),
    "opted_out": ("수신 거부", "Opted out"),
    "filtered": ("통신사 차단", "Filtered"),
    "fraud_blocked": ("사기 차단", "Blocked as fraud"),
    "country_blocked": ("국가 차단", "Country blocked"),
    "throttled": ("속도 제한", "Throttled"),
    "carrier_error": ("통신사 오류", "Carrier error"),
    "carrier_timeout": ("통신사 응답 없음", "Carrier timed out"),
    "no_carrier": ("이용 가능한 통신사 없음", "No carrier can take it"),
    "internal_error": ("내부 오류", "Internal error"),
    "store_changed": ("저장소 교체로 무효", "Void: the store changed"),
    "failed": ("실패", "Failed"),
}

EVENTS: Final[Words] = {
    "verification.created": ("인증 시작", "Opened"),
    "verification.resent": ("재발송 요청", "Asked to send again"),
    "verification.wrong_answer": ("고객 입력 오류", "The customer answered wrong"),
    "verification.verified": ("고객 입력 일치: 인증 완료", "The customer answered right: verified"),
    "verification.failed": ("실패", "Failed"),
    "verification.expired": ("시간 초과", "Time ran out"),
    "verification.canceled": ("취소", "Canceled"),
    "verification.denied": ("고객이 본인 아님으로 거부", "The customer denied it"),
    "delivery.sent": ("통신사에 전달", "Handed to the carrier"),
    "delivery.delivered": ("전화기 도착", "Arrived at the phone"),
    "delivery.undelivered": ("도착하지 못함", "Did not arrive"),
    "delivery.ringing": ("벨이 울림", "The phone rings"),
    "delivery.in_progress": ("고객이 전화를 받음", "The customer picked up"),
    "delivery.completed": ("통화 종료", "The call ended"),
    "delivery.busy": ("통화 중", "The line was busy"),
    "delivery.no_answer": ("받지 않음", "Nobody picked up"),
    "delivery.failed": ("전달 실패", "Could not be delivered"),
    "customer.locked": ("오류 5회: 추가인증 잠금", "Five wrong answers: locked"),
    "receipt.redeemed": ("발급 시스템이 인증 결과 사용", "The receipt was redeemed"),
    "auto_connect.given": ("자동연결 등록", "The device is remembered"),
    "dead_letter.replayed": ("실패한 발송 재시도", "A failed delivery is tried again"),
    "dead_letter.discarded": ("실패한 발송 폐기", "A failed delivery was thrown away"),
    "ops.cancel": ("운영자 취소", "Canceled by an operator"),
    "ops.resend": ("운영자 재발송", "Sent again by an operator"),
}

ROLES: Final[Words] = {
    "viewer": ("조회", "Viewer"),
    "operator": ("운영", "Operator"),
    "approver": ("승인", "Approver"),
}

APPROVAL_KINDS: Final[Words] = {
    "contact_change": ("연락처 변경", "Change a contact"),
    "unlock": ("잠금 해제", "Unlock"),
    "early_release": ("보류 조기 해제", "Lift a hold early"),
    "overseas_exemption": ("해외체류 예외 등록", "Overseas exemption"),
}

APPROVAL_STATUSES: Final[Words] = {
    "waiting": ("승인 대기", "Waiting"),
    "approved": ("승인", "Approved"),
    "rejected": ("반려", "Rejected"),
    "expired": ("기한 경과", "Expired"),
}

CONTACT_STATUSES: Final[Words] = {
    "verifiable": ("인증가능", "Verifiable"),
    "needs_verification": ("인증필요", "Needs verification"),
    "changed": ("번호 변경", "Another number"),
    "released": ("보류 해제", "Hold lifted"),
}

CAUSES: Final[Words] = {
    "ownership": ("명의인증", "Ownership check"),
    "vouch": ("다른 연락처로 추가인증", "Vouched for by another contact"),
    "branch": ("영업점 확인", "Seen at a branch"),
    "ownership_not_confirmed": ("명의 불일치", "Ownership was not confirmed"),
    "aged": ("명의인증 기한 경과", "The ownership check is too old"),
    "voucher_fell": ("보증한 연락처가 인증필요로 변경", "The contact that vouched fell"),
    "vouch_denied": ("보증한 인증을 고객이 거부", "The verification that vouched was denied"),
    "customer_changed": ("고객 성명·생년월일·개인/법인 변경", "Name, birth date or kind changed"),
    "number_changed": ("연락처 변경 승인", "Change of number approved"),
    "early_release": ("보류 조기 해제 승인", "Early release approved"),
    "sim_swap": ("유심 변경", "SIM swapped"),
    "call_forwarding": ("착신전환", "Calls are forwarded"),
    "number_recycling": ("번호 재사용", "Number given to somebody else"),
}
"""Why the status of a contact changed."""

CARGOES: Final[Words] = {
    "verification": ("인증 발송", "Verification"),
    "notice": ("알림 문자", "Notice"),
    "hang_up": ("통화 종료", "Ending a call"),
    "alarm": ("경보", "Sounding an alarm"),
}

NOTICES: Final[Words] = {
    "issuance_started": ("진행 안내", "has begun"),
    "issuance_completed": ("완료 안내", "is done"),
    "reissue_warning": ("기존 인증서 중지 안내", "will stop the old one"),
}

DONE: Final[Words] = {
    "approved": ("승인하고 적용했습니다.", "Approved and carried out."),
    "rejected": ("반려했습니다.", "Rejected."),
    "cleared": ("경보를 해제했습니다.", "The alarm is cleared."),
    "canceled": ("인증을 취소했습니다.", "The verification is canceled."),
    "resent": ("다시 보내도록 했습니다.", "It will be sent again."),
    "unlock_requested": (
        "잠금 해제를 요청했습니다. 다른 사람이 승인해야 풀립니다.",
        "Asked for: another person has to approve it.",
    ),
    "paused": ("통신사 사용을 중지했습니다.", "The carrier is paused."),
    "resumed": ("통신사 사용을 재개했습니다.", "The carrier is used again."),
    "replayed": ("다시 보내도록 했습니다.", "It will be delivered again."),
    "discarded": ("폐기했습니다.", "Thrown away."),
    "letter_missing": ("다른 사람이 이미 처리했습니다.", "It is gone: somebody else has seen to it."),
    "letter_closed": ("인증이 이미 끝나 보낼 수 없습니다.", "Its verification is over; the customer has to ask again."),
    "letter_replaced": ("재발송이 이미 대신했습니다.", "A resend has taken its place."),
    "letter_with_carrier": ("통신사에서 이미 접수했다고 알려 왔습니다.", "A carrier has reported that it has it."),
}

NEXT_STEPS: Final[Mapping[Problem, tuple[str, str]]] = {
    Problem.INVALID_FIELDS: ("아래 항목을 고쳐 다시 보내 주세요.", "Correct what is told below and send it again."),
    Problem.CUSTOMER_NOT_FOUND: (
        "고객 번호를 확인해 주세요. 전화번호로도 찾을 수 있습니다.",
        "Check the customer id. A phone number finds customers as well.",
    ),
    Problem.VERIFICATION_NOT_FOUND: (
        "인증 ID를 확인해 주세요. 끝난 지 오래된 인증은 더 이상 보관하지 않습니다.",
        "Check the verification id. One that ended long ago is no longer kept.",
    ),
    Problem.APPROVAL_NOT_FOUND: ("승인 화면에서 다시 확인해 주세요.", "Look for it on the page Approvals."),
    Problem.APPROVAL_CLOSED: (
        "이미 처리되었거나 기한이 지난 요청입니다. 결과는 승인 화면에서 확인할 수 있습니다.",
        "It was decided or has expired: the page Approvals tells which.",
    ),
    Problem.INTERNAL: (
        "아래 /requests/ 값을 알려 주시면 원인을 찾을 수 있습니다.",
        "Quote the /requests/ value below when you report this.",
    ),
    Problem.SELF_APPROVAL: ("다른 사람이 로그인하여 결정해야 합니다.", "Another person has to sign in and decide."),
}
"""For problems whose own next step is for callers of the API."""

BREAKERS: Final[Words] = {
    "closed": ("정상", "normal"),
    "half_open": ("시험 연결 중", "being tried"),
    "open": ("차단", "left alone"),
}

CAPABILITIES: Final[Words] = {
    "sms": ("문자", "texts"),
    "voice": ("전화", "calls"),
    "inbound": ("답장 수신", "replies"),
}

_KINDS: Final[Mapping[str, Words]] = {
    "method": METHODS,
    "status": STATUSES,
    "delivery": DELIVERIES,
    "reason": REASONS,
    "event": EVENTS,
    "role": ROLES,
    "approval": APPROVAL_KINDS,
    "approval_status": APPROVAL_STATUSES,
    "contact": CONTACT_STATUSES,
    "cause": CAUSES,
    "cargo": CARGOES,
    "notice": NOTICES,
    "done": DONE,
    "breaker": BREAKERS,
    "capability": CAPABILITIES,
    "operation": {name.value: (words.ko, words.en) for name, words in OPERATION_NAMES.items()},
}


def word(kind: str, code: str | None, locale: Locale) -> str:
    """How a code of ours is called; a code without a name is shown as it is."""
    if not code:
        return "–"
    ko, en = _KINDS[kind].get(code, (code, code))
    return en if locale == "en" else ko
