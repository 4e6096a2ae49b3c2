"""The firm that the customer deals with, as texts, calls and pages name it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Firm:
    """A `name_ko` of at most 12 bytes in EUC-KR leaves room for the rest of a text."""

    name_ko: str
    name_en: str
    customer_centre: str
    """The telephone number of the customer centre, as people write it."""

    def name(self, locale: str) -> str:
        return self.name_en if locale == "en" else self.name_ko
