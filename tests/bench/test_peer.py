"""What is ours of the measurement of a peer: what it refuses, how it is set up, and what it takes for an answer."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import default_words
from bench.measures import MEASURES
from bench.peers.privacyidea.database import Database, database, programs
from bench.peers.privacyidea.installing import REQUIREMENTS, VERSION
from bench.peers.privacyidea.server import NotAccepted, Peer, Token, configuration, must_be_accepted
from bench.processes import cpu_of_ended_children, output
from tools.bootstrap import ROOT

RFC_4226 = Token("RFC", b"12345678901234567890")
POSTGRES = programs()


@pytest.fixture
def closed_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}/simple"


def test_a_registry_that_cannot_be_reached_is_told_in_one_sentence(closed_port: str, tmp_path: Path) -> None:
    alone = {"UV_DEFAULT_INDEX": closed_port, "UV_FIND_LINKS": "", "UV_INDEX": "", "UV_NO_INDEX": "0"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench", "peer", "--results", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | alone | {"UV_HTTP_RETRIES": "0", "UV_CACHE_DIR": str(tmp_path / "cache"), "PATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "downloads privacyIDEA" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("bench: the package registry cannot be reached")
    assert list(tmp_path.glob("*.json")) == []


def test_nothing_is_downloaded_by_a_run_that_did_not_ask_for_the_peer() -> None:
    assert "peer" in MEASURES
    for quick in (True, False):
        assert "peer" not in default_words(quick=quick)
    assert set(default_words(quick=True)) < set(default_words(quick=False))


def test_what_is_installed_is_the_version_that_is_told() -> None:
    assert f"privacyidea=={VERSION}" in REQUIREMENTS.read_text().splitlines()


@pytest.mark.parametrize(("counter", "code"), [(0, "755224"), (1, "287082"), (9, "520489")])
def test_codes_are_those_of_rfc_4226(counter: int, code: str) -> None:
    assert RFC_4226.code(counter) == code


def test_each_token_is_asked_about_once_for_each_counter() -> None:
    peer = Peer(1, 1, [RFC_4226, Token("OTHER", b"0" * 20)])
    first, second = peer.checks(1)
    assert first.endswith(b'{"serial":"RFC","pass":"287082"}')
    assert b"POST /validate/check " in second
    assert b'"serial":"OTHER"' in second


def test_its_configuration_is_python_with_secrets_of_its_own(tmp_path: Path) -> None:
    uri = "postgresql+psycopg2://peer@/postgres?host=/tmp/it's here"
    read: list[dict[str, object]] = [{}, {}]
    for settings in read:
        exec(configuration(tmp_path, uri), settings)  # noqa: S102 - as privacyIDEA reads it
    assert read[0]["SQLALCHEMY_DATABASE_URI"] == uri
    assert read[0]["PI_ENCFILE"] == str(tmp_path / "enckey")
    assert read[0]["SECRET_KEY"] != read[1]["SECRET_KEY"]
    assert read[0]["SECRET_KEY"] != read[0]["PI_PEPPER"]


@pytest.mark.parametrize(
    "body", [b'{"result":{"status":true,"value":false}}', b'{"result":{"status":true,"value":1}}', b'{"detail":{}}']
)
def test_a_right_code_that_it_refuses_is_no_figure(body: bytes) -> None:
    must_be_accepted([b'{"result":{"status":true,"value":true}}'])
    with pytest.raises(NotAccepted, match="refused a right code"):
        must_be_accepted([b'{"result":{"status":true,"value":true}}', body])


def is_there(base: Database) -> bool:
    return Path(base.uri.partition("host=")[2]).exists()


async def test_where_there_is_no_postgresql_its_database_is_a_file_and_says_so(tmp_path: Path) -> None:
    async with database(tmp_path, None) as base:
        assert base.name == "SQLite"
        assert base.uri == f"sqlite:///{tmp_path}/privacyidea.sqlite"
        assert base.cpu() == 0.0
        assert await base.statements() is None


@pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed")
async def test_a_postgresql_of_its_own_counts_its_statements_and_leaves_nothing(tmp_path: Path) -> None:
    async with database(tmp_path, POSTGRES) as base:
        before = await base.statements()
        assert before is not None
        assert await output([*base.query, "select 41 + 1"], dict(os.environ)) == "42"
        assert await base.statements() == before + 1
        assert base.cpu() > 0
        assert is_there(base)
    assert not is_there(base)


def test_a_process_that_ends_while_its_time_is_read_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr("bench.peers.privacyidea.database.children_of", lambda pid: [ended.pid])
    assert Database("PostgreSQL", "", os.getpid()).cpu() > 0


async def test_what_a_process_used_is_counted_when_it_is_no_more() -> None:
    before = cpu_of_ended_children(os.getpid())
    await output([sys.executable, "-c", "sum(range(10**7))"], dict(os.environ))
    assert cpu_of_ended_children(os.getpid()) > before
