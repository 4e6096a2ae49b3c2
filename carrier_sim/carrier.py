"""The parts of one carrier, put together."""

from dataclasses import dataclass

from aiohttp import web

from carrier_sim.camara import Subscribers
from carrier_sim.camara_tokens import CamaraTokens
from carrier_sim.departures import Departures
from carrier_sim.events import Events
from carrier_sim.faults import Faults
from carrier_sim.pace import Background, Pace
from carrier_sim.phones import Phones
from carrier_sim.registry import Registry
from carrier_sim.settings import CarrierSettings
from carrier_sim.switchboard import Switchboard
from carrier_sim.texting import Texting
from carrier_sim.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Carrier:
    settings: CarrierSettings
    background: Background
    events: Events
    faults: Faults
    phones: Phones
    registry: Registry
    subscribers: Subscribers
    camara_tokens: CamaraTokens
    departures: Departures
    webhooks: Webhooks
    texting: Texting
    switchboard: Switchboard


CARRIER = web.AppKey("carrier", Carrier)


def build_carrier(settings: CarrierSettings) -> Carrier:
    pace = Pace(settings.speed)
    background = Background()
    events = Events()
    faults = Faults(settings.faults)
    phones = Phones(settings.people)
    webhooks = Webhooks(settings.auth_token, faults, background, pace)
    return Carrier(
        settings=settings,
        background=background,
        events=events,
        faults=faults,
        phones=phones,
        registry=Registry(phones, settings.registry_token),
        subscribers=Subscribers(phones),
        camara_tokens=CamaraTokens(settings.camara_client_id, settings.camara_client_secret),
        departures=Departures(settings.people, settings.departure_token),
        webhooks=webhooks,
        texting=Texting(settings, phones, webhooks, events, background, pace),
        switchboard=Switchboard(settings, phones, webhooks, events, background, pace),
    )
