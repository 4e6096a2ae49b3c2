"""Method `branch_otp`: the customer types the one-time password that a branch printed on a slip (R8)."""

from collections.abc import Callable

from gateway.core.codes import CodeVault, new_branch_password
from gateway.core.customer_stores import CustomerStore
from gateway.core.deciding import own_reason
from gateway.core.errors import Refusal
from gateway.core.limits import Limits
from gateway.core.operations import Operation
from gateway.core.policy import ExtraAuthentication, Policy
from gateway.core.policy_refusals import not_required, refusal_by_row
from gateway.core.problems import Problem
from gateway.core.stores import BranchPassword, BranchPasswordStore, CustomerMissing
from gateway.core.verification import Method


class BranchPasswords:
    """Issues and revokes branch passwords. Raises `Refusal`."""

    def __init__(
        self,
        policy: Policy,
        store: BranchPasswordStore,
        customers: CustomerStore,
        vault: CodeVault,
        limits: Limits,
        new_branch_password_id: Callable[[str], str],
    ) -> None:
        self._policy = policy
        self._store = store
        self._customers = customers
        self._vault = vault
        self._limits = limits
        self._new_id = new_branch_password_id

    async def issue(
        self,
        customer_id: str,
        operation: Operation,
        branch: str,
        issued_by: str,
        valid_for: int | None,
        person: str = "gateway",
    ) -> tuple[BranchPassword, str]:
        """The new branch password and its six digits, which nobody can read again.

        `issued_by` is the name that was given, `person` whose key was used.
        """
        life = self._limits.branch_password_life if valid_for is None else valid_for
        await self._check_usable(customer_id, operation)
        password = new_branch_password()
        digest = self._vault.branch_digests(customer_id, operation, password)[0]
        try:
            issued = await self._store.issue(
                self._new_id(customer_id), customer_id, operation, digest, branch, issued_by, life, person
            )
        except CustomerMissing:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND) from None
        return issued, password

    async def _check_usable(self, customer_id: str, operation: Operation) -> None:
        """Raises `Refusal` for a slip that no verification would take: nobody should go home with one."""
        customer = await self._customers.read(customer_id)
        if customer is None:
            raise Refusal(Problem.CUSTOMER_NOT_FOUND)
        row = self._policy.row(operation, customer.kind)
        if row.extra_authentication is ExtraAuthentication.NOT_REQUIRED:
            raise not_required(own_reason(row))
        if (refusal := refusal_by_row(row, Method.BRANCH_OTP)) is not None:
            raise refusal

    async def get(self, branch_password_id: str) -> BranchPassword:
        found = await self._store.read(branch_password_id)
        if found is None:
            raise Refusal(Problem.BRANCH_PASSWORD_NOT_FOUND)
        return found

    async def revoke(self, branch_password_id: str, revoked_by: str) -> None:
        if not await self._store.revoke(branch_password_id, revoked_by):
            raise Refusal(Problem.BRANCH_PASSWORD_NOT_FOUND)
