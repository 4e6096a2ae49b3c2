"""From the words of a command line to an exit code."""

import argparse
import os
import sys
from collections.abc import Sequence

from gateway.cli.approvals import add_approval_commands
from gateway.cli.audit import add_audit_commands
from gateway.cli.carriers import add_carrier_commands
from gateway.cli.commands import Command, Commands
from gateway.cli.core_dumps import leave_no_core_dumps
from gateway.cli.customers import add_customer_commands
from gateway.cli.dead_letters import add_dead_letter_commands
from gateway.cli.exporting import add_export_commands
from gateway.cli.importing import add_import_commands
from gateway.cli.keys import add_key_commands
from gateway.cli.operators import add_operator_commands
from gateway.cli.policy import add_policy_commands
from gateway.cli.serve import add_serve_commands
from gateway.cli.status import add_status_commands
from gateway.core.errors import StoreUnavailable
from gateway.log import configure_logging
from gateway.serving import AddressRefused, run
from gateway.settings import PolicySettings, SettingsRefused
from gateway.store.embedded import EmbeddedStoreFailed
from gateway.store.watch import ForgetfulStore
from gateway.telemetry import TelemetryMissing


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is 0, 1 when it failed, 2 when the settings or words are wrong."""
    parsed = _parser().parse_args(arguments)
    leave_no_core_dumps()
    command: Command = parsed.command
    try:
        settings: PolicySettings = parsed.load()
        configure_logging(settings.log_level, stream=sys.stdout if parsed.serves else sys.stderr)
        return run(command(settings, parsed))
    except SettingsRefused as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)  # noqa: T201
        return 2
    except (AddressRefused, EmbeddedStoreFailed, ForgetfulStore, TelemetryMissing) as failure:
        print(failure, file=sys.stderr)  # noqa: T201
    except StoreUnavailable:
        print("The store cannot be reached: see BONIN_REDIS_URL.", file=sys.stderr)  # noqa: T201
    except BrokenPipeError:
        # Whoever read the output has seen enough (`| head`); flushing the rest at exit must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bonin", description="step-up verification gateway")
    commands = Commands(parser)
    add_serve_commands(commands)
    add_key_commands(commands)
    add_carrier_commands(commands)
    add_dead_letter_commands(commands)
    add_policy_commands(commands)
    add_status_commands(commands)
    add_customer_commands(commands)
    add_import_commands(commands)
    add_export_commands(commands)
    add_approval_commands(commands)
    add_operator_commands(commands)
    add_audit_commands(commands)
    return parser
