"""What the compose profile `observability` brings: rules that fire when they should, a dashboard that Grafana reads."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from gateway.settings import Settings
from tests.observability import DASHBOARD, FOLDER, ROOT, RULES, expressions, metrics_in


def promtool(*words: str) -> str:
    """What it finds fault with; nothing when it accepts."""
    program = shutil.which("promtool")
    if program is None:
        pytest.fail("promtool is missing: install the package `prometheus`, as .ci/run does.")
    done = subprocess.run([program, *words], cwd=FOLDER, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_promtool_accepts_the_rules_and_the_settings() -> None:
    assert promtool("check", "rules", "rules.yml") == ""
    assert promtool("check", "config", "--syntax-only", "prometheus.yml") == ""


def test_each_alert_fires_when_it_should_and_is_silent_when_all_is_well() -> None:
    assert promtool("test", "rules", "rules_test.yml") == ""


def test_each_alert_is_shown_to_fire() -> None:
    tried = (FOLDER / "rules_test.yml").read_text()
    assert [rule["alert"] for rule in RULES if rule["alert"] not in tried] == []


@pytest.mark.parametrize(("name", "expression"), expressions().items())
def test_each_expression_is_promql_over_metrics_of_ours(name: str, expression: str) -> None:
    assert metrics_in(expression)
    assert all(metric == "up" or metric.startswith("bonin_") for metric in metrics_in(expression))


def test_each_alert_says_how_bad_it_is_in_both_languages() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert {"summary", "summary_ko"} <= set(rule["annotations"])


def test_an_audit_that_is_sealed_as_seldom_as_the_settings_allow_raises_no_alert() -> None:
    (rule,) = [rule for rule in RULES if rule["alert"] == "BoninAuditUnsealed"]
    found = re.search("> ([0-9]+)", rule["expr"])
    assert found is not None
    (longest,) = [bound.le for bound in Settings.model_fields["audit_sealed_after"].metadata if hasattr(bound, "le")]
    assert 2 * longest <= int(found[1])


def test_each_alert_has_its_section_in_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    assert [rule["alert"] for rule in RULES if f"\n## {rule['alert']}" not in runbook] == []


def test_the_dashboard_is_what_grafana_reads_and_nothing_of_it_is_lost() -> None:
    """Read into Grafana's own types and written again: what its schema does not know would be gone or changed."""
    read = json.loads(JSONEncoder().encode(Dashboard.from_json(DASHBOARD)))
    assert left_out(DASHBOARD, read) == []


def test_a_carrier_that_loses_nothing_is_seen_to_lose_nothing(tmp_path: Path) -> None:
    (lost,) = [text for panel, text in expressions().items() if panel.startswith("통신사별 실패")]
    tried = {
        "interval": "1m",
        "input_series": [
            {"series": 'bonin_deliveries_total{carrier="well",method="sms",state="delivered"}', "values": "0+30x10"},
            {"series": 'bonin_deliveries_total{carrier="bad",method="sms",state="delivered"}', "values": "0+30x10"},
            {"series": 'bonin_deliveries_total{carrier="bad",method="sms",state="failed"}', "values": "0+10x10"},
        ],
        "promql_expr_test": [
            {
                "expr": lost,
                "eval_time": "10m",
                "exp_samples": [
                    {"labels": '{carrier="bad"}', "value": 0.25},
                    {"labels": '{carrier="well"}', "value": 0},
                ],
            }
        ],
    }
    file = tmp_path / "test.yml"
    file.write_text(json.dumps({"evaluation_interval": "1m", "tests": [tried]}))  # JSON is YAML as well
    assert promtool("test", "rules", str(file)) == ""


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def left_out(given: object, read: object, place: str = "") -> list[str]:
    """Where the two differ."""
    if isinstance(given, dict) and isinstance(read, dict):
        return [
            where
            for name, value in given.items()
            for where in ([f"{place}/{name}"] if name not in read else left_out(value, read[name], f"{place}/{name}"))
        ]
    if isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        pairs = enumerate(zip(given, read, strict=True))
        return [where for number, pair in pairs for where in left_out(*pair, f"{place}/{number}")]
    return [] if given == read else [place]
