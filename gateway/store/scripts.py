"""The Lua verbs, read from the files beside this one. Each file says what it does, its KEYS and its ARGV."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from gateway.store.fields import with_fields

_COMMENT = re.compile(r"--\[\[.*?\]\]\n?", re.DOTALL)
"""Half of the text of the files, which the store and each process would keep with every verb."""


@dataclass(frozen=True, slots=True)
class Script:
    """One verb: `source` is Lua, `sha` what EVALSHA calls it, `span` what a trace does."""

    source: str = field(repr=False)
    sha: str
    span: str


def load(verb: str, *shared: str) -> Script:
    """The script of `lua/<verb>.lua`, with the prelude and what it shares with other verbs before it."""
    source = "".join(map(_read, ("prelude", *(f"shared/{name}" for name in shared), verb)))
    return Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest(), f"store {verb}")


@cache
def _read(name: str) -> str:
    text = files("gateway.store").joinpath("lua", f"{name}.lua").read_text(encoding="utf-8")
    return with_fields(_COMMENT.sub("", text))
