"""What is written of a decision by hand is what its model would write."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.models import Contact, ContactLabel, ContactMethod, ContactStatus, VerifiedBy
from contacts.phone_numbers import LineType, PhoneNumber
from gateway.core.deciding import Decision, Outcome, Reason
from gateway.core.decisions import Decided
from gateway.core.verification import Method
from gateway.http.decision_answers import decision_answer
from gateway.http.decision_schemas import DecisionAnswer
from gateway.http.language import Locale
from gateway.http.schemas import ContactAnswer

words = st.text("abc가나", min_size=1, max_size=5)
contacts = st.builds(
    Contact,
    contact_id=words,
    number=st.builds(PhoneNumber, st.sampled_from(["+821012345678", "+82212345678"]), st.sampled_from(LineType)),
    label=st.sampled_from(ContactLabel),
    status=st.sampled_from(ContactStatus),
    verified_by=st.none() | st.sampled_from(VerifiedBy),
    verified_at=st.none() | st.integers(0, 2_000_000_000_000).map(lambda at: datetime.fromtimestamp(at / 1000, UTC)),
    version=st.integers(1, 9),
)
decided = st.builds(
    Decided,
    decision_id=words,
    policy_version=words,
    decision=st.builds(
        Decision,
        outcome=st.sampled_from(Outcome),
        reasons=st.lists(st.builds(Reason, words, st.booleans(), words, words), min_size=1, max_size=3).map(tuple),
        methods=st.lists(st.sampled_from(Method), unique=True).map(tuple),
    ),
    contacts=st.lists(
        st.tuples(contacts, st.lists(st.sampled_from(ContactMethod), unique=True).map(tuple)), max_size=3
    ).map(tuple),
    auto_connect_token=st.none() | words,
)


def as_its_model_writes(one: Decided, locale: Locale) -> str:
    decision = one.decision
    return DecisionAnswer(
        decision_id=one.decision_id,
        outcome=decision.outcome,
        reasons=[
            {"rule": each.rule, "met": each.met, "detail": getattr(each, f"detail_{locale}")}
            for each in decision.reasons
        ],
        methods=list(decision.methods),
        contacts=[ContactAnswer.of(contact, methods) for contact, methods in one.contacts],
        policy_version=one.policy_version,
        auto_connect_token=one.auto_connect_token,
    ).model_dump_json()


@pytest.mark.parametrize("locale", ["ko", "en"])
@given(one=decided)
def test_a_decision_is_written_as_its_model_has_it(locale: Locale, one: Decided) -> None:
    assert orjson.loads(decision_answer(one, locale)) == orjson.loads(as_its_model_writes(one, locale))
