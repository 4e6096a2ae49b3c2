"""The ownership check of a contact (명의인증, R5, R6), and how often it may be tried."""

from contacts.models import Customer
from contacts.ownership import OwnershipCheck, OwnershipCheckUnavailable, OwnershipResult
from contacts.phone_numbers import LineType
from gateway.core.customer_stores import OwnershipTryStore, StoredContact
from gateway.core.errors import Refusal
from gateway.core.problems import Problem
from gateway.core.stores import Capped
from gateway.core.too_many import too_many


class OwnershipChecks:
    """Asks the carrier, a few times a day for one number: the check must not become a way to try out names."""

    def __init__(self, check: OwnershipCheck, tries: OwnershipTryStore) -> None:
        self._check = check
        self._tries = tries

    async def confirm(self, customer: Customer, stored: StoredContact) -> None:
        """Returns when the mobile is in the customer's own name, else raises `Refusal`.

        A try is taken before the carrier is asked, so that checks at the same time cannot pass the limit together,
        and is given back unless the carrier said no.
        """
        contact = stored.contact
        if contact.number.line_type is not LineType.MOBILE:
            raise Refusal(Problem.OWNERSHIP_NOT_CONFIRMED)
        try:
            await self._tries.take(customer.customer_id, stored)
        except Capped as capped:
            raise too_many(capped) from None
        result = None
        try:
            result = await self._check.check(contact.number, customer.name, customer.birth_date)
        except OwnershipCheckUnavailable:
            raise Refusal(Problem.OWNERSHIP_CHECK_UNAVAILABLE, retry_after=30) from None
        finally:
            failed = result is OwnershipResult.NOT_CONFIRMED
            await self._tries.settle(customer.customer_id, stored, failed=failed)
        if result is not OwnershipResult.CONFIRMED:
            raise Refusal(Problem.OWNERSHIP_NOT_CONFIRMED)
