"""An office month in the guest: `python -m tests.rig.kernel.office.month SEED DAYS CUSTOMERS`; what came of it is left
for the host as JSON.

Thirty virtual days in Helsinki, over the night in which the clocks go forward. Each customer presses a real key of a
real event device; the ticket is journalled, printed over a real usblp, and called by an advisor's own keypad.
"""

import asyncio
import gc
import os
import sys
import time
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import structlog
from evdev import ecodes as e

from controller.domain.commands import CloseCounter, OpenCounter, Tick
from controller.ledger import Ledger
from tests.rig.kernel.fingers import Keyboard
from tests.rig.kernel.office import lobby
from tests.rig.kernel.office.books import Account, account
from tests.rig.kernel.office.cable import SERIAL, Cable
from tests.rig.kernel.office.firmware import Firmware
from tests.rig.kernel.office.loop import StandingLoop
from tests.rig.kernel.office.point import an_office

ZONE = ZoneInfo("Europe/Helsinki")
FIRST = date(2027, 3, 15)
SERVICE_S = 55.0  # two counters, a customer each 34 s
TICK_S = 300.0
OUT = Path("/run/out/month.json")
DIGITS = {"1": e.KEY_1, "2": e.KEY_2, "3": e.KEY_3}


class Evening(msgspec.Struct):
    """What the process holds when a day is over."""

    day: str
    rss_kib: int
    descriptors: int
    tasks: int


class Month(msgspec.Struct, kw_only=True):
    """`keys`: presses that came to the kiosk's page; `cuts` and `bytes`: the printer's own counters."""

    pressed: int
    keys: int
    plugs: int
    cuts: int
    bytes: int
    account: Account
    evenings: list[Evening]


def wall(day: date, hour: int, minute: int = 0) -> float:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).timestamp()


async def sleep_to(at: float) -> None:
    if (left := at - time.time()) > 0:
        await asyncio.sleep(left)


async def customers(keys: Keyboard, day: date, count: int, random: Random) -> None:
    begin, end = wall(day, 8), wall(day, 15, 55)
    for at in sorted(random.uniform(begin, end) for _ in range(count)):
        await sleep_to(at)
        keys.tap(DIGITS[random.choice("123")])


async def advisor(ledger: Ledger, counter: str, keys: Keyboard, day: date, random: Random) -> None:
    await sleep_to(wall(day, 8) + random.uniform(0, 60))
    await ledger.submit(OpenCounter(actor=f"counter:{counter}", counter=counter, advisor=f"a{counter}"))
    while time.time() < wall(day, 15, 55) or any(ledger.state.waiting.values()):
        if any(ledger.state.waiting.values()):
            keys.tap(e.KEY_ENTER)
        await asyncio.sleep(random.uniform(0.6, 1.4) * SERVICE_S)
    keys.tap(e.KEY_DOT)
    await asyncio.sleep(1.0)
    await ledger.submit(CloseCounter(actor=f"counter:{counter}", counter=counter))


async def clock(ledger: Ledger) -> None:
    while True:
        await ledger.submit(Tick())
        await asyncio.sleep(TICK_S)


def evening(day: date) -> Evening:
    gc.collect()
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    rss = int(fields["VmRSS"].split()[0])
    return Evening(day.isoformat(), rss, len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks()))


async def play(data: Path, seed: int, days: int, count: int) -> Month:
    random = Random(seed)
    with (data / "book").open("wb") as book:
        firmware = Firmware(book)
        cable = Cable(firmware)
        kiosk = Keyboard("month kiosk", list(DIGITS.values()))
        desks = [Keyboard(f"month counter {n}", [e.KEY_ENTER, e.KEY_DOT]) for n in range(1, lobby.COUNTERS + 1)]
        names = {"keys": kiosk.node} | {f"call{n}": desk.node for n, desk in enumerate(desks, 1)}
        page = lobby.KioskPage()
        evenings: list[Evening] = []
        await cable.plug()
        async with AsyncExitStack() as stack:
            config = lobby.config(SERIAL)
            ledger = await stack.enter_async_context(an_office(config, data, lobby.nodes(**names), page))
            ticking = asyncio.create_task(clock(ledger))
            for day in (FIRST + timedelta(days=n) for n in range(days)):
                await asyncio.gather(
                    customers(kiosk, day, count, random),
                    *(advisor(ledger, str(n), desk, day, random) for n, desk in enumerate(desks, 1)),
                )
                await sleep_to(wall(day, 17))
                cable.pull()  # the last one out switches it off
                evenings.append(evening(day))
                await sleep_to(wall(day + timedelta(days=1), 7, 30))
                await cable.plug()
            ticking.cancel()
            secret = ledger.journal.secret
    cable.remove()
    told = account(data / "journal.db", data / "book", secret)
    return Month(
        pressed=days * count, keys=page.keys, plugs=cable.plugs, cuts=firmware.cuts, bytes=firmware.heard_bytes,
        account=told, evenings=evenings,
    )  # fmt: skip


async def lived(loop: StandingLoop, data: Path, seed: int, days: int, count: int) -> Month:
    with loop.known():
        return await play(data, seed, days, count)


def main() -> None:
    seed, days, count = map(int, sys.argv[1:])
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)  # what is garbage is still seen each evening
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    data = Path("/run/tmp/month")
    data.mkdir()
    with asyncio.Runner(loop_factory=StandingLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, StandingLoop)
        OUT.write_bytes(msgspec.json.encode(runner.run(lived(loop, data, seed, days, count))))


if __name__ == "__main__":
    main()
