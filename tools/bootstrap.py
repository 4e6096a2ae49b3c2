"""Install what the project needs into `.venv`, from nothing but python3, and only when it is not there yet.

The road is: the vendored pip wheel, run as it is, fetches the pinned uv; uv makes `.venv` and installs a
lock file into it. Everything fetched is checked against a hash kept in the tree. Standard library only.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "bonin.stamp"
TOOLS = ROOT / ".tools"
LOG = TOOLS / "setup.log"
PIP = ROOT / "tools" / "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
UV_LOCK = ROOT / "tools" / "requirements-uv.lock"
LOCKS = {"runtime": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}

# What the installers say when they fail, and what that means to the person reading. First match wins.
FAILURES = {
    r"No space left on device": "the disk is full. 디스크에 남은 공간이 없습니다.",
    r"Permission denied|Read-only file system|Operation not permitted": "the checkout, or the cache in the "
    "home directory, cannot be written to. 쓸 수 없는 디렉터리입니다.",
    r"(?i)hash mismatch|do not match the hashes": "a downloaded package does not have the hash that is "
    "locked here, so it was refused. 내려받은 패키지의 해시가 잠금 파일과 다릅니다.",
    r"(?i)certificate|UnknownIssuer": "the package registry showed a certificate that this machine does not "
    "trust; point SSL_CERT_FILE at the one of your proxy. 패키지 저장소의 인증서를 신뢰할 수 없습니다.",
    r"not a trusted or secure host": "the mirror that pip is set to speaks plain HTTP, which pip refuses; give its "
    "https address in PIP_INDEX_URL, or name its host in PIP_TRUSTED_HOST. HTTPS가 아닌 미러는 쓰지 않습니다.",
    r"(?i)\b[45]\d\d (client|server) error|http status (client|server) error|too many \d+ error responses"
    r"|was not found in the package registry": "the package registry does not hand out what is locked here; what it "
    "answered is in .tools/setup.log. Set PIP_INDEX_URL to a mirror that has it. "
    "패키지 저장소에서 필요한 패키지를 받을 수 없습니다.",
    r"(?i)error sending request|failed to fetch|connection broken|connecttimeout|readtimeout|proxyerror"
    r"|name resolution|network is unreachable|timed out|dns error": "the package registry cannot be reached; "
    "check the network, or set HTTPS_PROXY for a proxy or PIP_INDEX_URL for a mirror. "
    "패키지 저장소에 연결할 수 없습니다.",
    r"(?i)no matching distribution|no (usable |matching )?wheels": "there is no ready-made package for this "
    "machine; it takes a released CPython on Linux with glibc 2.28 (x86-64, ARM64) or on macOS 11 (ARM64). "
    "이 시스템용 패키지가 없습니다.",
}


class SetupError(Exception):
    """One sentence for the person at the keyboard; the run ends with exit code 1."""


def lock_digest(group: str) -> str:
    return hashlib.sha256(LOCKS[group].read_bytes()).hexdigest()


def read_stamp() -> tuple[str, str] | None:
    """Answer (group, lock digest) of a finished environment that is still whole, or None.

    The stamp is written last, so an interrupted set-up has none. It names the interpreter, for one that
    was replaced since, and what was installed, for packages that somebody removed.
    """
    try:
        group, digest, interpreter, site, *installed = STAMP.read_text().splitlines()
        present = set(os.listdir(VENV / site))
    except (OSError, ValueError):
        return None
    whole = group in LOCKS and os.path.realpath(PYTHON) == interpreter and os.path.exists(PYTHON)
    return (group, digest) if whole and present.issuperset(installed) else None


def write_stamp(group: str) -> None:
    site = next((VENV / "lib").glob("python*/site-packages"))
    # Relative to site-packages, so that a checkout which is moved keeps working.
    (site / "bonin.pth").write_text(os.path.relpath(ROOT, site) + "\n")
    lines = [group, lock_digest(group), os.path.realpath(PYTHON), str(site.relative_to(VENV))]
    fresh = STAMP.with_suffix(".new")
    fresh.write_text("\n".join(lines + sorted(os.listdir(site))))
    fresh.replace(STAMP)


def ready(group: str) -> bool:
    """Tell whether what `group` needs is installed. The dev lock is a superset of the runtime lock."""
    stamp = read_stamp()
    return stamp is not None and stamp[0] in (group, "dev") and stamp[1] == lock_digest(stamp[0])


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def wait_visibly(process: "subprocess.Popen[bytes]", name: str) -> int:
    """Wait for a step; count its seconds in place on a terminal, else say so every ten."""
    terminal = sys.stderr.isatty()
    start = time.monotonic()
    pause, mark = (0.2, "\r") if terminal else (10.0, "")
    if not terminal:
        tell(f"  {name} ...")
    while True:
        try:
            code = process.wait(pause)
        except subprocess.TimeoutExpired:
            print(
                f"{mark}  {name} {time.monotonic() - start:.1f} s",
                end=mark or "\n",
                file=sys.stderr,
                flush=True,
            )
        else:
            tell(f"{mark}  {name} {time.monotonic() - start:.1f} s, {'failed' if code else 'done'}")
            return code


def step(name: str, argv: list[str | Path], env: dict[str, str]) -> None:
    """Run one installer with its output in the log; turn its failure into a sentence.

    :raises SetupError: it failed.
    """
    with LOG.open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env)
        try:
            code = wait_visibly(process, name)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
    if code:
        # A disk that is full to the last byte keeps the installer from writing that it is.
        full = shutil.disk_usage(TOOLS).free < 2**16
        raise SetupError(explain("No space left on device" if full else LOG.read_text("utf-8", "replace")))


def explain(said: str) -> str:
    """Say in one sentence what an installer's output means for the person reading."""
    for pattern, sentence in FAILURES.items():
        if re.search(pattern, said):
            return sentence
    return f"setting up failed; what the installer said is in {LOG}. 설치에 실패했습니다."


def checked_pip() -> list[str]:
    """Answer how to start the vendored pip: its wheel runs as it is, once it is the one we know."""
    if hashlib.sha256(PIP.read_bytes()).hexdigest() != PIP_SHA256:
        raise SetupError(
            f"{PIP.name} is not the file this project was made with; restore it with git. pip 파일이 원본과 다릅니다."
        )
    return [sys.executable, str(PIP / "pip")]


def find_uv(env: dict[str, str]) -> Path:
    """Answer the uv to use: one on PATH of the pinned minor version, else the pinned one, fetched once."""
    major, minor, patch = re.findall(r"^uv==(\d+)\.(\d+)\.(\d+)", UV_LOCK.read_text(), re.M)[0]
    home = TOOLS / f"uv-{major}.{minor}.{patch}"
    if home.exists():
        return home / "bin" / "uv"
    found = shutil.which("uv")
    if found:
        asked = subprocess.run([found, "--version"], check=False, capture_output=True, text=True)
        if asked.stdout.startswith(f"uv {major}.{minor}."):
            return Path(found)
    fresh = TOOLS / "uv.new"
    shutil.rmtree(fresh, ignore_errors=True)
    # Only at -vv does pip tell a registry that refuses from one that has no build for this machine.
    options = ["-vv", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--retries", "2"]
    step("fetch uv", [*checked_pip(), "install", *options, "--target", fresh, "-r", UV_LOCK], env)
    fresh.rename(home)
    return home / "bin" / "uv"


def tool_environment() -> dict[str, str]:
    """Answer the environment for pip and uv: uv follows the mirror that this machine's pip is set to."""
    env = dict(os.environ, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
    env.update(UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1", NO_COLOR="1", PYTHONUTF8="1")
    env.setdefault("UV_SYSTEM_CERTS", "1")
    home = os.path.expanduser("~")
    if home == "~":
        # Neither HOME nor an entry among the users, as containers have that run under any id: pip ends without.
        env["HOME"] = home = str(TOOLS)
    if not os.access(home, os.W_OK):
        env.setdefault("UV_CACHE_DIR", str(TOOLS / "cache"))
    if "UV_DEFAULT_INDEX" not in env and "UV_INDEX_URL" not in env:
        asked = [*checked_pip(), "config", "list"]
        said = subprocess.run(asked, env=env, check=False, capture_output=True, text=True).stdout
        for scope in (":env:", "install", "global"):
            mirror = re.search(rf"(?m)^{scope}\.index-url='(.+)'$", said)
            if mirror:
                env["UV_DEFAULT_INDEX"] = mirror.group(1)
                break
    return env


def build(group: str) -> None:
    """Make .venv agree with the lock of `group`. A set-up that never finished is begun anew."""
    begun = read_stamp()
    if begun and begun[0] == "dev":
        group = "dev"
    tell(f"Setting up ({group}). 준비 중입니다.")
    env = tool_environment()
    uv = find_uv(env)
    base = getattr(sys, "_base_executable", None) or sys.executable
    STAMP.unlink(missing_ok=True)
    if begun is None:
        step("make .venv", [uv, "venv", "--clear", "--no-project", "--python", base, VENV], env)
    count = sum("==" in line for line in LOCKS[group].read_text().splitlines())
    options = ["--require-hashes", "--only-binary", ":all:"]
    step(f"install {count} packages", [uv, "pip", "sync", "--python", PYTHON, *options, LOCKS[group]], env)
    write_stamp(group)


def set_up(group: str) -> None:
    """Make sure `group` is installed. Two runs at once: the second waits, then finds the work done."""
    if ready(group):
        return
    if sys.platform not in ("linux", "darwin"):
        raise SetupError("bonin runs on Linux and macOS; on Windows use WSL. Linux와 macOS에서 실행됩니다.")
    import fcntl

    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another ./run is setting up; waiting for it. 다른 ./run의 준비가 끝나기를 기다립니다.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready(group):
            build(group)
