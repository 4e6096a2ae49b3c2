"""`/ops/audit`: how far the chain of the audit is sealed, shard by shard."""

from aiohttp import web

from gateway.core.audit.stores import AuditStore
from gateway.core.read_model import ReadModel
from gateway.ops.guard import PREFIX, Guard, Visit
from gateway.ops.rendering import Pages


class AuditPage:
    """The state of the chain; `bonin audit verify` tries every link of it."""

    def __init__(self, audit: AuditStore, read_model: ReadModel, kid: str, pages: Pages) -> None:
        self._audit = audit
        self._read_model = read_model
        self._kid = kid
        self._pages = pages

    def routes(self, guard: Guard) -> list[web.RouteDef]:
        return [web.get(f"{PREFIX}/audit", guard.page(self.show))]

    async def show(self, visit: Visit) -> web.StreamResponse:
        heads = await self._audit.heads()
        return self._pages.show(
            visit.request, visit.locale, "audit.html", session=visit.session,
            heads=[(shard, head, _sealed_up_to(head.last_id)) for shard, head in enumerate(heads) if head.events],
            live=await self._read_model.live(),
            kid=self._kid,
            keys=sorted(str(key.get("kid", "")) for key in await self._audit.public_keys()),
        )  # fmt: skip


def _sealed_up_to(event_id: str) -> int:
    """The store's ids begin with the time, in ms."""
    return int(event_id.split("-")[0])
