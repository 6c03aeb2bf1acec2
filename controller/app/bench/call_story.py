"""What a call goes through while it is measured: clear, loss, distance, a narrow line, an outage, another address.

The same for ours and for the plain pair. Each part's figures bear its name.
"""

import asyncio
import time

from controller.app.bench.call import Call, window
from controller.app.bench.call_figures import Seen, figures, readable
from controller.app.bench.figures import Figures, Tell
from drivers.sim.network.impairment import CLEAR, Impairment
from drivers.sim.network.network import End

SETTLE_S = 8.0  # the browser finds out how much the line carries
RTT_40 = Impairment(delay_ms=20)
LOSS_5 = Impairment(delay_ms=20, loss=0.05)
RTT_200 = Impairment(delay_ms=100)
NARROW = Impairment(delay_ms=20, rate_kbit=500, queue_ms=300)
OUTAGE_S, LONG_OUTAGE_S = 10.0, 40.0
LEAST_S = 1.5
AFTER_S = 30.0  # to come back in
NEVER_MS = 1000 * AFTER_S  # it did not come back so long
QUIET = ("p50_ms", "p95_ms", "fps", "frozen", "concealed", "offset_p95_ms", "height", "kbit")
TROUBLED = ("p50_ms", "p95_ms", "fps", "frozen", "longest_gap_ms", "concealed")


async def story(call: Call, near: End, size: float, tell: Tell) -> Figures:
    """All of it with `size` 1, which takes about four minutes; less in tests. The call was opened at RTT_40."""
    parts = _Parts(call, near, size)
    told: Figures = {"first_picture_ms": round(call.first_ms, 1)}
    await near.set()
    await asyncio.sleep(SETTLE_S * size)
    first, second = await parts.under(CLEAR, 10), await parts.under(CLEAR, 10)
    told |= _named("clear", [*first, *second], QUIET)
    halves = [figures(half)["p50_ms"] for half in (first, second)]
    told["spread"] = round(max(halves) / max(1.0, min(halves)), 3)
    tell(0.2)
    told |= _named("loss5", await parts.under(LOSS_5, 25), TROUBLED)
    tell(0.35)
    told |= _named("rtt200", await parts.under(RTT_200, 20), TROUBLED)
    tell(0.45)
    told |= _named("narrow", await parts.under(NARROW, 30), TROUBLED)
    tell(0.6)
    told["outage10_back_ms"] = await parts.back_after_outage(OUTAGE_S)
    tell(0.7)
    told["outage40_back_ms"] = await parts.back_after_outage(LONG_OUTAGE_S)
    tell(0.9)
    told["moved_back_ms"] = await parts.back_after_move()
    tell(1.0)
    return told | {"unreadable": round(1 - min(parts.readable), 4)}


class _Parts:
    def __init__(self, call: Call, near: End, size: float) -> None:
        self._call, self._near, self._size = call, near, size
        self.readable = [1.0]

    async def under(self, how: Impairment, seconds: float) -> list[Seen]:
        """A window that begins with the change, as customers meet it."""
        await self._near.set(how)
        seen = await window(self._call.screens, max(LEAST_S, seconds * self._size))
        self.readable += [readable(one) for one in seen if one.shown]
        return seen

    async def back_after_outage(self, seconds: float) -> float:
        """From the network's return to a fresh picture at both ends."""
        await self._near.set(blackhole=True)
        await asyncio.sleep(seconds * self._size)
        await self._near.set(RTT_40)
        return await self._back()

    async def back_after_move(self) -> float:
        """From another address of the near end to a fresh picture at both."""
        await self._near.set(RTT_40)
        await self._near.move()
        return await self._back()

    async def _back(self) -> float:
        """The later of both; NEVER_MS when one saw nothing in AFTER_S."""
        since_ms = time.time() * 1000
        found = await asyncio.gather(*(one.live_after(since_ms, AFTER_S) for one in self._call.screens))
        return max(NEVER_MS if at is None else round(at - since_ms, 1) for at in found)


def _named(part: str, seen: list[Seen], names: tuple[str, ...]) -> Figures:
    found = figures(seen)
    return {f"{part}_{name}": found[name] for name in names}
