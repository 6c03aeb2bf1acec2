"""The box's clocks: a wall clock that somebody may move, the time since boot, and whether anything disciplines it."""

import asyncio
from random import Random


class Machine:
    """Implements `app.clock.Readings`. True time is `epoch_ms` plus the loop's time; the wall clock is off by
    `offset_ms`."""

    def __init__(self, epoch_ms: int, random: Random) -> None:
        self.epoch_ms = epoch_ms
        self.offset_ms = 0
        self.is_synced = True
        self.boot = ""
        self._random = random
        self._born_s = 0.0

    def boots(self) -> None:
        """The machine was off: time since boot begins anew."""
        self._born_s = self._time()
        self.boot = f"{self._random.getrandbits(128):032x}"

    def synced(self) -> bool:
        return self.is_synced

    def true_ms(self) -> int:
        return self.epoch_ms + int(self._time() * 1000)

    def ms(self) -> int:
        return self.true_ms() + self.offset_ms

    def mono_ns(self) -> int:
        return 1_000_000_000 + int((self._time() - self._born_s) * 1e9)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
