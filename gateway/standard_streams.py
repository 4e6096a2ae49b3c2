"""Standard input, output and error as a program needs them, however it was started."""

import os
import sys
from io import TextIOWrapper
from typing import TextIO


def prepare_standard_streams() -> None:
    """To be called before anything is opened.

    A descriptor that is closed would be given to the next socket: what is printed would go there, and uvloop aborts
    when it closes such a one. What a terminal cannot show, or somebody types in another encoding, becomes an escape
    rather than an exception.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The lowest descriptor that is free: the one that is missing.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - until the end
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def to_nowhere(stream: TextIO) -> None:
    """Drop what is written from now on, so that writing fails no more: whoever read it has left."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
