"""What the store keeps of an overseas exemption (R9), and what it writes to the audit of it (R20)."""

import pytest

from contacts.exemption import OverseasExemption, Period, RequestedVia
from gateway.core.approvals import ApprovalKind, ApprovalOutdated, ApprovalStatus
from gateway.core.exemptions import ExemptionStore
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.stores import CustomerMissing
from gateway.store import keys
from gateway.store.approvals import RedisApprovals
from gateway.store.exemptions import RedisExemptions
from tests import builders
from tests.audit_events import events
from tests.builders import CUSTOMER_ID
from tests.contracts.store.approval_requests import CHECKER, MAKER, new
from tests.contracts.store.servers import Ports

DAY = 86_400_000


@pytest.fixture
async def exemptions(ports: Ports) -> ExemptionStore:
    """The store of a registered customer."""
    await ports.customers.put(builders.individual())
    return RedisExemptions(ports.store)


async def exemption(exemptions: ExemptionStore, milliseconds: int = DAY) -> OverseasExemption:
    now = await exemptions.now()
    return OverseasExemption(Period(now, now + milliseconds), RequestedVia.ONLINE, "demo-operator", None)


async def registered(ports: Ports) -> OverseasExemption | None:
    customer = await ports.customers.read(CUSTOMER_ID)
    assert customer is not None
    with_contact, _ = await ports.customers.read_with_contact(CUSTOMER_ID, "con_none")
    assert with_contact is not None
    subject = await ports.customers.subject(CUSTOMER_ID, Operation.ISSUE)
    assert subject is not None
    assert with_contact.overseas_exemption == subject.overseas_exemption == customer.overseas_exemption
    return customer.overseas_exemption


async def audited(ports: Ports) -> dict[str, str]:
    ((_, words),) = await ports.store.command("XREVRANGE", keys.audit(keys.shard_of(CUSTOMER_ID)), "+", "-", "COUNT", 1)
    return {name.decode(): value.decode() for name, value in zip(words[::2], words[1::2], strict=True)}


async def test_a_customer_is_read_with_the_exemption_as_registered_last(
    ports: Ports, exemptions: ExemptionStore
) -> None:
    assert await registered(ports) is None
    first, second = await exemption(exemptions), await exemption(exemptions, 2 * DAY)
    assert await exemptions.put(CUSTOMER_ID, first) is True
    assert await registered(ports) == first
    assert await exemptions.put(CUSTOMER_ID, second) is False
    assert await registered(ports) == second


async def test_the_audit_says_who_registered_what_and_who_withdrew_it(ports: Ports, exemptions: ExemptionStore) -> None:
    one = await exemption(exemptions)
    await exemptions.put(CUSTOMER_ID, one)
    entry = await audited(ports)
    assert (entry["event"], entry["customer"]) == ("overseas_exemption.registered", CUSTOMER_ID)
    assert (entry["from"], entry["until"]) == (str(one.period.start), str(one.period.until))
    assert (entry["via"], entry["by"], entry.get("approved_by")) == ("online", "demo-operator", None)
    await exemptions.withdraw(CUSTOMER_ID, "somebody")
    entry = await audited(ports)
    assert (entry["event"], entry["by"]) == ("overseas_exemption.withdrawn", "somebody")


async def test_withdrawing_ends_it_and_may_be_done_twice(ports: Ports, exemptions: ExemptionStore) -> None:
    await exemptions.put(CUSTOMER_ID, await exemption(exemptions))
    await exemptions.withdraw(CUSTOMER_ID, "somebody")
    assert await registered(ports) is None
    await exemptions.withdraw(CUSTOMER_ID, "somebody")
    assert await registered(ports) is None


async def test_it_is_gone_when_its_period_is_over_and_its_version_is_not(
    ports: Ports, exemptions: ExemptionStore
) -> None:
    await exemptions.put(CUSTOMER_ID, await exemption(exemptions, 0))
    assert await registered(ports) is None
    assert await exemptions.version(CUSTOMER_ID) == 1


async def test_each_change_is_another_version(exemptions: ExemptionStore) -> None:
    seen = [await exemptions.version(CUSTOMER_ID)]
    for change in (exemptions.put(CUSTOMER_ID, await exemption(exemptions)), exemptions.withdraw(CUSTOMER_ID, "me")):
        await change
        seen.append(await exemptions.version(CUSTOMER_ID))
    await exemptions.withdraw(CUSTOMER_ID, "me")
    assert [*seen, await exemptions.version(CUSTOMER_ID)] == [0, 1, 2, 3]


async def test_a_customer_whose_data_is_replaced_keeps_it(ports: Ports, exemptions: ExemptionStore) -> None:
    one = await exemption(exemptions)
    await exemptions.put(CUSTOMER_ID, one)
    await ports.customers.put(builders.individual(online_consent=False))
    assert await registered(ports) == one


@pytest.mark.parametrize("changes", [{"name": "홍길순"}, {"birth_date": "1990-01-01"}])
async def test_another_person_has_none_and_no_request_for_the_former_one_is_approved(
    ports: Ports, exemptions: ExemptionStore, changes: dict[str, str]
) -> None:
    await exemptions.put(CUSTOMER_ID, await exemption(exemptions))
    await ports.customers.put(builders.individual(**changes), "이센터")
    assert await registered(ports) is None
    assert await exemptions.version(CUSTOMER_ID) == 2
    (ended,) = [one for one in await events(ports.store, CUSTOMER_ID) if one["event"] == "overseas_exemption.withdrawn"]
    assert ended["by"] == "이센터"


async def test_nobody_who_is_not_a_customer_has_one(exemptions: ExemptionStore) -> None:
    with pytest.raises(CustomerMissing):
        await exemptions.put("nobody", await exemption(exemptions))
    with pytest.raises(CustomerMissing):
        await exemptions.withdraw("nobody", "somebody")
    assert await exemptions.version("nobody") == 0


async def test_an_approved_request_names_both_people(ports: Ports, exemptions: ExemptionStore) -> None:
    approvals = RedisApprovals(ports.store, builders.personal_data(), Limits())
    now = await exemptions.now()
    action = {"from": str(now), "until": str(now + DAY), "version": "0"}
    waiting = await approvals.add(new(ApprovalKind.OVERSEAS_EXEMPTION, action))
    await approvals.approve(waiting, CHECKER, "본인 확인")
    one = await registered(ports)
    assert one is not None
    assert one.period == Period(now, now + DAY)
    assert (one.requested_via, one.requested_by) == (RequestedVia.CALL_CENTER, MAKER)
    assert one.approved_by


@pytest.mark.parametrize("overtaken_by", ["registering", "withdrawing", "time"])
async def test_a_request_that_was_overtaken_registers_nothing(
    ports: Ports, exemptions: ExemptionStore, overtaken_by: str
) -> None:
    approvals = RedisApprovals(ports.store, builders.personal_data(), Limits())
    now = await exemptions.now()
    until = now if overtaken_by == "time" else now + DAY
    action = {"from": str(now - DAY), "until": str(until), "version": "0"}
    waiting = await approvals.add(new(ApprovalKind.OVERSEAS_EXEMPTION, action))
    if overtaken_by == "registering":
        await exemptions.put(CUSTOMER_ID, await exemption(exemptions))
    if overtaken_by == "withdrawing":
        await exemptions.withdraw(CUSTOMER_ID, "the customer")
    before = await registered(ports)
    (listed,) = await approvals.with_status(ApprovalStatus.WAITING)
    assert listed.outdated
    with pytest.raises(ApprovalOutdated):
        await approvals.approve(waiting, CHECKER, "본인 확인")
    assert await registered(ports) == before
