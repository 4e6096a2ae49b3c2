"""Dead letters in the store: a stream for each shard, which the outbox buries into."""

import re
from collections.abc import AsyncIterator

from gateway.core.dead_letters import DeadLetter, Replay
from gateway.core.outbox import Cargo
from gateway.store import keys
from gateway.store.connection import Argument, Store
from gateway.store.pairs import in_pairs
from gateway.store.scripts import load

_REPLAY = load("replay_dead_letter")
_DISCARD = load("discard_dead_letter")

_PAGE = 100
_ID = re.compile("([0-9]{1,2})-([0-9]{1,20}-[0-9]{1,20})")
"""The shard, and the stream's own id."""


class RedisDeadLetters:
    """`DeadLetters` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def entries(self) -> AsyncIterator[DeadLetter]:
        # Of all shards in one trip: few have any, and seldom one more than a page.
        pages = await self._store.all(*(_page(shard, "-") for shard in range(keys.SHARDS)))
        for shard, first in enumerate(pages):
            rows = first
            while rows:
                for entry_id, words in rows:
                    yield _letter(shard, entry_id.decode(), words)
                is_full, after = len(rows) == _PAGE, f"({rows[-1][0].decode()}"
                rows = await self._store.command(*_page(shard, after)) if is_full else []

    async def read(self, dead_letter_id: str) -> DeadLetter | None:
        found = _ID.fullmatch(dead_letter_id)
        if found is None or int(found[1]) >= keys.SHARDS:
            return None
        shard = int(found[1])
        rows = await self._store.command("XRANGE", keys.dead_letters(shard), found[2], found[2])
        return _letter(shard, found[2], rows[0][1]) if rows else None

    async def replay(self, letter: DeadLetter, by: str) -> Replay:
        shard, entry_id = _place(letter)
        given = await self._store.run(
            _REPLAY,
            (keys.dead_letters(shard), keys.outbox(shard), keys.delivered(letter.subject_id), keys.audit(shard)),
            (entry_id, letter.cargo, letter.subject_id, letter.delivery, by, letter.customer_id, letter.alarm or ""),
        )
        return Replay(given[0].decode())

    async def discard(self, letter: DeadLetter, by: str) -> bool:
        shard, entry_id = _place(letter)
        given = await self._store.run(
            _DISCARD,
            (keys.dead_letters(shard), keys.audit(shard)),
            (entry_id, letter.cargo, letter.subject_id, letter.delivery, by, letter.customer_id),
        )
        return bool(given)


def _page(shard: int, after: str) -> tuple[Argument, ...]:
    return "XRANGE", keys.dead_letters(shard), after, "+", "COUNT", _PAGE


def _place(letter: DeadLetter) -> tuple[int, str]:
    shard, _, entry_id = letter.dead_letter_id.partition("-")
    return int(shard), entry_id


def _letter(shard: int, entry_id: str, words: list[bytes]) -> DeadLetter:
    text = [word.decode() for word in words]
    fields = dict(in_pairs(text))
    return DeadLetter(
        dead_letter_id=f"{shard}-{entry_id}",
        customer_id=fields["customer"],
        cargo=Cargo(fields["cargo"]),
        subject_id=fields["subject"],
        delivery=int(fields["delivery"]),
        reason=fields["reason"],
        at=int(fields["at"]),
        tries=int(fields["tries"]),
        asked=int(fields["asked"]),
        carrier=fields.get("carrier"),
        error=fields.get("error"),
        alarm=fields.get("alarm"),
    )
