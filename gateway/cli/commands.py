"""What every group of commands is made of: a name, a coroutine, and the settings that it needs."""

import argparse
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.settings import PolicySettings

Command = Callable[[Any, argparse.Namespace], Coroutine[Any, Any, int]]
"""Takes the settings that its `load` reads, and its words; gives the exit code."""


class Commands:
    """The commands of `bonin`, or of one of its groups. A command's docstring begins with its line of help."""

    def __init__(self, parser: argparse.ArgumentParser, about: Mapping[str, str] | None = None) -> None:
        """`about` has the line of help of those whose docstring is not there to be read yet."""
        self._commands = parser.add_subparsers(required=True, metavar="COMMAND")
        self._about = about or {}

    def name(self, name: str) -> argparse.ArgumentParser:
        """One that is only named, with its line of help."""
        return self._commands.add_parser(name, help=self._about[name])

    def add(
        self, name: str, run: Command, load: "Callable[[], PolicySettings] | None" = None, *, serves: bool = False
    ) -> argparse.ArgumentParser:
        """Add a command; its arguments go to what this gives. `load` raises `SettingsRefused`; without it all
        settings are read.

        The log of one that serves is its output; any other's output is what it was asked for.
        """
        about = self._about.get(name) or (run.__doc__ or "").splitlines()[0]
        command = self._commands.add_parser(name, help=about)
        command.set_defaults(command=run, load=load, serves=serves)
        return command

    def group(self, name: str) -> "Commands":
        """Commands that follow a common word, such as `bonin keys …`."""
        return Commands(self.name(name))


def readable_name(text: str) -> str:
    """An argument that names somebody or something."""
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError("give a name that can be read")
    return text.strip()


def say(line: str) -> None:
    """A line of what the command is asked for."""
    print(line)  # noqa: T201
