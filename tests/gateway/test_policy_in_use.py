"""From when a gateway decides by which policy is in the audit."""

from pathlib import Path

import pytest

from gateway.settings import load_settings
from gateway.wiring.gateway import open_gateway
from gateway.wiring.store import open_store
from tests.audit_events import all_events, unknown_to_the_catalogue
from tests.gateway.core.policies import PACKAGED, policy_with
from tests.gateway.installations import needed_settings

pytestmark = pytest.mark.usefixtures("log_as_before")


async def test_every_start_tells_the_policy_of_the_gateway(tmp_path: Path) -> None:
    changed = policy_with(tmp_path / "policy", valid_for="240")
    settings = load_settings(data_dir=tmp_path / "data", **needed_settings(tmp_path))
    for policy_dir in (None, tmp_path / "policy", None):
        async with open_gateway(settings.model_copy(update={"policy_dir": policy_dir})):
            pass
    async with open_store(settings) as store:
        told = [event for event in await all_events(store) if event["event"] == "policy.in_use"]
    assert [event["policy"] for event in told] == [PACKAGED.version, changed.version, PACKAGED.version]
    assert unknown_to_the_catalogue(told) == []
