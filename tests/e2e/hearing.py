"""Keeps everything that was said, by where it was said."""

import asyncio
import os
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from demo.api import Api, ApiError
from tests.e2e.caller import Answer

_ID = re.compile(r"\b(ver|con|apr|bpw|ntc|act|dec|walk)[_-][0-9a-z]+")


class Heard:
    """Everything that was said, by where."""

    def __init__(self) -> None:
        self.places: defaultdict[str, bytearray] = defaultdict(bytearray)

    def note(self, place: str, content: bytes) -> None:
        self.places[place] += content + b"\n"

    def answer(self, method: str, path: str, answer: Answer) -> None:
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items()).encode(errors="replace")
        self.note(f"answer {method} {_route(path)}", answer.content + b"\n" + headers)


def _route(path: str) -> str:
    return _ID.sub("{id}", path.partition("?")[0])


class HeardApi(Api):
    """Calls as the issuing system does."""

    def __init__(self, base_url: str, key: str, heard: Heard) -> None:
        super().__init__(base_url, key)
        self._heard = heard

    async def call(self, method: str, path: str, body: object = None) -> Any:
        try:
            answer = await super().call(method, path, body)
        except ApiError as refused:
            self._heard.note(f"answer {method} {_route(path)}", orjson.dumps(refused.problem))
            raise
        self._heard.note(f"answer {method} {_route(path)}", orjson.dumps(answer))
        return answer


_COMMANDS = """
import contextlib, json, sys
from gateway.cli import main
for words in json.loads(sys.argv[1]):
    with contextlib.suppress(SystemExit):
        main(words)
"""


async def run_commands(environment: Mapping[str, str], commands: Sequence[Sequence[str]]) -> tuple[bytes, bytes]:
    """What `bonin` says to each on both streams, in one process: to start one takes longer than what it does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", _COMMANDS, orjson.dumps(commands).decode(),
        env=os.environ | dict(environment), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    return await process.communicate()
