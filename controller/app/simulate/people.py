"""The people of a simulated day: the demo's customers and advisors in virtual time, and those who do what they do not.

Whoever gets no answer asks again with the same key until the box is back, as the pages do.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, ClassVar, Protocol

import aiohttp

from controller.app.asking import Answer, Asker
from controller.app.daytime import DayTime
from controller.domain.point import Config

AGAIN_S = 2.0
PATIENCE_S = 900.0  # then somebody goes home, or presses anew


class Witness(Protocol):
    """Sees what people ask, each by its key, and what they are told; status 0: they gave up."""

    def asked(self, key: str, path: str) -> None: ...

    def heard(self, key: str, path: str, answer: Answer) -> None: ...


class PatientAsker(Asker):
    """Asks until there is an answer, or PATIENCE_S is over; `witness` sees it."""

    witness: ClassVar[Witness]

    async def _ask(self, method: str, path: str, who: str, body: dict[str, Any] | None) -> Answer:
        headers = {"Authorization": who}
        if body is not None:
            headers["Idempotency-Key"] = f"day-{self._random.getrandbits(96):024x}"
            self.witness.asked(headers["Idempotency-Key"], path)
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_S
        answer = Answer(0)
        while loop.time() < until:
            try:
                answer = await self._once(method, path, headers, body)
            except (aiohttp.ClientError, TimeoutError, OSError):
                await asyncio.sleep(AGAIN_S * (1 + self._random.random()))
                continue
            if answer.status != 503:
                break
            await asyncio.sleep(AGAIN_S * 5)
        if body is not None:
            self.witness.heard(headers["Idempotency-Key"], path, answer)
        return answer


class VirtualDayTime(DayTime):
    """The day passes as the loop's own time does."""

    def __init__(self, day: Any, changed: Callable[[], None], at_s: float) -> None:
        self._began_s = asyncio.get_running_loop().time() - at_s
        super().__init__(day, changed, at_s)

    @property
    def at_s(self) -> float:
        return asyncio.get_running_loop().time() - self._began_s

    @at_s.setter
    def at_s(self, at_s: float) -> None:
        """It cannot be set: it passes."""

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def until(self, at_s: float) -> bool:
        await asyncio.sleep(max(0.0, at_s - self.at_s))
        return True


class Passers:
    """Those whom the played day does not have: who gives a number back, wants another paper, or is brought forward by
    staff; and central's operator, who sends orders."""

    def __init__(self, config: Config, asker: Asker, random: Random, order: Callable[[str, bytes], Any]) -> None:
        self._config, self._asker, self._random, self._order = config, asker, random, order
        self._tickets: list[str] = []

    async def run(self, every_s: float) -> None:
        """Something about every `every_s`, for ever."""
        acts = (
            self._come,
            self._come,
            self._come,
            self._give_back,
            self._reprint,
            self._brought,
            self._queue,
            self._from_web,
        )
        while True:
            await asyncio.sleep(self._random.expovariate(1 / every_s))
            await self._random.choice(acts)()

    async def _come(self) -> None:
        services = [s.id for s in self._config.services if s.kiosk]
        chosen = self._random.sample(services, self._random.choice((1, 1, 2, 3)))
        language = self._random.choice(self._config.point.languages)
        took = await self._asker.kiosk("/tickets", {"service": chosen[0], "language": language, "also": chosen[1:]})
        if took.good:
            self._tickets.append(str(took.said["id"]))

    async def _brought(self) -> None:
        """The reception takes a number for somebody who cannot stand long."""
        service = self._random.choice(self._config.services).id
        body = {"service": service, "language": self._config.point.house, "priority": self._random.randint(1, 9)}
        took = await self._asker.staff("/tickets", body)
        if took.good:
            self._tickets.append(str(took.said["id"]))

    async def _give_back(self) -> None:
        if self._tickets:
            await self._asker.kiosk(f"/tickets/{self._random.choice(self._tickets[-6:])}/cancel", {})

    async def _reprint(self) -> None:
        if self._tickets:
            await self._asker.staff(f"/tickets/{self._random.choice(self._tickets[-6:])}/reprint", {})

    async def _queue(self) -> None:
        """Central closes a queue, and opens it again."""
        queue = self._random.choice(self._config.queues).id.encode()
        await self._order("close_queue", b'{"queue":"%s"}' % queue)
        await asyncio.sleep(self._random.uniform(20, 200))
        await self._order("open_queue", b'{"queue":"%s"}' % queue)
        await self._order("resend_from", b'{"seq":1}')

    async def _from_web(self) -> None:
        """Somebody takes a number at home; the lobby is told something."""
        service = self._random.choice(self._config.services).id.encode()
        await self._order("ticket_issue", b'{"service":"%s","language":"sv"}' % service)
        await self._order("announce", b'{"text":{"fi":"Tauko"},"seconds":60}')
        await self._order("config_put", b"{}")


class Hand:
    """An advisor who presses anything, sensible or not, at one counter: what is refused changes nothing."""

    PRESSES = ("call-next", "call-next", "start", "start", "end", "end", "end", "hold", "resume", "recall", "no-show",
               "transfer", "activity", "close", "open", "open")  # fmt: skip

    def __init__(self, config: Config, asker: Asker, random: Random, counter: str) -> None:
        self._config, self._asker, self._random, self._counter = config, asker, random, counter

    async def run(self, every_s: float) -> None:
        await self._press("open")
        while True:
            await asyncio.sleep(self._random.expovariate(1 / every_s))
            await self._press(self._random.choice(self.PRESSES))

    async def _press(self, what: str) -> None:
        bodies: dict[str, dict[str, Any]] = {
            "open": {"advisor": f"hand-{self._counter}"},
            "end": {"resolution": "first_contact", "guidance": "none"},
            "transfer": {"to": {"queue": self._random.choice(self._config.queues).id},
                         "position": self._random.choice(("first", "last", "keep")),
                         "return": self._random.random() < 0.5},
            "activity": {"activity": self._random.choice(("available", "other_work", "break")), "reason": "desk"},
        }  # fmt: skip
        await self._asker.staff(f"/counters/{self._counter}/{what}", bodies.get(what, {}))
