"""The whole life of verifications, over a real store, against a model in plain Python."""

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
    precondition,
    rule,
    run_state_machine_as_test,
)

from gateway.core.delivery import RANK, DeliveryRef, DeliveryReport, DeliveryState
from gateway.core.errors import Refusal
from gateway.core.limits import Cap, Limits
from gateway.core.operations import Operation
from gateway.core.problems import Problem
from gateway.core.receipts import ReceiptSigner
from gateway.core.verification import TRAITS, Channel, Method, Status, Verdict, Verification
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.fields import FIELDS
from gateway.store.hand_overs import RedisHandOvers
from tests import builders
from tests.builders import CLIENT
from tests.gateway.contents import everything_in, holds
from tests.gateway.core.verification_model import Model, Person
from tests.gateway.rooms import Rooms

T = TypeVar("T")

ENDLESS = Cap(1_000_000, 600)
LIMITS = Limits(customer_cap=ENDLESS, number_cap=ENDLESS, number_day_cap=ENDLESS, client_cap=ENDLESS, wrong_answers=2)
"""As few wrong answers as a customer comes to within the steps of an example."""
OVER_THE_PHONE = {DeliveryState.BUSY, DeliveryState.NO_ANSWER, DeliveryState.FAILED, DeliveryState.COMPLETED}
ATTEMPTS = st.none() | st.sampled_from("abc")


class VerificationMachine(RuleBasedStateMachine):
    """Every rule acts on the store and on the model, and compares what both say."""

    verifications = Bundle("verifications")

    url: str
    signer: ReceiptSigner

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.store = Store(self.url)
        self.rooms = Rooms(self.store, LIMITS, self.signer)
        self.people = [Person("hong-gildong", "+821012345678"), Person("sung-chunhyang", "+821023456789")]
        self.models: list[Model] = []
        self.passwords: list[str] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def register(self) -> None:
        async def register() -> None:
            await self.store.open()
            await self.store.command("FLUSHALL")
            for person in self.people:
                person.contact = await self.rooms.register(builders.individual(person.customer_id), person.number)

        self.run(register())

    @rule(target=verifications, who=st.integers(0, 1), method=st.sampled_from(Method))
    def open(self, who: int, method: Method) -> Any:
        person = self.people[who]
        contact = None if method is Method.BRANCH_OTP else person.contact
        opening = self.rooms.open(method, contact, person.customer_id)
        if person.locked:
            assert self.refusal(opening).problem is Problem.CUSTOMER_LOCKED
            return multiple()
        opened = self.run(opening)
        self.models.append(Model(opened.verification_id, person, method, self.rooms.verifications.code_of(opened)))
        return self.models[-1]

    @rule(model=verifications, attempt=ATTEMPTS)
    def answer_right(self, model: Model, attempt: str | None) -> None:
        if (code := self.right_code(model)) is not None:
            self.judge(model, code, attempt)

    @rule(model=verifications, attempt=ATTEMPTS, off_by=st.integers(1, 999_999))
    def answer_wrong(self, model: Model, attempt: str | None, off_by: int) -> None:
        right = self.right_code(model)
        self.judge(model, f"{(int(right or '0') + off_by) % 1_000_000:06d}", attempt)

    @rule(model=verifications, other=verifications)
    def answer_with_the_code_of_another(self, model: Model, other: Model) -> None:
        if other.code is not None:
            self.judge(model, other.code, None)

    @rule(model=verifications, channel=st.sampled_from(Channel))
    def answer_in_another_channel(self, model: Model, channel: Channel) -> None:
        if channel is TRAITS[model.method].channel:
            return
        answering = self.rooms.verifications.judge(self.read(model), self.right_code(model) or "000000", channel)
        assert self.refusal(answering).problem is Problem.VERIFICATION_CLOSED

    @rule(model=verifications)
    def resend(self, model: Model) -> None:
        if model.is_open:
            self.run(self.store.command("HSET", keys.verification(model.id), FIELDS["v.resend_at"], 1))
        resending = self.rooms.verifications.resend(model.id, CLIENT)
        if not model.is_open:
            assert self.refusal(resending).problem is Problem.VERIFICATION_CLOSED
        elif not TRAITS[model.method].can_be_resent or model.resends == LIMITS.resends:
            assert self.refusal(resending).problem is Problem.RESEND_NOT_POSSIBLE
        else:
            assert self.run(resending).delivery_number == model.deliveries + 1
            model.resends, model.deliveries, model.rank = model.resends + 1, model.deliveries + 1, 0
            model.handed_over = False

    @rule(model=verifications)
    def cancel(self, model: Model) -> None:
        canceling = self.rooms.verifications.cancel(model.id, CLIENT)
        if model.is_open:
            assert self.run(canceling).status is Status.CANCELED
            model.status = Status.CANCELED
        else:
            assert self.refusal(canceling).problem is Problem.VERIFICATION_CLOSED
            model.status = model.shown

    @rule(model=verifications)
    def let_its_time_pass(self, model: Model) -> None:
        if model.is_open:
            self.run(self.rooms.let_life_pass(self.read(model)))
            model.past_its_time = True

    @precondition(lambda self: any(model.past_its_time for model in self.models))
    @rule()
    def sweep(self) -> None:
        self.run(self.rooms.sweep.sweep())
        for model in self.models:
            model.status = model.shown

    @rule(model=verifications)
    def hand_over(self, model: Model) -> None:
        if model.method is Method.BRANCH_OTP or model.handed_over or not model.is_open:
            return
        ref = DeliveryRef(model.id, model.deliveries)
        assert self.run(RedisHandOvers(self.store).begin(ref, "recorder", 2)).ref == ref
        model.handed_over = True

    @rule(model=verifications, state=st.sampled_from(DeliveryState), late=st.booleans())
    def report(self, model: Model, state: DeliveryState, late: bool) -> None:
        if model.method is Method.BRANCH_OTP:
            return
        ref = DeliveryRef(model.id, model.deliveries - 1 if late else model.deliveries)
        self.run(self.rooms.reports.take(DeliveryReport(ref, state), "recorder"))
        if not late and model.handed_over and RANK[state] > model.rank:
            model.rank = RANK[state]
            if model.method is Method.ARS and state in OVER_THE_PHONE:
                model.status = Status.FAILED if model.is_open else model.shown

    @rule(who=st.integers(0, 1))
    def issue_password(self, who: int) -> None:
        person = self.people[who]
        issued, password = self.run(
            self.rooms.passwords.issue(person.customer_id, Operation.ISSUE, "여의도", "박지점", None)
        )
        person.password = (issued.branch_password_id, password)
        self.passwords.append(password)

    @rule(who=st.integers(0, 1))
    def revoke_password(self, who: int) -> None:
        person = self.people[who]
        if person.password is not None:
            self.run(self.rooms.passwords.revoke(person.password[0], "박지점"))
            person.password = None

    @rule()
    def look_for_plain_codes(self) -> None:
        values = self.run(everything_in(self.store))
        for code in [*self.passwords, *(model.code for model in self.models if model.code is not None)]:
            assert not holds(values, code)

    @invariant()
    def the_store_agrees_with_the_model(self) -> None:
        for model in self.models:
            now = self.read(model)
            assert now.shown_status is model.shown
            assert (now.wrong_answers, now.locked) == (model.person.wrong, model.person.locked)
            assert (now.status is Status.VERIFIED) == (model.correct == 1)
            if model.status is Status.PENDING:
                continue
            assert now.sealed_code is None
            known = model.seen_closed = model.seen_closed or now
            assert (now.status, now.reason, now.closed_at) == (known.status, known.reason, known.closed_at)

    @invariant()
    def nobody_is_compared_beyond_the_limit(self) -> None:
        for person in self.people:
            assert person.wrong <= LIMITS.wrong_answers
            assert person.locked == (person.wrong == LIMITS.wrong_answers)

    def teardown(self) -> None:
        if self.models:
            self.look_for_plain_codes()
        self.run(self.store.close())
        self.loop.close()

    def judge(self, model: Model, code: str, attempt: str | None) -> None:
        answering = self.rooms.judge(self.read(model), code, attempt)
        known = model.attempts.get(attempt) if attempt is not None else None
        if known is None and model.status is not Status.PENDING:
            assert self.refusal(answering).problem is Problem.VERIFICATION_CLOSED
            return
        judged = self.run(answering)
        expected = known or self.expected(model, code)
        assert (judged.verdict, judged.wrong_answers) == expected
        if attempt is not None:
            model.attempts[attempt] = expected

    def expected(self, model: Model, code: str) -> tuple[Verdict, int]:
        """The verdict on an answer that is not a repeat, which the model takes note of."""
        person = model.person
        if model.past_its_time:
            model.status = Status.EXPIRED
            return Verdict.EXPIRED, person.wrong
        if code == self.right_code(model):
            model.status = Status.VERIFIED
            model.correct += 1
            if model.method is Method.BRANCH_OTP:
                person.password = None
            return Verdict.CORRECT, person.wrong
        person.wrong += 1
        if person.wrong < LIMITS.wrong_answers:
            return Verdict.WRONG, person.wrong
        person.locked = True
        for one in self.models:
            if one.person is person and one.status is Status.PENDING:
                one.status = Status.EXPIRED if one.past_its_time else Status.FAILED
        return Verdict.LOCKED, person.wrong

    @staticmethod
    def right_code(model: Model) -> str | None:
        if model.method is Method.BRANCH_OTP:
            return None if model.person.password is None else model.person.password[1]
        return model.code

    def read(self, model: Model) -> Verification:
        return self.run(self.rooms.verifications.get(model.id))

    def refusal(self, work: Coroutine[Any, Any, object]) -> Refusal:
        with pytest.raises(Refusal) as refused:
            self.run(work)
        return refused.value


def test_verifications_live_as_the_model_says(valkey_url: str, signer: ReceiptSigner) -> None:
    class Machine(VerificationMachine):
        pass

    Machine.url, Machine.signer = valkey_url, signer
    run_state_machine_as_test(Machine, settings=settings(max_examples=40, stateful_step_count=40))
