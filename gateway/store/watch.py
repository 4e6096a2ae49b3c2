"""Is the store the one that it was, does it keep what it is told, and who else holds it?

A store that was restarted, or whose replica took its place, may have lost what it acknowledged: verifications that
were opened in it before are void (ADR 19), and are closed here so that whoever waits is told at once. The verdict
script refuses them by itself. In a cluster that is so for each shard (`gateway.store.lineage`).
"""

import asyncio
import contextlib

import structlog

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import Repeated
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.lineage import Lineage, fence_of
from gateway.store.refusals import RightMissing, kind_of_refusal
from gateway.store.scripts import load
from gateway.store.standing import ForgetfulStore, StoreStanding, require_room, standing_of, standings_of

_log = structlog.get_logger(__name__)

_VOID = load("void_verifications", "fence", "birthplace", "names", "request", "closing")
_EVERY_SECONDS = 1.0
_AT_MOST_EVERY_SECONDS = 0.05
_AT_ONCE = 200


class StoreWatch:
    """Looks once a second, in every process that uses the store, and as soon as a shard is found at another node."""

    def __init__(self, store: Store, *, may_forget: bool) -> None:
        self._store = store
        self._may_forget = may_forget
        self._lineage = Lineage(store)
        self._identity: str | None = None
        self._has_looked = False
        self._forgets = False
        self._to_sweep = {*range(keys.SHARDS)}
        """Shards where something may be open that is void."""
        self._away: str | None = None
        self._looking = Repeated("store-watch", self._look_again, _AT_MOST_EVERY_SECONDS)

    async def open(self) -> None:
        """Raises `ForgetfulStore`, `RightMissing`. A store that cannot be reached is looked at when it can."""
        for standing in await self._look(at_start=True):
            if standing.forgets and not self._may_forget:
                raise ForgetfulStore(standing)
            if not standing.appends:
                _log.warning("store_keeps_snapshots_only", advice="appendonly yes")
        await self._looking.open()

    async def close(self) -> None:
        await self._looking.close()

    async def trouble(self) -> str | None:
        """Why nobody should be sent here, in a few words: it does not answer, takes no changes, or keeps none.

        Of a cluster it must be so of most primaries: while one is replaced the shards of the others go on.
        """
        try:
            nodes = self._store.known_nodes() or await self._store.nodes()
            standings, _ = await asyncio.gather(standings_of(nodes), require_room(self._store))
        except StoreUnavailable as error:
            return kind_of_refusal(error) or "no answer"
        needed = self._store.needed_replicas
        troubles = [one.trouble(needed, may_forget=self._may_forget) for one in standings.values()]
        troubles += ["no answer"] * (len(nodes) - len(standings))
        are_troubled = [one for one in troubles if one is not None]
        return are_troubled[0] if len(are_troubled) > len(nodes) // 2 else None

    async def look(self) -> list[StoreStanding]:
        """Take notice of what changed, and void what was opened in another store. Raises `StoreUnavailable`."""
        standings, changed = await (self._look_at_one() if self._store.cluster is None else self._look_at_cluster())
        self._to_sweep |= changed
        if self._to_sweep:
            voided = await self._sweep()
            if self._has_looked or voided:
                _log.warning("store_changed", voided=voided)
        forgetful = next((one for one in standings if one.forgets and not self._may_forget), None)
        if forgetful is not None and not self._forgets:
            _log.error("store_keeps_nothing", advice=str(ForgetfulStore(forgetful)))
        self._forgets = forgetful is not None
        self._has_looked = True
        return standings

    async def _look_at_one(self) -> tuple[list[StoreStanding], set[int]]:
        await self._store.follow()
        (node,) = await self._store.nodes()
        standing, _ = await asyncio.gather(standing_of(node), require_room(self._store))
        node.see_replicas(standing.replicas_in_step)
        changed = {*range(keys.SHARDS)} if standing.identity != self._identity else set[int]()
        self._identity = standing.identity
        return [standing], changed

    async def _look_at_cluster(self) -> tuple[list[StoreStanding], set[int]]:
        return await self._lineage.look()

    async def _sweep(self) -> int:
        """How many open verifications were void. A shard that is away is left for the next time."""
        shards = sorted(self._to_sweep if self._store.cluster is None else self._to_sweep - self._lineage.unjudged)
        swept = await asyncio.gather(*map(self._void, shards), return_exceptions=True)
        away = None
        for shard, one in zip(shards, swept, strict=True):
            if isinstance(one, int):
                self._to_sweep.discard(shard)
            elif isinstance(one, StoreUnavailable):
                away = one
            else:
                raise one
        if away is not None and self._store.cluster is None:
            raise away
        return sum(one for one in swept if isinstance(one, int))

    async def _void(self, shard: int) -> int:
        """How many open verifications of a shard were void. No replica is waited for: there they are void as well."""
        spans = await self._store.command("ZRANGE", keys.expiring(shard), 0, -1)
        return sum([await self._void_span(shard, int(ends_at)) for ends_at in spans])

    async def _void_span(self, shard: int, ends_at: int) -> int:
        passed = voided = 0
        while True:
            looked, closed = await self._store.run(
                _VOID,
                (
                    *(keys.expiring_by(shard, ends_at), keys.outbox(shard), keys.audit(shard)),
                    *fence_of(self._store, shard),
                ),
                (keys.verification_prefix(shard), keys.customer_prefix(shard), passed, _AT_ONCE),
            )
            passed, voided = passed + looked, voided + closed
            if looked < _AT_ONCE:
                return int(voided)

    async def _look_again(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_EVERY_SECONDS - _AT_MOST_EVERY_SECONDS):
                await self._store.is_in_doubt()
        await self._look()

    async def _look(self, *, at_start: bool = False) -> list[StoreStanding]:
        """Nothing while the store is away; the log says since when and why, once for each reason."""
        try:
            standings = await self.look()
        except StoreUnavailable as error:
            if at_start and isinstance(error, RightMissing):
                raise
            if (why := str(error)) != self._away:
                _log.error("store_away", why=why)
            self._away = why
            return []
        if self._away is not None:
            _log.info("store_back")
        self._away = None
        return standings
