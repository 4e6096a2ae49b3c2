"""The local carrier as one aiohttp application."""

from collections.abc import AsyncIterator

from aiohttp import web

from carrier_sim import camara_routes, control, departure_routes, page, registry_routes, rest_calls, rest_messages
from carrier_sim.carrier import CARRIER, build_carrier
from carrier_sim.control import control_middleware
from carrier_sim.rest import rest_middleware
from carrier_sim.settings import CarrierSettings

MAX_BODY_BYTES = 64 * 1024


def create_app(settings: CarrierSettings) -> web.Application:
    """A carrier of its own: it owns all its tasks, and they end with it."""
    app = web.Application(middlewares=[rest_middleware, control_middleware], client_max_size=MAX_BODY_BYTES)
    app[CARRIER] = build_carrier(settings)
    for routes in (
        rest_messages.ROUTES,
        rest_calls.ROUTES,
        control.ROUTES,
        registry_routes.ROUTES,
        camara_routes.ROUTES,
        departure_routes.ROUTES,
        page.ROUTES,
    ):
        app.add_routes(routes)
    app.on_shutdown.append(_stop)
    app.cleanup_ctx.append(_connections)
    return app


async def _connections(app: web.Application) -> AsyncIterator[None]:
    for line in app[CARRIER].lines:
        await line.webhooks.open()
    yield
    await app[CARRIER].background.close()
    for line in app[CARRIER].lines:
        await line.webhooks.close()


async def _stop(app: web.Application) -> None:
    # Open event streams and held requests end here: the server waits for them before it cleans up.
    app[CARRIER].background.stopping.set()
