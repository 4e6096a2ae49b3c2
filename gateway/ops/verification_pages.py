"""`/ops/verifications`: the list with its filters, one verification with its timeline, and acting on it."""

from contextlib import suppress

from aiohttp import web

from gateway.core.operators import Role
from gateway.core.ops_actions import OpsActions
from gateway.core.read_model import Filters, ReadModel
from gateway.core.verification import TRAITS, Method, Status
from gateway.core.verifications import Verifications
from gateway.http.ids import VERIFICATION_ID
from gateway.ops.csv_export import csv_line
from gateway.ops.filters import read_filters
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages, back_to
from gateway.ops.verification_rows import VerificationRow, VerificationRows
from gateway.ops.words import REASONS

_PATH = f"{PREFIX}/verifications"
_ROWS = 50
_MOST_EXPORTED = 10_000
_COLUMNS = (
    "verification", "customer", "number", "method", "operation", "status", "reason", "carrier", "delivery",
    "created_at", "closed_at",
)  # fmt: skip


class VerificationPages:
    """What happened to one customer's proof, and to everybody's."""

    def __init__(
        self,
        read_model: ReadModel,
        rows: VerificationRows,
        verifications: Verifications,
        actions: OpsActions,
        pages: Pages,
    ) -> None:
        self._read_model = read_model
        self._rows = rows
        self._verifications = verifications
        self._actions = actions
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        one = f"{_PATH}/{{verification_id:{VERIFICATION_ID}}}"
        return [
            web.get(_PATH, guard.page(self.list)),
            web.get(f"{_PATH}.csv", guard.page(self.export)),
            web.get(one, guard.page(self.show)),
            web.post(f"{one}/cancel", guard.action(self.cancel, Role.OPERATOR)),
            web.post(f"{one}/resend", guard.action(self.resend, Role.OPERATOR)),
        ]

    async def list(self, visit: Visit) -> web.StreamResponse:
        filters, older = read_filters(visit.request.query)
        rows, further = await self._rows.find(filters, _ROWS, older)
        carriers = await self._read_model.carriers()
        return self._pages.show(
            visit.request, visit.locale, "verifications.html", session=visit.session,
            rows=rows, older=further, states=list(Status), methods=list(Method), carriers=sorted(carriers),
            reasons=list(REASONS),
        )  # fmt: skip

    async def export(self, visit: Visit) -> web.StreamResponse:
        """The rows of the filters as CSV, page by page as they are read."""
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/csv; charset=utf-8",
                "Content-Disposition": 'attachment; filename="verifications.csv"',
            }
        )
        filters, older = read_filters(visit.request.query)
        if visit.request.method == "HEAD":
            await response.prepare(visit.request)
            return response
        await self._actions.take_list(visit.person)
        with suppress(ConnectionError):  # whoever takes it may leave before its end
            await response.prepare(visit.request)
            await self._write(response, filters, older)
        return response

    async def _write(self, response: web.StreamResponse, filters: Filters, older: str | None) -> None:
        await response.write(csv_line(_COLUMNS, first=True))
        left = _MOST_EXPORTED
        while left > 0:
            rows, older = await self._rows.find(filters, min(left, 500), older)
            await response.write(b"".join(csv_line(_cells(row)) for row in rows))
            left -= len(rows)
            if older is None:
                break
        await response.write_eof()

    async def show(self, visit: Visit) -> web.StreamResponse:
        verification = await self._verifications.get(visit.request.match_info["verification_id"])
        told = await self._read_model.timeline(verification.verification_id)
        timeline = await self._actions.with_reasons(verification.customer_id, told)
        return self._pages.show(
            visit.request, visit.locale, "verification.html", session=visit.session,
            row=await self._rows.row(verification),
            timeline=timeline,
            can_resend=TRAITS[verification.method].can_be_resent,
            may_act=visit.session.operator.role.may_act_as(Role.OPERATOR),
        )  # fmt: skip

    async def cancel(self, visit: Visit) -> web.StreamResponse:
        verification_id = visit.request.match_info["verification_id"]
        await self._actions.cancel(verification_id, visit.person, visit.reason)
        return back_to(f"{_PATH}/{verification_id}", "canceled")

    async def resend(self, visit: Visit) -> web.StreamResponse:
        verification_id = visit.request.match_info["verification_id"]
        await self._actions.resend(verification_id, visit.person, visit.reason)
        return back_to(f"{_PATH}/{verification_id}", "resent")


def _cells(row: VerificationRow) -> tuple[object, ...]:
    verification = row.verification
    return (
        verification.verification_id, verification.customer_id, row.masked_number, verification.method,
        verification.operation, verification.shown_status, verification.reason, verification.delivery_carrier,
        verification.delivery_state, verification.created_at, verification.closed_at,
    )  # fmt: skip
