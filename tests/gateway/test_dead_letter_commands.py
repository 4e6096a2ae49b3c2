"""`bonin deadletters` as it is typed."""

import asyncio
import json

import pytest

from contacts.models import VerifiedBy
from gateway.cli import main
from gateway.core.delivery import DeliveryReason
from gateway.core.outbox import Buried
from gateway.settings import load_settings
from gateway.store.outbox import RedisOutbox
from gateway.wiring.store import open_store
from gateway.wiring.stores import build_stores
from tests.builders import CUSTOMER_ID, MOBILE, contact, individual, new_verification
from tests.outboxes import taken

pytestmark = pytest.mark.usefixtures("log_as_before", "settings_of_an_empty_store")


async def _bury(*reasons: DeliveryReason) -> None:
    """A delivery for each of these reasons, given up and set aside."""
    settings = load_settings()
    async with open_store(settings) as store:
        stores = build_stores(store, settings.personal_data, settings.limits)
        await stores.customers.put(individual(), "kim")
        mobile = contact()
        await stores.customers.add_contact(CUSTOMER_ID, mobile, "kim")
        await stores.customers.make_verifiable(CUSTOMER_ID, mobile, VerifiedBy.OWNERSHIP, "evidence", None)
        outbox = RedisOutbox(store)
        for reason in reasons:
            await stores.verifications.create(new_verification())
            (entry,) = await taken(outbox, 1)
            await outbox.bury(entry, Buried(reason, "first", 2))


@pytest.fixture
def two_letters(settings_of_an_empty_store: str) -> None:
    asyncio.run(_bury(DeliveryReason.CARRIER_TIMEOUT, DeliveryReason.NO_CARRIER))


def ids(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["deadletters", "list", "--json", *words]) == 0
    return [json.loads(line)["dead_letter_id"] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("two_letters")
def test_they_are_listed_with_reason_and_carrier_and_without_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadletters", "list"]) == 0
    listed = capsys.readouterr().out
    assert [word in listed for word in ("carrier_timeout", "no_carrier", "first", MOBILE)] == [True, True, True, False]
    assert len(ids(capsys, "--reason", "no_carrier")) == 1


@pytest.mark.usefixtures("two_letters")
def test_one_is_shown_and_one_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    (first, _) = ids(capsys)
    assert main(["deadletters", "show", first]) == 0
    assert "carrier_timeout" in capsys.readouterr().out
    assert main(["deadletters", "show", "--json", first]) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == 2
    assert main(["deadletters", "show", "0-1-1"]) == 1
    assert "bonin deadletters list" in capsys.readouterr().err


@pytest.mark.usefixtures("two_letters")
def test_one_is_replayed_once_and_the_other_thrown_away(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = ids(capsys)
    assert main(["deadletters", "replay", first, "--by", "kim"]) == 0
    assert capsys.readouterr().out == f"{first}: queued\n"
    assert main(["deadletters", "replay", first, "--by", "kim"]) == 1
    assert "gone" in capsys.readouterr().out
    assert main(["deadletters", "discard", second, "--by", "kim"]) == 0
    assert main(["deadletters", "discard", second, "--by", "kim"]) == 1
    capsys.readouterr()
    assert ids(capsys) == []


def test_who_answers_for_it_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("replay", "discard"):
        with pytest.raises(SystemExit):
            main(["deadletters", verb, "0-1-1"])
        assert "--by" in capsys.readouterr().err
