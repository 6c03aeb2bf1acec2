"""Who presses, in `bench ticket`: tickets sent to a server as a kiosk sends them, and how their papers ended."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from itertools import cycle

import aiohttp
import msgspec

from controller.app.bench.stage import Point

SERVICES = ("kela-asumistuki", "poliisi-passi", "vero-verokortti", "dvv-muutto", "tyo-tyonhaku", "kunta-pysakointi")
LANGUAGES = ("fi", "sv", "en")  # set in letters; what is drawn is paid for apart
ANSWER_S = 60.0
LOOK_S = 0.25


class Presses:
    """Sends tickets to one server, and knows what it sent."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        self._session, self._url, self._headers = session, url, headers
        self._wishes: Iterator[tuple[str, str]] = zip(cycle(SERVICES), cycle(LANGUAGES), strict=False)
        self.given: list[str] = []

    async def press(self) -> float:
        """One ticket; gives the seconds it took to be answered."""
        service, language = next(self._wishes)
        wish = msgspec.json.encode({"service": service, "language": language})
        headers = self._headers | {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        began = time.perf_counter()
        async with self._session.post(self._url, data=wish, headers=headers) as answer:
            body = await answer.read()
            took = time.perf_counter() - began
            if answer.status != 201:
                raise RuntimeError(f"{self._url} answered {answer.status}: {body.decode()[:200]}")
        self.given.append(str(msgspec.json.decode(body).get("id", "")))
        return took

    async def alone(self, count: int) -> list[float]:
        return [await self.press() for _ in range(count)]

    async def together(self, count: int, at_once: int) -> list[float]:
        """`count` in all, `at_once` under way at any time."""

        async def worker(share: int) -> list[float]:
            return await self.alone(share)

        shares = [count // at_once + (n < count % at_once) for n in range(at_once)]
        return [took for part in await asyncio.gather(*map(worker, shares)) for took in part]


async def settled(session: aiohttp.ClientSession, ours: Point, id_: str) -> str:
    """How a ticket's paper ended, once it has."""
    while True:
        state = await paper_state(session, ours, id_)
        if state in {"confirmed", "failed", "void", "none"}:
            return state
        await asyncio.sleep(LOOK_S)


async def paper_state(session: aiohttp.ClientSession, ours: Point, id_: str) -> str:
    """How a ticket's paper is now."""
    async with session.get(f"{ours.url}/api/v1/tickets/{id_}", headers=ours.bearer("staff")) as answer:
        return str(msgspec.json.decode(await answer.read())["print"]["state"])


def session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(limit=0)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_S))
