"""What is another client's looks like what is not there: in the answer, and in the work that finding out takes."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from contacts.models import Contact
from gateway.core.errors import Refusal
from gateway.core.notices import NoticeKind, Notices
from gateway.core.open_request import OpenRequest
from gateway.core.operations import Operation
from gateway.core.verification import Method
from gateway.store import keys
from gateway.store.notices import RedisNotices
from gateway.store.scripts import Script
from tests import builders
from tests.builders import CLIENT, CUSTOMER_ID, MOBILE
from tests.gateway.rooms import Rooms

ANOTHER = "another-client"
Ask = Callable[[str], Awaitable[object]]


@pytest.fixture
async def contact(rooms: Rooms) -> Contact:
    return await rooms.register()


class Trips:
    """Counts what is sent to the store: each is one trip, or shares one with what is sent at the same time."""

    def __init__(self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: Counter[str] = Counter()
        command, run = rooms.store.command, rooms.store.run

        def counted_command(*words: Any, **how: Any) -> Any:
            self.sent[str(words[0])] += 1
            return command(*words, **how)

        def counted_run(script: Script, *rest: Any, **how: Any) -> Any:
            self.sent[script.sha] += 1
            return run(script, *rest, **how)

        monkeypatch.setattr(rooms.store, "command", counted_command)
        monkeypatch.setattr(rooms.store, "run", counted_run)

    async def of(self, asking: Awaitable[object]) -> Counter[str]:
        before = self.sent.copy()
        await asking
        return self.sent - before


@pytest.fixture
def trips(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> Trips:
    return Trips(rooms, monkeypatch)


async def _refusal(asking: Awaitable[object]) -> tuple[object, ...]:
    with pytest.raises(Refusal) as refused:
        await asking
    refusal = refused.value
    return refusal.problem, refusal.values, refusal.members, refusal.errors, refusal.headers


async def _alike(trips: Trips, ask: Ask, one: str, other: str) -> None:
    assert await _refusal(ask(one)) == await _refusal(ask(other))
    work = [await trips.of(_refusal(ask(each))) for each in (one, other)]
    assert work[0] == work[1]
    assert work[0].total() > 0


@pytest.mark.parametrize("method", [Method.SMS, Method.ARS, Method.BRANCH_OTP])
@pytest.mark.parametrize("what", ["read", "check", "resend", "cancel"])
async def test_another_clients_verification_is_as_good_as_none(
    rooms: Rooms, contact: Contact, trips: Trips, method: Method, what: str
) -> None:
    opened = await rooms.open(method, contact if method is not Method.BRANCH_OTP else None)
    of = rooms.verifications
    ask: dict[str, Ask] = {
        "read": lambda verification_id: of.get(verification_id, ANOTHER),
        "check": lambda verification_id: of.check_on_screen(verification_id, ANOTHER, "123456", None),
        "resend": lambda verification_id: of.resend(verification_id, ANOTHER),
        "cancel": lambda verification_id: of.cancel(verification_id, ANOTHER),
    }
    await _alike(trips, ask[what], opened.verification_id, keys.new_verification_id("nobody"))
    assert (await rooms.read(opened)).is_open


async def test_another_clients_notice_is_as_good_as_none(rooms: Rooms, contact: Contact, trips: Trips) -> None:
    notices = Notices(RedisNotices(rooms.store), rooms.customer_store, rooms.sending, keys.new_notice_id)
    sent, _ = await notices.send(CLIENT, CUSTOMER_ID, NoticeKind.ISSUANCE_STARTED, Operation.ISSUE, "ko")
    await _alike(trips, lambda notice_id: notices.get(notice_id, ANOTHER), sent.notice_id, keys.new_notice_id("nobody"))


async def test_another_customers_contact_is_as_good_as_none(rooms: Rooms, contact: Contact, trips: Trips) -> None:
    other = await rooms.register(builders.individual("someone-else"), "+821087654321")

    def ask(contact_id: str) -> Awaitable[object]:
        asked = OpenRequest(CLIENT, CUSTOMER_ID, Method.SMS, Operation.ISSUE, contact_id, None, None, "ko")
        return rooms.opening.open(asked)

    await _alike(trips, ask, other.contact_id, keys.new_contact_id())


async def test_a_number_that_somebody_has_is_registered_like_any(rooms: Rooms, contact: Contact, trips: Trips) -> None:
    """Two customers may share a phone; that one has it is nothing that another's registration tells."""
    await rooms.customer_store.put(builders.individual("one"))
    work = [
        await trips.of(rooms.customer_store.add_contact("one", builders.contact(number)))
        for number in (MOBILE, "+821087654321")
    ]
    assert work[0] == work[1]
