"""Which installation's store this is, asked at the opening of each connection.

The first gateway of an empty store draws an id. A process that has seen it hands no command to a store without it:
that is another installation's, or its own, emptied, and what was written there would stand in the way of whoever
restores it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from gateway.core.errors import StoreUnavailable
from gateway.store import keys
from gateway.store.refusals import ClusterDownError, ElsewhereError, OtherStore


class Installation:
    """What one process knows of its store: nothing, until it has entered its keys there."""

    def __init__(self) -> None:
        self.known = b""

    async def require(self, ask: Callable[..., Awaitable[Any]]) -> None:
        """Raises `OtherStore`. Of a cluster's nodes only the one that has the id can tell."""
        if not self.known:
            return
        try:
            found = await ask("GET", keys.INSTALLATION)
        except ElsewhereError:
            return
        except StoreUnavailable as refused:
            if isinstance(refused.__cause__, ClusterDownError):
                return  # nobody has that slot, which must not keep the others from being served
            raise
        if found != self.known:
            raise OtherStore
