"""The wheel's server, and what it allocates with."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.settings import load_settings
from gateway.store import valkey_program
from gateway.store.embedded import EmbeddedStore
from gateway.wiring.store import open_store
from tests.gateway.installations import needed_settings


@contextmanager
def memory_map(directory: Path) -> Iterator[str]:
    """What is mapped into an embedded store, while it runs."""
    store = EmbeddedStore(directory)
    store.start()
    try:
        yield Path(f"/proc/{store.pid}/maps").read_text()
    finally:
        store.stop()


def test_it_allocates_with_the_machines_jemalloc_where_there_is_one(tmp_path: Path) -> None:
    ldconfig = shutil.which("ldconfig", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if ldconfig is None:
        pytest.skip("the linker of this machine keeps no cache")
    known = subprocess.check_output([ldconfig, "-p"], text=True)
    with memory_map(tmp_path) as mapped:
        assert ("libjemalloc.so.2" in mapped) == ("libjemalloc.so.2" in known)


@pytest.mark.parametrize("libraries", [b"/lib/libm.so.6\0/lib/libjemalloc.so.2.old\0/lib/notlibjemalloc.so.2\0", None])
def test_where_there_is_none_the_linker_is_not_asked_for_it(
    libraries: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "ld.so.cache"
    if libraries is not None:
        cache.write_bytes(libraries)
    monkeypatch.setattr(valkey_program, "_LINKER_CACHE", cache)
    with memory_map(tmp_path / "store") as mapped:
        assert "jemalloc" not in mapped
    assert valkey_program.environment().keys() == {"GLIBC_TUNABLES"}
    assert "ld.so" not in (tmp_path / "store" / "valkey.log").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="jemalloc is given to the store by the linker of Linux")
async def test_who_serves_over_a_store_without_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(**needed_settings(tmp_path), data_dir=tmp_path / "data")
    cache = tmp_path / "ld.so.cache"
    cache.write_bytes(b"/lib/libjemalloc.so.2\0")
    monkeypatch.setattr(valkey_program, "_LINKER_CACHE", cache)
    with capture_logs() as logs:
        async with open_store(settings):
            assert logs == []
        cache.unlink()
        async with open_store(settings, beside_a_gateway=True):
            assert logs == []
        async with open_store(settings):
            (line,) = logs
    assert (line["event"], line["log_level"]) == ("store_without_jemalloc", "warning")
    assert "apt install libjemalloc2" in line["advice"]
