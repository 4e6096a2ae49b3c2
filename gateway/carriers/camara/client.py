"""Asks one CAMARA service one question: with a token, several tries, and one time limit for all of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import structlog

from gateway.carriers.camara.oidc import NoToken, OidcClient
from gateway.carriers.camara.translations import Meaning, meaning_of
from gateway.carriers.json_poster import JsonAnswer, JsonPoster, NoAnswer

_log = structlog.get_logger(__name__)

_PAUSES = (0.0, 0.0, 0.05, 0.1)
"""Seconds before each try."""


class QuestionFailed(Exception):
    """No answer that can be relied on."""


class UnknownSubscriber(Exception):
    """The carrier says that it knows nothing of this number."""


class CamaraClient:
    """Asks everything that bonin wants to know of CAMARA. No question changes anything, so asking twice is safe."""

    def __init__(self, poster: JsonPoster, oidc: OidcClient, base_url: str, timeout_seconds: float) -> None:
        """`base_url` is the API root, before `/sim-swap/v2`; one question takes at most `timeout_seconds`."""
        self._poster = poster
        self._oidc = oidc
        self._base_url = base_url.rstrip("/")
        self._timeout_seconds = timeout_seconds

    async def ask(self, path: str, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer's JSON object. Raises `QuestionFailed` or `UnknownSubscriber`."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                answer = await self._answer(path, orjson.dumps(question))
        except TimeoutError:
            _log.warning("carrier_look_up_failed", service=path, why="timeout")
            raise QuestionFailed from None
        meaning = Meaning.FAILED if answer is None else meaning_of(answer)
        if meaning is Meaning.UNKNOWN_SUBSCRIBER:
            raise UnknownSubscriber
        if answer is None or meaning is not Meaning.ANSWERED:
            _log.warning("carrier_look_up_failed", service=path, status=answer and answer.status, why=meaning.name)
            raise QuestionFailed
        return answer.content

    async def close(self) -> None:
        await self._oidc.close()
        await self._poster.close()

    async def _answer(self, path: str, body: bytes) -> JsonAnswer | None:
        """The first answer that is not worth another try, or the last one there was."""
        answer, refused = None, None
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            try:
                token = await self._oidc.token(refused)
                answer = await self._poster.post(self._base_url + path, body, _headers(token))
            except NoAnswer:
                pass
            except NoToken as without:
                if without.final:
                    return None
            else:
                match meaning_of(answer):
                    case Meaning.TRY_AGAIN:
                        pass
                    case Meaning.TOKEN_REFUSED if refused is None:
                        refused = token
                    case _:
                        return answer
        return answer


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
