"""The only place that builds the gateway and closes it."""

from gateway.wiring.gateway import Gateway, open_gateway
from gateway.wiring.stores import open_store

__all__ = ["Gateway", "open_gateway", "open_store"]
