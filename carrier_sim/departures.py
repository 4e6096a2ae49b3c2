"""Who is out of the country: the Ministry of Justice's departure records, as a look-up service answers for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from carrier_sim.registry import plain_name
from carrier_sim.settings import Person

Departed = Literal[True, False, "unknown"]


class DepartureOutage(Exception):
    """Nothing can be said about this person now."""


@dataclass(frozen=True, slots=True)
class Record:
    """`departed` None stands for an outage. `as_of` None is whenever somebody asks."""

    departed: Departed | None
    as_of: datetime | None = None


class Departures:
    """The records by name and birth date. Whoever is not in them has not left."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self._records = {
            _key(person.name, person.birth_date): Record(departed=True)
            for person in people
            if person.departed and person.birth_date is not None
        }

    def put(self, name: str, birth_date: str, record: Record) -> None:
        self._records[_key(name, birth_date)] = record

    def check(self, name: str, birth_date: str) -> tuple[Departed, datetime]:
        """Whether the person has left, and as of when. Raises DepartureOutage."""
        record = self._records.get(_key(name, birth_date), Record(departed=False))
        if record.departed is None:
            raise DepartureOutage
        return record.departed, record.as_of or datetime.now(UTC)


def _key(name: str, birth_date: str) -> tuple[str, str]:
    return plain_name(name), birth_date
