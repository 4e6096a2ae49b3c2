"""privacyIDEA as it runs behind a proxy: gunicorn with processes and threads, and tokens to be checked."""

import base64
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import orjson
import pyotp

from bench.load import post
from bench.peers.privacyidea.database import Database
from bench.processes import children_of, cpu_microseconds, free_port, output, process
from bench.product import until_answers
from bench.session import Progress

THREADS = 4
"""Of each process: fewer than the five connections to the database that it keeps open, so that none is made anew."""
_ADMIN = "bench"


class NotAccepted(Exception):
    """A right code was not accepted: what was measured is not a check."""


@dataclass(frozen=True, slots=True)
class Token:
    """An HOTP token (RFC 4226) by its serial number; `secret` is 20 bytes."""

    serial: str
    secret: bytes

    def code(self, counter: int) -> str:
        return pyotp.HOTP(base64.b32encode(self.secret).decode()).at(counter)


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that is running, and its tokens."""

    port: int
    pid: int
    tokens: Sequence[Token]

    def cpu(self) -> float:
        """µs that its processes have used."""
        return cpu_microseconds(self.pid, *children_of(self.pid))

    def checks(self, counter: int) -> list[bytes]:
        """One check of each token, with the code of this counter: each code is good once, and in their order."""
        return [
            post("/validate/check", orjson.dumps({"serial": token.serial, "pass": token.code(counter)}))
            for token in self.tokens
        ]


def must_be_accepted(bodies: Iterable[bytes]) -> None:
    """Raises `NotAccepted` unless each answer says that the code was right: a refusal is answered with 200 too."""
    for body in bodies:
        result = orjson.loads(body).get("result", {})
        if result.get("value") is not True:
            raise NotAccepted(f"privacyIDEA refused a right code: {body[:300]!r}")


def configuration(folder: Path, database_uri: str) -> str:
    """Its `pi.cfg`, which is Python. Keys and log are in `folder`; what is not named has privacyIDEA's default."""
    settings = {
        "SUPERUSER_REALM": ["super"],
        "SQLALCHEMY_DATABASE_URI": database_uri,
        "SECRET_KEY": secrets.token_hex(16),
        "PI_PEPPER": secrets.token_hex(16),
        "PI_ENCFILE": str(folder / "enckey"),
        "PI_AUDIT_KEY_PRIVATE": str(folder / "audit-private.pem"),
        "PI_AUDIT_KEY_PUBLIC": str(folder / "audit-public.pem"),
        "PI_LOGFILE": str(folder / "privacyidea.log"),
        "PI_LOGLEVEL": 30,
    }
    return "".join(f"{name} = {value!r}\n" for name, value in settings.items())


@asynccontextmanager
async def privacyidea(
    folder: Path, programs: Path, database: Database, workers: int, tokens: int, progress: Progress
) -> AsyncIterator[Peer]:
    """Set up, started with this many processes, and with this many tokens, until the block ends."""
    settings = folder / "pi.cfg"
    settings.write_text(configuration(folder, database.uri), encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PRIVACYIDEA_CONFIGFILE": str(settings)}
    password = secrets.token_hex(16)
    manage = str(programs / "pi-manage")
    for words in (
        ("setup", "create_enckey"),
        ("setup", "create_audit_keys"),
        ("setup", "create_tables"),
        ("admin", "add", _ADMIN, "--password", password),
    ):
        await output([manage, *words], environment)
    port = free_port()
    app = f"privacyidea.app:create_app(config_name='production', config_file='{settings}')"
    serving = ("--workers", str(workers), "--worker-class", "gthread", "--threads", str(THREADS), "--keep-alive", "75")
    command = (str(programs / "gunicorn"), *serving, "--bind", f"127.0.0.1:{port}", app)
    async with process(command, environment, folder / "gunicorn.log") as started:
        await until_answers(port, "/healthz/livez")
        yield Peer(port, started.pid, await _enrol(port, password, tokens, progress))


async def _enrol(port: int, password: str, count: int, progress: Progress) -> list[Token]:
    tokens = [Token(f"BENCH{number:06}", secrets.token_bytes(20)) for number in range(count)]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", raise_for_status=True) as session:
        async with session.post("/auth", json={"username": _ADMIN, "password": password}) as answer:
            key = (await answer.json())["result"]["value"]["token"]
        for done, token in enumerate(tokens, 1):
            body = {"type": "hotp", "serial": token.serial, "otpkey": token.secret.hex()}
            async with session.post("/token/init", json=body, headers={"Authorization": key}) as answer:
                must_be_accepted([await answer.read()])
            progress(done)
    return tokens
