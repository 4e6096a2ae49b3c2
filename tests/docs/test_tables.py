"""What a table says of the code is what the code says."""

import inspect
import re

import pytest
from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from carrier_sim import control, departure_routes
from carrier_sim.settings import Behaviour, FaultSettings, RegistryState
from gateway import __version__
from gateway.core.approvals import ApprovalKind
from gateway.core.audit.events import EVENTS, EventFields
from gateway.core.callers import Scope
from gateway.core.deciding import Outcome
from gateway.core.delivery import DeliveryReason
from gateway.core.ports import RiskSignal
from gateway.core.problems import Problem
from gateway.core.verification import Status, Verdict
from gateway.http import twilio_webhooks
from gateway.limit_settings import LimitSettings
from gateway.settings import Settings
from gateway.store import cap_keys, keys
from ivr.state import EndReason
from tests.docs.documents import ROOT, table, words
from tests.faults.catalogue import FAULTS


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    match field.default:
        case None | ():
            return "none"
        case frozenset():
            return "`[" + ", ".join(f'"{one}"' for one in sorted(field.default)) + "]`"
        case bool():
            return f"`{str(field.default).lower()}`"
        case _:
            return f"`{field.default}`"


def _bounds(field: FieldInfo) -> str:
    least = [one.ge for one in field.metadata if isinstance(one, Ge)]
    most = [one.le for one in field.metadata if isinstance(one, Le)]
    if least and most:
        return f"{least[0]} to {most[0]}"
    return f"from {least[0]}" if least else ""


def test_the_settings_are_those_of_the_gateway() -> None:
    for heading, limits in (("setting", False), ("limit", True)):
        documented = [row[:3] for row in table("docs/operations.md", heading)]
        assert documented == [
            [f"`BONIN_{name.upper()}`", _default(field), _bounds(field)]
            for name, field in Settings.model_fields.items()
            if (name in LimitSettings.model_fields) is limits
        ]


def test_every_scope_of_a_key_is_explained() -> None:
    explained = [words(row[0]) for row in table("docs/operations.md", "scope")]
    assert sorted(explained) == sorted([scope] for scope in Scope)


def test_every_problem_is_listed_with_its_status() -> None:
    documented = {(slug, int(row[1])) for row in table("docs/integration.md", "problem") for slug in words(row[0])}
    assert documented == {(problem.value.slug, problem.value.status) for problem in Problem}


def test_every_status_is_explained() -> None:
    assert [words(row[0]) for row in table("docs/integration.md", "status")] == [[status] for status in Status]


def test_every_outcome_of_a_decision_is_explained() -> None:
    assert [words(row[0]) for row in table("docs/integration.md", "outcome")] == [[one] for one in Outcome]


def test_every_kind_of_approval_is_explained() -> None:
    assert [words(row[0]) for row in table("docs/contacts-and-approvals.md", "`kind`")] == [
        [one] for one in ApprovalKind
    ]


@pytest.mark.parametrize("name", ["operations.csv", "signals.csv"])
def test_every_column_of_the_policy_is_explained(name: str) -> None:
    columns = (ROOT / "gateway" / "policy" / name).read_text().splitlines()[0].split(",")
    explained = [word for row in table("docs/policy.md", "column", below=f"## {name}") for word in words(row[0])]
    assert explained == columns


def test_every_signal_is_explained() -> None:
    (signals,) = [row[1] for row in table("docs/policy.md", "column", below="## signals.csv") if row[0] == "`signal`"]
    assert words(signals) == list(RiskSignal)


def test_every_reason_of_a_failure_is_named() -> None:
    text = (ROOT / "docs" / "integration.md").read_text()
    named = set(
        words(text.partition("`status_reason` of a failed verification is one of these:\n\n")[2].partition("\n\n")[0])
    )
    not_failures = {EndReason.VERIFIED, EndReason.DENIED, EndReason.EXPIRED, EndReason.CLOSED}
    failures = {
        Verdict.LOCKED,
        Verdict.CONTACT_CHANGED,
        Verdict.STORE_CHANGED,
        "consent_withdrawn",
        "customer_changed",
        *DeliveryReason,
        *(set(EndReason) - not_failures),
    }
    assert named - {"delivery"} == set(map(str, failures))


def test_every_event_of_the_audit_is_listed_with_what_it_tells() -> None:
    documented = {
        event: EventFields.of(" ".join(words(row[1])))
        for row in table("docs/audit.md", "event")
        for event in words(row[0])
    }
    assert documented == EVENTS


def test_every_kind_of_key_is_listed() -> None:
    sources = inspect.getsource(keys) + inspect.getsource(cap_keys)
    made = re.findall(r'"\{(?:_IN\[|in_shard_of\(|start)[^}]*\}([a-z-]+:?)', sources)
    documented = {word.removesuffix("*") for row in table("docs/operations.md", "key") for word in words(row[0])}
    assert {key for key in made if not key.startswith("cap:")} == documented - {"cap:"}


def test_every_event_of_the_log_is_listed() -> None:
    sources = [path.read_text() for path in (ROOT / "gateway").rglob("*.py")]
    calls = [call for source in sources for call in re.findall(r'log\.(\w+)\(\s*"(\w+)"', source)]
    logged = {(event, level) for level, event in calls}
    documented = {(event, row[1]) for row in table("docs/operations.md", "event") for event in words(row[0])}
    assert documented == logged


def test_the_control_interface_is_what_the_local_carrier_offers() -> None:
    documented = [words(row[0])[0] for row in table("docs/carriers.md", "call")]
    assert documented == [
        f"{route.method} {route.path}"
        for route in (*control.ROUTES, *departure_routes.ROUTES)
        if route.path.startswith("/control/")
    ]


def test_phones_and_faults_are_told_in_full() -> None:
    told = {words(row[0])[0]: words(row[1]) for row in table("docs/carriers.md", "call")}
    assert {*Behaviour, *RegistryState} <= set(told["PUT /control/phones/{number}"])
    assert set(told["PUT /control/faults"]) == {*FaultSettings.__dataclass_fields__, "account"}


def test_the_webhooks_are_those_that_the_gateway_takes() -> None:
    added = re.findall(r'^ +add?\(?\s*f"\{WEBHOOKS\}(/[a-z]+)|^ +f"\{WEBHOOKS\}(/[a-z]+)', _source_of_webhooks(), re.M)
    documented = {words(row[0])[0].removeprefix("/webhooks/twilio") for row in table("docs/carriers.md", "webhook")}
    assert {"/" + path.split("/")[1] for path in documented} == {one or other for one, other in added}


def _source_of_webhooks() -> str:
    return inspect.getsource(twilio_webhooks.TwilioEndpoints.add_to)


def test_every_fault_is_listed_with_its_dose() -> None:
    documented = [row[:3] for row in table("docs/reliability.md", "fault")]
    assert documented == [[f"`{fault.name}`", fault.what, f"{fault.full:,} {fault.unit}"] for fault in FAULTS]
    listed = [row[:3] for row in table("tests/faults/README.md", "fault")]
    assert [row[0].partition("]")[0].strip("[") for row in listed] == [fault.name for fault in FAULTS]
    assert [row[2] for row in listed] == [f"{fault.short:,}" for fault in FAULTS]


def test_the_version_is_one() -> None:
    assert f"image: bonin:{__version__}\n" in (ROOT / "docker-compose.yml").read_text()
