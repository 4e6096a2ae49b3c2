"""Verifications that were made for another contact, as evidence of a vouch."""

from contacts.models import Contact
from gateway.core.operations import Operation
from gateway.core.stores import Answer, Judgement
from gateway.core.verification import TRAITS, Verdict, Verification
from tests import builders
from tests.builders import CODE, CUSTOMER_ID, new_verification
from tests.contracts.store.servers import Ports


async def opened_with(
    ports: Ports, by: Contact, target: Contact | None = None, operation: Operation = Operation.VOUCH
) -> Verification:
    return await ports.verifications.create(
        new_verification(
            operation=operation,
            contact_id=by.contact_id,
            contact_version=by.version,
            target_contact_id=None if target is None else target.contact_id,
        )
    )


async def answered(ports: Ports, one: Verification) -> Judgement:
    digest = builders.vault().digest(one.verification_id, CUSTOMER_ID, one.operation, CODE, pepper_id=one.pepper_id)
    answer = Answer(digest, (digest,), TRAITS[one.method].channel)
    return await ports.verifications.check(one, answer)


async def verified(ports: Ports, by: Contact, target: Contact, operation: Operation = Operation.VOUCH) -> str:
    """The id of a verification of `by`, made for `target` just now."""
    opened = await opened_with(ports, by, target, operation)
    assert (await answered(ports, opened)).verdict is Verdict.CORRECT
    return opened.verification_id
