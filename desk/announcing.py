"""Telling the registered phone that a certificate is being issued, and that it was (R11); and hearing a no to that."""

import asyncio
from typing import Any

from desk.gateway_client import GatewayClient
from desk.refusals import DeskRefused, GatewayRefused, Refusal
from desk.sessions import Case

_ISSUING = frozenset({"issue", "reissue", "register_other", "cloud_register"})


class Announcer:
    """Sends each notice of a case once. That a text cannot be sent holds nothing up: it is told on the screen."""

    def __init__(self, gateway: GatewayClient) -> None:
        self._gateway = gateway

    async def started(self, case: Case) -> Any:
        """On re-issue the customer is warned that the old certificate stops working."""
        case.announced = True
        return await self._send(case, "reissue_warning" if case.operation == "reissue" else "issuance_started")

    async def completed(self, case: Case) -> Any:
        return await self._send(case, "issuance_completed")

    async def require_no_denial(self, case: Case) -> None:
        """Before anything is issued: whoever has the registered phone may have answered that they asked for nothing."""
        notices = await asyncio.gather(
            *(self._gateway.get(f"/v1/notices/{one}", case.locale) for one in case.notice_ids)
        )
        if any(one["denied_at"] for one in notices):
            raise DeskRefused(Refusal.NOTICE_DENIED)

    async def _send(self, case: Case, kind: str) -> Any:
        """The notice, or `{"kind", "problem": its problem document}`; None where nothing is issued."""
        if case.operation not in _ISSUING:
            return None
        body = {"customer_id": case.customer_id, "kind": kind, "operation": case.operation, "locale": case.locale}
        try:
            sent = await self._gateway.post("/v1/notices", case.locale, body, once=f"{case.case_id}.{kind}")
        except (GatewayRefused, DeskRefused) as refused:
            return {"kind": kind, "problem": refused.document(case.locale)}
        case.notice_ids.add(sent["notice_id"])
        return {"kind": kind, "masked_number": sent["masked_number"]}
