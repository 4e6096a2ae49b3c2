"""A real cluster that speaks nothing but TLS: three primaries of Redis 7, as the wheel's server has no TLS."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import unused_port
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from redis import Redis
from redis.exceptions import RedisError

from gateway.store.shards import TAGS, slot_of
from tests.gateway.store.valkey_clusters import introduce, until, until_whole

_SIGNS = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip
NODES = 3
_ATTEMPTS = 5


class Authority:
    """Gives certificates. Files in its directory: `ca.pem`, and for each name a certificate and a key."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory, self._key = directory, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority of tests")])
        self.ca = self._write("ca", self._signed(self._name, self._key.public_key(), is_authority=True))

    def give(self, name: str, *, address: str | None = None, host: str | None = None) -> tuple[Path, Path]:
        """A certificate, for an address or a host where it is a server's, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names: list[x509.GeneralName] = [] if address is None else [x509.IPAddress(ip_address(address))]
        names += [] if host is None else [x509.DNSName(host)]
        certificate = self._write(name, self._signed(subject, key.public_key(), names))
        private = self._directory / f"{name}.key"
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, private

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        names: list[x509.GeneralName] | None = None,
        *,
        is_authority: bool = False,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if is_authority:
            builder = builder.add_extension(_SIGNS, critical=True)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _write(self, name: str, certificate: x509.Certificate) -> Path:
        path = self._directory / f"{name}.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


@dataclass(frozen=True, slots=True)
class TlsCluster:
    """Its nodes let in whoever has a certificate of `authority`, and show one of it."""

    nodes: "list[_Node]"
    authority: Authority
    host: str

    def url(self, certificate: tuple[Path, Path] | None = None, **given: str) -> str:
        """For a gateway with this certificate and key."""
        words = {"ssl_ca_certs": str(self.authority.ca), **given}
        if certificate is not None:
            words |= {"ssl_certfile": str(certificate[0]), "ssl_keyfile": str(certificate[1])}
        nodes = ",".join(f"{self.host}:{port}" for port in (node.port for node in self.nodes))
        return f"rediss+cluster://:password@{nodes}?{urlencode(words)}"

    def give_to_the_next(self, shard: int) -> None:
        """A shard without keys."""
        slot = slot_of(TAGS[shard])
        ids = [node.say("CLUSTER", "MYID").decode() for node in self.nodes]
        (owner,) = (number for number, node in enumerate(self.nodes) if _has(node, slot))
        target = (owner + 1) % NODES
        for number in (target, owner, (target + 1) % NODES):
            self.nodes[number].say("CLUSTER", "SETSLOT", slot, "NODE", ids[target])


@contextmanager
def a_tls_cluster(directory: Path, host: str | None = None) -> Iterator[TlsCluster]:
    """With a `host`, its nodes are called so, and their certificates are for it and not for their address."""
    if shutil.which("redis-server") is None:
        pytest.fail("redis-server is missing: install it (apt-get install redis-server), as .ci/run does.")
    authority = Authority(directory / "certificates")
    shown = authority.give("server", address=None if host else "127.0.0.1", host=host)
    ours = authority.give("tests")
    for attempt in range(_ATTEMPTS):
        with ExitStack() as stack:
            nodes = [
                stack.enter_context(_a_node(directory / f"{attempt}-{number}", authority, shown, ours, host))
                for number in range(NODES)
            ]
            if not all(node.has_come_up() for node in nodes):
                continue
            introduce(nodes, NODES)
            until_whole(nodes)
            yield TlsCluster(nodes, authority, host or "127.0.0.1")
            return
    raise AssertionError("no free ports")


class _Node:
    def __init__(self, process: "subprocess.Popen[bytes]", port: int, bus_port: int, client: "Redis") -> None:
        self._process, self._client = process, client
        self.port, self.bus_port = port, bus_port

    def say(self, *words: str | int) -> Any:
        return self._client.execute_command(*words)  # type: ignore[no-untyped-call]

    def has_come_up(self) -> bool:
        """Not when another program took its port in the meantime."""
        until(lambda: self._process.poll() is not None or self._answers())
        return self._process.poll() is None

    def _answers(self) -> bool:
        try:
            return bool(self.say("PING"))
        except RedisError:
            return False


@contextmanager
def _a_node(
    directory: Path, authority: Authority, shown: tuple[Path, Path], ours: tuple[Path, Path], host: str | None
) -> Iterator[_Node]:
    directory.mkdir()
    port, bus_port = unused_port(), unused_port()
    named = (
        () if host is None else ("--cluster-announce-hostname", host, "--cluster-preferred-endpoint-type", "hostname")
    )
    words = [
        "redis-server", "--dir", str(directory), "--bind", "127.0.0.1", "--port", "0", "--tls-port", str(port),
        "--tls-cert-file", str(shown[0]), "--tls-key-file", str(shown[1]), "--tls-ca-cert-file", str(authority.ca),
        "--tls-auth-clients", "yes", "--tls-cluster", "yes", "--tls-replication", "yes",
        "--cluster-enabled", "yes", "--cluster-port", str(bus_port), "--cluster-require-full-coverage", "no",
        "--requirepass", "password", "--appendonly", "yes", "--appendfsync", "no", "--save", "",
        "--loglevel", "warning", *named,
    ]  # fmt: skip
    with (directory / "log").open("ab") as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    client = Redis(
        port=port, password="password", ssl=True, ssl_ca_certs=str(authority.ca), ssl_certfile=str(ours[0]),
        ssl_keyfile=str(ours[1]), ssl_check_hostname=False,
    )  # fmt: skip
    try:
        yield _Node(process, port, bus_port, client)
    finally:
        client.close()
        process.kill()
        process.wait()


def _has(node: _Node, slot: int) -> bool:
    told = next(line for line in node.say("CLUSTER", "NODES").decode().splitlines() if "myself" in line)
    ranges = (each.partition("-") for each in told.split(" ")[8:])
    return any(int(first) <= slot <= int(last or first) for first, _, last in ranges)
