"""For pytest: the mutant that BONIN_MUTANT names is in the place of its script, before anything has read that."""

import hashlib
import os

from gateway.store import scripts
from tests.faults.mutants.verdicts import MUTANTS

_load = scripts.load


def _load_mutated(verb: str, *shared: str) -> scripts.Script:
    script = _load(verb, *shared)
    for mutant in MUTANTS:
        if mutant.name == os.environ.get("BONIN_MUTANT") and mutant.verb == verb:
            source = script.source.replace(mutant.old, mutant.new)
            return scripts.Script(source, hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest(), verb)
    return script


scripts.load = _load_mutated
