"""What the customer centre asks for, who approves it, and the evidence of a contact's status."""

from gateway.core.approvals import Approval, Approvals, Decider, person_key
from gateway.core.callers import Caller, Scope
from gateway.core.contact_life import ContactLife
from gateway.core.customer_centre import CustomerCentre
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.approval_schemas import (
    ApprovalAnswer,
    ApprovalsAnswer,
    ApprovalsQuery,
    AskWithReason,
    ChangeContact,
    DecideApproval,
    EvidenceAnswer,
    EvidenceEntry,
)
from gateway.http.models import NoBody
from gateway.http.routes import ApiRequest, ApiResponse, Route

_CUSTOMER = "/v1/customers/{customer_id}"
_CONTACT = "/v1/customers/{customer_id}/contacts/{contact_id}"
_APPROVAL = "/v1/approvals/{approval_id}"


class ApprovalHandlers:
    """From requests to `gateway.core.customer_centre` and `gateway.core.approvals`, and back.

    A key with scope `contacts` makes requests, sees its own person's and may take them back; operators see all of
    them and decide.
    """

    def __init__(self, centre: CustomerCentre, approvals: Approvals, life: ContactLife) -> None:
        self._centre = centre
        self._approvals = approvals
        self._life = life

    async def request_contact_change(self, request: ApiRequest[ChangeContact]) -> ApiResponse:
        path, body = request.path, request.body
        approval = await self._centre.request_change(
            path["customer_id"], path["contact_id"], body.number, body.reason, request.caller.person
        )
        return accepted(approval)

    async def request_early_release(self, request: ApiRequest[AskWithReason]) -> ApiResponse:
        path = request.path
        approval = await self._centre.request_early_release(
            path["customer_id"], path["contact_id"], request.body.reason, request.caller.person
        )
        return accepted(approval)

    async def request_unlock(self, request: ApiRequest[AskWithReason]) -> ApiResponse:
        approval = await self._centre.request_unlock(
            request.path["customer_id"], request.body.reason, request.caller.person
        )
        return accepted(approval)

    async def list_approvals(self, request: ApiRequest[NoBody, ApprovalsQuery]) -> ApiResponse:
        found = await self._approvals.with_status(request.query.status)
        shown = [one for one in found if Scope.OPS_READ in request.caller.scopes or _is_own(one, request.caller)]
        return ApiResponse(200, ApprovalsAnswer(approvals=[ApprovalAnswer.of(one) for one in shown]))

    async def get_approval(self, request: ApiRequest) -> ApiResponse:
        approval = await self._approvals.get(request.path["approval_id"])
        if Scope.OPS_READ not in request.caller.scopes and not _is_own(approval, request.caller):
            raise Refusal(Problem.APPROVAL_NOT_FOUND)
        return ApiResponse(200, ApprovalAnswer.of(approval))

    async def approve(self, request: ApiRequest[DecideApproval]) -> ApiResponse:
        if Scope.OPS_WRITE not in request.caller.scopes:
            # Whoever asked learns that it is not for them, whatever key they use.
            await self._own(request)
            raise Refusal(Problem.SELF_APPROVAL)
        body = request.body
        decider = Decider(body.approved_by, request.caller.person)
        approval = await self._approvals.approve(request.path["approval_id"], decider, body.reason)
        return ApiResponse(200, ApprovalAnswer.of(approval))

    async def reject(self, request: ApiRequest[DecideApproval]) -> ApiResponse:
        if Scope.OPS_WRITE not in request.caller.scopes:
            await self._own(request)
        body = request.body
        decider = Decider(body.approved_by, request.caller.person)
        approval = await self._approvals.reject(request.path["approval_id"], decider, body.reason)
        return ApiResponse(200, ApprovalAnswer.of(approval))

    async def list_evidence(self, request: ApiRequest) -> ApiResponse:
        found = await self._life.evidence(request.path["customer_id"], request.path["contact_id"])
        return ApiResponse(200, EvidenceAnswer(evidence=[EvidenceEntry.of(one) for one in found]))

    async def _own(self, request: ApiRequest[DecideApproval]) -> None:
        """Refuse to a key that may not decide what somebody else asked for."""
        if not _is_own(await self._approvals.get(request.path["approval_id"]), request.caller):
            raise Refusal(Problem.MISSING_SCOPE, values={"scope": Scope.OPS_WRITE})


def accepted(approval: Approval) -> ApiResponse:
    """The answer to a request that waits for a second person."""
    headers = {"Location": f"/v1/approvals/{approval.approval_id}"}
    return ApiResponse(202, ApprovalAnswer.of(approval), headers)


def _is_own(approval: Approval, caller: Caller) -> bool:
    return person_key(approval.requested_by) == person_key(caller.person)


def approval_routes(handlers: ApprovalHandlers) -> list[Route]:
    """Requests take a key with scope `contacts`, decisions one with `ops:write`."""
    asking, deciding = ("customers",), ("approvals",)
    waits, there = {202: ApprovalAnswer}, ("Location",)
    unknown = (Problem.CUSTOMER_NOT_FOUND, Problem.CONTACT_NOT_FOUND)
    return [
        Route(
            method="POST", path=f"{_CONTACT}/change", handler=handlers.request_contact_change, scope=Scope.CONTACTS,
            tags=asking, request=ChangeContact, responses=waits, gives=there,
            summary_ko="연락처 변경 요청", summary_en="Ask to change the number of a contact",
            problems=(*unknown, Problem.NUMBER_REFUSED, Problem.CONTACT_ALREADY_REGISTERED),
        ),
        Route(
            method="POST", path=f"{_CONTACT}/early-release", handler=handlers.request_early_release,
            scope=Scope.CONTACTS, tags=asking, request=AskWithReason, responses=waits, gives=there,
            summary_ko="보류 조기 해제 요청", summary_en="Ask to lift a SIM swap's hold early", problems=unknown,
        ),
        Route(
            method="GET", path=f"{_CONTACT}/evidence", handler=handlers.list_evidence, scope=Scope.CONTACTS,
            tags=asking, responses={200: EvidenceAnswer}, problems=(Problem.CONTACT_NOT_FOUND,),
            summary_ko="연락처 상태의 근거", summary_en="What the status of a contact rests on, oldest first",
        ),
        Route(
            method="POST", path=f"{_CUSTOMER}/unlock", handler=handlers.request_unlock, scope=Scope.CONTACTS,
            tags=asking, request=AskWithReason, responses=waits, gives=there,
            summary_ko="잠금 해제 요청", summary_en="Ask to unlock extra authentication",
            problems=(Problem.CUSTOMER_NOT_FOUND, Problem.CUSTOMER_NOT_LOCKED),
        ),
        Route(
            method="GET", path="/v1/approvals", handler=handlers.list_approvals, scope=Scope.OPS_READ,
            or_scopes=(Scope.CONTACTS,), tags=deciding, query=ApprovalsQuery, responses={200: ApprovalsAnswer},
            summary_ko="승인 요청 목록", summary_en="List approvals; without ops:read, one's own",
        ),
        Route(
            method="GET", path=_APPROVAL, handler=handlers.get_approval, scope=Scope.OPS_READ,
            or_scopes=(Scope.CONTACTS,), tags=deciding, responses={200: ApprovalAnswer},
            summary_ko="승인 요청 조회", summary_en="Read an approval", problems=(Problem.APPROVAL_NOT_FOUND,),
        ),
        Route(
            method="POST", path=f"{_APPROVAL}/approve", handler=handlers.approve, scope=Scope.OPS_WRITE,
            or_scopes=(Scope.CONTACTS,), tags=deciding, request=DecideApproval, responses={200: ApprovalAnswer},
            summary_ko="승인", summary_en="Approve what somebody else asked for, and carry it out",
            problems=(
                Problem.APPROVAL_NOT_FOUND, Problem.APPROVAL_CLOSED, Problem.APPROVAL_OUTDATED,
                Problem.SELF_APPROVAL, Problem.CONTACT_ALREADY_REGISTERED,
            ),
        ),
        Route(
            method="POST", path=f"{_APPROVAL}/reject", handler=handlers.reject, scope=Scope.OPS_WRITE,
            or_scopes=(Scope.CONTACTS,), tags=deciding, request=DecideApproval, responses={200: ApprovalAnswer},
            summary_ko="반려", summary_en="Reject, or take one's own request back",
            problems=(Problem.APPROVAL_NOT_FOUND, Problem.APPROVAL_CLOSED),
        ),
    ]  # fmt: skip
