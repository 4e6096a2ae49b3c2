"""What arrives on the phones, as the local carrier shows it."""

import asyncio
import re
from collections import defaultdict
from typing import Any

import aiohttp
import orjson

_CODE = re.compile("(?<![0-9])[0-9]{6}(?![0-9])")
_RECONNECT_SECONDS = 0.2


class Phones:
    """Watches every phone of a carrier through the stream of its phone page."""

    def __init__(self, carrier_url: str) -> None:
        self._carrier_url = carrier_url
        self._texts: dict[str, dict[str, str]] = defaultdict(dict)
        self._calls: dict[str, set[str]] = defaultdict(set)
        self._arrived: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._rang: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._watching: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, sock_connect=10))
        self._connected = asyncio.Event()
        self._watching = asyncio.create_task(self._watch())
        await self._connected.wait()

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self._session.close()

    def count(self, number: str) -> int:
        """How many texts this phone has."""
        return len(self._texts[number])

    async def code_after(self, number: str, seen: int, patience: float) -> str | None:
        """The code of the text that comes after the first `seen`, or None when none came in time."""
        try:
            async with asyncio.timeout(patience):
                while self.count(number) <= seen:
                    event = self._arrived[number]
                    event.clear()
                    await event.wait()
        except TimeoutError:
            await self.look_again(number)
        bodies = list(self._texts[number].values())
        found = _CODE.findall(bodies[-1]) if len(bodies) > seen else []
        return found[-1] if found else None

    async def look_again(self, number: str) -> None:
        """Take over what the stream may have missed: a page that falls behind is cut off."""
        url = f"{self._carrier_url}/control/messages?to=%2B{number[1:]}"
        async with self._session.get(url) as answer:
            for text in (await answer.json())["messages"]:
                self._take_text(text)

    def texts_of_each_code(self) -> dict[tuple[str, str], int]:
        """How often each code was texted to each number."""
        counted: dict[tuple[str, str], int] = defaultdict(int)
        for number, texts in self._texts.items():
            for body in texts.values():
                for code in set(_CODE.findall(body)):
                    counted[number, code] += 1
        return counted

    async def called_after(self, number: str, seen: int, patience: float) -> bool:
        """Whether a call comes after the first `seen`, within so many seconds."""
        try:
            async with asyncio.timeout(patience):
                while self.calls_to(number) <= seen:
                    event = self._rang[number]
                    event.clear()
                    await event.wait()
        except TimeoutError:
            return False
        return True

    def calls_to(self, number: str) -> int:
        """How many calls this phone got."""
        return len(self._calls[number])

    async def _watch(self) -> None:
        while True:
            try:
                async with self._session.get(f"{self._carrier_url}/events") as stream:
                    self._connected.set()
                    name = ""
                    async for line in stream.content:
                        if line.startswith(b"event: "):
                            name = line[7:].strip().decode()
                        elif line.startswith(b"data: "):
                            self._take(name, orjson.loads(line[6:]))
            except (aiohttp.ClientError, ValueError, OSError):
                pass
            await asyncio.sleep(_RECONNECT_SECONDS)

    def _take(self, name: str, data: Any) -> None:
        match name:
            case "message":
                self._take_text(data)
            case "call":
                self._take_call(data)
            case "snapshot":
                for text in data["messages"]:
                    self._take_text(text)
                for call in data["calls"]:
                    self._take_call(call)

    def _take_call(self, call: Any) -> None:
        self._calls[call["to"]].add(call["sid"])
        self._rang[call["to"]].set()

    def _take_text(self, text: Any) -> None:
        if text["arrived"] and text["direction"] != "inbound":
            self._texts[text["to"]][text["sid"]] = text["body"]
            self._arrived[text["to"]].set()
