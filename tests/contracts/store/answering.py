"""Opening verifications and answering them, as tests of every store do."""

from dataclasses import replace
from typing import Any

from gateway.core.operations import Operation
from gateway.core.receipts import ReceiptClaims
from gateway.core.stores import (
    Answer,
)
from gateway.core.verification import Channel, Method, NewVerification, Verdict, Verification
from gateway.store import keys
from tests import builders
from tests.builders import CODE, CUSTOMER_ID, individual, new_verification
from tests.contracts.store.servers import LIMITS, Ports

CHANNELS = {Method.SMS: Channel.SCREEN, Method.ARS: Channel.PHONE, Method.SMS_REPLY: Channel.REPLY}


async def opened(ports: Ports, new: NewVerification | None = None) -> Verification:
    return await ports.verifications.create(new or new_verification())


async def read(ports: Ports, verification_id: str) -> Verification:
    verification = await ports.verifications.read(verification_id)
    assert verification is not None
    return verification


def answer(to: Verification, code: str, attempt: str | None = None, **changes: Any) -> Answer:
    vault = builders.vault()
    return Answer(
        digest=vault.digest(to.verification_id, to.customer_id, to.operation, code, pepper_id=to.pepper_id),
        branch_digests=vault.branch_digests(to.customer_id, to.operation, code),
        channel=changes.pop("channel", CHANNELS.get(to.method, Channel.SCREEN)),
        attempt_digest=vault.attempt_digest(attempt, pepper_id=to.pepper_id) if attempt else None,
    )


async def judged(
    ports: Ports, to: Verification, code: str, attempt: str | None = None, **changes: Any
) -> tuple[Verdict, int]:
    """The verdict, and the customer's wrong answers as of it."""
    judgement = await ports.verifications.check(to, answer(to, code, attempt, **changes))
    now = await read(ports, to.verification_id)
    # What never changes is not read again: it is what the verification was opened with. What no caller is told is not
    # read for an answer.
    stands = replace(
        now,
        created_at=to.created_at,
        expires_at=to.expires_at,
        read_at=judgement.verification.read_at,
        sealed_code=None,
        carrier_id=None,
        carrier_before=None,
        dialogue="",
    )
    if now.delivery_at == now.created_at:
        stands = replace(stands, delivery_at=to.created_at)
    if now.resend_at == now.created_at + LIMITS.resend_after * 1000:
        stands = replace(stands, resend_at=to.resend_at)
    assert judgement.verification == stands
    return judgement.verdict, judgement.wrong_answers


async def put_password(ports: Ports, password: str, operation: Operation = Operation.ISSUE) -> None:
    digest = builders.vault().branch_digests(CUSTOMER_ID, operation, password)[0]
    await ports.branch_passwords.issue(
        keys.new_branch_password_id(CUSTOMER_ID), CUSTOMER_ID, operation, digest, "여의도", "박지점", 600
    )


async def verified(ports: Ports, new: NewVerification | None = None) -> Verification:
    """One of a registered customer, as it was before its code was accepted."""
    await ports.customers.put(individual())
    one = await opened(ports, new)
    assert (await judged(ports, one, CODE))[0] is Verdict.CORRECT
    return one


def receipt_of(one: Verification) -> ReceiptClaims:
    return ReceiptClaims(
        jti=one.verification_id,
        verification_id=one.verification_id,
        customer_id=one.customer_id,
        operation=one.operation,
        operation_hash=None,
        method=one.method,
        contact_id=one.contact_id,
        target_contact_id=one.target_contact_id,
        policy_version=None,
        iat=one.created_at // 1000,
        exp=one.created_at // 1000 + 60,
    )


async def claims_of(ports: Ports) -> ReceiptClaims:
    """A receipt of a verification that this store knows."""
    return receipt_of(await verified(ports))
