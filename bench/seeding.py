"""Customers and open verifications, written by the product's own repositories, with codes that the bench knows."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from bench.product import CLIENT
from bench.session import Progress, nothing
from contacts.models import Contact, ContactLabel, ContactStatus, Customer, CustomerKind, VerifiedBy
from contacts.phone_numbers import LineType, PhoneNumber
from contacts.protection import PersonalData
from demo.customer import until
from gateway.core.codes import CodeVault
from gateway.core.operations import Operation
from gateway.core.verification import Basis, Method, NewVerification
from gateway.settings import Settings
from gateway.store import keys, ops_keys
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from gateway.wiring.stores import Stores, build_stores

CODE = "271828"
CHECK_RIGHT, CHECK_WRONG = b'{"code":"271828"}', b'{"code":"314159"}'
Item = TypeVar("Item")
Result = TypeVar("Result")
_AT_ONCE = 256
_REWRITE_SECONDS = 300.0
_REWRITING = (b"aof_rewrite_scheduled:1", b"aof_rewrite_in_progress:1")


@dataclass(frozen=True, slots=True)
class Registered:
    """A customer with one mobile whose ownership check has passed."""

    customer_id: str
    contact_id: str


class Seed:
    """Writes to the store of a product, beside it."""

    def __init__(self, stores: Stores, vault: CodeVault, personal_data: PersonalData) -> None:
        self.stores = stores
        self._vault = vault
        self._personal_data = personal_data

    async def customers(self, count: int, progress: Progress) -> list[Registered]:
        """Registered as the API does it: the customer, the number, its ownership check."""
        return await self.mobiles(await self.people(range(count), nothing), progress)

    async def people(self, numbers: Sequence[int], progress: Progress) -> list[int]:
        """Customers by their number, without a contact."""
        return await _each(numbers, self._person, progress)

    async def mobiles(self, people: Sequence[int], progress: Progress) -> list[Registered]:
        """A mobile for each, whose ownership check has passed."""
        return await _each(people, self._mobile, progress)

    async def verifications(self, of: Sequence[Registered], progress: Progress) -> list[str]:
        """One open verification each, whose code is `CODE`; nothing is delivered for them."""
        opened = await _each(of, self._verification, progress)
        await self.empty_outbox()
        return opened

    async def code_of(self, verification_id: str) -> str:
        """The code that a text would bring."""
        sealed = await self.stores.connection.command("HGET", keys.verification(verification_id), FIELDS["v.sealed"])
        return self._vault.open(verification_id, sealed)

    async def codes_of(self, verification_ids: Sequence[str]) -> list[str]:
        return await _each(verification_ids, self.code_of, nothing)

    async def empty_outbox(self) -> None:
        """Nobody is to spend time on deliveries that no row asks for."""
        await self.stores.connection.all(*(("XTRIM", keys.outbox(n), "MAXLEN", 0) for n in range(keys.SHARDS)))

    async def until_files_are_written(self) -> None:
        """Filling a store makes it rewrite its file; meanwhile whatever is changed is copied first, page by page."""

        async def look() -> bool:
            told: list[bytes] = await self.stores.connection.everywhere("INFO", "persistence")
            return not any(word in one for one in told for word in _REWRITING)

        await until(look, _REWRITE_SECONDS)

    async def told_by_the_store(self, section: str, name: str) -> str:
        """What INFO says behind a name."""
        told: bytes = await self.stores.connection.command("INFO", section)
        return next(line.removeprefix(name) for line in told.decode().splitlines() if line.startswith(name))

    async def _person(self, number: int) -> int:
        person = Customer(
            f"bench-{number}", CustomerKind.INDIVIDUAL, "김부하", "1985-03-02", online_consent=True, locked=False
        )
        await self.stores.customers.put(person, "bench")
        return number

    async def _mobile(self, number: int) -> Registered:
        customer_id = f"bench-{number}"
        mobile = Contact(
            contact_id=keys.new_contact_id(),
            number=PhoneNumber(f"+8210{20_000_000 + number}", LineType.MOBILE),
            label=ContactLabel.MOBILE,
            status=ContactStatus.NEEDS_VERIFICATION,
            verified_by=None,
            verified_at=None,
            version=1,
        )
        await self.stores.customers.add_contact(customer_id, mobile)
        # The rest of the read model is not there either: nobody makes it.
        owners = ops_keys.owners(self._personal_data.blind_indexes(mobile.number.e164)[0])
        await self.stores.connection.command("DEL", owners)
        await self.stores.customers.make_verifiable(customer_id, mobile, VerifiedBy.OWNERSHIP, "bench", None)
        return Registered(customer_id, mobile.contact_id)

    async def _verification(self, customer: Registered) -> str:
        customer_id, pepper_id = customer.customer_id, self._vault.pepper_id
        verification_id = keys.new_verification_id(customer_id)
        new = NewVerification(
            verification_id=verification_id,
            customer_id=customer_id,
            client=CLIENT,
            method=Method.SMS,
            operation=Operation.ISSUE,
            locale="ko",
            contact_id=customer.contact_id,
            contact_version=1,
            life=600,
            policy_version="bench",
            pepper_id=pepper_id,
            code_digest=self._vault.digest(verification_id, customer_id, Operation.ISSUE, CODE, pepper_id=pepper_id),
            sealed_code=self._vault.seal(verification_id, CODE),
            basis=Basis(CustomerKind.INDIVIDUAL, online_consent=True, hour=int(time.time()) // 3600),
        )
        await self.stores.verifications.create(new)
        return verification_id


@asynccontextmanager
async def seed(settings: Settings) -> AsyncIterator[Seed]:
    """A seed with the keys and the store of these settings."""
    if settings.redis_url is None:
        raise ValueError("the bench starts the store by itself")
    personal_data = settings.personal_data
    store = Store(settings.redis_url.get_secret_value())
    await store.open()
    try:
        stores = build_stores(store, personal_data, settings.limits)
        yield Seed(stores, CodeVault(settings.peppers, personal_data), personal_data)
    finally:
        await store.close()


async def _each(items: Sequence[Item], do: Callable[[Item], Awaitable[Result]], progress: Progress) -> list[Result]:
    """What `do` gives for each item, many at once, in order."""
    results, waiting, done = dict[int, Result](), iter(enumerate(items)), 0

    async def one() -> None:
        nonlocal done
        for position, item in waiting:
            results[position] = await do(item)
            done += 1
            progress(done)

    await asyncio.gather(*(one() for _ in range(_AT_ONCE)))
    return [results[position] for position in range(len(results))]
