"""What every group of commands is made of: a name, a coroutine, and the settings that it needs."""

import argparse
from collections.abc import Callable, Coroutine
from typing import Any

from gateway.settings import PolicySettings, load_settings

Command = Callable[[Any, argparse.Namespace], Coroutine[Any, Any, int]]
"""Takes the settings that its `load` reads, and its words; gives the exit code."""


class Commands:
    """The commands of `bonin`, or of one of its groups. A command's docstring begins with its line of help."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        self, name: str, run: Command, load: Callable[[], PolicySettings] = load_settings, *, serves: bool = False
    ) -> argparse.ArgumentParser:
        """Add a command; its arguments go to what this gives. `load` raises `SettingsRefused`.

        The log of one that serves is its output; any other's output is what it was asked for.
        """
        command = self._commands.add_parser(name, help=(run.__doc__ or "").splitlines()[0])
        command.set_defaults(command=run, load=load, serves=serves)
        return command

    def group(self, name: str, about: str) -> "Commands":
        """Commands that follow a common word, such as `bonin keys …`."""
        return Commands(self._commands.add_parser(name, help=about))


def readable_name(text: str) -> str:
    """An argument that names somebody or something."""
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("give a name that can be read")
    return text.strip()


def say(line: str) -> None:
    """A line of what the command is asked for."""
    print(line)  # noqa: T201
