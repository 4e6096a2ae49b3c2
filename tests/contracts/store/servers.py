"""The ports of `gateway.core.stores` over the servers that bonin runs on, and what only time does there."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from contacts.models import Contact
from gateway.core.callers import ApiKeys
from gateway.core.carrier_board import CarrierBoard
from gateway.core.customer_stores import CustomerStore
from gateway.core.dead_letters import DeadLetters
from gateway.core.denials import DenialStore
from gateway.core.idempotency import IdempotencyStore
from gateway.core.limits import Cap, ConversionWatch, Limits
from gateway.core.outbox import HandOvers, OutboxEntry
from gateway.core.stores import (
    BranchPasswordStore,
    CapStore,
    ReceiptStore,
    ReplyStore,
    TurnStore,
    VerificationStore,
)
from gateway.store import keys
from gateway.store.api_keys import RedisApiKeys
from gateway.store.branch_passwords import RedisBranchPasswords
from gateway.store.caps import RedisCaps
from gateway.store.carrier_board import RedisCarrierBoard
from gateway.store.changes import RedisChanges
from gateway.store.connection import Store
from gateway.store.customers import RedisCustomers
from gateway.store.dead_letters import RedisDeadLetters
from gateway.store.denials import RedisDenials
from gateway.store.expiry import ExpirySweep
from gateway.store.fields import FIELDS
from gateway.store.hand_overs import RedisHandOvers
from gateway.store.idempotency import RedisIdempotency
from gateway.store.outbox import DISPATCHERS, RedisOutbox
from gateway.store.receipts import RedisReceipts
from gateway.store.replies import RedisReplies
from gateway.store.verifications import RedisVerifications
from tests import builders
from tests.expiring import put_into_a_span_that_is_over

LIMITS = Limits(
    contacts=3,
    customer_cap=Cap(8, 600),
    number_cap=Cap(2, 600),
    number_day_cap=Cap(3, 86_400),
    client_cap=Cap(2, 60),
    client_day_cap=Cap(3, 86_400),
    range_cap=Cap(6, 3600),
    conversion=ConversionWatch(least=10, percent=20, hold=600),
    answering_text_cap=Cap(1, 600),
)


@dataclass(frozen=True)
class Ports:
    """One gateway process's view of a store."""

    store: Store
    verifications: VerificationStore
    turns: TurnStore
    caps: CapStore
    customers: CustomerStore
    replies: ReplyStore
    branch_passwords: BranchPasswordStore
    receipts: ReceiptStore
    api_keys: ApiKeys
    idempotency: IdempotencyStore
    carrier_board: CarrierBoard
    dead_letters: DeadLetters
    denials: DenialStore
    hand_overs: HandOvers
    sweep: ExpirySweep

    @classmethod
    def over(cls, store: Store) -> "Ports":
        personal_data = builders.personal_data()
        verifications = RedisVerifications(store, LIMITS)
        return cls(
            store=store,
            verifications=verifications,
            turns=verifications,
            caps=RedisCaps(store, LIMITS),
            customers=RedisCustomers(store, personal_data, LIMITS),
            replies=RedisReplies(store, LIMITS),
            branch_passwords=RedisBranchPasswords(store),
            receipts=RedisReceipts(store),
            api_keys=RedisApiKeys(store),
            idempotency=RedisIdempotency(store, personal_data),
            carrier_board=RedisCarrierBoard(store),
            dead_letters=RedisDeadLetters(store),
            denials=RedisDenials(store, LIMITS),
            hand_overs=RedisHandOvers(store),
            sweep=ExpirySweep(store),
        )

    def outbox(self) -> RedisOutbox:
        """The outbox as another process reads it."""
        return RedisOutbox(self.store)

    def changes(self) -> RedisChanges:
        return RedisChanges(self.store)

    async def stored(self, contact: Contact) -> Contact:
        """The contact of `CUSTOMER_ID` as it is now."""
        _, found = await self.customers.read_with_contact(builders.CUSTOMER_ID, contact.contact_id)
        assert found is not None
        return found.contact

    async def now(self) -> int:
        """The store's time, in ms."""
        seconds, microseconds = await self.store.command("TIME")
        return int(seconds) * 1000 + int(microseconds) // 1000

    async def changes_made(self) -> int:
        """By anybody, on all servers."""
        told = await self.store.everywhere("INFO", "persistence")
        return sum(int(re.findall(rb"rdb_changes_since_last_save:(\d+)", one)[0]) for one in told)

    async def let_life_pass(self, verification_id: str) -> None:
        """The verification is past its time now, and only just."""
        await self.store.command("HSET", keys.verification(verification_id), FIELDS["v.expires_at"], await self.now())
        await put_into_a_span_that_is_over(self.store, verification_id)

    async def let_contact_change(self, contact_id: str) -> None:
        """The contact of a customer is another version now, and nobody closed what was opened with the last one."""
        await self.store.command("HINCRBY", keys.contact(builders.CUSTOMER_ID, contact_id), FIELDS["c.version"], 1)

    async def let_ownership_age(self, contact_id: str) -> None:
        """The contact's ownership check was an hour ago, and only just."""
        owned_at = await self.now() // 1000 - 3600
        await self.store.command("HSET", keys.contact(builders.CUSTOMER_ID, contact_id), FIELDS["c.owned_at"], owned_at)

    async def let_resend_pause_pass(self, verification_id: str) -> None:
        await self.store.command("HSET", keys.verification(verification_id), FIELDS["v.resend_at"], 1)

    async def let_wrong_answers_age(self, customer_id: str) -> None:
        """The customer's wrong answers are older than they count."""
        await self.store.command("HSET", keys.guard(customer_id), "wrong_at", 1)

    async def let_window_pass(self, customer_id: str, of: str) -> None:
        """What the customer opened in a window (`o.until`) or in a day (`o.day`) is of the one before."""
        await self.store.command("HSET", keys.customer(customer_id), FIELDS[of], 1)

    async def let_password_expire(self, customer_id: str, operation: str) -> None:
        """It is past its time, and the server has not yet got round to dropping it."""
        await self.store.command("HSET", keys.branch_password(customer_id, operation), "expires_at", 1)

    async def let_entries_idle(self, *entries: OutboxEntry) -> None:
        """Whoever took these entries has not been heard of for long enough."""
        for entry in entries:
            stream = keys.outbox(keys.shard_in(entry.ref.verification_id))
            pending = await self.store.command("XPENDING", stream, DISPATCHERS, "-", "+", 10)
            for entry_id, consumer, *_ in pending:
                await self.store.command(
                    "XCLAIM", stream, DISPATCHERS, consumer, 0, entry_id, "IDLE", 3_600_000, "JUSTID"
                )

    async def become_another_store(self, verification_id: str) -> None:
        """The verification was opened in a store that is not this one any more."""
        await self.store.command("HSET", keys.verification(verification_id), FIELDS["v.store"], "0" * 40)

    async def lapse(self, key: str) -> None:
        """The key's time is over; it must have had one."""
        assert await self.store.command("PTTL", key) > 0
        await self.store.command("DEL", key)


@contextmanager
def redis_7(directory: Path) -> Iterator[str]:
    """Redis as the distribution packages it."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("redis-server is missing: install it (apt-get install redis-server), as .ci/run does.")
    path = directory / "redis.sock"
    words = ["--port", "0", "--unixsocket", str(path), "--dir", str(directory), "--save", ""]
    with (directory / "redis.log").open("ab") as log:
        server = subprocess.Popen([program, *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 20
        while not _answers(path):
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
