"""Seeded faults: the same seed and the same order of events give the same faults."""

import random
from dataclasses import dataclass
from enum import Enum, auto

from carrier_sim.settings import FaultSettings


@dataclass(frozen=True, slots=True)
class WebhookFate:
    """What befalls one webhook. `delay` is in seconds."""

    delay: float = 0.0
    duplicated: bool = False
    overtaken: bool = False
    lost: bool = False


class RequestFate(Enum):
    """What befalls one REST request."""

    SERVED = auto()
    SERVER_ERROR = auto()
    TOO_MANY = auto()
    ACCEPTED_THEN_SILENT = auto()
    ACCEPTED_THEN_ERROR = auto()


@dataclass(frozen=True, slots=True)
class LookUpFate:
    """What befalls one question to a look-up service. `delay` is in seconds."""

    delay: float
    request: RequestFate


class Faults:
    """Draws the fate of each webhook and request. Every draw takes the same amount of randomness,
    so that changing one rate leaves the others' pattern alone."""

    def __init__(self, settings: FaultSettings) -> None:
        self.reset(settings)

    def reset(self, settings: FaultSettings) -> None:
        """Start over from the seed of these settings."""
        self.settings = settings
        self._random = random.Random(settings.seed)  # noqa: S311 - has to be repeatable
        # A source of their own: how often somebody looks up leaves the fate of messages and calls alone.
        self._look_ups = random.Random(settings.seed)  # noqa: S311 - has to be repeatable

    def of_webhook(self) -> WebhookFate:
        delay, duplicate, reorder, lose = (self._random.random() for _ in range(4))
        return WebhookFate(
            delay=delay * self.settings.delay_ms / 1000,
            duplicated=duplicate < self.settings.duplicate,
            overtaken=reorder < self.settings.reorder,
            lost=lose < self.settings.lose,
        )

    def of_request(self) -> RequestFate:
        faults = self.settings
        return _request_fate(self._random, faults.error_rate, faults.accept_then_timeout, faults.accept_then_error)

    def of_look_up(self) -> LookUpFate:
        delay = self._look_ups.random() * self.settings.look_up_delay_ms / 1000
        fate = _request_fate(self._look_ups, self.settings.look_up_error_rate, self.settings.look_up_timeout)
        return LookUpFate(delay, fate)


def _request_fate(
    source: random.Random, error_rate: float, timeout_rate: float, accepted_error_rate: float = 0
) -> RequestFate:
    refuse, which, accepted = (source.random() for _ in range(3))
    if refuse < error_rate:
        return RequestFate.SERVER_ERROR if which < 0.5 else RequestFate.TOO_MANY
    if accepted < timeout_rate:
        return RequestFate.ACCEPTED_THEN_SILENT
    if accepted < timeout_rate + accepted_error_rate:
        return RequestFate.ACCEPTED_THEN_ERROR
    return RequestFate.SERVED
