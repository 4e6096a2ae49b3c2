"""Branch passwords in the store: one in force for a customer and an operation, kept as a digest only."""

from typing import Any

from gateway.core.operations import Operation
from gateway.core.stores import BranchPassword, CustomerMissing
from gateway.store import keys
from gateway.store.connection import Store
from gateway.store.scripts import load

_ISSUE = load("issue_branch_password")
_REVOKE = load("revoke_branch_password", "branch_password")


class RedisBranchPasswords:
    """`BranchPasswordStore` on Redis 7 or Valkey."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def issue(
        self,
        branch_password_id: str,
        customer_id: str,
        operation: Operation,
        digest: bytes,
        branch: str,
        issued_by: str,
        life_seconds: int,
        person: str = "gateway",
    ) -> BranchPassword:
        given = await self._store.run(
            _ISSUE,
            (
                keys.branch_password(customer_id, operation),
                keys.branch_password_owner(branch_password_id),
                keys.customer(customer_id),
                keys.audit(keys.shard_of(customer_id)),
            ),
            (branch_password_id, digest, life_seconds * 1000, customer_id, operation, branch, issued_by, person),
            durable=True,
        )
        match given:
            case [b"issued", issued_at, expires_at]:
                return BranchPassword(
                    branch_password_id,
                    customer_id,
                    operation,
                    branch,
                    issued_by,
                    issued_at,
                    expires_at,
                    "active",
                )
            case _:
                raise CustomerMissing

    async def read(self, branch_password_id: str) -> BranchPassword | None:
        owner = await self._owner(branch_password_id)
        if owner is None:
            return None
        customer_id, operation = owner
        found: list[Any] = await self._store.command(
            "HMGET", keys.branch_password(customer_id, operation),
            "id", "branch", "issued_by", "issued_at", "expires_at", "status",
        )  # fmt: skip
        if found[0] != branch_password_id.encode():
            return None
        branch, issued_by, issued_at, expires_at, status = (word.decode() for word in found[1:])
        return BranchPassword(
            branch_password_id,
            customer_id,
            operation,
            branch,
            issued_by,
            int(issued_at),
            int(expires_at),
            status,
        )

    async def revoke(self, branch_password_id: str, revoked_by: str) -> bool:
        owner = await self._owner(branch_password_id)
        if owner is None:
            return False
        given = await self._store.run(
            _REVOKE,
            (keys.branch_password(*owner), keys.audit(keys.shard_in(branch_password_id))),
            (branch_password_id, revoked_by, *owner),
            durable=True,
        )
        return bool(given[0] == b"revoked")

    async def _owner(self, branch_password_id: str) -> tuple[str, Operation] | None:
        found = await self._store.command("GET", keys.branch_password_owner(branch_password_id))
        if found is None:
            return None
        customer_id, operation = found.decode().split(" ")
        return customer_id, Operation(operation)
