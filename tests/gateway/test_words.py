"""The words of `bonin`: each is where the table says, and asking for help brings no gateway along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway import __version__
from gateway.cli.main import COMMANDS, main

HEAVY = ("aiohttp", "cryptography", "jinja2", "phonenumbers", "prometheus_client", "pydantic", "twilio")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_what_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: bonin {name} ")


def test_all_commands_are_listed_with_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["--help", "keys"]):
        with pytest.raises(SystemExit):
            main(words)
        listed = " ".join(capsys.readouterr().out.split())
        for name, (_, about) in COMMANDS.items():
            assert f"{name} {about.replace('  ', ' ')}" in listed


def test_a_word_that_is_no_command_is_told_from_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["dance"])
    assert ended.value.code == 2
    assert "'check-config'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "archive", ""],
        ["audit", "export", "--out="],
        ["audit", "verify", "", "--keys", "keys.json"],
        ["audit", "verify", "export", "--keys", "", "--expect-head", "head"],
        ["audit", "verify", "export", "--keys", "keys.json", "--expect-head", ""],
        ["export", "", "--by", "kim", "--reason", "move"],
        ["import", "", "--by", "kim"],
        ["policy", "show", ""],
        ["policy", "replay", ""],
    ],
)
def test_an_empty_path_is_refused_rather_than_taken_for_the_folder_one_stands_in(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "give a path; it may not be empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["customers", "show", "WORD"],
        ["find", "--carrier", "WORD"],
        ["audit", "export", "--customer", "WORD"],
        ["deadletters", "discard", "one", "WORD", "--by", "kim"],
    ],
)
def test_a_word_that_the_locale_cannot_read_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    unreadable = os.fsdecode("홍길동".encode("euc-kr"))
    with pytest.raises(SystemExit) as ended:
        main([unreadable if word == "WORD" else word for word in words])
    assert ended.value.code == 2
    assert "give words in UTF-8" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"bonin {__version__}\n"


@pytest.mark.parametrize(
    ("words", "spared"),
    [
        (["--help"], HEAVY),
        (["--version"], HEAVY),
        (["serve", "--help"], ("aiohttp", "jinja2", "prometheus_client", "twilio")),
        (["keys", "create", "--help"], ("aiohttp", "jinja2", "prometheus_client", "twilio")),
        (["audit", "verify", "--help"], ("aiohttp", "jinja2", "prometheus_client", "twilio")),
    ],
)
def test_a_command_loads_what_it_needs(words: list[str], spared: tuple[str, ...]) -> None:
    looking = (
        "import sys; from gateway.cli.main import main\n"
        f"try: main({words})\n"
        f"except SystemExit: sys.exit(' '.join(set({spared}) & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-P", "-c", looking], capture_output=True, text=True, check=False)
    assert ended.stderr.strip() == ""


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("gateway.cli.serve", ("aiohttp", "gateway.http.api", "prometheus_client", "twilio")),
        ("gateway.cli.one_process", ("jinja2", "requests", "segno", "twilio.rest", "valkey")),
    ],
    ids=["a supervisor holds no gateway", "a gateway holds no page, no SDK and no second client"],
)
def test_what_a_process_can_do_without_is_not_loaded(module: str, spared: tuple[str, ...]) -> None:
    looking = f"import sys, {module}; sys.exit(' '.join(set({spared}) & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-P", "-c", looking], capture_output=True, text=True, check=False)
    assert ended.stderr.strip() == ""


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        (["-c", "from gateway.cli.running import run_command"], {"a plugin of pydantic", "rich"}),
        (["-m", "gateway.cli", "check-config"], set()),
    ],
    ids=["libraries would", "the program tells them not to"],
)
def test_nothing_is_loaded_because_it_happens_to_be_installed(
    tmp_path: Path, words: list[str], heard: set[str]
) -> None:
    installed = tmp_path / "plugin-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[pydantic]\nplugin = plugin:every\n")
    (tmp_path / "plugin.py").write_text("print('a plugin of pydantic')\n")
    (tmp_path / "rich.py").write_text("print('rich')\nraise ImportError\n")
    ran = subprocess.run(
        [sys.executable, "-P", *words],
        env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert heard == {line for line in ran.stdout.splitlines() if line in ("a plugin of pydantic", "rich")}
