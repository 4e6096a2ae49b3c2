"""The slip (일회용 비밀번호 발급 확인서) that a branch prints and hands to the customer (R8).

The password is in the fragment of the address, which browsers do not send: the server could not print it,
because it keeps nothing but a digest.
"""

import asyncio
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from contacts.masking import mask_name
from gateway.core.customer_stores import CustomerStore
from gateway.core.errors import Refusal
from gateway.core.firm import Firm
from gateway.core.operations import OPERATION_NAMES
from gateway.core.problems import Problem
from gateway.http.ids import BRANCH_PASSWORD_ID
from gateway.http.language import negotiate
from gateway.http.moments import SEOUL
from gateway.http.problems import is_for_people, problem_page
from gateway.methods.branch_otp import BranchPasswords

if TYPE_CHECKING:
    from jinja2 import Template

_HERE = Path(__file__).parent


class SlipPage:
    """`GET /slips/{branch_password_id}`. The id is 100 random bits: knowing it is the permission to read."""

    def __init__(self, passwords: BranchPasswords, customers: CustomerStore, firm: Firm) -> None:
        self._passwords = passwords
        self._customers = customers
        self._firm = firm

    def add_to(self, app: web.Application) -> None:
        """Install the page and the files it needs."""
        app.router.add_get(f"/slips/{{branch_password_id:{BRANCH_PASSWORD_ID}}}", self.show)
        app.router.add_static("/slips/static", _HERE / "static" / "slip")

    async def show(self, request: web.Request) -> web.Response:
        try:
            page = await self._page(request)
        except Refusal as refusal:
            if is_for_people(request):
                return problem_page(request, refusal)
            raise
        return web.Response(text=page, content_type="text/html", charset="utf-8")

    async def _page(self, request: web.Request) -> str:
        branch_password_id = request.match_info["branch_password_id"]
        issued = await self._passwords.get(branch_password_id)
        customer = await self._customers.read(issued.customer_id)
        if customer is None or issued.status != "active":
            raise Refusal(Problem.BRANCH_PASSWORD_NOT_FOUND)
        locale = request.query.get("lang") or negotiate(request.headers.get("Accept-Language"))
        template = await asyncio.to_thread(_template)
        return template.render(
            locale="en" if locale == "en" else "ko",
            firm=self._firm,
            masked_name=mask_name(customer.name),
            operation=OPERATION_NAMES[issued.operation],
            branch=issued.branch,
            issued_by=issued.issued_by,
            issued_at=_in_seoul(issued.issued_at),
            expires_at=_in_seoul(issued.expires_at),
            branch_password_id=branch_password_id,
        )


@cache
def _template() -> "Template":
    # At the first slip: it is 5 MB, and most processes of a gateway never show one.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("slip.html")


def _in_seoul(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, SEOUL).strftime("%Y-%m-%d %H:%M")
