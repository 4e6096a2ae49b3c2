"""Everything outside that the gateway speaks to: carriers, and look-ups about people and numbers."""

import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from contacts.ownership import OwnershipCheck
from contacts.protection import PersonalData
from gateway.carriers.camara.client import CamaraClient
from gateway.carriers.camara.ownership import CamaraOwnershipCheck
from gateway.carriers.camara.risk_signals import CamaraRiskSignals
from gateway.carriers.camara.services import camara_client
from gateway.carriers.departure.records import HttpDepartureRecords, NoDepartureRecords
from gateway.carriers.registry.ownership import NoOwnershipCheck, RegistryOwnershipCheck
from gateway.core.policy import Policy
from gateway.core.ports import DepartureRecords, RiskSignal, RiskSignals
from gateway.core.remembered_signals import RememberedSignals
from gateway.geo.countries import PACKAGED, CountryDatabase
from gateway.methods.routing import Line
from gateway.settings import Settings
from gateway.wiring.carriers import carrier_lines


@dataclass(frozen=True, slots=True)
class Outside:
    """What is not configured is an object that knows nothing; of signals, None."""

    lines: tuple[Line, ...]
    ownership: OwnershipCheck
    signals: RiskSignals | None
    departures: DepartureRecords
    countries: CountryDatabase


def reach_outside(settings: Settings, policy: Policy, personal_data: PersonalData, stack: AsyncExitStack) -> Outside:
    """Built without a connection; `stack` closes what is opened later."""
    camara = _camara(settings, stack)
    return Outside(
        lines=carrier_lines(settings, stack),
        ownership=_ownership_check(settings, camara, stack),
        signals=_signals(settings, camara, policy, personal_data),
        departures=_departures(settings, stack),
        countries=CountryDatabase(settings.geoip_db or PACKAGED),
    )


def _camara(settings: Settings, stack: AsyncExitStack) -> CamaraClient | None:
    url, client_id, secret = settings.camara_url, settings.camara_client_id, settings.camara_client_secret
    if url is None or client_id is None or secret is None:
        return None
    client = camara_client(url, client_id, secret, settings.camara_token_url)
    stack.push_async_callback(client.close)
    return client


def _signals(
    settings: Settings, camara: CamaraClient | None, policy: Policy, personal_data: PersonalData
) -> RiskSignals | None:
    if camara is None:
        return None
    sim_swap = policy.signals.get(RiskSignal.SIM_SWAP)
    signals = CamaraRiskSignals(camara, sim_swap.hours if sim_swap else None)
    return RememberedSignals(
        signals, lambda e164: personal_data.blind_indexes(e164)[0], settings.signals_remembered, time.monotonic
    )


def _ownership_check(settings: Settings, camara: CamaraClient | None, stack: AsyncExitStack) -> OwnershipCheck:
    if camara is not None:
        return CamaraOwnershipCheck(camara)
    if settings.registry_url is None or settings.registry_token is None:
        return NoOwnershipCheck()
    check = RegistryOwnershipCheck(settings.registry_url, settings.registry_token.get_secret_value())
    stack.push_async_callback(check.close)
    return check


def _departures(settings: Settings, stack: AsyncExitStack) -> DepartureRecords:
    if settings.departure_url is None or settings.departure_token is None:
        return NoDepartureRecords()
    records = HttpDepartureRecords(
        settings.departure_url, settings.departure_token.get_secret_value(), settings.departure_max_age
    )
    stack.push_async_callback(records.close)
    return records
