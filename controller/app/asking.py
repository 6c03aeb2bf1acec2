"""The point asked over its own HTTP API, as a kiosk and as staff would ask it; used by the demo's day."""

import asyncio
from random import Random
from typing import Any

import aiohttp
import msgspec

TRIES = 3
AGAIN_S = 0.5  # between tries of a request that got no answer
ANSWER_S = 5.0


class Answer(msgspec.Struct, frozen=True):
    """`status` 0: nobody answered. `problem`: last part of the RFC 9457 type, "" when there is none."""

    status: int
    said: dict[str, Any] = {}

    @property
    def good(self) -> bool:
        return self.status in {200, 201}

    @property
    def problem(self) -> str:
        return "" if self.status < 400 else str(self.said.get("type", "")).rpartition("/")[2]


class Asker:
    """Requests with an Idempotency-Key of their own each; one that got no answer is sent again with the same key."""

    def __init__(self, session: aiohttp.ClientSession, url: str, kiosk: str, staff: str, random: Random) -> None:
        self._session = session
        self._base = f"{url}/api/v1"
        self._kiosk, self._staff = f"Bearer {kiosk}", f"Bearer {staff}"
        self._random = random

    async def kiosk(self, path: str, body: dict[str, Any]) -> Answer:
        return await self._ask("POST", path, self._kiosk, body)

    async def staff(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Answer:
        return await self._ask(method, path, self._staff, body or {})

    async def customer(self, path: str, code: str, body: dict[str, Any]) -> Answer:
        """With the secret of their own ticket."""
        return await self._ask("POST", path, f"Ticket {code}", body)

    async def look(self, path: str) -> Answer:
        return await self._ask("GET", path, self._staff, None)

    async def _ask(self, method: str, path: str, who: str, body: dict[str, Any] | None) -> Answer:
        headers = {"Authorization": who}
        if body is not None:
            headers["Idempotency-Key"] = f"day-{self._random.getrandbits(96):024x}"
        for tried in range(TRIES):
            try:
                return await self._once(method, path, headers, body)
            except (aiohttp.ClientError, TimeoutError, OSError):
                if tried + 1 < TRIES:
                    await asyncio.sleep(AGAIN_S)
        return Answer(0)

    async def _once(self, method: str, path: str, headers: dict[str, str], body: dict[str, Any] | None) -> Answer:
        async with self._session.request(method, self._base + path, headers=headers, json=body) as answer:
            raw = await answer.read()
        try:
            said = msgspec.json.decode(raw) if raw else {}
        except msgspec.DecodeError:
            said = {}
        return Answer(answer.status, said if isinstance(said, dict) else {})


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S))
