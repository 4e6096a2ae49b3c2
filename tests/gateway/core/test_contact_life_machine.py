"""The life of contacts and of approvals, over a real store, against a model in plain Python."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from contacts.models import Contact
from contacts.phone_numbers import DEFAULT
from gateway.core.approvals import Approvals, ApprovalStatus, Decider
from gateway.core.customer_centre import CustomerCentre
from gateway.core.errors import Refusal
from gateway.core.limits import Cap, Limits
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.stores import Answer, ContactChanged, CustomerLocked, VerificationClosed
from gateway.core.verification import Channel, Verdict
from gateway.store import keys
from gateway.store.approvals import RedisApprovals
from gateway.store.connection import Store
from gateway.store.contact_life import RedisContactLife
from gateway.store.customers import RedisCustomers
from gateway.store.fields import FIELDS
from gateway.store.verifications import RedisVerifications
from tests import builders
from tests.builders import CODE, CUSTOMER_ID, new_verification
from tests.gateway.core.contact_life_model import OWNERSHIP, VOUCH, Line, Request, Vouch

T = TypeVar("T")

LIMITS = Limits(customer_cap=Cap(1_000_000, 600), ownership_check_good_for=3600)
NUMBERS = [f"+82101234567{last}" for last in range(6)]
CONTACTS = st.integers(0, 2)
NAMES = ["김상담", "박상담", "이센터장"]
PEOPLE = st.sampled_from(NAMES)
SELDOM = st.integers(0, 5)
SPELLINGS = st.sampled_from(["{}", " {} ", "{}\u3000", "{}\u3164"])


class ContactLifeMachine(RuleBasedStateMachine):
    """Every rule acts on the store and on the model, and compares what both say."""

    vouches = Bundle("vouches")
    requests = Bundle("requests")

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = Store(self.url)
        self.customers = RedisCustomers(self.store, builders.personal_data(), LIMITS)
        self.life = RedisContactLife(self.store, LIMITS)
        self.verifications = RedisVerifications(self.store, LIMITS)
        store = RedisApprovals(self.store, builders.personal_data(), LIMITS)
        self.approvals = Approvals(store, keys.new_approval_id)
        self.centre = CustomerCentre(self.approvals, self.customers, store, DEFAULT)
        self.lines: list[Line] = []
        self.opened: list[Vouch] = []
        self.asked: list[Request] = []
        self.locked_at = 0
        self.locks = 0
        self.names = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def register(self) -> None:
        self.run(self.store.open())
        self.run(self.store.command("FLUSHALL"))
        self.run(self.customers.put(builders.individual()))
        for number in NUMBERS[:3]:
            contact = builders.contact(number)
            self.run(self.customers.add_contact(CUSTOMER_ID, contact))
            self.lines.append(Line(contact.contact_id, number))
        self.pass_the_ownership_check(0)

    @rule(which=CONTACTS)
    def pass_the_ownership_check(self, which: int) -> None:
        line = self.lines[which]
        self.run(self.customers.make_verifiable(CUSTOMER_ID, self.read(line), OWNERSHIP, "carrier", None))
        line.by, line.voucher = OWNERSHIP, None

    @rule(target=vouches, by=CONTACTS, for_whom=CONTACTS, is_answered=st.booleans())
    def open(self, by: int, for_whom: int, is_answered: bool) -> Any:
        """A verification of a contact for another: the store leaves it to its caller which contact may be used."""
        one, other = self.lines[by], self.lines[for_whom]
        new = new_verification(
            operation=Operation.VOUCH,
            contact_id=one.contact_id,
            contact_version=one.version,
            target_contact_id=other.contact_id,
        )
        if self.locked_at:
            with pytest.raises(CustomerLocked):
                self.run(self.verifications.create(new))
            return multiple()
        self.run(self.verifications.create(new))
        vouch = Vouch(new.verification_id, one, other, (one.falls, other.falls))
        self.opened.append(vouch)
        if is_answered:
            self.answer(vouch)
        return vouch

    @rule(vouch=vouches)
    def answer(self, vouch: Vouch) -> None:
        one = self.run(self.verifications.read(vouch.verification_id))
        assert one is not None
        digest = builders.vault().digest(one.verification_id, CUSTOMER_ID, one.operation, CODE, pepper_id=one.pepper_id)
        answering = self.verifications.check(one, Answer(digest, (digest,), Channel.SCREEN))
        if vouch.status != "pending":
            with pytest.raises(VerificationClosed):
                self.run(answering)
        elif self.locked_at:
            assert self.run(answering).verdict is Verdict.LOCKED
            vouch.status = "failed"
        else:
            assert self.run(answering).verdict is Verdict.CORRECT
            vouch.status = "verified"

    @rule(vouch=vouches)
    def vouch(self, vouch: Vouch) -> None:
        by, target = vouch.by, vouch.target
        good = vouch.status == "verified" and not vouch.is_void and by.by is OWNERSHIP
        vouching = self.customers.make_verifiable(
            CUSTOMER_ID, self.read(target), VOUCH, vouch.verification_id, self.read(by)
        )
        if not good:
            with pytest.raises(ContactChanged):
                self.run(vouching)
            return
        self.run(vouching)
        if target.by is not OWNERSHIP:
            target.by, target.voucher = VOUCH, by

    @rule(which=CONTACTS)
    def let_a_signal_speak_against(self, which: int) -> None:
        line = self.lines[which]
        fell = self.run(self.life.demote(CUSTOMER_ID, self.read(line), "number_recycling", "carrier", "gateway"))
        assert fell == (line.by is not None)
        if fell:
            self.fall(line)

    @rule(which=CONTACTS)
    def let_the_check_age(self, which: int) -> None:
        line = self.lines[which]
        if line.by is OWNERSHIP:
            resting = [line, *(one for one in self.lines if one.voucher is line)]
            for one in resting:
                self.run(self.store.command("HSET", keys.contact(CUSTOMER_ID, one.contact_id), FIELDS["c.owned_at"], 1))
            self.fall(line)

    @rule(seldom=SELDOM)
    def become_another_person(self, seldom: int) -> None:
        if seldom:
            return
        self.names += 1
        self.run(self.customers.put(builders.individual(name=f"홍길동{self.names}")))
        for line in self.lines:
            self.fall(line)

    @rule(seldom=SELDOM)
    def lock(self, seldom: int) -> None:
        if not self.locked_at and not seldom:
            self.locks += 1
            self.locked_at = self.locks
            guard = keys.guard(CUSTOMER_ID)
            self.run(self.store.command("HSET", guard, "wrong", 5, "wrong_at", 1, "locked_at", self.locks))

    @rule(target=requests, which=CONTACTS, number=st.sampled_from(NUMBERS), maker=PEOPLE, is_approved=st.booleans())
    def ask_for_a_change(self, which: int, number: str, maker: str, is_approved: bool) -> Any:
        line = self.lines[which]
        asking = self.centre.request_change(CUSTOMER_ID, line.contact_id, number, "휴대폰 변경", maker)
        if number in {one.number for one in self.lines}:
            assert self.refusal(asking) is Problem.CONTACT_ALREADY_REGISTERED
            return multiple()
        request = Request(self.run(asking).approval_id, maker, line, line.number, number)
        return self.asked_for(request, is_approved)

    @rule(target=requests, maker=PEOPLE, is_approved=st.booleans())
    def ask_for_an_unlock(self, maker: str, is_approved: bool) -> Any:
        asking = self.centre.request_unlock(CUSTOMER_ID, "번호를 잘못 읽음", maker)
        if not self.locked_at:
            assert self.refusal(asking) is Problem.CUSTOMER_NOT_LOCKED
            return multiple()
        return self.asked_for(Request(self.run(asking).approval_id, maker, None, str(self.locked_at)), is_approved)

    @rule(request=requests, name=PEOPLE, key_person=PEOPLE, spelling=SPELLINGS)
    def approve(self, request: Request, name: str, key_person: str, spelling: str) -> None:
        approving = self.approvals.approve(request.approval_id, Decider(spelling.format(name), key_person), "확인")
        numbers = {line.number for line in self.lines}
        if (problem := request.why_not({name, key_person}, numbers, self.locked_at)) is not None:
            assert self.refusal(approving) is problem
            return
        assert self.run(approving).status is ApprovalStatus.APPROVED
        request.status = ApprovalStatus.APPROVED
        request.carried_out += 1
        if request.line is None:
            self.locked_at = 0
        else:
            self.fall(request.line)
            request.line.number = request.number

    @rule(request=requests, name=PEOPLE)
    def reject(self, request: Request, name: str) -> None:
        rejecting = self.approvals.reject(request.approval_id, Decider(name, name), "본인 확인 실패")
        if request.status is not ApprovalStatus.WAITING:
            assert self.refusal(rejecting) is Problem.APPROVAL_CLOSED
            return
        self.run(rejecting)
        request.status = ApprovalStatus.REJECTED

    @rule(request=requests)
    def let_its_time_pass(self, request: Request) -> None:
        if request.status is ApprovalStatus.WAITING:
            self.run(self.store.command("HSET", keys.approval(request.approval_id), "expires_at", 1))
            request.status = ApprovalStatus.EXPIRED

    @invariant()
    def a_contact_is_what_the_model_says(self) -> None:
        found = self.run(self.customers.contacts(CUSTOMER_ID))
        assert len(found) == len(self.lines)
        contacts = {one.contact.contact_id: one.contact for one in found}
        for line in self.lines:
            now = contacts[line.contact_id]
            assert (now.number.e164, now.verified_by, now.version) == (line.number, line.by, line.version)
            assert (now.status == "verifiable") == (line.by is not None)
            assert line.by is not VOUCH or (line.voucher is not None and line.voucher.by is OWNERSHIP)

    @invariant()
    def the_evidence_ends_with_what_the_contact_is(self) -> None:
        for line in self.lines:
            kept = self.run(self.life.evidence(CUSTOMER_ID, line.contact_id))
            assert kept is not None
            events = [one.event for one in kept if one.event != "changed"]
            assert events[-1:] in ([], ["verifiable" if line.by else "needs_verification"])
            assert events[:1] in ([], ["verifiable"])

    @invariant()
    def what_is_void_is_closed(self) -> None:
        for vouch in self.opened:
            one = self.run(self.verifications.read(vouch.verification_id))
            assert one is not None
            assert one.status == vouch.status

    @invariant()
    def a_request_is_carried_out_at_most_once(self) -> None:
        for request in self.asked:
            assert self.run(self.approvals.get(request.approval_id)).status is request.status
            assert request.carried_out == (request.status is ApprovalStatus.APPROVED)

    def teardown(self) -> None:
        self.run(self.store.close())
        self.loop.close()

    def asked_for(self, request: Request, is_approved: bool) -> Request:
        """A request that waits, or that a colleague approves at once: few would be approved by chance."""
        self.asked.append(request)
        if is_approved:
            colleague = next(name for name in NAMES if name != request.maker)
            self.approve(request, colleague, colleague, "{}")
        return request

    def fall(self, line: Line) -> None:
        line.fall(self.lines)
        for vouch in self.opened:
            if vouch.status == "pending" and vouch.is_void:
                vouch.status = "failed"

    def read(self, line: Line) -> Contact:
        _, found = self.run(self.customers.read_with_contact(CUSTOMER_ID, line.contact_id))
        assert found is not None
        return found.contact

    def refusal(self, work: Coroutine[Any, Any, object]) -> object:
        with pytest.raises(Refusal) as refused:
            self.run(work)
        return refused.value.problem


def test_contacts_and_approvals_live_as_the_model_says(valkey_url: str) -> None:
    class Machine(ContactLifeMachine):
        pass

    Machine.url = valkey_url
    run_state_machine_as_test(Machine, settings=settings(max_examples=60, stateful_step_count=30))
