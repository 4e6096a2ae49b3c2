"""`/ops/find`: from what an operator was told to the page about it. By POST: a number does not belong in an address."""

import re
from collections.abc import Callable, Sequence

from aiohttp import web

from contacts.phone_numbers import NumberPlan, PhoneNumber
from gateway.core.errors import Refusal
from gateway.core.numbers import as_written_in_korea, read_number
from gateway.core.operators import Role
from gateway.core.read_model import ReadModel
from gateway.http.ids import CUSTOMER_ID, VERIFICATION_ID
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages, see

_PHONE_SHAPED = re.compile(r"\+?[0-9][0-9 .()-]{7,20}")


class FindPages:
    """A verification by its id, a customer by theirs, customers by the full number of a contact."""

    def __init__(
        self,
        read_model: ReadModel,
        number_plan: NumberPlan,
        blind_indexes: Callable[[str], Sequence[str]],
        pages: Pages,
    ) -> None:
        self._read_model = read_model
        self._number_plan = number_plan
        self._blind_indexes = blind_indexes
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        return [web.post(f"{PREFIX}/find", guard.action(self.find, Role.VIEWER))]

    async def find(self, visit: Visit) -> web.StreamResponse:
        asked = visit.form.get("q", "").strip()
        if re.fullmatch(VERIFICATION_ID, asked):
            return see(f"{PREFIX}/verifications/{asked}")
        number = self._number(asked)
        if number is None and re.fullmatch(CUSTOMER_ID, asked):
            return see(f"{PREFIX}/customers/{asked}")
        owners = () if number is None else await self._read_model.owners(self._blind_indexes(number.e164))
        customers = sorted({customer_id for customer_id, _ in owners})
        if len(customers) == 1:
            return see(f"{PREFIX}/customers/{customers[0]}")
        masked = None if number is None else number.masked
        return self._pages.show(
            visit.request, visit.locale, "found.html", session=visit.session, masked=masked, customers=customers
        )

    def _number(self, asked: str) -> PhoneNumber | None:
        if not _PHONE_SHAPED.fullmatch(asked):
            return None
        try:
            return read_number(as_written_in_korea(asked), self._number_plan)
        except Refusal:
            return None
