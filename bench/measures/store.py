"""What a check costs inside the store, and what a customer and a verification weigh, as their number grows."""

import asyncio
from statistics import median

from bench.load import closed_loop, connections, post
from bench.measures.requests import CONNECTIONS
from bench.product import Installation, Product, product, store
from bench.rows import Curve, Measured, Rounds, Row
from bench.seeding import CHECK_WRONG, Registered, Seed, seed
from bench.session import Session
from gateway.store import keys

_CHECKS = 4_000
_PART = 200
_ROUNDS = 4
"""As many wrong answers as a customer has before the one that locks."""


async def measure_store(session: Session) -> Measured:
    sizes = (1_000, 20_000) if session.quick else sorted({1_000, min(100_000, session.customers), session.customers})
    rounds, times, weights = Rounds(), list[tuple[float, float]](), dict[str, float]()
    directory = session.folder("store")
    async with store(directory) as embedded:
        installation = Installation(directory, embedded.url)
        async with seed(installation.settings) as seeding, product(installation, "--api-only") as running:
            customers: list[Registered] = []
            for size in sizes:
                weights, added = await _grow(seeding, session, size, len(customers))
                customers += added
                sample = customers[-min(_CHECKS, len(added)) :]
                weights["verification"] = await _weigh_verifications(seeding, session, sample)
                times.append((float(size), await _script_time(seeding, running, sample, rounds, size)))
    first, last = sizes[0], sizes[-1]
    return Measured(
        [
            Row("script time of a check in the store", times[0][1], "µs", 25.0, details=rounds.medians()),
            Row(f"the same with {last:,} customers", rounds.ratio(f"{last}", f"{first}"), "×", 1.3,
                compared_with=f"{first:,} customers"),
            Row("memory of an open verification, all keys", weights["verification"], "B", 450.0),
            Row("memory of a contact with its indexes", weights["contact"], "B", 600.0, details=weights),
        ],
        {"store": Curve("A check inside the store as customers grow", "customers", "µs", {"check": times}, True)},
    )  # fmt: skip


async def _grow(seeding: Seed, session: Session, size: int, known: int) -> tuple[dict[str, float], list[Registered]]:
    """Customers up to `size`; what one of them, and one contact, weigh."""
    count = size - known
    empty = await _used(seeding)
    people = await seeding.people(range(known, size), session.progress(f"{size:,} customers", count))
    with_people = await _used(seeding)
    added = await seeding.mobiles(people, session.progress(f"{size:,} contacts", count))
    with_contacts = await _used(seeding)
    return {"customer": (with_people - empty) / count, "contact": (with_contacts - with_people) / count}, added


async def _weigh_verifications(seeding: Seed, session: Session, customers: list[Registered]) -> float:
    empty = await _used(seeding)
    await seeding.verifications(customers, session.progress("verifications", len(customers)))
    return (await _used(seeding) - empty) / len(customers)


async def _script_time(seeding: Seed, running: Product, sample: list[Registered], rounds: Rounds, size: int) -> float:
    """µs of all the scripts that run for a check, by the store's own count.

    The median of parts: on a shared machine the store is now and then interrupted in the middle of a script.
    """
    opened = [
        one for customer in sample for one in await seeding.stores.verifications.open_of_customer(customer.customer_id)
    ]
    checks = [post(f"/v1/verifications/{one}/check", CHECK_WRONG, running.api_key) for one in opened]
    await seeding.until_files_are_written()
    for _ in range(_ROUNDS):
        parts = []
        async with connections(running.port, CONNECTIONS) as over:
            for first in range(0, len(checks), _PART):
                part = checks[first : first + _PART]
                await seeding.stores.connection.command("CONFIG", "RESETSTAT")
                (await closed_loop(over, part)).must_be(200)
                stats = await seeding.told_by_the_store("commandstats", "cmdstat_evalsha:")
                parts.append(float(stats.split("usec=")[1].split(",")[0]) / len(part))
        rounds.note(f"{size}", median(parts))
    return rounds.median(f"{size}")


async def _used(seeding: Seed) -> int:
    """Bytes of data, without the audit's stream, which is trimmed once it has been exported."""
    await asyncio.sleep(0.1)
    used = int(await seeding.told_by_the_store("memory", "used_memory:"))
    streams = (("MEMORY", "USAGE", keys.audit(shard), "SAMPLES", 0) for shard in range(keys.SHARDS))
    return used - sum(size or 0 for size in await seeding.stores.connection.all(*streams))
