"""What every group of commands is made of: a name, a coroutine, and the settings that it needs."""

import argparse
import inspect
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.settings import PolicySettings

Command = Callable[[Any, argparse.Namespace], Coroutine[Any, Any, int]]
"""Takes the settings that its `load` reads, and its words; gives the exit code."""


class Commands:
    """The commands of `bonin`, or of one of its groups. A command's docstring is its help."""

    def __init__(self, parser: argparse.ArgumentParser, about: Mapping[str, str] | None = None) -> None:
        """`about` has the line of help of those whose docstring is not there to be read yet."""
        self._commands = parser.add_subparsers(required=True, metavar="COMMAND")
        self._about = about or {}

    def name(self, name: str) -> argparse.ArgumentParser:
        """One that is only named, with its line of help."""
        return self._commands.add_parser(name, help=self._about[name], description=_sentence(self._about[name]))

    def add(
        self, name: str, run: Command, load: "Callable[[], PolicySettings] | None" = None, *, serves: bool = False
    ) -> argparse.ArgumentParser:
        """Add a command, and give its parser for the arguments. `load` raises `SettingsRefused`; without it all
        settings are read.

        The log of one that serves is its output; any other's output is what it was asked for.
        """
        described = inspect.cleandoc(run.__doc__ or "")
        about = self._about.get(name) or described.splitlines()[0]
        command = self._commands.add_parser(name, help=about, description=described)
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


def named_path(text: str) -> Path:
    """An argument that names a file or a folder; an empty one would be the folder that the command runs in."""
    if not text:
        raise argparse.ArgumentTypeError("give a path; it may not be empty")
    return Path(text)


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """An argument that counts something."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"give a number from {least} to {most}")
        return int(text)

    return read


def say(line: str) -> None:
    """A line of what the command is asked for."""
    print(line)  # noqa: T201


def say_aside(line: str) -> None:
    """A line for the person at the terminal, and not for a program that reads the output."""
    print(line, file=sys.stderr)  # noqa: T201


def failed(why: str, code: int = 1) -> int:
    """Say why; gives the exit code."""
    say_aside(why)
    return code


def _sentence(about: str) -> str:
    return f"{about[:1].upper()}{about[1:]}."
