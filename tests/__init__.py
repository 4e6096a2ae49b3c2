"""Tests and faults bring settings of their own: those of an installation, set in the shell, would lead to its store."""

import os

_OURS = "BONIN_MUTANT"
"""Tells which mutant is tried; no setting."""

for _name in [name for name in os.environ if name.startswith("BONIN_") and name != _OURS]:
    del os.environ[_name]
