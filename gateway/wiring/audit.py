"""What keeps the audit, and the commands that read it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.core.audit.records import AuditKeys, AuditSigner
from gateway.core.audit.retention import Retention
from gateway.core.audit.sealing import Sealer
from gateway.settings import Settings
from gateway.store.audit import RedisAudit
from gateway.store.connection import Store
from gateway.store.customer_words import CustomerWords
from gateway.wiring.keys import store_under_keys
from gateway.wiring.store import open_store

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Audit:
    """The audit of one store. Nothing runs by itself until the sealer is opened."""

    store: RedisAudit
    signer: AuditSigner
    sealer: Sealer
    retention: Retention
    words: CustomerWords

    async def keys(self) -> AuditKeys:
        """Every key that ever sealed here."""
        return AuditKeys([*await self.store.public_keys(), self.signer.public_key()])


def build_audit(settings: Settings, store: Store) -> Audit:
    audit = RedisAudit(store, readable_for=settings.limits.kept_after_close)
    signer = AuditSigner(settings.audit_signing_key)
    retention = Retention(audit, signer, kept_ms=settings.audit_kept_days * _DAY_MS)
    sealer = Sealer(audit, signer, retention, sealed_after=settings.audit_sealed_after)
    return Audit(audit, signer, sealer, retention, CustomerWords(store, settings.personal_data))


@asynccontextmanager
async def open_audit(settings: Settings, *, reads_words: bool = False) -> AsyncIterator[Audit]:
    """For a command; a gateway may be running beside it. Events are under no key: only `reads_words` needs the keys."""
    opened = store_under_keys(settings) if reads_words else open_store(settings, beside_a_gateway=True)
    async with opened as store:
        yield build_audit(settings, store)
