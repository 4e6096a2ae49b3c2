"""What a verification and its person should be, in plain Python: what the machine compares the store with."""

from dataclasses import dataclass, field

from contacts.models import Contact
from gateway.core.verification import Method, Status, Verdict, Verification


@dataclass
class Person:
    customer_id: str
    number: str
    contact: Contact | None = None
    wrong: int = 0
    locked: bool = False
    password: tuple[str, str] | None = None
    """Id and password in force."""


@dataclass
class Model:
    """What a verification should be."""

    id: str
    person: Person
    method: Method
    code: str | None = field(repr=False)
    status: Status = Status.PENDING
    past_its_time: bool = False
    attempts: dict[str, tuple[Verdict, int]] = field(default_factory=dict)
    deliveries: int = 1
    handed_over: bool = False
    """Whether a carrier has the latest delivery: only then does it count what is reported of it."""
    rank: int = 0
    resends: int = 0
    correct: int = 0
    seen_closed: Verification | None = None

    @property
    def shown(self) -> Status:
        return Status.EXPIRED if self.status is Status.PENDING and self.past_its_time else self.status

    @property
    def is_open(self) -> bool:
        return self.shown is Status.PENDING
