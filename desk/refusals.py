"""What the desk itself refuses. What the gateway refuses is handed on as it is."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class RefusalKind:
    slug: str
    status: int
    title_ko: str
    title_en: str


class Refusal(Enum):
    """Every refusal of the desk's own."""

    UNKNOWN_HOST = RefusalKind("unknown-host", 421, "이 주소로는 이용할 수 없습니다", "The desk is not at this address")
    CROSS_SITE = RefusalKind(
        "cross-site-request", 403, "다른 사이트에서 온 요청입니다", "The request comes from another site"
    )
    SESSION_OVER = RefusalKind(
        "session-over", 403, "화면의 유효 시간이 지났습니다. 새로고침해 주세요", "This page is too old: reload it"
    )
    UNREADABLE = RefusalKind("unreadable", 422, "요청을 읽을 수 없습니다", "The request cannot be read")
    NOT_HERE = RefusalKind("not-found", 404, "이 화면에서 진행한 내역이 아닙니다", "It was not begun in this browser")
    NOT_EXEMPT = RefusalKind("not-exempt", 409, "추가인증이 필요합니다", "Extra authentication is required")
    NOT_VERIFIED = RefusalKind("not-verified", 409, "인증이 끝나지 않았습니다", "It has not been verified")
    DENIED = RefusalKind(
        "receipt-denied", 409, "고객이 본인 아님으로 거부한 인증입니다", "The customer has denied this verification"
    )
    NOTICE_DENIED = RefusalKind(
        "notice-denied",
        409,
        "고객이 안내 문자에 본인 아님으로 답장한 건입니다",
        "The customer answered the notice that it was not them",
    )
    GATEWAY_UNREACHABLE = RefusalKind(
        "gateway-unreachable",
        502,
        "인증 서버에 연결할 수 없습니다. 잠시 후 다시 시도해 주세요",
        "The verification server cannot be reached: try again shortly",
    )


class DeskRefused(Exception):
    """The desk says no, in its own words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value.slug)
        self.refusal = refusal

    def document(self, locale: str) -> dict[str, Any]:
        kind = self.refusal.value
        title = kind.title_en if locale == "en" else kind.title_ko
        return {"type": f"/desk/problems/{kind.slug}", "title": title, "status": kind.status}


class GatewayRefused(Exception):
    """The gateway says no; `said` is its problem document (RFC 9457)."""

    def __init__(self, status: int, said: Any) -> None:
        super().__init__(status)
        self.status = status
        self.said = said

    def document(self, locale: str) -> dict[str, Any]:
        """As the gateway said it. What is wrong between desk and gateway is no business of the browser's."""
        if self.status in (401, 403) or not isinstance(self.said, dict):
            return DeskRefused(Refusal.GATEWAY_UNREACHABLE).document(locale)
        return {**self.said, "status": self.status}
