"""How a contact stops being verifiable: who says so, and what only a SIM swap can be let off."""

from dataclasses import dataclass, field

import pytest

from contacts.models import Contact
from gateway.core.contact_life import ContactLife, Evidence
from gateway.core.errors import Refusal
from gateway.core.ports import RiskSignal
from gateway.core.problems import Problem
from tests import builders
from tests.builders import CUSTOMER_ID

CONTACT = builders.verifiable()
EVIDENCE = [Evidence(1, "verifiable", "ownership", "carrier", "kim", 2)]


@dataclass
class Lives:
    """A `ContactLifeStore` of one contact, which was let off early."""

    demoted: list[tuple[str, Contact, str, str, str]] = field(default_factory=list)

    async def demote(self, customer_id: str, contact: Contact, reason: str, evidence: str, person: str) -> bool:
        self.demoted.append((customer_id, contact, reason, evidence, person))
        return True

    async def evidence(self, customer_id: str, contact_id: str) -> list[Evidence] | None:
        return EVIDENCE if (customer_id, contact_id) == (CUSTOMER_ID, CONTACT.contact_id) else None

    async def is_released(self, customer_id: str, contact_id: str) -> bool:
        return (customer_id, contact_id) == (CUSTOMER_ID, CONTACT.contact_id)


async def test_a_carriers_word_takes_a_verification_back_in_the_gateways_name() -> None:
    store = Lives()
    await ContactLife(store).demote(CUSTOMER_ID, CONTACT, "number_recycling")
    await ContactLife(store).demote(CUSTOMER_ID, CONTACT, "ownership_not_confirmed", "kim")
    assert store.demoted == [
        (CUSTOMER_ID, CONTACT, "number_recycling", "carrier", "gateway"),
        (CUSTOMER_ID, CONTACT, "ownership_not_confirmed", "carrier", "kim"),
    ]


@pytest.mark.parametrize("signal", RiskSignal)
async def test_an_early_release_lifts_the_hold_of_a_changed_sim_and_no_other(signal: RiskSignal) -> None:
    released = await ContactLife(Lives()).is_released(CUSTOMER_ID, CONTACT.contact_id, signal)
    assert released is (signal is RiskSignal.SIM_SWAP)


@pytest.mark.parametrize(("customer_id", "contact_id"), [(CUSTOMER_ID, "con_other"), ("nobody", CONTACT.contact_id)])
async def test_an_early_release_is_of_one_contact_of_one_customer(customer_id: str, contact_id: str) -> None:
    life = ContactLife(Lives())
    assert await life.is_released(customer_id, contact_id, RiskSignal.SIM_SWAP) is False
    with pytest.raises(Refusal) as refused:
        await life.evidence(customer_id, contact_id)
    assert refused.value.problem is Problem.CONTACT_NOT_FOUND


async def test_the_evidence_of_a_contact_is_told() -> None:
    assert await ContactLife(Lives()).evidence(CUSTOMER_ID, CONTACT.contact_id) == EVIDENCE
