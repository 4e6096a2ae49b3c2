"""Notices: told by text that a certificate is being issued, was issued, or replaces another (R11)."""

from typing import Annotated

from pydantic import Field

from contacts.models import Contact
from gateway.core.callers import Scope
from gateway.core.notices import Notice, NoticeKind, Notices
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.http.models import Answer, Body
from gateway.http.moments import Moment
from gateway.http.routes import ApiRequest, ApiResponse, Route
from gateway.http.schemas import CustomerId, DeliveryAnswer, Language


class SendNotice(Body):
    customer_id: CustomerId
    kind: Annotated[NoticeKind, Field(strict=False)]
    operation: Annotated[Operation, Field(strict=False)]
    locale: Language = "ko"


class NoticeAnswer(Answer):
    notice_id: str
    customer_id: str
    kind: NoticeKind
    operation: Operation
    masked_number: str | None
    delivery: DeliveryAnswer
    denied_at: Moment | None

    @classmethod
    def of(cls, notice: Notice, contact: Contact | None) -> "NoticeAnswer":
        return cls(
            notice_id=notice.notice_id,
            customer_id=notice.customer_id,
            kind=notice.kind,
            operation=notice.operation,
            masked_number=contact.number.masked if contact else None,
            delivery=DeliveryAnswer(
                state=notice.delivery_state,
                carrier=notice.delivery_carrier,
                at=notice.delivery_at,
                reason=notice.delivery_reason,
            ),
            denied_at=notice.denied_at,
        )


class NoticeHandlers:
    """From requests to `gateway.core.notices`, and back."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def send_notice(self, request: ApiRequest[SendNotice]) -> ApiResponse:
        notice, contact = await self._notices.send(request.caller.client, **request.body.model_dump())
        return ApiResponse(202, NoticeAnswer.of(notice, contact), {"Location": f"/v1/notices/{notice.notice_id}"})

    async def get_notice(self, request: ApiRequest) -> ApiResponse:
        notice, contact = await self._notices.get(request.path["notice_id"], request.caller.client)
        return ApiResponse(200, NoticeAnswer.of(notice, contact))


def notice_routes(handlers: NoticeHandlers) -> list[Route]:
    """The routes of notices; all take a key with scope `verify`."""
    scope, tags = Scope.VERIFY, ("notices",)
    return [
        Route(
            method="POST", path="/v1/notices", handler=handlers.send_notice, scope=scope, tags=tags, request=SendNotice,
            summary_ko="안내 문자 발송", summary_en="Send a notice to the registered mobile",
            responses={202: NoticeAnswer}, gives=("Location",),
            problems=(Problem.CUSTOMER_NOT_FOUND, Problem.NO_REGISTERED_MOBILE, Problem.TOO_MANY_REQUESTS),
        ),
        Route(
            method="GET", path="/v1/notices/{notice_id}", handler=handlers.get_notice, scope=scope, tags=tags,
            summary_ko="안내 문자 조회", summary_en="Read a notice", responses={200: NoticeAnswer},
            problems=(Problem.NOTICE_NOT_FOUND,),
        ),
    ]  # fmt: skip
