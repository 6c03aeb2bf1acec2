"""The played day's own time: seconds since midnight, running `speed` times faster than real, or standing still."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

from controller.web.site import DemoDay

TICK_S = 0.05
SHOW_EVERY_S = 1.0  # real seconds between two changes of the time on the wall


class DayTime:
    """Time passes only while `run` runs. `limit`: time does not pass beyond it (the machine must keep up)."""

    def __init__(self, day: DemoDay, changed: Callable[[], None], at_s: float) -> None:
        self._day = day
        self._changed = changed
        self.at_s = at_s
        self.limit = float("inf")
        self.stopped = False
        self._sleepers: list[tuple[float, int, asyncio.Future[bool]]] = []
        self._order = count()
        self._shown_at = float("-inf")

    async def run(self) -> None:
        """Let time pass until the day is stopped; then every sleeper wakes at once, with False."""
        loop = asyncio.get_running_loop()
        was = loop.time()
        while self._day.running:
            await asyncio.sleep(TICK_S)
            was, passed = loop.time(), loop.time() - was
            self.at_s = max(self.at_s, min(self.limit, self.at_s + passed * self._day.speed))
            while self._sleepers and self._sleepers[0][0] <= self.at_s:
                self._wake(True)
            self._show(was)
        self.stopped = True
        while self._sleepers:
            self._wake(False)

    async def wait(self, seconds: float, real_s: float = 0.0) -> bool:
        """Wait so long in the played day, and at least `real_s`. False: the day was stopped meanwhile."""
        return await self.until(self.at_s + max(seconds, real_s * self._day.speed))

    async def until(self, at_s: float) -> bool:
        if self.stopped or at_s <= self.at_s:
            return not self.stopped
        awoken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at_s, next(self._order), awoken))
        return await awoken

    def go_on(self) -> None:
        """Before the next `run`."""
        self.stopped = False

    def _wake(self, on: bool) -> None:
        _, _, sleeper = heapq.heappop(self._sleepers)
        if not sleeper.done():
            sleeper.set_result(on)

    def _show(self, now: float) -> None:
        text = f"{int(self.at_s) // 3600}.{int(self.at_s) // 60 % 60:02d}"
        if text != self._day.time and now - self._shown_at >= SHOW_EVERY_S:
            self._day.time, self._shown_at = text, now
            self._changed()
