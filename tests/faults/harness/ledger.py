"""The clients' own record of what they were told: the truth that the gateway is held to.

It knows nothing of the store. Whatever the gateway acknowledged is written here by who asked for it, and
whatever contradicts it is a violation.
"""

from collections import defaultdict

_EXAMPLES = 20
_GONE = "gone"
_ENDS = frozenset({"verified", "failed", "expired", "canceled", "denied", _GONE})


class Ledger:
    """Violations are counted, and the first of them told."""

    def __init__(self, *, store_may_forget: bool = False) -> None:
        self.violations = 0
        self.examples: list[str] = []
        self.store_may_forget = store_may_forget
        """The store lost what it had acknowledged: a verdict may become void then, and nothing may succeed again."""
        self.forgotten = 0
        """How many ends were not known any more afterwards."""
        self._told: dict[str, str] = {}
        self._successes: dict[tuple[str, str], set[str]] = defaultdict(set)

    def violated(self, what: str) -> None:
        """Something that was promised did not hold."""
        self.violations += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(what)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.violated(what)

    def told(self, verification_id: str, status: str) -> None:
        """The gateway said that a verification is in this status. One that is over stays as it ended."""
        before = self._told.get(verification_id, "pending")
        if before in _ENDS and status != before:
            self.expect(self.store_may_forget, f"{verification_id} was {before}, and later {status}")
            self.forgotten += 1
        if before not in _ENDS or self.store_may_forget:
            self._told[verification_id] = status

    def is_gone(self, verification_id: str) -> None:
        """The gateway knows nothing of a verification that it acknowledged."""
        self.expect(self.store_may_forget, f"{verification_id} was acknowledged, and is not there")
        self.forgotten += 1
        self._told[verification_id] = _GONE

    def succeeded(self, kind: str, subject: str, attempt: str) -> None:
        """A code, a receipt or a token was accepted. The same attempt may be told again; a second one may not."""
        attempts = self._successes[kind, subject]
        attempts.add(attempt)
        if len(attempts) > 1:
            self.violated(f"{kind} {subject} was accepted {len(attempts)} times")

    def successes(self, kind: str) -> int:
        """How many of a kind were accepted at least once."""
        return sum(1 for known, _ in self._successes if known == kind)

    @property
    def open(self) -> list[str]:
        """Verifications whose end nobody was told yet."""
        return [verification_id for verification_id, status in self._told.items() if status not in _ENDS]

    @property
    def opened(self) -> int:
        return len(self._told)

    def ended(self, status: str) -> int:
        return sum(1 for known in self._told.values() if known == status)
