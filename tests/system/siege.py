"""A crowd that takes numbers, an advisor who serves, and a hand that kills the programs under them with `kill -9`.

Everybody keeps asking with the same Idempotency-Key until there is an answer, as a kiosk's page does.
"""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import aiohttp

from tests.system.laws import unproven
from tests.system.stranger import Answer, Stranger, until

SERVICES = (
    "kela-asumistuki", "vero-verokortti", "poliisi-passi", "dvv-muutto", "tyo-tyonhaku", "kunta-pysakointi", "neuvonta",
)  # fmt: skip
LANGUAGES = ("fi", "sv", "en", "se")
PATIENCE_S = 300.0  # a box that does not come back within this has another trouble than being killed
SETTLE_S = 150.0  # the longest that a paper may stay without its end (void by age)
END = {"resolution": "first_contact", "guidance": "none"}


async def persist(client: Stranger, role: str, path: str, body: Any, key: str) -> Answer:
    """The same request again and again until somebody answers it."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    met: Counter[str] = Counter()
    while True:
        try:
            said = await client.ask(role, "POST", path, body, key)
            if said.status < 500:
                return said
            met[f"{said.status} {said.body[:200]!r}"] += 1
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as failed:
            met[repr(failed)] += 1  # it died on us; the same key makes asking again safe
        assert asyncio.get_running_loop().time() < deadline, f"no answer to {key}: {met}"
        await asyncio.sleep(0.05)


class Siege:
    """One run of so many kills. `tickets` has the answer that each taker got, by key."""

    def __init__(self, client: Stranger, seed: int) -> None:
        self.client, self.random, self.seed = client, Random(seed), seed
        self.tickets: dict[str, Any] = {}
        self._takers = 0

    async def crowd(self, count: int) -> None:
        """So many at once."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(count):
                self._takers += 1
                wish = {"service": self.random.choice(SERVICES), "language": self.random.choice(LANGUAGES)}
                tasks.create_task(self._take(f"siege-{self.seed}-{self._takers}", wish))

    async def _take(self, key: str, wish: dict[str, str]) -> None:
        said = await persist(self.client, "kiosk", "/tickets", wish, key)
        assert said.status == 201, (key, said)
        self.tickets[key] = said.json

    async def advisor(self, counter: str) -> None:
        """Calls, starts and ends without a break, until cancelled; the first two services only, so that most papers
        are still wanted when their turn at the printer comes."""
        n, opening = 0, {"advisor": "siege", "services": SERVICES[:2]}
        while True:
            for action, body in (("open", opening), ("call-next", {}), ("start", {}), ("end", END)):
                n += 1
                key = f"siege-{self.seed}-{counter}-{n}"
                said = await persist(self.client, "staff", f"/counters/{counter}/{action}", body, key)
                assert said.status in {200, 204, 409}, (action, said)
                await asyncio.sleep(0.1)

    async def kills(self, count: int, first: int, then: int) -> None:
        """Kill the point so often, each time while a crowd takes numbers; central and the printer in between."""
        for n in range(count):
            taking = asyncio.create_task(self.crowd(then if n else first))
            await asyncio.sleep(self.random.choice((0.02, 0.05, 0.1, 0.3, 1.0)) * self.random.random())
            old = {"point": self.client.demo.kill("point")}
            if n % 7 == 3:
                old["central"] = self.client.demo.kill("central")
            if n % 7 == 5:
                old["sim"] = self.client.demo.kill("sim")
            for part, pid in old.items():
                await self.client.back(part, pid)
            await taking

    async def settled(self) -> None:
        """Wait until every paper has its end."""

        async def ended() -> bool:
            return not unproven(await self.client.journal())

        await until(ended, SETTLE_S, "every paper has its end")
