"""Decisions: must this customer prove themselves for this operation, by what, and why?"""

from gateway.core.callers import Scope
from gateway.core.decisions import DecisionRequest, Decisions
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.http.client_address import ClientAddresses
from gateway.http.decision_answers import decision_answer
from gateway.http.decision_schemas import Decide, DecisionAnswer
from gateway.http.field_errors import field_error_of
from gateway.http.routes import ApiRequest, ApiResponse, Route


class DecisionHandlers:
    """From requests to `gateway.core.decisions`, and back."""

    def __init__(self, decisions: Decisions, addresses: ClientAddresses) -> None:
        self._decisions = decisions
        self._addresses = addresses

    async def decide(self, request: ApiRequest[Decide]) -> ApiResponse:
        body = request.body
        client_ip = body.client_ip or self._addresses.of(request.raw)
        if client_ip is None:
            raise Refusal(Problem.INVALID_FIELDS, errors=(field_error_of("client_ip", "missing"),))
        decided = await self._decisions.decide(
            DecisionRequest(body.customer_id, body.operation, client_ip, body.auto_connect_token, body.device)
        )
        locale = request.locale
        return ApiResponse(200, decision_answer(decided, locale), {"Content-Language": locale})


def decision_routes(handlers: DecisionHandlers) -> list[Route]:
    """Deciding takes a key with scope `decide`."""
    return [
        Route(
            method="POST", path="/v1/decisions", handler=handlers.decide, scope=Scope.DECIDE, tags=("decisions",),
            request=Decide, summary_ko="추가인증 필요 여부 판정",
            summary_en="Decide whether extra authentication is required",
            responses={200: DecisionAnswer}, gives=("Content-Language",), problems=(Problem.CUSTOMER_NOT_FOUND,),
        ),
    ]  # fmt: skip
