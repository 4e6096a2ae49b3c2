"""What is written of a verification by hand is what its model would write."""

from datetime import datetime
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.delivery import DeliveryState
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.verification import Method, Status, Verification
from gateway.http.schemas import CheckAnswer, VerificationAnswer
from gateway.http.verification_answers import check_answer, verification_answer

LIMITS = Limits()
OPENED_AT = 1_790_000_000_000
words = st.text("abc가나", min_size=1, max_size=5)
maybe = st.none() | words
moments = st.integers(OPENED_AT, OPENED_AT + 600_000)

verifications = st.builds(
    Verification,
    verification_id=words,
    customer_id=words,
    client=st.just("a client"),
    method=st.sampled_from(Method),
    operation=st.sampled_from(Operation),
    contact_id=maybe,
    pepper_id=st.just("a pepper"),
    locale=st.just("ko"),
    created_at=moments,
    expires_at=moments,
    target_contact_id=maybe,
    operation_hash=maybe,
    policy_version=st.just("a policy"),
    prefix=st.just("a prefix"),
    status=st.sampled_from(Status),
    reason=maybe,
    revision=st.integers(1, 9),
    read_at=moments,
    wrong_answers=st.integers(0, 6),
    locked=st.booleans(),
    sealed_code=st.just(b"a sealed code"),
    delivery_number=st.integers(0, 5),
    delivery_state=st.none() | st.sampled_from(DeliveryState),
    delivery_reason=maybe,
    delivery_carrier=maybe,
    delivery_at=st.none() | moments,
    carrier_id=st.just("a carrier's id"),
    carrier_before=st.just("a carrier"),
    resend_at=st.none() | moments,
    dialogue=st.just("a dialogue"),
)


def as_its_model_writes(model: type[VerificationAnswer], written: bytes) -> Any:
    """Read back into the model, which knows times as numbers, and written again: by what it names, and as it does."""
    fields = orjson.loads(written)
    for part in (fields, fields["delivery"] or {}):
        part |= {name: _milliseconds(value) for name, value in part.items() if name.endswith("at") and value}
    return orjson.loads(model.model_validate(fields).model_dump_json())


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


@given(verifications, maybe, maybe)
def test_a_verification_is_written_as_its_model_has_it(
    verification: Verification, binding_code: str | None, receipt: str | None
) -> None:
    written = verification_answer(verification, LIMITS, binding_code=binding_code, receipt=receipt)
    assert as_its_model_writes(VerificationAnswer, written) == orjson.loads(written)


@given(verifications, st.sampled_from(Status), st.integers(0, 6), maybe)
def test_the_answer_to_a_check_is_written_as_its_model_has_it(
    verification: Verification, status: Status, wrong: int, receipt: str | None
) -> None:
    written = check_answer(verification, LIMITS, status=status, wrong_answers=wrong, receipt=receipt)
    assert as_its_model_writes(CheckAnswer, written) == orjson.loads(written)
    assert orjson.loads(written)["correct"] is (receipt is not None)
