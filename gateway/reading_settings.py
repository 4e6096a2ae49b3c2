"""Reading settings from the environment: nothing else reads it. All that is wrong is found at once."""

import os
import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

from gateway.setting_values import sentence_of

PREFIX = "BONIN_"

S = TypeVar("S", bound=BaseSettings)


class SettingsRefused(Exception):
    """Settings that will not do; each of `problems` names a variable and says what to give."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def variable(field: str) -> str:
    return f"{PREFIX}{field.upper()}"


def without_effect(model: type[BaseSettings]) -> list[str]:
    """Variables and files with our prefix that are no setting: one that is misspelt does nothing, unseen."""
    known = {variable(field) for field in model.model_fields} | {f"{PREFIX}SECRETS_DIR"}
    given = {name for name in os.environ if name.startswith(PREFIX)}
    secrets_dir = os.environ.get(f"{PREFIX}SECRETS_DIR")
    if secrets_dir is not None:
        given |= {path.name.upper() for path in Path(secrets_dir).glob(f"{PREFIX.lower()}*")}
    return sorted(given - known)


def inherited(**settings: str) -> dict[str, str]:
    """The environment for another process of ours, in which some settings are as given."""
    return {**os.environ, **{variable(name): value for name, value in settings.items()}}


def read(model: type[S], given: dict[str, Any]) -> tuple[S | None, list[str]]:
    """The settings, or None with what is wrong."""
    secrets_dir = os.environ.get(f"{PREFIX}SECRETS_DIR")
    problems: list[str] = []
    if secrets_dir is not None and (problems := _unreadable(secrets_dir, model)):
        return None, problems
    while True:
        try:
            settings = model(_secrets_dir=secrets_dir, **given)
        except ValidationError as error:
            return None, problems + [line for one in error.errors(include_input=False) for line in _problems(one)]
        except SettingsError as error:
            # A list that is not JSON; its message names the field, and its cause would show the value. It ends the
            # reading of all others: they are read without it, since this process will end.
            (name,) = re.findall('field "([a-z_]+)"', str(error))
            problems.append(f'{variable(name)}: give a JSON list, such as ["first", "second"]')
            if os.environ.pop(variable(name), None) is None:
                return None, problems
        else:
            return (None if problems else settings), problems


def _unreadable(secrets_dir: str, model: type[BaseSettings]) -> list[str]:
    """A line for each file of a setting that cannot be read.

    pydantic-settings would name another reason, and would pass over a link that leads out of the folder in silence.
    """
    if not secrets_dir:
        # That would be the folder that the process happens to run in.
        return [f"{PREFIX}SECRETS_DIR: give a directory; it may not be empty"]
    folder = Path(secrets_dir)
    try:
        there = {path.name.upper(): path for path in folder.iterdir()}
    except OSError as error:
        return [f"{PREFIX}SECRETS_DIR: give a directory that can be read ({error.strerror})"]
    named = sorted(there.keys() & {variable(field) for field in model.model_fields})
    return [f"{name}: {why}" for name in named if (why := _why_unreadable(there[name], folder))]


def _why_unreadable(file: Path, folder: Path) -> str:
    """What to give in its place; nothing when it can be read."""
    try:
        file.read_text(encoding="utf-8")
    except OSError as error:
        return f"give a file that can be read ({file}: {error.strerror})"
    except UnicodeDecodeError:
        return f"give a text in UTF-8 ({file})"
    if folder.resolve() not in file.resolve().parents:
        return f"give the file itself; a link may not lead out of {PREFIX}SECRETS_DIR ({file})"
    return ""


def _problems(error: ErrorDetails) -> list[str]:
    name = f"{PREFIX}{str(error['loc'][0]).upper()}: " if error["loc"] else ""
    return [f"{name}{line}" for line in sentence_of(error).splitlines()]
