"""Every problem a caller can meet, in both languages. Sentences never hold a code, a number, a name or a key."""

from enum import Enum

from gateway.core.problem_kind import ProblemKind


class Problem(Enum):
    """Every problem a caller can meet. The detail says what to do next."""

    MALFORMED_JSON = ProblemKind(
        "malformed-json", 400, "JSON을 읽을 수 없습니다", "The body is not valid JSON",
        "본문을 UTF-8 JSON 객체로 보내 주세요. ({wrong_ko})", "Send one JSON object in UTF-8. ({wrong_en})",
    )  # fmt: skip
    BODY_TOO_LARGE = ProblemKind(
        "body-too-large", 413, "본문이 너무 큽니다", "The body is too large",
        "본문은 {limit}바이트를 넘을 수 없습니다.", "Keep the body within {limit} bytes.",
    )  # fmt: skip
    BODY_TOO_SLOW = ProblemKind(
        "body-too-slow", 408, "본문이 제때 오지 않았습니다", "The body did not arrive in time",
        "{seconds}초 안에 본문을 모두 보내 주세요.", "Send the whole body within {seconds} seconds.",
    )  # fmt: skip
    HEAD_TOO_SLOW = ProblemKind(
        "head-too-slow", 408, "요청이 제때 오지 않았습니다", "The request did not arrive in time",
        "{seconds}초 안에 요청 헤더를 모두 보내 주세요.", "Send all headers of a request within {seconds} seconds.",
    )  # fmt: skip
    TOO_MANY_CONNECTIONS = ProblemKind(
        "too-many-connections", 503, "연결이 너무 많습니다", "There are too many connections",
        "연결을 다시 쓰고, {retry_after}초 후에 다시 요청해 주세요.",
        "Use connections again, and try again in {retry_after} seconds.",
    )  # fmt: skip
    UNSUPPORTED_MEDIA_TYPE = ProblemKind(
        "unsupported-media-type", 415, "지원하지 않는 Content-Type입니다", "This content type is not supported",
        "Content-Type을 {expected}(으)로 보내 주세요.", "Send it as {expected}.",
    )  # fmt: skip
    INVALID_FIELDS = ProblemKind(
        "invalid-fields", 422, "입력값을 확인해 주세요", "Some fields need correcting",
        "errors에 적힌 항목을 고쳐 다시 보내 주세요.", "Correct the fields named in `errors` and send it again.",
    )  # fmt: skip
    UNAUTHENTICATED = ProblemKind(
        "unauthenticated", 401, "API 키가 필요합니다", "An API key is required",
        "유효한 API 키를 Authorization 헤더(Bearer 또는 Basic)에 넣어 주세요.",
        "Send a valid API key in the Authorization header (Bearer or Basic).",
    )  # fmt: skip
    MISSING_SCOPE = ProblemKind(
        "missing-scope", 403, "이 키로는 할 수 없는 요청입니다", "This key may not do that",
        "'{scope}' 권한이 있는 키를 사용해 주세요.", "Use a key with the scope '{scope}'.",
    )  # fmt: skip
    NOT_FOUND = ProblemKind(
        "not-found", 404, "찾을 수 없습니다", "Not found",
        "주소와 식별자를 확인해 주세요.", "Check the address and the identifiers in it.",
    )  # fmt: skip
    BAD_REQUEST = ProblemKind(
        "bad-request", 400, "잘못된 요청입니다", "The request is not acceptable",
        "HTTP/1.1 요청의 형식을 확인해 주세요. Host와 Content-Length는 하나씩이고, 주소는 4096바이트, 헤더는 100개, "
        "헤더 하나는 8190바이트까지입니다.",
        "Check the form of the HTTP/1.1 request: one Host, one Content-Length, a target of at most 4096 bytes, and at "
        "most 100 headers of 8190 bytes each.",
    )  # fmt: skip
    METHOD_NOT_ALLOWED = ProblemKind(
        "method-not-allowed", 405, "이 주소에서 쓸 수 없는 메서드입니다", "This method is not allowed here",
        "이 주소에서 쓸 수 있는 메서드: {allowed}", "What is allowed here: {allowed}.",
    )  # fmt: skip
    CUSTOMER_NOT_FOUND = ProblemKind(
        "customer-not-found", 404, "등록되지 않은 고객입니다", "This customer is not registered",
        "PUT /v1/customers/{{customer_id}}로 고객을 먼저 등록해 주세요.",
        "Register the customer first with PUT /v1/customers/{{customer_id}}.",
    )  # fmt: skip
    CONTACT_NOT_FOUND = ProblemKind(
        "contact-not-found", 404, "이 고객의 연락처가 아닙니다", "This is not a contact of the customer",
        "GET /v1/customers/{{customer_id}}/contacts에서 연락처를 확인해 주세요.",
        "Look the contact up with GET /v1/customers/{{customer_id}}/contacts.",
    )  # fmt: skip
    CONTACT_ALREADY_REGISTERED = ProblemKind(
        "contact-already-registered", 409,
        "이미 등록된 연락처입니다", "This number is already a contact of the customer",
        "기존 연락처 {contact_id}를 사용해 주세요.", "Use the contact {contact_id}.",
    )  # fmt: skip
    TOO_MANY_CONTACTS = ProblemKind(
        "too-many-contacts", 409, "연락처를 더 등록할 수 없습니다", "The customer has too many contacts",
        "고객 한 명은 연락처를 {limit}개까지 둘 수 있습니다.", "A customer may have at most {limit} contacts.",
    )  # fmt: skip
    NUMBER_REFUSED = ProblemKind(
        "number-refused", 422, "사용할 수 없는 전화번호입니다", "This phone number cannot be used",
        "errors에 적힌 항목을 고쳐 다시 보내 주세요.", "Correct the fields named in `errors` and send it again.",
    )  # fmt: skip
    OWNERSHIP_NOT_CONFIRMED = ProblemKind(
        "ownership-not-confirmed", 409, "명의가 확인되지 않았습니다", "The ownership check did not confirm this number",
        "본인 명의 휴대폰만 명의인증을 할 수 있습니다. 다른 인증가능 연락처로 추가인증을 해 주세요.",
        "Only a mobile in the customer's own name can pass. Vouch for it with another verifiable contact.",
    )  # fmt: skip
    OWNERSHIP_CHECK_UNAVAILABLE = ProblemKind(
        "ownership-check-unavailable", 503,
        "통신사 명의 확인을 할 수 없습니다", "The carrier's ownership check is unavailable",
        "잠시 후 다시 시도해 주세요. 연락처의 상태는 바뀌지 않았습니다.",
        "Try again shortly. The status of the contact has not changed.",
    )  # fmt: skip
    VOUCH_REFUSED = ProblemKind(
        "vouch-refused", 409, "이 인증으로는 연락처를 확인할 수 없습니다", "This does not vouch for the contact",
        "같은 고객의 명의인증된 다른 연락처로, 인증필요 상태인 이 연락처를 대상으로 추가인증을 새로 해 주세요.",
        "Verify another contact that passed its ownership check, with operation vouch and this contact, which must "
        "still need verification, as target.",
    )  # fmt: skip
    VERIFICATION_NOT_FOUND = ProblemKind(
        "verification-not-found", 404, "인증 요청을 찾을 수 없습니다", "There is no such verification",
        "인증을 새로 요청해 주세요.", "Open a new verification.",
    )  # fmt: skip
    VERIFICATION_CLOSED = ProblemKind(
        "verification-closed", 409, "이미 끝난 인증입니다", "This verification is already closed",
        "{status_ko} 인증입니다. {next_ko}", "Its status is {status}. {next_en}",
    )  # fmt: skip
    ANSWER_IN_ANOTHER_CHANNEL = ProblemKind(
        "answer-in-another-channel", 409, "화면에서 입력하는 인증이 아닙니다", "This verification is not answered here",
        "고객이 {channel_ko} 답해야 합니다.", "The customer answers it {channel_en}.",
    )  # fmt: skip
    CUSTOMER_LOCKED = ProblemKind(
        "customer-locked", 423, "추가인증이 잠겼습니다", "Extra authentication is locked",
        "오류가 {limit}회에 이르렀습니다. 고객센터에서 본인확인 후 잠금을 풀어 주세요.",
        "There were {limit} wrong answers. The customer centre must identify the customer and unlock.",
    )  # fmt: skip
    TOO_MANY_REQUESTS = ProblemKind(
        "too-many-requests", 429, "요청이 너무 많습니다", "Too many requests",
        "{retry_after}초 후에 다시 요청해 주세요. (한도: {cap})", "Try again in {retry_after} seconds. (cap: {cap})",
    )  # fmt: skip
    TEXTING_HELD = ProblemKind(
        "texting-held", 429,
        "이 번호대로는 지금 문자를 보내지 않습니다", "Nothing is texted to this range of numbers now",
        "{retry_after}초 후에 다시 요청하거나 다른 방법을 사용해 주세요: {methods_ko}",
        "Try again in {retry_after} seconds, or use another method: {methods_en}",
    )  # fmt: skip
    RESEND_NOT_POSSIBLE = ProblemKind(
        "resend-not-possible", 409, "다시 보낼 수 없습니다", "It cannot be sent again",
        "이 인증은 다시 보낼 수 없습니다. 인증을 새로 요청해 주세요.", "Open a new verification instead.",
    )  # fmt: skip
    METHOD_NOT_AVAILABLE = ProblemKind(
        "method-not-available", 409, "지금 쓸 수 없는 인증 방법입니다", "This method cannot be used now",
        "규칙 {rule}: {next_ko}", "Rule {rule}: {next_en}",
    )  # fmt: skip
    METHOD_NOT_CARRIED = ProblemKind(
        "method-not-carried", 409,
        "이 번호로 보낼 수 있는 통신사가 없습니다", "No carrier can take this method to this number",
        "이 연락처에서 지금 쓸 수 있는 방법: {methods_ko}. 다른 연락처는 contacts에 있습니다.",
        "This contact may be used now for {methods_en}; `contacts` lists the other contacts.",
    )  # fmt: skip
    METHOD_HELD = ProblemKind(
        "method-held", 409,
        "통신사 위험 신호로 보류된 인증 방법입니다", "A carrier's risk signal holds this method back",
        "위험 신호 {signal}. 이 연락처에서 지금 쓸 수 있는 방법: {methods_ko}. 다른 연락처는 contacts에 있습니다.",
        "Signal {signal}: this contact may be used now for {methods_en}; `contacts` lists the other contacts.",
    )  # fmt: skip
    EXTRA_AUTHENTICATION_NOT_REQUIRED = ProblemKind(
        "extra-authentication-not-required", 409, "추가인증 대상이 아닙니다", "No extra authentication is needed",
        "{reason_ko}", "{reason_en}",
    )  # fmt: skip
    OPERATION_REFUSED = ProblemKind(
        "operation-refused", 409, "지금 할 수 없는 업무입니다", "This operation is refused",
        "{reason_ko}", "{reason_en}",
    )  # fmt: skip
    ONLINE_CONSENT_MISSING = ProblemKind(
        "online-consent-missing", 409,
        "온라인 신원확인 사전동의가 없습니다", "The customer has not given online consent",
        "규칙 R10: 영업점에서, 또는 인증서로 로그인하여 동의로 바꾼 뒤 진행해 주세요.",
        "Rule R10: the customer changes it at a branch, or online when logged in with a certificate.",
    )  # fmt: skip
    APPROVAL_NOT_FOUND = ProblemKind(
        "approval-not-found", 404, "승인 요청을 찾을 수 없습니다", "There is no such approval",
        "GET /v1/approvals에서 승인 요청을 확인해 주세요.", "Look the request up with GET /v1/approvals.",
    )  # fmt: skip
    APPROVAL_CLOSED = ProblemKind(
        "approval-closed", 409, "이미 끝난 승인 요청입니다", "This approval is already closed",
        "{status_ko} 요청입니다. 필요하면 새로 요청해 주세요.", "Its status is {status}. Make a new request if needed.",
    )  # fmt: skip
    APPROVAL_OUTDATED = ProblemKind(
        "approval-outdated", 409, "요청한 뒤 상황이 바뀌었습니다", "What the request was made for has changed",
        "이 요청은 반려하고, 지금 상황에 맞게 새로 요청해 주세요.", "Reject this request and make a new one.",
    )  # fmt: skip
    SELF_APPROVAL = ProblemKind(
        "self-approval", 403, "요청한 사람은 승인할 수 없습니다", "Nobody approves their own request",
        "다른 사람이, 그 사람의 키로 승인해 주세요.", "Another person must approve it, with a key of their own.",
    )  # fmt: skip
    CUSTOMER_NOT_LOCKED = ProblemKind(
        "customer-not-locked", 409, "잠긴 고객이 아닙니다", "Extra authentication is not locked",
        "잠금 해제가 필요하지 않습니다.", "There is nothing to unlock.",
    )  # fmt: skip
    BRANCH_PASSWORD_NOT_FOUND = ProblemKind(
        "branch-password-not-found", 404, "일회용 비밀번호를 찾을 수 없습니다", "There is no such branch password",
        "이미 쓰였거나 취소되었거나 기한이 지났을 수 있습니다. 새로 발급해 주세요.",
        "It may be used, revoked or expired. Issue a new one.",
    )  # fmt: skip
    RECEIPT_INVALID = ProblemKind(
        "receipt-invalid", 422, "인증 결과를 확인할 수 없습니다", "The receipt is not valid",
        "이 게이트웨이가 서명한 receipt를 그대로 보내 주세요.", "Send a receipt signed by this gateway, unchanged.",
    )  # fmt: skip
    RECEIPT_EXPIRED = ProblemKind(
        "receipt-expired", 409, "인증 결과의 유효 시간이 지났습니다", "The receipt has expired",
        "인증을 새로 요청해 주세요.", "Open a new verification.",
    )  # fmt: skip
    RECEIPT_MISMATCH = ProblemKind(
        "receipt-mismatch", 409, "다른 요청의 인증 결과입니다", "The receipt was given for something else",
        "고객, 업무, operation_hash가 인증을 요청할 때와 같아야 합니다.",
        "Customer, operation and operation_hash must be those of the verification.",
    )  # fmt: skip
    RECEIPT_ALREADY_REDEEMED = ProblemKind(
        "receipt-already-redeemed", 409, "이미 사용된 인증 결과입니다", "The receipt has already been redeemed",
        "인증을 새로 요청해 주세요.", "Open a new verification.",
    )  # fmt: skip
    RECEIPT_VOID = ProblemKind(
        "receipt-void", 409,
        "저장소가 다시 시작되어 무효가 된 인증 결과입니다", "The receipt is void: the store was restarted since",
        "인증을 새로 요청해 주세요.", "Open a new verification.",
    )  # fmt: skip
    RECEIPT_DENIED = ProblemKind(
        "receipt-denied", 409,
        "고객이 본인 아님으로 거부한 인증입니다", "The customer has denied the verification of this receipt",
        "업무를 처리하지 말고 금융사고로 대응해 주세요. 다른 사람이 고객의 이름으로 요청했습니다.",
        "Do not act on it, and treat it as an alarm: somebody else asked in the customer's name.",
    )  # fmt: skip
    RECEIPT_OUTDATED = ProblemKind(
        "receipt-outdated", 409,
        "인증한 뒤 고객 정보나 연락처가 바뀌었습니다", "The customer or the contact has changed since the verification",
        "인증을 새로 요청해 주세요.", "Open a new verification.",
    )  # fmt: skip
    NO_REGISTERED_MOBILE = ProblemKind(
        "no-registered-mobile", 409, "등록된 휴대폰이 없습니다", "The customer has no registered mobile",
        "안내 문자를 받을 휴대폰을 먼저 등록해 주세요.", "Register a mobile that can receive the notice first.",
    )  # fmt: skip
    NOTICE_NOT_FOUND = ProblemKind(
        "notice-not-found", 404, "안내 문자를 찾을 수 없습니다", "There is no such notice",
        "보낼 때 받은 notice_id를 확인해 주세요.", "Check the notice_id that sending it gave.",
    )  # fmt: skip
    AUTO_CONNECT_REFUSED = ProblemKind(
        "auto-connect-refused", 409, "자동연결을 등록할 수 없습니다", "The device cannot be remembered",
        "클라우드 등록이나 로그인을 위한 문자 답장 인증을 방금 마친 고객의 기기만, 인증마다 한 번 등록합니다.",
        "It takes a verified sms_reply for cloud_register or cloud_login of this customer, fresh, and once for each.",
    )  # fmt: skip
    AUTO_CONNECT_NOT_FOUND = ProblemKind(
        "auto-connect-not-found", 404, "등록된 자동연결이 없습니다", "There is no such remembered device",
        "GET /v1/customers/{{customer_id}}/auto-connects에서 확인해 주세요.",
        "Look it up with GET /v1/customers/{{customer_id}}/auto-connects.",
    )  # fmt: skip
    IDEMPOTENCY_MISMATCH = ProblemKind(
        "idempotency-mismatch", 422,
        "같은 Idempotency-Key로 다른 내용을 보냈습니다", "This Idempotency-Key was used for another request",
        "새 요청에는 새 Idempotency-Key를 사용해 주세요.", "Use a new Idempotency-Key for a new request.",
    )  # fmt: skip
    IDEMPOTENCY_IN_PROGRESS = ProblemKind(
        "idempotency-in-progress", 409, "같은 요청이 처리 중입니다", "The same request is still being worked on",
        "{retry_after}초 후에 같은 요청을 다시 보내 주세요.", "Send the same request again in {retry_after} seconds.",
    )  # fmt: skip
    WEBHOOK_REFUSED = ProblemKind(
        "webhook-refused", 400, "웹훅을 처리할 수 없습니다", "The webhook is not acceptable",
        "{reason}", "{reason}",
    )  # fmt: skip
    WEBHOOK_SIGNATURE = ProblemKind(
        "webhook-signature", 403, "웹훅 서명이 맞지 않습니다", "The webhook signature does not match",
        "계정의 auth token과 공개 주소 설정을 확인해 주세요.", "Check the auth token and the public URL settings.",
    )  # fmt: skip
    TURN_ALREADY_TAKEN = ProblemKind(
        "turn-already-taken", 409, "이미 처리한 통화 단계입니다", "This turn of the call was already taken",
        "같은 단계는 한 번만 처리합니다.", "Each turn counts once.",
    )  # fmt: skip
    DRAINING = ProblemKind(
        "draining", 503, "서버를 종료하는 중입니다", "The server is shutting down",
        "{retry_after}초 후에 다시 요청해 주세요.", "Try again in {retry_after} seconds.",
    )  # fmt: skip
    STORE_UNAVAILABLE = ProblemKind(
        "store-unavailable", 503, "저장소에 연결할 수 없습니다", "The store cannot be reached",
        "{retry_after}초 후에 다시 요청해 주세요.", "Try again in {retry_after} seconds.",
    )  # fmt: skip
    INTERNAL = ProblemKind(
        "internal", 500, "처리하지 못했습니다", "Something went wrong",
        "instance의 값을 알려 주시면 원인을 찾을 수 있습니다.", "Quote `instance` when you report this.",
    )  # fmt: skip
