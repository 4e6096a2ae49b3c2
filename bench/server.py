"""A gateway as it runs in production, in a process of its own, beside a local carrier in another."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from demo.running import SMS_NUMBER, VOICE_NUMBER
from demo.secrets_file import DemoSecrets, load_or_make

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, its process, and a key with every scope of an issuance system."""

    base_url: str
    carrier_url: str
    pid: int
    api_key: str
    seconds_to_serving: float


@asynccontextmanager
async def server(directory: Path, **settings: str) -> AsyncIterator[Server]:
    """`bonin serve` on the embedded store in `directory`; `settings` are further BONIN_… variables."""
    secrets = load_or_make(directory / "secrets.json")
    port, carrier_port = _free_port(), _free_port()
    environment = os.environ | _environment(secrets, directory, port, carrier_port) | settings
    key = await _output(("-m", "gateway.cli", "keys", "create", "--client", "bench", "--person", "bench",
                         "--scope", "verify", "--scope", "contacts", "--scope", "branch"), environment)  # fmt: skip
    base_url, carrier_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{carrier_port}"
    async with (
        _process(("-m", "carrier_sim", "--port", str(carrier_port)), environment),
        _process(("-m", "gateway.cli", "serve"), environment) as process,
    ):
        started = asyncio.get_running_loop().time()
        await _until_answers(f"{carrier_url}/control/phones")
        await _until_answers(f"{base_url}/readyz")
        seconds = asyncio.get_running_loop().time() - started
        yield Server(base_url, carrier_url, process.pid, key, seconds)


def resident_megabytes(pid: int) -> float:
    """Memory that the process holds now."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ValueError("no VmRSS")


def cpu_seconds(pid: int) -> float:
    """Processor time that the process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _environment(secrets: DemoSecrets, directory: Path, port: int, carrier_port: int) -> dict[str, str]:
    carrier_url = f"http://127.0.0.1:{carrier_port}"
    public_url = f"http://127.0.0.1:{port}"
    return {
        "BONIN_PORT": str(port),
        "BONIN_PUBLIC_URL": public_url,
        "BONIN_DATA_DIR": str(directory / "data"),
        "BONIN_ENCRYPTION_KEY": secrets.encryption_key,
        "BONIN_INDEX_KEY": secrets.index_key,
        "BONIN_CODE_PEPPER": secrets.code_pepper,
        "BONIN_RECEIPT_KEY": secrets.receipt_key,
        "BONIN_FIRM_NAME_KO": "본인증권",
        "BONIN_FIRM_NAME_EN": "Bonin Securities",
        "BONIN_CUSTOMER_CENTRE": "1588-0000",
        "BONIN_TWILIO_ACCOUNT_SID": secrets.twilio_account_sid,
        "BONIN_TWILIO_AUTH_TOKEN": secrets.twilio_auth_token,
        "BONIN_TWILIO_API_BASE_URL": carrier_url,
        "BONIN_SMS_NUMBER": SMS_NUMBER,
        "BONIN_VOICE_NUMBER": VOICE_NUMBER,
        "BONIN_REGISTRY_URL": carrier_url,
        "BONIN_REGISTRY_TOKEN": secrets.registry_token,
        "BONIN_LOG_LEVEL": "warning",
        "CARRIER_ACCOUNT_SID": secrets.twilio_account_sid,
        "CARRIER_AUTH_TOKEN": secrets.twilio_auth_token,
        "CARRIER_REGISTRY_TOKEN": secrets.registry_token,
        "CARRIER_SMS_NUMBER": SMS_NUMBER,
        "CARRIER_VOICE_NUMBER": VOICE_NUMBER,
        "CARRIER_INBOUND_URL": f"{public_url}/webhooks/twilio/inbound",
    }


@asynccontextmanager
async def _process(words: tuple[str, ...], environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, *words, env=environment)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _output(words: tuple[str, ...], environment: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, env=environment, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    if process.returncode != 0:
        raise SystemExit("the benchmark could not make an API key")
    return printed.decode().strip()


async def _until_answers(url: str) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
