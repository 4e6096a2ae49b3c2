"""What a command says of a refusal of the core: the same sentence that callers of the API read."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.core.errors import Refusal


class Refused(Exception):
    """The command ends with 1; the sentence has been said."""


@contextmanager
def telling_refusals() -> Iterator[None]:
    """Says a `Refusal` on standard error. Raises `Refused`."""
    try:
        yield
    except Refusal as refusal:
        kind = refusal.problem.value
        print(f"{kind.slug}: {kind.title_en}. {kind.title_ko}.", file=sys.stderr)  # noqa: T201
        for error in refusal.errors:
            print(f"  {error.field}: {error.problem_en}", file=sys.stderr)  # noqa: T201
        raise Refused from None
