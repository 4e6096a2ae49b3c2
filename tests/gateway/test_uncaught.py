"""What ends a process or a thread, or the collector finds: its type and place are told, and nothing that it says."""

import asyncio
import subprocess
import sys

import pytest

from gateway.settings import load_settings
from gateway.store import keys
from gateway.wiring.stores import open_stores
from tests.builders import CUSTOMER_ID, individual

SECRET = "남궁비밀"
FAILS = f"""
import asyncio, gc, sys, threading
from gateway.log import configure_logging
from gateway.uncaught import tell_by_place

def fail(*values):
    raise ValueError("{SECRET}")

class Empty(ValueError):  # it counts as false, and cannot be made without arguments
    def __init__(self, said):
        super().__init__(said)

    def __len__(self):
        return 0

class Last:
    __del__ = fail

async def in_a_task():
    fail()

async def lose_a_task():
    task = asyncio.get_running_loop().create_task(in_a_task())
    await asyncio.sleep(0)
    del task
    gc.collect()

async def in_a_callback():
    asyncio.get_running_loop().call_soon(fail, "{SECRET}")
    await asyncio.sleep(0.01)

tell_by_place()
"""


@pytest.mark.parametrize("is_configured", [False, True])
@pytest.mark.parametrize(
    "how",
    [
        "fail()",
        "threading.Thread(target=fail).start()",
        "Last(); gc.collect()",
        "asyncio.run(lose_a_task())",
        "asyncio.run(in_a_callback())",
    ],
)
def test_what_nobody_caught_is_told_by_type_and_place(how: str, is_configured: bool) -> None:
    configured = "configure_logging()" if is_configured or "asyncio" in how else ""
    done = _run(FAILS, configured, how)
    told = done.stdout + done.stderr
    assert (done.returncode != 0) is (how == "fail()")
    assert '"exception":["ValueError"]' in told
    assert " fail" in told
    assert SECRET not in told
    assert "\\ub0a8" not in told


def test_an_exception_of_any_kind_is_told() -> None:
    done = _run(FAILS, f"raise Empty('{SECRET}')")
    assert done.returncode == 1
    assert '"exception":["Empty"]' in done.stderr
    assert SECRET not in done.stderr


def test_a_thread_that_ends_itself_is_no_bug() -> None:
    assert _run(FAILS, "threading.Thread(target=sys.exit).start()").stderr == ""


@pytest.mark.usefixtures("settings_of_an_empty_store")
def test_a_command_that_ends_by_a_bug_prints_nothing_of_what_it_read() -> None:
    asyncio.run(_write_nonsense())
    command = [sys.executable, "-m", "gateway.cli", "customers", "show", CUSTOMER_ID]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "uncaught_exception" in done.stderr
    assert SECRET not in done.stdout + done.stderr


def _run(*lines: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "\n".join(lines)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def _write_nonsense() -> None:
    async with open_stores(load_settings()) as stores:
        await stores.customers.put(individual())
        await stores.connection.command("HSET", keys.customer(CUSTOMER_ID), "kind", SECRET)
