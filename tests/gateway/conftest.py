import logging
from collections.abc import Iterator

import pytest
import structlog
from joserfc.jwk import ECKey

from gateway.core.limits import Limits
from gateway.core.receipts import ReceiptSigner
from gateway.store.connection import Store
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
