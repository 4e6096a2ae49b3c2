"""Branch passwords: issued and revoked by a branch, printed on a slip."""

from gateway.core.callers import Scope
from gateway.core.problems import Problem
from gateway.http.routes import ApiRequest, ApiResponse, Route
from gateway.http.schemas import BranchPasswordAnswer, IssueBranchPassword
from gateway.methods.branch_otp import BranchPasswords

_CACHE_NEVER = {"Cache-Control": "no-store"}


class BranchHandlers:
    """From requests to `gateway.methods.branch_otp`, and back."""

    def __init__(self, passwords: BranchPasswords, public_url: str) -> None:
        self._passwords = passwords
        self._public_url = public_url.rstrip("/")

    async def issue_branch_password(self, request: ApiRequest[IssueBranchPassword]) -> ApiResponse:
        issued, password = await self._passwords.issue(**request.body.model_dump(), person=request.caller.person)
        # The fragment stays in the browser: the page prints a password that the server has forgotten.
        slip_url = f"{self._public_url}/slips/{issued.branch_password_id}#{password}"
        answer = BranchPasswordAnswer(
            branch_password_id=issued.branch_password_id,
            password=password,
            slip_url=slip_url,
            expires_at=issued.expires_at,
        )
        return ApiResponse(201, answer, _CACHE_NEVER)

    async def revoke_branch_password(self, request: ApiRequest) -> ApiResponse:
        await self._passwords.revoke(request.path["branch_password_id"], request.caller.person)
        return ApiResponse(204)


def branch_routes(handlers: BranchHandlers) -> list[Route]:
    """The routes of branch passwords; all take a key with scope `branch`."""
    scope, tags = Scope.BRANCH, ("branch passwords",)
    return [
        Route(
            method="POST", path="/v1/branch-passwords", handler=handlers.issue_branch_password, scope=scope, tags=tags,
            request=IssueBranchPassword, summary_ko="일회용 비밀번호 발급", summary_en="Issue a branch password",
            responses={201: BranchPasswordAnswer},
            problems=(
                Problem.CUSTOMER_NOT_FOUND, Problem.EXTRA_AUTHENTICATION_NOT_REQUIRED, Problem.OPERATION_REFUSED,
                Problem.METHOD_NOT_AVAILABLE,
            ),
        ),
        Route(
            method="DELETE", path="/v1/branch-passwords/{branch_password_id}", handler=handlers.revoke_branch_password,
            scope=scope, tags=tags, summary_ko="일회용 비밀번호 취소", summary_en="Revoke a branch password",
            responses={204: None}, problems=(Problem.BRANCH_PASSWORD_NOT_FOUND,),
        ),
    ]  # fmt: skip
