"""The overseas exemption of a customer (R9): registering it online or by phone, and withdrawing it."""

from contacts.exemption import RequestedVia
from gateway.core.callers import Scope
from gateway.core.exemptions import ExemptionRegistrations
from gateway.core.problems import Problem
from gateway.http.approval_routes import accepted
from gateway.http.approval_schemas import ApprovalAnswer
from gateway.http.exemption_schemas import PutOverseasExemption
from gateway.http.routes import ApiRequest, ApiResponse, Route
from gateway.http.schemas import OverseasExemptionAnswer

_PATH = "/v1/customers/{customer_id}/overseas-exemption"


class ExemptionHandlers:
    """From requests to `gateway.core.exemptions`, and back."""

    def __init__(self, registrations: ExemptionRegistrations) -> None:
        self._registrations = registrations

    async def put_overseas_exemption(self, request: ApiRequest[PutOverseasExemption]) -> ApiResponse:
        customer_id, person, period = request.path["customer_id"], request.caller.person, request.body.period
        if request.body.requested_via is RequestedVia.CALL_CENTER:
            return accepted(await self._registrations.request_by_phone(customer_id, period, person))
        exemption, created = await self._registrations.register_online(customer_id, period, person)
        return ApiResponse(201 if created else 200, OverseasExemptionAnswer.of(exemption))

    async def delete_overseas_exemption(self, request: ApiRequest) -> ApiResponse:
        await self._registrations.withdraw(request.path["customer_id"], request.caller.person)
        return ApiResponse(204)


def exemption_routes(handlers: ExemptionHandlers) -> list[Route]:
    """Both take a key with scope `contacts`."""
    scope, tags = Scope.CONTACTS, ("customers",)
    return [
        Route(
            method="PUT", path=_PATH, handler=handlers.put_overseas_exemption, scope=scope, tags=tags,
            request=PutOverseasExemption, summary_ko="해외체류 예외신청", summary_en="Register an overseas exemption",
            responses={200: OverseasExemptionAnswer, 201: OverseasExemptionAnswer, 202: ApprovalAnswer},
            gives=("Location",), problems=(Problem.CUSTOMER_NOT_FOUND,),
        ),
        Route(
            method="DELETE", path=_PATH, handler=handlers.delete_overseas_exemption, scope=scope, tags=tags,
            responses={204: None}, summary_ko="해외체류 예외신청 취소", summary_en="Withdraw an overseas exemption",
            problems=(Problem.CUSTOMER_NOT_FOUND,),
        ),
    ]  # fmt: skip
