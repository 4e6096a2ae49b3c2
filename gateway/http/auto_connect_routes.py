"""Auto-connect tokens: given for a verified reply, listed, revoked. A decision uses them."""

from gateway.core.auto_connections import AutoConnect, AutoConnectFamily
from gateway.core.callers import Scope
from gateway.core.problems import Problem
from gateway.http.models import Answer, Body
from gateway.http.moments import Moment
from gateway.http.routes import ApiRequest, ApiResponse, Route
from gateway.http.schemas import Token, VerificationId

_AUTO_CONNECTS = "/v1/customers/{customer_id}/auto-connects"


class GiveAutoConnect(Body):
    verification_id: VerificationId
    device: Token
    """What the caller knows the device by; the token works on it only."""


class AutoConnectAnswer(Answer):
    auto_connect_id: str
    given_at: Moment
    used_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, family: AutoConnectFamily) -> "AutoConnectAnswer":
        return cls.model_validate(family, from_attributes=True)


class GivenAutoConnect(AutoConnectAnswer):
    auto_connect_token: str


class AutoConnectsAnswer(Answer):
    auto_connects: list[AutoConnectAnswer]


class AutoConnectHandlers:
    """From requests to `gateway.core.auto_connections`, and back."""

    def __init__(self, auto_connect: AutoConnect) -> None:
        self._auto_connect = auto_connect

    async def give_auto_connect(self, request: ApiRequest[GiveAutoConnect]) -> ApiResponse:
        given = await self._auto_connect.give(
            request.path["customer_id"], request.body.verification_id, request.body.device, request.caller.client
        )
        known = AutoConnectAnswer.of(given.family).model_dump()
        return ApiResponse(201, GivenAutoConnect(**known, auto_connect_token=given.token))

    async def list_auto_connects(self, request: ApiRequest) -> ApiResponse:
        families = await self._auto_connect.list(request.path["customer_id"])
        return ApiResponse(200, AutoConnectsAnswer(auto_connects=[AutoConnectAnswer.of(one) for one in families]))

    async def revoke_auto_connect(self, request: ApiRequest) -> ApiResponse:
        await self._auto_connect.revoke(
            request.path["customer_id"], request.path["auto_connect_id"], request.caller.person
        )
        return ApiResponse(204)


def auto_connect_routes(handlers: AutoConnectHandlers) -> list[Route]:
    """Giving takes a key with scope `verify`; listing and revoking one with `contacts`."""
    tags = ("auto-connect",)
    return [
        Route(
            method="POST", path=_AUTO_CONNECTS, handler=handlers.give_auto_connect, scope=Scope.VERIFY, tags=tags,
            request=GiveAutoConnect, summary_ko="자동연결 등록", summary_en="Remember a device (auto-connect)",
            responses={201: GivenAutoConnect},
            problems=(Problem.VERIFICATION_NOT_FOUND, Problem.AUTO_CONNECT_REFUSED),
        ),
        Route(
            method="GET", path=_AUTO_CONNECTS, handler=handlers.list_auto_connects, scope=Scope.CONTACTS, tags=tags,
            summary_ko="자동연결 목록", summary_en="List remembered devices", responses={200: AutoConnectsAnswer},
        ),
        Route(
            method="DELETE", path=f"{_AUTO_CONNECTS}/{{auto_connect_id}}", handler=handlers.revoke_auto_connect,
            scope=Scope.CONTACTS, tags=tags, summary_ko="자동연결 해제", summary_en="Forget a device",
            responses={204: None}, problems=(Problem.AUTO_CONNECT_NOT_FOUND,),
        ),
    ]  # fmt: skip
