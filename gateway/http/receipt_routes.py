"""Receipts: redeemed once, verified by anybody."""

import orjson

from gateway.core.callers import Scope
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.redeeming import Redeeming
from gateway.http.routes import ApiRequest, ApiResponse, Route
from gateway.http.schemas import JwksAnswer, ReceiptAnswer, Redeem


class ReceiptHandlers:
    """From requests to `gateway.core.redeeming`, and back."""

    def __init__(self, redeeming: Redeeming, signer: ReceiptSigner) -> None:
        self._redeeming = redeeming
        self._signer = signer

    async def redeem_receipt(self, request: ApiRequest[Redeem]) -> ApiResponse:
        body = request.body
        claims = await self._redeeming.redeem(
            body.receipt, body.operation, body.operation_hash, body.customer_id, request.caller.client, request.known_as
        )
        # The claims are what a `ReceiptAnswer` names.
        return ApiResponse(200, orjson.dumps(claims))

    async def redemption_stands(self, request: ApiRequest[Redeem]) -> None:
        await self._redeeming.refuse_denied(request.body.receipt)

    async def list_signing_keys(self, _: ApiRequest) -> ApiResponse:
        return ApiResponse(200, self._signer.public_keys(), {"Cache-Control": "public, max-age=300"})


def receipt_routes(handlers: ReceiptHandlers) -> list[Route]:
    """Redeeming takes a key with scope `verify`; the public keys are for everybody."""
    return [
        Route(
            method="POST", path="/v1/receipts/redeem", handler=handlers.redeem_receipt, scope=Scope.VERIFY,
            tags=("receipts",), request=Redeem, summary_ko="인증 결과 사용", summary_en="Redeem a receipt, once",
            responses={200: ReceiptAnswer}, stands=handlers.redemption_stands,
            problems=(
                Problem.RECEIPT_INVALID, Problem.RECEIPT_EXPIRED, Problem.RECEIPT_MISMATCH,
                Problem.RECEIPT_ALREADY_REDEEMED, Problem.RECEIPT_DENIED, Problem.RECEIPT_OUTDATED,
                Problem.RECEIPT_VOID, Problem.CUSTOMER_NOT_FOUND, Problem.CUSTOMER_LOCKED,
                Problem.ONLINE_CONSENT_MISSING, Problem.OPERATION_REFUSED, Problem.METHOD_NOT_AVAILABLE,
            ),
        ),
        Route(
            method="GET", path="/.well-known/jwks.json", handler=handlers.list_signing_keys, scope=None,
            tags=("receipts",),
            summary_ko="인증 결과 서명 검증 키", summary_en="The keys that sign receipts (RFC 7517)",
            responses={200: JwksAnswer},
        ),
    ]  # fmt: skip
