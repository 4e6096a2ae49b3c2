"""Embedded stores, and asking them."""

import socket
from collections.abc import Callable
from pathlib import Path

from demo.customer import until
from gateway.store.embedded import EmbeddedStore

Started = Callable[[Path], EmbeddedStore]


def ask(store: EmbeddedStore, command: str) -> str:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(store.url.removeprefix("unix://"))
        client.sendall(f"{command}\r\n".encode())
        return client.recv(4096).decode().strip()


async def until_it_answers(store: EmbeddedStore) -> None:
    async def answers() -> bool:
        try:
            return ask(store, "PING") == "+PONG"
        except OSError:
            return False

    await until(answers)
