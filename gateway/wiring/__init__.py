"""The only place that builds the gateway and closes it."""

from gateway.wiring.gateway import Gateway, open_gateway
from gateway.wiring.stores import open_store, store_url
from gateway.wiring.worker import open_worker

__all__ = ["Gateway", "open_gateway", "open_store", "open_worker", "store_url"]
