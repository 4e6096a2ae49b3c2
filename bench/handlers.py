"""What the product is compared with: the least that an aiohttp service with these manners can do.

`ceiling` checks a Bearer key, takes the body and gives the answer through pydantic, without a store. `pool` adds one
EVALSHA a request through redis-py's connection pool, as most services do it. `batch` sends the commands of one
event-loop tick as one redis-py pipeline. Their script does the least that a check must: read, count, note.

    python -m bench.handlers PORT KEY_DIGEST [REDIS_URL]
"""

import asyncio
import hashlib
import sys
from typing import Annotated, Any

import orjson
import uvloop
from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints
from redis.asyncio import BlockingConnectionPool, Redis

_SCRIPT = """
local v = redis.call('HMGET', KEYS[1], 'status', 'code', 'tries')
redis.call('HSET', KEYS[1], 'tries', (tonumber(v[3] or '0') + 1) % 5)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 10000, '*', 'event', 'check', 'right', v[2] == ARGV[1] and 1 or 0)
return v
"""


class Check(BaseModel):
    """As the product's own body: strict, nothing unknown."""

    model_config = ConfigDict(extra="forbid", strict=True)
    code: Annotated[str, StringConstraints(pattern="^[0-9]{6}$")]
    attempt_id: str | None = None


class Delivery(BaseModel):
    state: str
    carrier: str | None
    at: str


class CheckAnswer(BaseModel):
    """As many words as the product's own answer."""

    id: str
    customer_id: str
    contact_id: str
    method: str
    operation: str
    status: str
    status_reason: str | None
    delivery: Delivery
    attempts_remaining: int
    resends_remaining: int
    next_resend_at: str
    created_at: str
    expires_at: str
    correct: bool


class Handlers:
    def __init__(self, key_digest: str, redis_url: str | None) -> None:
        self._holders = {key_digest: "bench"}
        self._sha = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()
        self._redis_url = redis_url
        self._waiting: list[tuple[str, asyncio.Future[Any]]] = []

    async def open(self, _: web.Application) -> None:
        if self._redis_url is not None:
            pool = BlockingConnectionPool.from_url(self._redis_url, max_connections=64, protocol=2)
            self._redis = Redis.from_pool(pool)
            await self._redis.script_load(_SCRIPT)

    async def alive(self, _: web.Request) -> web.Response:
        return web.Response()

    async def ceiling(self, request: web.Request) -> web.Response:
        body = await self._checked(request)
        return _answer(request, len(body.code))

    async def pool(self, request: web.Request) -> web.Response:
        body = await self._checked(request)
        await self._redis.evalsha(self._sha, 2, "bench:{a}:v", "bench:{a}:audit", body.code)
        return _answer(request, len(body.code))

    async def batch(self, request: web.Request) -> web.Response:
        body = await self._checked(request)
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            loop.call_soon(lambda: loop.create_task(self._send()))
        self._waiting.append((body.code, told))
        await told
        return _answer(request, len(body.code))

    async def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        pipeline = self._redis.pipeline(transaction=False)
        for code, _ in waiting:
            pipeline.evalsha(self._sha, 2, "bench:{a}:v", "bench:{a}:audit", code)
        for (_, told), answer in zip(waiting, await pipeline.execute(), strict=True):
            told.set_result(answer)

    async def _checked(self, request: web.Request) -> Check:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or hashlib.sha256(key.encode()).hexdigest() not in self._holders:
            raise web.HTTPUnauthorized
        return Check.model_validate_json(await request.read())


def _answer(request: web.Request, digits: int) -> web.Response:
    at = "2026-01-02T03:04:05.678Z"
    answer = CheckAnswer(
        id=request.match_info["verification_id"],
        customer_id="bench-1",
        contact_id="con_00000000000000000000",
        method="sms",
        operation="issue",
        status="pending",
        status_reason=None,
        delivery=Delivery(state="queued", carrier=None, at=at),
        attempts_remaining=digits - 2,
        resends_remaining=3,
        next_resend_at=at,
        created_at=at,
        expires_at=at,
        correct=False,
    )
    return web.Response(body=orjson.dumps(answer.model_dump()), content_type="application/json")


async def _serve(port: int, key_digest: str, redis_url: str | None) -> None:
    handlers = Handlers(key_digest, redis_url)
    app = web.Application()
    app.on_startup.append(handlers.open)
    app.router.add_get("/livez", handlers.alive)
    for name in ("ceiling", "pool", "batch"):
        app.router.add_post(f"/{name}/v1/verifications/{{verification_id}}/check", getattr(handlers, name))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None))
