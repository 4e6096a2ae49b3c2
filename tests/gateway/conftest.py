import pytest
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
