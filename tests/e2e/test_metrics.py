"""What Prometheus is told: everything that a rule or a dashboard asks for, all of it documented, nobody's data."""

import re

import pytest

from tests.docs.documents import table, words
from tests.e2e.caller import Caller, Person
from tests.observability import SCRAPED_BY_ITSELF, expressions, metrics_in


@pytest.fixture
async def told(stranger: Caller, person: Person) -> str:
    """The numbers, after something has happened."""
    await person.verified_by_sms()
    answer = await stranger.get("/metrics")
    return answer.content.decode()


def kinds(told: str) -> dict[str, str]:
    """Name → type, as declared."""
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", told, re.M))


def series(told: str) -> set[str]:
    """Every name that can be asked for."""
    made = set()
    for name, kind in kinds(told).items():
        made |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return made


async def test_each_metric_of_a_rule_or_a_panel_exists(told: str) -> None:
    asked = {metric for expression in expressions().values() for metric in metrics_in(expression)}
    assert asked - SCRAPED_BY_ITSELF - series(told) == set()


async def test_names_follow_the_conventions(told: str) -> None:
    for name, kind in kinds(told).items():
        if name.endswith("_created"):
            continue
        assert name.startswith("bonin_")
        assert name.endswith("_total") is (kind == "counter")
        assert name.endswith("_seconds") or kind != "histogram"


async def test_every_metric_is_documented(told: str) -> None:
    documented = {re.split(r"\W", word)[0] for row in table("docs/operations.md", "metric") for word in words(row[0])}
    made = {name for name in kinds(told) if not name.endswith("_created")}
    assert made - documented == set()


async def test_no_label_holds_anybody_s_data(told: str, person: Person) -> None:
    for hidden in (person.customer_id, person.contact_id, person.number, person.number[1:], "ver_"):
        assert hidden not in told


async def test_labels_are_few(told: str) -> None:
    """A name with many series is one whose labels are not bounded."""
    samples = [line.split("{")[0] for line in told.splitlines() if line and not line.startswith("#")]
    without_buckets = [name for name in samples if not name.startswith("bonin_http_request_seconds")]
    assert all(without_buckets.count(name) < 400 for name in set(without_buckets))


async def test_exemplars_are_off_by_default(stranger: Caller, told: str) -> None:
    answer = await stranger.get("/metrics", {"Accept": "application/openmetrics-text; version=1.0.0"})
    assert "# {" not in answer.content.decode()
