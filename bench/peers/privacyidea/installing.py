"""Puts privacyIDEA into a virtual environment of its own, with the uv that set this project up."""

import sys
from pathlib import Path

from tools.bootstrap import TOOLS, find_uv, step, tool_environment

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
VERSION = "3.14"
DOWNLOADED = (
    f"privacyIDEA {VERSION} (AGPL), gunicorn and psycopg2, in all 65 packages, from your package registry; "
    "they take 460 MB until the run ends"
)


def install(environment: Path) -> Path:
    """The folder of its programs. Nothing is built, so no code of a package runs before it is started.

    Raises `SetupError` with one sentence, when the registry cannot be reached for one.
    """
    TOOLS.mkdir(exist_ok=True)
    variables = tool_environment()
    uv, python = find_uv(variables), environment / "bin" / "python"
    base = getattr(sys, "_base_executable", None) or sys.executable
    step("make its environment", [uv, "venv", "--no-project", "--python", base, environment], variables)
    options: list[str | Path] = ["--only-binary", ":all:", "--python", python]
    step("download privacyIDEA", [uv, "pip", "install", *options, "-r", REQUIREMENTS], variables)
    return python.parent
