"""What runs out of time, and of resends, in gateways with limits of their own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from demo import running
from demo.api import Api, ApiError
from demo.carriers import SMS_NUMBER
from gateway.settings import Settings, load_settings
from tests.conftest import demo_on_free_ports
from tests.e2e.caller import Person
from tests.gateway.core.policies import with_row


@asynccontextmanager
async def a_customer_with(directory: Path, monkeypatch: pytest.MonkeyPatch, **changed: object) -> AsyncIterator[Person]:
    """Somebody at a gateway whose limits are shorter than anybody may set them."""

    def shorter(**given: Any) -> Settings:
        return load_settings(**given).model_copy(update=changed)

    monkeypatch.setattr(running, "load_settings", shorter)
    async with (
        demo_on_free_ports(directory) as demo,
        Api(demo.base_url, demo.secrets.api_key) as api,
        Api(demo.carrier_url) as carrier,
    ):
        person = Person(api, carrier)
        await person.register()
        yield person


@pytest.fixture
async def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Person]:
    """A customer who has two seconds."""
    monkeypatch.setattr("gateway.core.policy._SHORTEST_LIFE", 1)
    policy = with_row(tmp_path / "policy", "issue", valid_for="2")
    async with a_customer_with(tmp_path / "demo", monkeypatch, policy_dir=policy) as person:
        yield person


@pytest.fixture
async def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Person]:
    """A customer who may have the text again at once."""
    async with a_customer_with(tmp_path / "demo", monkeypatch, resend_after=0) as person:
        yield person


async def test_a_code_that_comes_late_is_refused(person: Person) -> None:
    opened = await person.start("sms")
    code = await person.texted_code()
    over = await person.closed(opened)
    assert (over["status"], over["status_reason"], over["attempts_remaining"]) == ("expired", "expired", 5)
    with pytest.raises(ApiError) as refused:
        await person.check(opened, code)
    assert (refused.value.status, refused.value.slug) == (409, "verification-closed")


async def test_a_reply_that_comes_late_is_told_so(person: Person) -> None:
    opened = await person.start("sms_reply")
    await person.texted(1)
    assert (await person.closed(opened))["status"] == "expired"
    await person.text(opened["binding_code"], to=SMS_NUMBER)
    assert "시간이 지났습니다" in (await person.texted(2))[1]
    assert (await person.now(opened))["status"] == "expired"


async def test_a_call_that_rings_too_long_is_expired(person: Person) -> None:
    over = await person.closed(await person.start("ars"))
    assert (over["status"], over["status_reason"]) == ("expired", "expired")
    assert "binding_code" not in over


async def test_a_text_is_sent_again_with_the_same_code_and_so_often_only(hasty: Person) -> None:
    opened = await hasty.start("sms")
    first = await hasty.texted_code()
    left = []
    for count in (2, 3, 4):
        left.append((await hasty.api.call("POST", f"/v1/verifications/{opened['id']}/resend", {}))["resends_remaining"])
        assert first in (await hasty.texted(count))[-1]
    assert left == [2, 1, 0]
    with pytest.raises(ApiError) as refused:
        await hasty.api.call("POST", f"/v1/verifications/{opened['id']}/resend", {})
    assert (refused.value.status, refused.value.slug) == (409, "resend-not-possible")
