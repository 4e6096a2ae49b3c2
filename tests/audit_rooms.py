"""The audit over a real store, and an export of it as lines that tests change."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

from joserfc.jwk import ECKey

from gateway.core.audit.exporting import Exporter, OpenReasons, Wanted
from gateway.core.audit.records import AuditKeys, AuditSigner, Head
from gateway.core.audit.retention import Retention
from gateway.core.audit.sealing import Sealer
from gateway.core.audit.verifying import Report, Verifier
from gateway.store import keys
from gateway.store.audit import RedisAudit
from gateway.store.connection import Store

KEY, OTHER_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
DAY_MS = 86_400_000
EVERYTHING = Wanted()


@dataclass(frozen=True)
class AuditRooms:
    """One process's view of the audit."""

    store: Store
    audit: RedisAudit
    signer: AuditSigner
    sealer: Sealer
    retention: Retention

    @classmethod
    def over(
        cls, store: Store, key: ECKey = KEY, *, readable_for: int = 86_400, sealed_after: int = 300
    ) -> "AuditRooms":
        audit, signer = RedisAudit(store, readable_for=readable_for), AuditSigner(key)
        retention = Retention(audit, signer, kept_ms=5 * 365 * DAY_MS)
        return cls(store, audit, signer, Sealer(audit, signer, retention, sealed_after=sealed_after), retention)

    async def tell(self, shard: int, count: int = 1, **fields: str) -> None:
        """Events of nothing in particular."""
        words = [word for pair in ({"event": "test.told", "at": "1"} | fields).items() for word in pair]
        await self.store.all(*(("XADD", keys.audit(shard), "*", *words) for _ in range(count)))

    async def export(self, wanted: Wanted = EVERYTHING, open_reasons: OpenReasons | None = None) -> list[bytes]:
        lines = Exporter(self.audit, self.signer, wanted, open_reasons).lines()
        return [line async for line in lines]

    def lines(self, after: Mapping[int, int] | None = None) -> AsyncIterator[bytes]:
        return Exporter(self.audit, self.signer, EVERYTHING).lines(after)


def verify(*files: Iterable[bytes], signed_with: Iterable[ECKey] = (KEY,), expected: Iterable[Head] = ()) -> Report:
    """What `bonin audit verify` finds in these files."""
    verifier = Verifier(AuditKeys(AuditSigner(key).public_key() for key in signed_with))
    for name, lines in enumerate(files):
        for number, line in enumerate(lines, start=1):
            verifier.feed(line, f"{name}:{number}")
        verifier.end_of_file(str(name))
    return verifier.finish(expected)


def faults(report: Report) -> list[str]:
    return list(map(str, report.faults))
