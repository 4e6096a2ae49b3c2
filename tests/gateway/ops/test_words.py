"""What operators read: words and durations in their language, and no code of ours where there is a word."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from contacts.models import VerifiedBy
from gateway.core.approvals import ApprovalKind, ApprovalStatus
from gateway.core.audit.events import EVENTS
from gateway.core.carriers import Capability
from gateway.core.delivery import DeliveryReason, DeliveryState
from gateway.core.notices import NoticeKind
from gateway.core.operators import Role
from gateway.core.outbox import Cargo
from gateway.core.ports import RiskSignal
from gateway.core.verification import Method, Status
from gateway.http.language import Locale
from gateway.ops.rendering import span
from gateway.ops.words import word
from ivr.state import EndReason

SAID_BY_THE_STORE = (EndReason.VERIFIED, EndReason.DENIED, EndReason.CLOSED)
"""How a call ended whose verification is over by then, and has a reason of its own."""


def _caused_by_the_store() -> set[str]:
    """What scripts give as the cause of a change of a contact; the other causes are given to them."""
    verbs = Path(__file__).parents[3] / "gateway" / "store" / "lua"
    called = re.compile(r"\b(?:fall\(\w+, '(\w+)'|note\(\w+, '\w+', '(\w+)')")
    return {first or second for path in verbs.rglob("*.lua") for first, second in called.findall(path.read_text())}


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("capability", Capability),
        ("method", Method),
        ("status", Status),
        ("delivery", DeliveryState),
        ("reason", DeliveryReason),
        ("reason", [reason for reason in EndReason if reason not in SAID_BY_THE_STORE]),
        ("event", [event for event, fields in EVENTS.items() if "verification" in fields.always | fields.sometimes]),
        ("role", Role),
        ("approval", ApprovalKind),
        ("approval_status", ApprovalStatus),
        ("cargo", Cargo),
        ("notice", NoticeKind),
        ("cause", [*VerifiedBy, *RiskSignal]),
        ("cause", sorted(_caused_by_the_store())),
    ],
)
def test_every_code_has_a_word_in_korean(kind: str, codes: Iterable[str]) -> None:
    assert [code for code in codes if word(kind, code, "ko") == code] == []


@pytest.mark.parametrize(
    ("milliseconds", "locale", "said"),
    [
        (None, "ko", "–"),
        (999, "ko", "999 ms"),
        (1_049, "ko", "1.0초"),
        (99_900, "ko", "99.9초"),
        (120_000, "ko", "2분"),
        (7_200_000, "ko", "2.0시간"),
        (1_500, "en", "1.5 s"),
        (120_000, "en", "2 min"),
        (7_200_000, "en", "2.0 h"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_suits_it(milliseconds: int | None, locale: Locale, said: str) -> None:
    assert span(milliseconds, locale) == said
