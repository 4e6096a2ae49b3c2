"""Redeeming a receipt: the issuance system uses it once, for what it was given for."""

from contacts.models import CustomerKind
from gateway.core.errors import Refusal
from gateway.core.limits import Limits
from gateway.core.locked import customer_locked
from gateway.core.operations import Operation
from gateway.core.policy import Policy
from gateway.core.policy_refusals import refusal_by_row
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptClaims, ReceiptSigner
from gateway.core.stores import ReceiptStore, Redemption, RefusedToKind
from gateway.core.verification import Method

_REFUSALS = {
    Redemption.AGAIN: Problem.RECEIPT_ALREADY_REDEEMED,
    Redemption.EXPIRED: Problem.RECEIPT_EXPIRED,
    Redemption.STORE_CHANGED: Problem.RECEIPT_VOID,
    Redemption.DENIED: Problem.RECEIPT_DENIED,
    Redemption.OUTDATED: Problem.RECEIPT_OUTDATED,
    Redemption.CUSTOMER_MISSING: Problem.CUSTOMER_NOT_FOUND,
    Redemption.CONSENT_MISSING: Problem.ONLINE_CONSENT_MISSING,
}


class Redeeming:
    """Raises `Refusal`."""

    def __init__(self, store: ReceiptStore, signer: ReceiptSigner, policy: Policy, limits: Limits) -> None:
        self._store = store
        self._signer = signer
        self._policy = policy
        self._limits = limits

    async def redeem(
        self,
        receipt: str,
        operation: Operation,
        operation_hash: str | None,
        customer_id: str,
        client: str,
        known_as: bytes = b"",
    ) -> ReceiptClaims:
        """The claims, once, if the receipt was given for just this; an operation hash must be on both sides or on none.

        The request that redeemed it, `known_as` the same, gets them again: its answer may have been lost.

        The policy in force is asked as well: the customer may have withdrawn online consent since (R10), and the firm
        may have stopped the operation or the method.
        """
        claims = self._signer.read(receipt)
        bound_to = (claims.customer_id, claims.operation, claims.operation_hash)
        if bound_to != (customer_id, operation, operation_hash):
            raise Refusal(Problem.RECEIPT_MISMATCH)
        rows = {kind: self._policy.row(operation, kind) for kind in CustomerKind}
        consenting = [kind for kind, row in rows.items() if row.online_consent]
        method = Method(claims.method)
        refused = {kind: no for kind, row in rows.items() if (no := refusal_by_row(row, method)) is not None}
        try:
            redemption = await self._store.redeem(claims, client, consenting, refused, known_as)
        except RefusedToKind as customer:
            raise refused[customer.kind] from None
        refuse_unless_redeemed(redemption, self._limits)
        return claims

    async def refuse_denied(self, receipt: str) -> None:
        """Before the answer of a redemption is repeated: whoever asks again has not acted on it, and must not."""
        if await self._store.is_denied(self._signer.read(receipt)):
            raise Refusal(Problem.RECEIPT_DENIED)


def refuse_unless_redeemed(redemption: Redemption, limits: Limits) -> None:
    """Raises `Refusal` for every outcome but `REDEEMED`."""
    if redemption is Redemption.LOCKED:
        raise customer_locked(limits.wrong_answers)
    if redemption is not Redemption.REDEEMED:
        raise Refusal(_REFUSALS[redemption])
