"""The words of `bonin`: which module each command is in, and reading them.

A command's module brings what it needs, up to a whole gateway, so only the one that is asked for is imported.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from gateway import __version__
from gateway.cli.commands import Commands

_SERVE, _STATUS = "gateway.cli.serve", "gateway.cli.status"

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "serve": (_SERVE, "serve until SIGINT, SIGTERM or SIGHUP; with --workers N as several processes on one port"),
        "worker": (_SERVE, "deliver what gateways accept, until SIGINT, SIGTERM or SIGHUP"),
        "check-config": (_SERVE, "check the settings, and show them without secrets"),
        "keys": ("gateway.cli.keys", "API keys, and the installation's own keys"),
        "carriers": ("gateway.cli.carriers", "show carriers, pause and resume them"),
        "deadletters": ("gateway.cli.dead_letters", "deliveries that failed for good"),
        "policy": ("gateway.cli.policy", "show the policy, or try a changed one"),
        "status": (_STATUS, "say whether all is well, and if not, whose trouble it is"),
        "find": (_STATUS, "list verifications, the newest first"),
        "customers": ("gateway.cli.customers", "show customers (masked), ask for an unlock, erase them"),
        "import": ("gateway.cli.importing", "register the customers and contacts in a file"),
        "export": ("gateway.cli.exporting", "write all customers and their numbers to a file, in plain text"),
        "restored": ("gateway.cli.restored", "after a restore: void what must not be valid again"),
        "approvals": ("gateway.cli.approvals", "show and decide requests that wait for a second person"),
        "operators": ("gateway.cli.operators", "manage who signs in at /ops"),
        "audit": ("gateway.cli.audit", "export, archive and verify the audit"),
    }
)
"""By the first word, in the order of `bonin --help`: a module with `add_commands`, and the line of help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is 0, 1 when it failed, 2 when the settings or words are wrong."""
    words = sys.argv[1:] if arguments is None else arguments
    parser = _parser(words)
    parsed = parser.parse_args(words)
    if not all(map(_is_text, vars(parsed).values())):
        parser.error("give words in UTF-8, in a locale that knows it (LC_ALL=C.UTF-8). UTF-8이 아닌 글자가 있습니다")
    # Asking for help, or a word that is none, has ended by now and loaded nothing of this.
    from gateway.cli.running import run_command

    return run_command(parsed)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """A parser that knows all commands by their line of help, and the one that is asked for by its words."""
    parser = argparse.ArgumentParser(prog="bonin", description="step-up verification gateway · 본인확인 게이트웨이")
    parser.add_argument("--version", action="version", version=f"bonin {__version__}")
    commands = Commands(parser, {name: about for name, (_, about) in COMMANDS.items()})
    asked = next((word for word in words if not word.startswith("-")), "")
    module = COMMANDS[asked][0] if asked in COMMANDS else None
    for name, (where, _) in COMMANDS.items():
        if where != module:
            commands.name(name)
        elif name == asked:
            import_module(where).add_commands(commands)
    return parser


def _is_text(given: object) -> bool:
    """Whether it can be looked for and kept: bytes that the locale cannot read come as halves of surrogate pairs.

    The name of a file may have them.
    """
    if isinstance(given, list):
        return all(map(_is_text, given))
    try:
        return not isinstance(given, str) or given.encode() is not None
    except UnicodeEncodeError:
        return False
