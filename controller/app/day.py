"""The demo's busy day: plausible customers and advisors who use the point through its own HTTP API, like anybody else.

Started, stopped and sped up from the wall (`site.day`). Refusals and a point that restarts never end it.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import aiohttp
import structlog

from controller.app.advisors import PSEUDONYM, Advisor, Lobby, competences, played_counters
from controller.app.asking import Asker, session
from controller.app.customers import CLOSES_S, HOUR_S, HOURS, Arrival, day
from controller.app.daytime import DayTime
from controller.domain.point import Config
from controller.domain.text import moment
from controller.web.site import DemoDay

ADVISORS = 4  # at most; as many as there are counters to use
PAPER_S, PAPER_LOOK_S = 6.0, 0.2  # how long a customer waits for the paper, and how often they look
QUEUE_AT_KIOSK_S = 180  # of the played day: further than this behind its customers, time waits for the kiosk
BOOKED_AHEAD_S, BOOKED_FOR_S = 1800, 1800  # appointments are made this long before, for this long

OpenSession = Callable[[], aiohttp.ClientSession]
log = structlog.get_logger("day")


class Player:
    """`run` is its task, for ever; it plays while `steered.running`."""

    def __init__(
        self, config: Config, steered: DemoDay, changed: Callable[[], None], now_ms: Callable[[], int],
        url: str, tokens: tuple[str, str], seed: int, random: Random,
        *, open_session: OpenSession = session, asks: type[Asker] = Asker, passes: type[DayTime] = DayTime,
    ) -> None:  # fmt: skip
        """`tokens`: kiosk's and staff's. `random` makes keys and codes that never repeat, `seed` the customers. The
        simulation (app/simulate) plays the same day in another time and over another line."""
        self._config, self._steered, self._changed, self._now_ms = config, steered, changed, now_ms
        self._url, self._tokens, self._random = url, tokens, random
        self._seed = seed
        self._open_session, self._asks, self._passes = open_session, asks, passes
        self._fresh()

    async def run(self) -> None:
        async with self._open_session() as http:
            asker = self._asks(http, self._url, *self._tokens, self._random)
            self._advisors.clear()  # they would ask through a session that is closed
            await self._leave_counters(asker)
            while True:
                self._steered.changed.clear()
                if not self._steered.running:
                    await self._steered.changed.wait()
                    continue
                await self._play(asker)

    def _fresh(self) -> None:
        self._time = self._passes(self._steered, self._changed, float(min(HOURS) * HOUR_S))
        self._lobby = Lobby(self._config)
        self._arrivals: list[Arrival] | None = None
        self._came = 0
        self._booked: dict[int, str] = {}  # which arrival -> the code of the appointment
        self._advisors: dict[str, Advisor] = {}

    async def _play(self, asker: Asker) -> None:
        """One stretch: until the day is over or somebody stops it."""
        seen = await asker.look("/state")
        counters = played_counters(self._config, seen.said, _closed_or_ours, ADVISORS)
        if self._arrivals is None:
            self._arrivals = day(self._config, self._seed, len(counters))
            log.info("a busy day begins", seed=self._seed, visits=len(self._arrivals), counters=counters)
        for nth, id_ in enumerate(counters):
            self._advisors.setdefault(id_, Advisor(asker, self._time, self._lobby, id_, nth))
        self._time.go_on()
        services = competences(self._config, counters)
        async with asyncio.TaskGroup() as tasks:
            passing = tasks.create_task(self._time.run())
            acting = [tasks.create_task(self._customers(asker, self._arrivals))]
            acting += [tasks.create_task(self._advisors[id_].work(services[id_])) for id_ in counters]
            await asyncio.wait(acting)
            passing.cancel()
        if not self._time.stopped:
            self._day_is_over()

    def _day_is_over(self) -> None:
        log.info("the busy day is over", seed=self._seed, at=self._steered.time)
        self._seed += 1
        self._fresh()
        self._steered.running = False
        self._changed()

    async def _customers(self, asker: Asker, arrivals: list[Arrival]) -> None:
        """One after another at the kiosk, each until the paper is there."""
        while self._came < len(arrivals):
            await self._book(asker, arrivals)
            arrival = arrivals[self._came]
            self._time.limit = max(self._time.at_s, arrival.at_s + QUEUE_AT_KIOSK_S)
            if not await self._time.until(arrival.at_s):
                return
            self._came += 1
            self._lobby.kiosk_free.clear()
            try:
                await self._take(asker, arrival, self._booked.pop(self._came - 1, ""))
            finally:
                self._lobby.kiosk_free.set()
        self._time.limit = float("inf")
        self._lobby.coming = False
        await self._time.until(CLOSES_S)

    async def _take(self, asker: Asker, who: Arrival, code: str) -> None:
        """A number; who gets none (closed, full, no answer) goes home."""
        took = await asker.kiosk(f"/appointments/{code}/check-in", {"language": who.language}) if code else None
        if took is None or not took.good:
            took = await asker.kiosk(
                "/tickets", {"service": who.service, "language": who.language, "also": list(who.also)}
            )
        if not took.good:
            log.info("a customer got no number", why=took.problem or took.status)
            return
        ticket = str(took.said["id"])
        await self._paper(asker, ticket, took.said)
        self._lobby.visitors[ticket] = (who, str(took.said["code"]))

    async def _paper(self, asker: Asker, ticket: str, seen: dict[str, Any]) -> None:
        """Wait for the paper, so that the next one at the kiosk does not run over the printer."""
        loop = asyncio.get_running_loop()
        until = loop.time() + PAPER_S
        while seen.get("print", {}).get("state") in {"requested", "printing", "unknown"} and loop.time() < until:
            await asyncio.sleep(PAPER_LOOK_S)
            seen = (await asker.look(f"/tickets/{ticket}")).said

    async def _book(self, asker: Asker, arrivals: list[Arrival]) -> None:
        """Appointments of those who come soon."""
        for n in range(self._came, len(arrivals)):
            who = arrivals[n]
            if who.at_s > self._time.at_s + BOOKED_AHEAD_S:
                return
            if who.appointment and n not in self._booked:
                self._booked[n] = await self._appointment(asker, who)

    async def _appointment(self, asker: Asker, who: Arrival) -> str:
        """Gives the code to check in with, "" when it could not be booked. Its time is real: it is soon."""
        service = self._config.service(who.service)
        assert service is not None
        code = f"{self._random.getrandbits(40):010X}"
        start = self._now_ms() + int(max(0.0, who.at_s - self._time.at_s) / self._steered.speed * 1000)
        booked = await asker.staff(f"/appointments/day-{code}", method="PUT", body={
            "rev": 1, "provider": service.provider, "service": service.id, "start": moment(start),
            "end": moment(start + BOOKED_FOR_S * 1000), "channel": "counter", "code": code,
        })  # fmt: skip
        return code if booked.good else ""

    async def _leave_counters(self, asker: Asker) -> None:
        """Counters that a day left open when its point was killed: end their customers and close them."""
        seen = await asker.look("/state")
        for counter in seen.said.get("counters", []):
            if counter["state"] == "open" and _closed_or_ours(counter):
                await asker.staff(f"/counters/{counter['id']}/close")


def _closed_or_ours(counter: dict[str, Any]) -> bool:
    return counter["state"] == "closed" or str(counter["advisor"]["id"]).startswith(PSEUDONYM)
