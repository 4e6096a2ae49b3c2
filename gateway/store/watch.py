"""Is the store the one that it was, does it keep what it is told, and who else holds it?

A store that was restarted, or whose replica took its place, may have lost what it acknowledged: verifications that
were opened in it before are void (ADR 19), and are closed here so that whoever waits is told at once. The verdict
script refuses them by itself.
"""

import asyncio
import contextlib
from dataclasses import dataclass

import structlog

from gateway.core.errors import StoreUnavailable
from gateway.core.tasks import end
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.refusals import ResponseError, RightMissing, kind_of_refusal, why_away
from gateway.store.scripts import load

_log = structlog.get_logger(__name__)

_VOID = load("void_verifications")
_EVERY_SECONDS = 1.0
_AT_ONCE = 200
_LAG_SECONDS = 10
"""A replica that has acknowledged nothing for longer is as good as gone; as Redis' `min-replicas-max-lag` has it."""
_KEEPS_NOTHING = (
    "The store keeps nothing on disk: a restart would lose customers, locks and the audit. Set `appendonly yes`"
)
_EVICTS = (
    "The store drops keys when its memory is full: customers, locks and the audit would be lost. Set "
    "`maxmemory-policy noeviction`"
)


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """What a store says of itself. `appends`: each write goes to a file; `snapshots`: if not, all is now and then."""

    identity: str
    is_primary: bool
    replicas: int
    replicas_in_step: int
    """Of those, who hold all and have said so lately."""
    appends: bool
    snapshots: bool
    evicts: bool
    """Whether it drops keys to make room: a lock, an attempt, a receipt that was redeemed."""

    @property
    def forgets(self) -> bool:
        """Whether a restart leaves nothing, or a full memory not all."""
        return self.evicts or not (self.appends or self.snapshots)


class ForgetfulStore(Exception):
    """The store does not keep what it is told; the message says what to do."""

    def __init__(self, standing: StoreStanding) -> None:
        super().__init__(
            f"{_EVICTS if standing.evicts else _KEEPS_NOTHING} there, or BONIN_ALLOW_FORGETFUL_STORE=true if that is "
            "what you want."
        )


async def standing_of(store: Store) -> StoreStanding:
    """Ask the store. Raises `StoreUnavailable`."""
    sections = ("replication", "persistence", "memory")
    replication, persistence, memory = map(_info, await store.all(*(("INFO", section) for section in sections)))
    appends = persistence.get("aof_enabled") == "1"
    return StoreStanding(
        identity=replication["master_replid"],
        is_primary=replication["role"] == "master",
        replicas=int(replication["connected_slaves"]),
        replicas_in_step=sum(map(_is_in_step, replication.items())),
        appends=appends,
        snapshots=not appends and await _takes_snapshots(store),
        evicts=memory.get("maxmemory", "0") != "0" and memory.get("maxmemory_policy") != "noeviction",
    )


class StoreWatch:
    """Looks once a second, in every process that uses the store."""

    def __init__(self, store: Store, *, may_forget: bool) -> None:
        self._store = store
        self._may_forget = may_forget
        self._seen: StoreStanding | None = None
        self._away: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Raises `ForgetfulStore`, `RightMissing`. A store that cannot be reached is looked at when it can."""
        standing = await self._look(at_start=True)
        if standing is not None:
            if standing.forgets and not self._may_forget:
                raise ForgetfulStore(standing)
            if not standing.appends:
                _log.warning("store_keeps_snapshots_only", advice="appendonly yes")
        self._task = asyncio.create_task(self._look_for_ever(), name="store-watch")

    async def close(self) -> None:
        if self._task is not None:
            await end(self._task)

    async def trouble(self) -> str | None:
        """Why nobody should be sent here, in a few words: it does not answer, takes no changes, or keeps none."""
        try:
            standing, _ = await asyncio.gather(standing_of(self._store), _require_room(self._store))
        except StoreUnavailable as error:
            return kind_of_refusal(error) or "no answer"
        if not standing.is_primary:
            return "a replica"
        if standing.forgets and not self._may_forget:
            return "keys are dropped" if standing.evicts else "nothing is kept"
        if standing.replicas_in_step < self._store.needed_replicas:
            return f"{standing.replicas_in_step} of {self._store.needed_replicas} replicas"
        return None

    async def look(self) -> StoreStanding:
        """Take notice of what changed, and void what was opened in another store. Raises `StoreUnavailable`."""
        standing, _ = await asyncio.gather(standing_of(self._store), _require_room(self._store))
        self._store.replicas = standing.replicas
        if self._seen is None or standing.identity != self._seen.identity:
            voided = sum(await asyncio.gather(*map(self._void, range(keys.SHARDS))))
            if self._seen is not None or voided:
                _log.warning("store_changed", voided=voided)
        if standing.forgets and not self._may_forget and not (self._seen and self._seen.forgets):
            _log.error("store_keeps_nothing", advice=str(ForgetfulStore(standing)))
        self._seen = standing
        return standing

    async def _void(self, shard: int) -> int:
        """How many open verifications of a shard were void."""
        passed = voided = 0
        while True:
            looked, closed = await self._store.run(
                _VOID,
                (keys.expiring(shard), keys.outbox(shard), keys.audit(shard)),
                (keys.verification_prefix(shard), keys.opened_prefix(shard), passed, _AT_ONCE),
                durable=True,
            )
            passed, voided = passed + looked - closed, voided + closed
            if looked < _AT_ONCE:
                return int(voided)

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            with contextlib.suppress(ResponseError):
                await self._look()

    async def _look(self, *, at_start: bool = False) -> StoreStanding | None:
        """Nothing while the store is away; the log says since when and why, once for each reason."""
        try:
            standing = await self.look()
        except StoreUnavailable as error:
            if at_start and isinstance(error, RightMissing):
                raise
            if (why := why_away(error)) != self._away:
                _log.error("store_away", why=why)
            self._away = why
            return None
        if self._away is not None:
            _log.info("store_back")
        self._away = None
        return standing


async def _require_room(store: Store) -> None:
    """Have the store say whether it would take a change, by one that changes nothing. Raises `StoreUnavailable`."""
    await store.command("SET", keys.NEVER_THERE, "", "XX")


def _is_in_step(told: tuple[str, str]) -> bool:
    """Of a line of INFO: whether it tells of a replica that has all and has lately said so."""
    name, value = told
    says = dict(one.split("=", 1) for one in value.split(",") if "=" in one)
    is_replica = name.startswith("slave") and says.get("state") == "online"
    return is_replica and 0 <= int(says["lag"]) <= _LAG_SECONDS


def _info(told: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in told.decode().splitlines() if not line.startswith("#"))
    return {name: value for name, _, value in lines}


async def _takes_snapshots(store: Store) -> bool:
    try:
        _, rules = await store.command("CONFIG", "GET", "save")
    except (ResponseError, RightMissing, ValueError):
        # Managed stores keep their configuration to themselves; then only what INFO tells counts.
        return False
    return bool(rules)
