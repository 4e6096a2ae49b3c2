"""`bonin serve` and the local carrier, each in a process of its own."""

import csv
import io
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from demo.environments import gateway_environment
from demo.secrets_file import DemoSecrets
from tests.faults.harness.processes import DidNotStart, Process, answers, free_port

NO_CAPS = dict.fromkeys(
    (
        "BONIN_CUSTOMER_CAP", "BONIN_NUMBER_CAP", "BONIN_NUMBER_DAY_CAP", "BONIN_CLIENT_CAP", "BONIN_CLIENT_DAY_CAP",
        "BONIN_RANGE_CAP",
    ),
    "1000000000",
) | {"BONIN_KEY_RATE": "0", "BONIN_CONVERSION_LEAST": "0"}  # fmt: skip
"""Load from one machine in the name of few customers would otherwise be refused, as it should."""


class Gateway:
    """One gateway process, which keeps its address when it is started again."""

    def __init__(
        self, directory: Path, environment: Mapping[str, str], name: str = "gateway", workers: int | None = None
    ) -> None:
        """`workers` are the processes of a supervisor; without it, it is one process and none above it."""
        self.port = free_port()
        self._directory = directory
        self.environment = dict(environment)
        """Its settings; what is changed counts from its next start."""
        self._name = name
        self._words = ["serve", *([] if workers is None else ["--workers", str(workers)])]
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self._directory / f"{self._name}.log"

    @property
    def process(self) -> Process:
        assert self._process is not None
        return self._process

    async def start(self, *, until_ready: bool = True) -> None:
        """Come back when it is ready, or, where its store is away, when it answers at all."""
        environment = {**self.environment, "BONIN_PORT": str(self.port)}
        self._process = Process([sys.executable, "-P", "-m", "gateway.cli", *self._words], self.log, environment)
        self._process.start()
        await self._process.until(lambda: answers(f"{self.url}/{'readyz' if until_ready else 'livez'}"))

    async def kill(self) -> None:
        await self.process.kill()

    async def stop(self) -> None:
        if self._process is not None:
            await self._process.stop()


class Carrier:
    """The local carrier. It outlives the gateways, as the real one does."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.port = free_port()
        self._log = directory / "carrier.log"
        self._environment = environment
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        for _ in range(5):
            words = [sys.executable, "-P", "-m", "carrier_sim", "--port", str(self.port)]
            self._process = Process(words, self._log, self._environment)
            self._process.start()
            try:
                return await self._process.until(lambda: answers(f"{self.url}/control/phones"))
            except DidNotStart:
                self.port = free_port()
        raise DidNotStart(self._log.read_text())

    async def stop(self) -> None:
        if self._process is not None:
            await self._process.stop()


def environment_of_a_gateway(
    secrets: DemoSecrets, store_url: str | None, directory: Path, public_url: str, carrier_url: str, life: int
) -> dict[str, str]:
    """Production settings, but for the caps. `life` is how long a verification is open, in seconds."""
    return NO_CAPS | {
        **({"BONIN_REDIS_URL": store_url} if store_url else {"BONIN_DATA_DIR": str(directory / "data")}),
        **gateway_environment(secrets, public_url, carrier_url),
        "BONIN_POLICY_DIR": str(_policy(directory / "policy", life)),
        "BONIN_LOG_LEVEL": "info",
    }


def _policy(folder: Path, life: int) -> Path:
    """The packaged policy, with another life in every row that has one."""
    folder.mkdir(parents=True, exist_ok=True)
    packaged = files("gateway").joinpath("policy")
    for name in ("signals.csv", "version.txt"):
        (folder / name).write_text(packaged.joinpath(name).read_text(encoding="utf-8"), encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(packaged.joinpath("operations.csv").read_text(encoding="utf-8"))))
    with (folder / "operations.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, rows[0].keys())
        writer.writeheader()
        for row in rows:
            writer.writerow(row | ({"valid_for": str(life)} if row["valid_for"] else {}))
    return folder
