"""What tests over servers of their own share."""

import pytest

from gateway.store import node, wire


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for a replica that is well: a busy machine, or its disk, may keep it from saying what it has."""
    monkeypatch.setattr(node, "_REPLICA_MS", 20_000)
    monkeypatch.setattr(wire, "_SILENCE_SECONDS", 30.0)
