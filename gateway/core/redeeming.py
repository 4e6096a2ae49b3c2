"""Redeeming a receipt: the issuance system uses it once, for what it was given for."""

from gateway.core.errors import Refusal
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptClaims, ReceiptSigner
from gateway.core.stores import ReceiptStore, Redemption


class Redeeming:
    """Raises `Refusal`."""

    def __init__(self, store: ReceiptStore, signer: ReceiptSigner) -> None:
        self._store = store
        self._signer = signer

    async def redeem(
        self,
        receipt: str,
        operation: Operation,
        operation_hash: str | None,
        customer_id: str,
        client: str,
    ) -> ReceiptClaims:
        """The claims, the first time that everything fits; an operation hash that one side leaves out does not."""
        now = await self._store.now()
        claims = self._signer.read(receipt, now // 1000)
        bound_to = (claims.customer_id, claims.operation, claims.operation_hash)
        if bound_to != (customer_id, operation, operation_hash):
            raise Refusal(Problem.RECEIPT_MISMATCH)
        refuse_unless_redeemed(await self._store.redeem(claims, client))
        return claims


def refuse_unless_redeemed(redemption: Redemption) -> None:
    """Raises `Refusal` for a receipt that was redeemed before, or may have been."""
    if redemption is Redemption.AGAIN:
        raise Refusal(Problem.RECEIPT_ALREADY_REDEEMED)
    if redemption is Redemption.STORE_CHANGED:
        raise Refusal(Problem.RECEIPT_VOID)
