"""What an issuance system asks of the product, as whole requests."""

from collections.abc import Iterable

import orjson

from bench.load import post
from bench.seeding import Registered


def decision(customer: Registered, key: str) -> bytes:
    body = {"customer_id": customer.customer_id, "operation": "issue", "client_ip": "168.126.63.1"}
    return post("/v1/decisions", orjson.dumps(body), key)


def create(customer: Registered, key: str, method: str = "sms") -> bytes:
    """The request that opens a verification."""
    body = {
        "customer_id": customer.customer_id,
        "method": method,
        "operation": "issue",
        "contact_id": customer.contact_id,
    }
    return post("/v1/verifications", orjson.dumps(body), key)


def check(verification_id: str, code: str, key: str) -> bytes:
    return post(f"/v1/verifications/{verification_id}/check", orjson.dumps({"code": code}), key)


def redeem(verified: bytes, key: str) -> bytes:
    """Of the receipt in the answer to a right check."""
    answer = orjson.loads(verified)
    body = {"receipt": answer["receipt"], "customer_id": answer["customer_id"], "operation": answer["operation"]}
    return post("/v1/receipts/redeem", orjson.dumps(body), key)


def ids_in(opened: Iterable[bytes]) -> list[str]:
    """Of the verifications in the answers to `create`."""
    return [orjson.loads(body)["id"] for body in opened]


def another(code: str) -> str:
    """A wrong one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
