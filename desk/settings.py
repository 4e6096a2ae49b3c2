"""What a desk is started with."""

from dataclasses import dataclass, field

PREFIX = "/desk"
"""Where the desk is mounted: its page, its files and its own interface live below."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages of the desk."""

    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class DeskCustomer:
    """A customer who may be chosen at the desk, and what the choice shows."""

    customer_id: str
    name: Text = field(repr=False)
    shows: Text


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """`public_url` is where browsers find the desk, `gateway_url` where the desk finds the gateway."""

    public_url: str
    gateway_url: str
    api_key: str = field(repr=False)
    firm: Text
    customer_centre: str
    customers: tuple[DeskCustomer, ...]
    phones_url: str | None = None
    """A page that shows the customers' phones, where there is one."""
