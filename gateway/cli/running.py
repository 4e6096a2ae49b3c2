"""Running one command: reading its settings, and saying in a sentence why it could not be done."""

import argparse
import sys

from contacts.protection import KeyNotGiven, Unreadable
from gateway.cli.commands import Command, say_aside
from gateway.cli.core_dumps import leave_no_core_dumps
from gateway.core.errors import Refusal, StoreUnavailable
from gateway.log import configure_logging
from gateway.running import AddressRefused, about_a_file, print_no_more, run
from gateway.setting_values import MISSING
from gateway.settings import PolicySettings, Settings, SettingsRefused, load_settings
from gateway.store.data_directory import EmbeddedStoreFailed
from gateway.store.layout import OtherLayout
from gateway.store.standing import ForgetfulStore
from gateway.telemetry import TelemetryMissing

_INTERRUPTED = 130
"""As a shell has it: what was asked for is not done, so `&&` goes no further."""
_WHERE_SETTINGS_ARE = (
    "Settings are environment variables, or files in the folder that BONIN_SECRETS_DIR names: see docs/operations.md. "
    "To try bonin without any: ./run demo"
)


def run_command(parsed: argparse.Namespace) -> int:
    """Its exit code is 0, 1 when it failed, 2 when the settings are wrong, 130 when it was stopped before its end."""
    leave_no_core_dumps()
    command: Command = parsed.command
    try:
        settings: PolicySettings = (parsed.load or load_settings)()
        configure_logging(settings.log_level, stream=sys.stdout if parsed.serves else sys.stderr)
        return run(command(settings, parsed), stopped=0 if parsed.serves else _INTERRUPTED)
    except SettingsRefused as refused:
        say_aside(str(refused))
        if any(problem.endswith(MISSING) for problem in refused.problems):
            say_aside(_WHERE_SETTINGS_ARE)
        return 2
    except (AddressRefused, EmbeddedStoreFailed, ForgetfulStore, OtherLayout, TelemetryMissing) as failure:
        say_aside(str(failure))
    except Refusal as refusal:
        _tell(refusal)
    except StoreUnavailable as away:
        say_aside(f"The store cannot be used: {away}. {_where_to_look(settings)}")
    except Unreadable as unreadable:
        say_aside(_about_a_record(unreadable))
    except BrokenPipeError:
        print_no_more()
    except OSError as failure:
        said = about_a_file(failure)
        if not said:
            raise
        say_aside(said)
    return 1


def _tell(refusal: Refusal) -> None:
    """In the sentence that callers of the API read."""
    kind = refusal.problem.value
    say_aside(f"{kind.slug}: {kind.title_en}. {kind.title_ko}.")
    for error in refusal.errors:
        say_aside(f"  {error.field}: {error.problem_en}")


def _about_a_record(unreadable: Unreadable) -> str:
    if isinstance(unreadable, KeyNotGiven):
        return f"A record of the store cannot be read: {unreadable}."
    return (
        f"{str(unreadable) or 'A record'} is not as it was sealed: it was changed in the store, or moved there. "
        "A customer can be erased all the same, and registered anew."
    )


def _where_to_look(settings: PolicySettings) -> str:
    if isinstance(settings, Settings) and settings.redis_url is None:
        return f"It is the embedded one: see {settings.data_dir / 'valkey.log'}."
    return "See BONIN_REDIS_URL."
