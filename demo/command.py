"""`./run demo`: the whole of bonin on loopback, and `--walk`, which uses all of it by itself."""

import argparse
import os
import re
import shlex
import shutil
import sys
import time
from pathlib import Path

import orjson
import pyotp

from demo.api import Api
from demo.running import Demo, running
from demo.secrets_file import SecretsDamaged
from demo.seed import seed
from demo.walk import walk
from gateway.cli.commands import named_path
from gateway.log import configure_logging
from gateway.running import AddressRefused, PortTaken, about_a_file, print_no_more, run, until_asked_to_stop
from gateway.settings import SettingsRefused
from gateway.store.data_directory import DataDirectoryInUse, EmbeddedStoreFailed
from gateway.store.embedded import EmbeddedStore
from gateway.store.layout import OtherLayout
from gateway.telemetry import TelemetryMissing

_DIRECTORY = Path(".demo")
_WALKING_SPEED = 10.0
"""Nobody listens to the walk: its phones ring and its voices speak ten times as fast."""


def main() -> int:
    """Exit code 0, or 1 with one sentence on what to do."""
    arguments = _parser().parse_args()
    started = time.perf_counter()
    try:
        return _print_code(arguments.dir) if arguments.code else _start(arguments, started)
    except PortTaken as taken:
        print(
            f"{taken} Choose another one with --port or --carrier-port; a second demo needs both, and a --dir of its "
            "own. 다른 프로그램이 쓰는 포트입니다. 다른 포트를 지정하세요.",
            file=sys.stderr,
        )
    except DataDirectoryInUse:
        print(
            f"Another demo is running in {arguments.dir}: stop it, or choose another --dir. "
            "이 디렉터리에서 데모가 이미 실행 중입니다.",
            file=sys.stderr,
        )
    except OtherLayout:
        print(
            f"The data in {arguments.dir} are of another build: forget them and begin anew with ./run demo --fresh. "
            "다른 빌드의 데이터입니다. --fresh로 새로 시작하세요.",
            file=sys.stderr,
        )
    except (AddressRefused, EmbeddedStoreFailed, SecretsDamaged, SettingsRefused, TelemetryMissing) as failure:
        print(failure, file=sys.stderr)
    except BrokenPipeError:
        print_no_more()
    except OSError as failure:
        said = about_a_file(failure)
        if not said:
            raise
        print(f"{said}. Choose another --dir. 파일을 쓸 수 없습니다.", file=sys.stderr)
    return 1


def _start(arguments: argparse.Namespace, started: float) -> int:
    if arguments.port == arguments.carrier_port:
        print("BONIN_PORT and BONIN_CARRIER_PORT must differ. 두 포트는 서로 달라야 합니다.", file=sys.stderr)
        return 1
    arguments.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (arguments.dir / "bonin.log").open("a", encoding="utf-8") as log:
        configure_logging("info", stream=log)
        if arguments.fresh:
            _forget(arguments.dir / "data")
        return run(_run(arguments, started))


def _forget(data: Path) -> None:
    """Starting the store first leaves the data of a running demo alone, and ends a server left over from a crash."""
    if data.exists():
        store = EmbeddedStore(data)
        store.start()
        store.stop()
        shutil.rmtree(data)


async def _run(arguments: argparse.Namespace, started: float) -> int:
    speed = _WALKING_SPEED if arguments.walk else 1.0
    async with running(arguments.dir, arguments.port, arguments.carrier_port, carrier_speed=speed) as demo:
        async with Api(demo.base_url, demo.secrets.api_key) as api, Api(demo.carrier_url) as carrier:
            await seed(api, carrier)
            _greet(demo, arguments.dir, time.perf_counter() - started)
            if arguments.walk:
                async with Api(demo.base_url, demo.secrets.operator_key) as operator:
                    return 0 if await walk(api, carrier, operator, lambda line: print(line, flush=True)) else 1
        print("Ctrl-C stops it.", flush=True)
        await until_asked_to_stop()
    return 0


def _print_code(directory: Path) -> int:
    """What the demo operator's authenticator shows now."""
    file = directory / "operator.json"
    if not file.exists():
        print(f"There is no {file} yet: start ./run demo first.", file=sys.stderr)
        return 1
    totp = pyotp.parse_uri(orjson.loads(file.read_bytes())["totp_uri"])
    print(pyotp.TOTP(totp.secret).now())
    return 0


def _greet(demo: Demo, directory: Path, seconds: float) -> None:
    elsewhere = "" if directory == _DIRECTORY else f" --dir {shlex.quote(str(directory))}"
    print(f"bonin is serving ({seconds:.1f} s)")
    print(f"  desk      {demo.desk_url}   발급 데스크 / issuance desk")
    print(f"  phones    {demo.carrier_url}/       전화기 / phones")
    print(f"  API       {demo.base_url}/docs")
    print(f"  keys      {directory / 'credentials.json'}")
    print(
        f"  operators {demo.base_url}/ops    {directory / 'operator.json'}; code: ./run demo --code{elsewhere}"
        "   운영 / operations"
    )
    print(f"  log       {directory / 'bonin.log'}")


def _folder(text: str) -> Path:
    """Its whole name is written into the settings of the demo, which are UTF-8."""
    try:
        os.path.realpath(named_path(text)).encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(
            "give a folder whose whole name is UTF-8, in a locale that knows it (LC_ALL=C.UTF-8). "
            "UTF-8이 아닌 이름입니다"
        ) from None
    return Path(text)


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("give a port from 1 to 65535, also in BONIN_PORT and BONIN_CARRIER_PORT")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--walk", action="store_true", help="pass through every method by itself, then end")
    parser.add_argument("--code", action="store_true", help="print the code for signing in at /ops, then end")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier demos kept")
    parser.add_argument(
        "--port", type=_port, default=os.environ.get("BONIN_PORT", "8080"),
        help="of the desk, the API and /ops: BONIN_PORT, or 8080",
    )  # fmt: skip
    parser.add_argument(
        "--carrier-port", type=_port, default=os.environ.get("BONIN_CARRIER_PORT", "8081"),
        help="of the phones: BONIN_CARRIER_PORT, or 8081",
    )  # fmt: skip
    parser.add_argument(
        "--dir", type=_folder, default=str(_DIRECTORY),
        help="where keys and data are kept: .demo in the checkout, which a relative path starts from as well",
    )  # fmt: skip
    return parser
