"""Phones: any E.164 number is one, from the first time somebody asks for it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from carrier_sim.settings import Behaviour, Person, RegistryState


@dataclass(slots=True, kw_only=True)
class Phone:
    """A phone and, for the registry, in whose name it is (None: nobody said)."""

    number: str = field(repr=False)
    name: str = field(default="", repr=False)
    name_en: str = field(default="", repr=False)
    behaviour: Behaviour = Behaviour.MANUAL
    greeting_keys: str = ""
    """Keys that the voicemail greeting of this phone plays."""
    owner_name: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)
    registry: RegistryState = RegistryState.NORMAL
    sim_swapped_at: datetime | None = None
    forwarded: bool = False
    """Every call goes to another number (착신전환)."""
    recycled_on: date | None = None
    """The day on which an earlier subscriber gave the number up."""
    opted_out: bool = False
    listed: bool = False
    """Shown on the phone page without being asked for."""


class Phones:
    """All phones of this carrier."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self._phones = {person.number: _phone_of(person) for person in people}

    def get(self, number: str) -> Phone:
        return self._phones.setdefault(number, Phone(number=number))

    def peek(self, number: str) -> Phone:
        """The phone as it is or would be, without remembering that somebody asked."""
        return self._phones.get(number) or Phone(number=number)

    def all(self) -> list[Phone]:
        return list(self._phones.values())


def _phone_of(person: Person) -> Phone:
    return Phone(
        number=person.number,
        name=person.name,
        name_en=person.name_en,
        owner_name=person.owner_name if person.owner_name is not None else person.name,
        birth_date=person.birth_date,
        registry=person.registry,
        listed=True,
    )
