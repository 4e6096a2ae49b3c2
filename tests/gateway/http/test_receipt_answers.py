"""What is written of a redeemed receipt without its model is what the model would write."""

import orjson

from gateway.core.receipts import ReceiptClaims
from gateway.http.schemas import ReceiptAnswer


def test_the_claims_of_a_receipt_are_the_answer_to_redeeming_it() -> None:
    claims = ReceiptClaims("ver_1", "ver_1", "hong", "issue", None, "sms", "con_1", None, "manual", 1, 601)
    written = orjson.dumps(claims)
    assert orjson.loads(written) == ReceiptAnswer.model_validate_json(written).model_dump()
    assert set(orjson.loads(written)) == set(ReceiptAnswer.model_fields)
