"""Branch passwords: what every `BranchPasswordStore` promises, and what the verdict makes of them."""

import pytest

from contacts.models import Contact
from gateway.core.operations import Operation
from gateway.core.stores import Answer, BranchPassword, CustomerMissing
from gateway.core.verification import Channel, Method, Verdict
from gateway.store import keys
from gateway.store.registering import RedisRegistrations
from tests import builders
from tests.audit_events import events
from tests.builders import CUSTOMER_ID, new_verification
from tests.contracts.store.servers import LIMITS, Ports

PASSWORD = "161803"

pytestmark = pytest.mark.usefixtures("mobile")


async def issued(ports: Ports, password: str = PASSWORD, customer_id: str = CUSTOMER_ID) -> BranchPassword:
    digest = builders.vault().branch_digests(customer_id, Operation.ISSUE, password)[0]
    return await ports.branch_passwords.issue(
        keys.new_branch_password_id(customer_id), customer_id, Operation.ISSUE, digest, "여의도", "박지점", 600
    )


async def typed(ports: Ports, password: str, operation: Operation = Operation.ISSUE) -> Verdict:
    one = await ports.verifications.create(new_verification(Method.BRANCH_OTP, operation=operation))
    vault = builders.vault()
    answer = Answer(
        digest=vault.digest(one.verification_id, CUSTOMER_ID, operation, password, pepper_id=one.pepper_id),
        branch_digests=vault.branch_digests(CUSTOMER_ID, operation, password),
        channel=Channel.SCREEN,
    )
    return (await ports.verifications.check(one, answer)).verdict


async def status(ports: Ports, password: BranchPassword) -> str | None:
    found = await ports.branch_passwords.read(password.branch_password_id)
    return None if found is None else found.status


async def test_a_password_is_read_as_it_was_issued(ports: Ports) -> None:
    password = await issued(ports)
    assert await ports.branch_passwords.read(password.branch_password_id) == password
    assert (password.branch, password.issued_by, password.status) == ("여의도", "박지점", "active")
    assert password.expires_at - password.issued_at == 600_000


async def test_the_audit_says_who_is_said_to_have_issued_it_and_whose_key_was_used(ports: Ports) -> None:
    password_id = keys.new_branch_password_id(CUSTOMER_ID)
    await ports.branch_passwords.issue(
        password_id, CUSTOMER_ID, Operation.ISSUE, b"digest", "여의도", "박지점", 600, person="최창구"
    )
    told = (await events(ports.store, CUSTOMER_ID))[-1]
    assert (told["event"], told["branch_password"]) == ("branch_password.issued", password_id)
    assert (told["by"], told["key_of"]) == ("박지점", "최창구")


async def test_a_password_needs_a_customer(ports: Ports) -> None:
    with pytest.raises(CustomerMissing):
        await issued(ports, customer_id="nobody")


async def test_a_password_verifies_once(ports: Ports) -> None:
    password = await issued(ports)
    assert await typed(ports, PASSWORD) is Verdict.CORRECT
    assert await status(ports, password) == "used"
    assert await typed(ports, PASSWORD) is Verdict.WRONG
    assert not await ports.branch_passwords.revoke(password.branch_password_id, "박지점")


async def test_a_wrong_password_leaves_the_right_one_in_force(ports: Ports) -> None:
    await issued(ports)
    assert await typed(ports, "000000") is Verdict.WRONG
    assert await typed(ports, PASSWORD) is Verdict.CORRECT


@pytest.mark.parametrize("changes", [{"name": "홍길순"}, {"birth_date": "1990-01-01"}])
async def test_another_person_has_no_slip_of_the_former_one(ports: Ports, changes: dict[str, str]) -> None:
    password = await issued(ports)
    waiting = await ports.verifications.create(new_verification(Method.BRANCH_OTP))
    await ports.customers.put(builders.individual(**changes), "이센터")
    assert await status(ports, password) == "revoked"
    assert await typed(ports, PASSWORD) is Verdict.WRONG
    over = await ports.verifications.read(waiting.verification_id)
    assert over is not None
    assert (over.status, over.reason) == ("failed", "customer_changed")
    (revoked,) = [one for one in await events(ports.store, CUSTOMER_ID) if one["event"] == "branch_password.revoked"]
    assert (revoked["branch_password"], revoked["by"]) == (password.branch_password_id, "이센터")
    await issued(ports, "141421")
    assert await typed(ports, "141421") is Verdict.CORRECT


async def test_an_import_of_another_person_revokes_slips_too(ports: Ports) -> None:
    password = await issued(ports)
    registrations = RedisRegistrations(ports.store, builders.personal_data(), LIMITS)
    await registrations.register([(builders.individual(), []), (builders.individual("other"), [])], "import")
    assert await status(ports, password) == "active"
    await registrations.register(
        [(builders.individual("other"), []), (builders.individual(name="홍길순"), [])], "import"
    )
    assert await status(ports, password) == "revoked"


async def test_a_slip_rests_on_no_contact(ports: Ports, mobile: Contact) -> None:
    await issued(ports)
    await ports.let_contact_change(mobile.contact_id)
    assert await typed(ports, PASSWORD) is Verdict.CORRECT


async def test_a_password_is_for_one_operation(ports: Ports) -> None:
    password = await issued(ports)
    assert await typed(ports, PASSWORD, Operation.REISSUE) is Verdict.WRONG
    assert await status(ports, password) == "active"


async def test_a_new_password_voids_the_one_before(ports: Ports) -> None:
    before, after = await issued(ports), await issued(ports, "141421")
    assert await status(ports, before) is None
    assert not await ports.branch_passwords.revoke(before.branch_password_id, "박지점")
    assert await typed(ports, PASSWORD) is Verdict.WRONG
    assert await typed(ports, "141421") is Verdict.CORRECT
    assert await status(ports, after) == "used"


async def test_a_revoked_password_is_worth_nothing(ports: Ports) -> None:
    password = await issued(ports)
    assert await ports.branch_passwords.revoke(password.branch_password_id, "박지점")
    assert not await ports.branch_passwords.revoke(password.branch_password_id, "박지점")
    assert await typed(ports, PASSWORD) is Verdict.WRONG
    assert await status(ports, password) == "revoked"
    record = keys.branch_password(CUSTOMER_ID, Operation.ISSUE)
    assert await ports.store.command("HEXISTS", record, "code") == 0


async def test_a_password_past_its_time_is_worth_nothing(ports: Ports) -> None:
    password = await issued(ports)
    await ports.let_password_expire(CUSTOMER_ID, Operation.ISSUE)
    assert await typed(ports, PASSWORD) is Verdict.WRONG
    assert not await ports.branch_passwords.revoke(password.branch_password_id, "박지점")


async def test_a_password_leaves_the_store_when_its_time_is_over(ports: Ports) -> None:
    password = await issued(ports)
    await ports.lapse(keys.branch_password(CUSTOMER_ID, Operation.ISSUE))
    await ports.lapse(keys.branch_password_owner(password.branch_password_id))
    assert await status(ports, password) is None


@pytest.mark.parametrize("over", ["used", "revoked", "expired", "replaced"])
async def test_a_decision_knows_whether_one_is_in_force(ports: Ports, over: str) -> None:
    assert not await is_in_force(ports)
    password = await issued(ports)
    assert await is_in_force(ports)
    assert not await is_in_force(ports, Operation.REISSUE)
    match over:
        case "used":
            await typed(ports, PASSWORD)
        case "revoked":
            await ports.branch_passwords.revoke(password.branch_password_id, "lee")
        case "expired":
            await ports.let_password_expire(CUSTOMER_ID, Operation.ISSUE)
        case _:
            await issued(ports, "271828")
    assert await is_in_force(ports) is (over == "replaced")


async def is_in_force(ports: Ports, operation: Operation = Operation.ISSUE) -> bool:
    subject = await ports.customers.subject(CUSTOMER_ID, operation)
    applicant = await ports.customers.applicant(CUSTOMER_ID, operation, None)
    assert subject is not None
    assert applicant is not None
    assert subject.standing.branch_password is applicant.standing.branch_password
    return subject.standing.branch_password


async def test_a_password_nobody_issued_is_not_there(ports: Ports) -> None:
    never = keys.new_branch_password_id(CUSTOMER_ID)
    assert await ports.branch_passwords.read(never) is None
    assert not await ports.branch_passwords.revoke(never, "박지점")
