import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from joserfc.jwk import ECKey

from gateway.core.limits import Limits
from gateway.core.receipts import ReceiptSigner
from gateway.store.connection import Store
from tests.conftest import an_empty_store
from tests.gateway.audited import printed_to, tell
from tests.gateway.installations import needed_settings
from tests.gateway.rooms import Rooms


@pytest.fixture(scope="session")
def signer() -> ReceiptSigner:
    return ReceiptSigner("bonin", [ECKey.generate_key("P-256")], Limits.receipt_life)


@pytest.fixture
def rooms(store: Store, signer: ReceiptSigner) -> Rooms:
    """The gateway's use cases, with nobody registered."""
    return Rooms(store, Limits(), signer)


@pytest.fixture
def log_as_before() -> Iterator[None]:
    """A command turns the log to the standard error of its test, which ends with it."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level, logging.raiseExceptions = before


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which everything is right."""
    for name, value in needed_settings(tmp_path).items():
        monkeypatch.setenv(f"BONIN_{name.upper()}", value)
    return monkeypatch


@pytest.fixture
def settings_of_an_empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, valkey_url: str) -> str:
    """The environment of a gateway whose store runs, at the address that this gives, and holds nothing."""
    given = {**needed_settings(tmp_path), "redis_url": valkey_url, "log_level": "error"}
    for name, value in given.items():
        monkeypatch.setenv(f"BONIN_{name.upper()}", value)
    asyncio.run(_empty(valkey_url))
    return valkey_url


async def _empty(url: str) -> None:
    async with an_empty_store(url):
        pass


@pytest.fixture
def audit_keys(tmp_path: Path, settings_of_an_empty_store: str) -> Path:
    """The file with the audit's keys, of a gateway whose store holds one event; its settings are in the environment."""
    tell(1)
    written = tmp_path / "keys.json"
    assert printed_to(written, "keys") == 0
    return written
