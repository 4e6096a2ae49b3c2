"""What tests over servers of their own share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store import node, wire
from gateway.store.embedded import EmbeddedStore
from tests.gateway.store.embedded_stores import Started


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for a replica that is well: a busy machine, or its disk, may keep it from saying what it has."""
    monkeypatch.setattr(node, "_REPLICA_MS", 20_000)
    monkeypatch.setattr(wire, "_SILENCE_SECONDS", 30.0)


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts an embedded store in a directory; all of them are stopped in the end."""
    stores: list[EmbeddedStore] = []

    def start(directory: Path) -> EmbeddedStore:
        stores.append(EmbeddedStore(directory))
        stores[-1].start()
        return stores[-1]

    yield start
    for store in stores:
        store.stop()
