"""The expressions of alert rules and of dashboards, and the metrics that they ask for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deploy" / "observability"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana" / "dashboards" / "bonin.json").read_text())
RULES: list[dict[str, Any]] = YAML(typ="safe").load(FOLDER / "rules.yml")["groups"][0]["rules"]
SCRAPED_BY_ITSELF = frozenset({"up"})
"""Prometheus makes these of every target."""


def expressions() -> dict[str, str]:
    """By the alert or the panel that it is of."""
    rules = {rule["alert"]: rule["expr"] for rule in RULES}
    panels = {
        f"{panel['title']} {target['refId']}": target["expr"].replace("$__rate_interval", "1m")
        for panel in DASHBOARD["panels"]
        for target in panel["targets"]
    }
    return rules | panels


def metrics_in(expression: str) -> set[str]:
    """Raises when it is no PromQL."""
    return set(_names(promql_parser.parse(expression)))


def _names(node: Any) -> Iterator[str]:
    """Of every selector in the tree."""
    if isinstance(node, promql_parser.VectorSelector):
        yield str(node.name)
    for child in ("expr", "lhs", "rhs", "vs", "vector_selector"):
        if getattr(node, child, None) is not None:
            yield from _names(getattr(node, child))
    for argument in getattr(node, "args", None) or ():
        yield from _names(argument)
