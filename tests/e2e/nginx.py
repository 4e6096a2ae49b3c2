"""A real nginx on loopback, with the configuration that deploy/ has to be copied, in front of a gateway."""

import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.faults.harness.processes import Process, free_port
from tests.gateway.store.tls_clusters import Authority

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf.example"
INSIDE, OUTSIDE = "127.0.9.1", "127.0.5.1"
"""Addresses of this machine: in the firm's network, and in none of its networks. Neither is a trusted proxy's."""

GATEWAY = "    server 127.0.0.1:8080 max_fails=0;"
"""The line of each."""

_WRITES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
_AROUND = """\
daemon off;
worker_processes 2;
pid {directory}/pid;
error_log {directory}/error.log info;
events {{ }}
http {{
    gzip on;
    {temporary}
    include {directory}/bonin.conf;
}}
"""
"""What stands around it: as Debian's, but for where it writes."""


def _program() -> str:
    # Debian puts it where only root looks.
    program = shutil.which("nginx", path=os.pathsep.join((os.environ["PATH"], "/usr/sbin")))
    if program is None:
        pytest.fail("nginx is missing: install the package `nginx-light`, as .ci/run does.")
    return program


class Nginx:
    """One nginx. `port` is held for it before it is started, as the gateway has to know its address."""

    def __init__(self, directory: Path) -> None:
        self._program = _program()
        directory.mkdir()
        self._directory, self.port = directory, free_port()
        self._authority = Authority(directory / "authority")
        self.ca = self._authority.ca

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def access_log(self) -> str:
        return (self._directory / "access.log").read_text()

    @property
    def error_log(self) -> str:
        return (self._directory / "error.log").read_text()

    def connector(self, address: str | None = None) -> aiohttp.TCPConnector:
        """Trusts its certificate, and calls from `address`."""
        tls = ssl.create_default_context(cafile=self.ca)
        return aiohttp.TCPConnector(ssl=tls, local_addr=(address, 0) if address else None)

    @asynccontextmanager
    async def serving(self, *gateway_ports: int) -> AsyncIterator[None]:
        self._write(gateway_ports)
        # Its log of before it has read where to log is /var/log/nginx, if it is not told.
        words = [self._program, "-e", "error.log", "-p", str(self._directory), "-c", "nginx.conf"]
        process = Process(words, self._directory / "said.log")
        process.start()
        try:
            await process.until(self._answers)
            yield
        finally:
            await process.stop()

    async def _answers(self) -> bool:
        async with aiohttp.ClientSession(connector=self.connector()) as session:
            try:
                async with session.get(f"{self.url}/livez") as answer:
                    return answer.status == 200
            except aiohttp.ClientConnectionError:
                return False

    def _write(self, gateway_ports: Sequence[int]) -> None:
        certificate, key = self._authority.give("nginx", address="127.0.0.1")
        own = {
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "allow 10.0.0.0/8;": f"allow {INSIDE}/24;",
            GATEWAY: "\n".join(GATEWAY.replace("8080", str(port)) for port in gateway_ports),
            "/etc/nginx/bonin.pem": str(certificate),
            "/etc/nginx/bonin.key": str(key),
            "/var/log/nginx/bonin.log": str(self._directory / "access.log"),
        }
        configuration = EXAMPLE.read_text()
        for given, here in own.items():
            assert configuration.count(given) == 1, given
            configuration = configuration.replace(given, here)
        (self._directory / "bonin.conf").write_text(configuration)
        temporary = " ".join(f"{name}_temp_path {self._directory / name};" for name in _WRITES)
        (self._directory / "nginx.conf").write_text(_AROUND.format(directory=self._directory, temporary=temporary))


def upstream_errors(error_log: str) -> list[str]:
    """What it could not ask the gateway, or did not hear from it."""
    return [line for line in error_log.splitlines() if re.search(r"\[(warn|error|crit)\].*upstream", line)]
