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
from carrier_sim.records import Call, Message
from carrier_sim.registry import Registry
from carrier_sim.settings import Account, CarrierSettings
from carrier_sim.switchboard import Switchboard
from carrier_sim.texting import Texting
from carrier_sim.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Line:
    """What one account is served with; its faults are its own."""

    account: Account
    faults: Faults
    webhooks: Webhooks
    texting: Texting
    switchboard: Switchboard


@dataclass(frozen=True, slots=True)
class Carrier:
    """The accounts share the phones, and everything that is asked about them."""

    settings: CarrierSettings
    background: Background
    events: Events
    phones: Phones
    registry: Registry
    subscribers: Subscribers
    camara_tokens: CamaraTokens
    departures: Departures
    lines: tuple[Line, ...]

    @property
    def main(self) -> Line:
        return self.lines[0]

    @property
    def faults(self) -> Faults:
        """Those of the main account, and of look-ups."""
        return self.main.faults

    def messages(self) -> list[Message]:
        """Those of all accounts, oldest first."""
        return sorted((text for line in self.lines for text in line.texting.messages), key=lambda text: text.created)

    def calls(self) -> list[Call]:
        return sorted((call for line in self.lines for call in line.switchboard.calls), key=lambda call: call.created)


CARRIER = web.AppKey("carrier", Carrier)


def build_carrier(settings: CarrierSettings) -> Carrier:
    pace = Pace(settings.speed)
    background, events, phones = Background(), Events(), Phones(settings.people)

    def line(account: Account) -> Line:
        faults = Faults(settings.faults)
        webhooks = Webhooks(account.auth_token, faults, background, pace)
        return Line(
            account=account,
            faults=faults,
            webhooks=webhooks,
            texting=Texting(account, phones, webhooks, events, background, pace),
            switchboard=Switchboard(account, settings, phones, webhooks, events, background, pace),
        )

    return Carrier(
        settings=settings,
        background=background,
        events=events,
        phones=phones,
        registry=Registry(phones),
        subscribers=Subscribers(phones),
        camara_tokens=CamaraTokens(settings.camara_client_id, settings.camara_client_secret),
        departures=Departures(settings.people),
        lines=tuple(line(account) for account in (settings, *settings.more_accounts)),
    )
