"""Decisions: must this customer prove themselves for this operation, by what, and why?"""

from gateway.core.callers import Scope
from gateway.core.decisions import DecisionRequest, Decisions
from gateway.core.errors import Problem
from gateway.http.decision_schemas import Decide, DecisionAnswer
from gateway.http.routes import ApiRequest, ApiResponse, Route


class DecisionHandlers:
    """From requests to `gateway.core.decisions`, and back."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions

    async def decide(self, request: ApiRequest[Decide]) -> ApiResponse:
        decided = await self._decisions.decide(DecisionRequest(**request.body.model_dump()))
        locale = request.locale
        return ApiResponse(200, DecisionAnswer.of(decided, locale), {"Content-Language": locale})


def decision_routes(handlers: DecisionHandlers) -> list[Route]:
    """Deciding takes a key with scope `decide`."""
    return [
        Route(
            method="POST", path="/v1/decisions", handler=handlers.decide, scope=Scope.DECIDE, tags=("decisions",),
            request=Decide, summary_ko="추가인증 필요 여부 판정",
            summary_en="Decide whether extra authentication is required",
            responses={200: DecisionAnswer}, problems=(Problem.CUSTOMER_NOT_FOUND,),
        ),
    ]  # fmt: skip
