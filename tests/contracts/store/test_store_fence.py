"""A store that is not the one that a verification was opened in has no say about it."""

import pytest

from gateway.core.errors import StoreUnavailable
from gateway.core.operations import Operation
from gateway.core.outbox import Cargo
from gateway.core.stores import Redemption, VerificationClosed
from gateway.core.verification import Method, Status, Verdict, Verification
from gateway.store import keys, node
from gateway.store.watch import StoreWatch
from tests import builders
from tests.builders import CLIENT, CODE, CUSTOMER_ID, WRONG_CODE, new_verification
from tests.contracts.store.answering import answer, claims_of
from tests.contracts.store.servers import Ports

PASSWORD, PASSWORD_ID = "31415926", keys.new_branch_password_id(CUSTOMER_ID)


async def opened(ports: Ports, method: Method = Method.SMS) -> Verification:
    await ports.customers.put(builders.individual())
    return await ports.verifications.create(new_verification(method))


async def reread(ports: Ports, verification: Verification) -> Verification:
    read = await ports.verifications.read(verification.verification_id)
    assert read is not None
    return read


@pytest.mark.parametrize("code", [CODE, WRONG_CODE])
async def test_another_store_compares_nothing_and_counts_nothing(ports: Ports, code: str) -> None:
    verification = await opened(ports)
    await ports.become_another_store(verification.verification_id)
    judgement = await ports.verifications.check(verification, answer(verification, code))
    assert (judgement.verdict, judgement.wrong_answers) == (Verdict.STORE_CHANGED, 0)
    over = await reread(ports, verification)
    assert (over.status, over.reason) == (Status.FAILED, "store_changed")
    with pytest.raises(VerificationClosed):
        await ports.verifications.check(verification, answer(verification, code))


async def test_another_store_takes_no_branch_password(ports: Ports) -> None:
    verification = await opened(ports, Method.BRANCH_OTP)
    digest = builders.vault().branch_digests(CUSTOMER_ID, Operation.ISSUE, PASSWORD)[0]
    await ports.branch_passwords.issue(PASSWORD_ID, CUSTOMER_ID, Operation.ISSUE, digest, "여의도", "박지점", 600)
    await ports.become_another_store(verification.verification_id)
    judgement = await ports.verifications.check(verification, answer(verification, PASSWORD))
    assert judgement.verdict is Verdict.STORE_CHANGED
    password = await ports.branch_passwords.read(PASSWORD_ID)
    assert password is not None
    assert password.status == "active"


async def test_what_another_store_left_open_is_closed_and_the_rest_stays(ports: Ports) -> None:
    void, over = [await opened(ports) for _ in range(3)], await opened(ports)
    await ports.verifications.close(over.verification_id, CUSTOMER_ID, Status.CANCELED, "canceled_by_caller", "screen")
    for verification in (*void, over):
        await ports.become_another_store(verification.verification_id)
    stays = await opened(ports)
    await StoreWatch(ports.store, may_forget=True).look()
    assert {(await reread(ports, one)).reason for one in void} == {"store_changed"}
    assert (await reread(ports, over)).status is Status.CANCELED
    assert (await reread(ports, stays)).status is Status.PENDING
    assert await ports.verifications.open_of_customer(CUSTOMER_ID) == [stays.verification_id]


async def test_a_phone_that_rings_for_a_void_verification_stops(ports: Ports) -> None:
    verification = await opened(ports, Method.ARS)
    await ports.become_another_store(verification.verification_id)
    await StoreWatch(ports.store, may_forget=True).look()
    entries = ports.outbox().entries()
    found = [await anext(entries), await anext(entries)]
    assert [(entry.ref.verification_id, entry.cargo) for entry in found] == [
        (verification.verification_id, Cargo.VERIFICATION),
        (verification.verification_id, Cargo.HANG_UP),
    ]


async def test_a_store_without_the_replicas_that_it_needs_gives_no_verdict(ports: Ports) -> None:
    verification = await opened(ports)
    ports.store.needed_replicas = 2
    with pytest.raises(StoreUnavailable, match="replicas"):
        await ports.verifications.check(verification, answer(verification, WRONG_CODE))
    ports.store.needed_replicas = 0
    claims = await claims_of(ports)
    ports.store.needed_replicas = 2
    with pytest.raises(StoreUnavailable, match="replicas"):
        await ports.receipts.redeem(claims, CLIENT)
    ports.store.needed_replicas = 0
    assert await ports.receipts.redeem(claims, CLIENT) is Redemption.REDEEMED
    judgement = await ports.verifications.check(verification, answer(verification, CODE))
    assert (judgement.verdict, judgement.wrong_answers) == (Verdict.CORRECT, 0)


async def test_that_replicas_are_missing_is_said_without_waiting_for_them(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node, "_REPLICA_MS", 600_000)
    verification, claims = await opened(ports), await claims_of(ports)
    ports.store.needed_replicas = 2
    for _ in range(6):  # more than there are connections
        with pytest.raises(StoreUnavailable, match="fewer replicas"):
            await ports.verifications.check(verification, answer(verification, CODE))
        with pytest.raises(StoreUnavailable, match="fewer replicas"):
            await ports.receipts.redeem(claims, CLIENT)
        await StoreWatch(ports.store, may_forget=True).look()


async def test_what_is_void_is_told_where_replicas_are_missing(ports: Ports) -> None:
    void = await opened(ports)
    await ports.become_another_store(void.verification_id)
    ports.store.needed_replicas = 2
    await StoreWatch(ports.store, may_forget=True).look()
    assert (await reread(ports, void)).reason == "store_changed"
