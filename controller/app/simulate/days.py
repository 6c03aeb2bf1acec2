"""Whole days of a service point in virtual time, one after another."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from controller.app.asking import Asker
from controller.app.day import Player
from controller.app.settings import load
from controller.app.simulate.box import URL, tokens
from controller.app.simulate.central import URL as CENTRAL_URL
from controller.app.simulate.meetings import Meetings
from controller.app.simulate.people import Hand, Passers, VirtualDayTime
from controller.app.simulate.report import Told
from controller.app.simulate.tally import Tally
from controller.app.simulate.telling import tell
from controller.app.simulate.weather import Kinds, Weather
from controller.app.simulate.world import World
from controller.domain.point import Central, Config, OpeningHours
from controller.web.site import DemoDay

Act = Coroutine[Any, Any, None]
Progress = Callable[[int, int, Tally], None]
CONFIG = Path(__file__).parents[3] / "config" / "demo.toml"
MORNING = time(7, 55)
# Before each third day, which the seed's calendar lets be one on which clocks change, the box lives through what nights
# have: midnight, and the hour that spring leaves out and autumn repeats. Day, hour, and how long in seconds.
NIGHTS: tuple[tuple[tuple[int, time, int], ...], ...] = ((), ((-1, time(23, 50), 1200), (0, time(2, 55), 4200)), ())
TO_OPENING_S = 300.0
LONGEST_DAY_S = 12 * 3600
LOOK_S = 10
HAND_EVERY_S = 60.0
MEETING_EVERY_S = 60.0
SETTLE_S = 1800
PASSER_EVERY_S = 900.0


def config() -> Config:
    """The demo's point, with office hours, a central and an address for its papers."""
    every_day = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "08:00-16:00")
    made = load(CONFIG)
    return msgspec.structs.replace(
        made,
        point=msgspec.structs.replace(made.point, public_url="https://jono.example"),
        opening_hours=OpeningHours(**every_day, holidays=False),  # type: ignore[arg-type]  # why: weekdays by name
        central=Central(url=CENTRAL_URL),
    )


def simulate(days: int, seed: int, faults: str, progress: Progress) -> Told:
    """Play the days and tell of it."""
    command = f"luukku simulate --days {days} --seed {seed} --faults {faults}"
    first = _first_day(Random(f"calendar {seed}"))  # noqa: S311  # why: must be repeatable
    made = config()

    async def play(world: World) -> None:
        await world.central.start()
        for n in range(days):
            day = first + timedelta(days=n)
            for of, hour, lasts_s in NIGHTS[n % len(NIGHTS)]:
                await world.until(_ms(day + timedelta(days=of), hour, made.point.zone))
                await _night(world, f"{n} {hour}", Kinds.of(faults), lasts_s)
            await world.until(_ms(day, MORNING, made.point.zone))
            await _day(world, n, Kinds.of(faults), last=n + 1 == days)
            progress(n + 1, days, world.tally)
        await world.central.stop()

    return tell(made, seed, _ms(first - timedelta(days=1), MORNING, made.point.zone), Kinds.of(faults), play, command)


async def _day(world: World, n: int, kinds: Kinds, *, last: bool) -> None:
    """From the morning's start of the box until it is switched off in the evening."""
    random = Random(f"day {world.seed} {n}")  # noqa: S311  # why: as above
    async with _box(world, kinds, random, last=last) as (box, acts, asker):
        await asyncio.sleep(TO_OPENING_S)
        steered = DemoDay(running=True, speed=1)
        player = Player(
            world.config, steered, lambda: None, world.machine.ms, URL, tokens(world.outside.secret, world.config),
            world.seed + n, random, open_session=world.session, asks=world.asker(), passes=VirtualDayTime,
        )  # fmt: skip
        hand = Hand(world.config, asker, random, world.config.counters[0].id)
        passers = Passers(world.config, asker, random, world.order)
        acts += [player.run(), passers.run(PASSER_EVERY_S), hand.run(HAND_EVERY_S), world.television().run()]
        acts.append(meetings(world, asker, f"{n}").run(MEETING_EVERY_S))
        await together(acts, LONGEST_DAY_S, [box], until=lambda: not steered.running)
    world.tally.count("days")


def meetings(world: World, asker: Asker, name: str) -> Meetings:
    """Those of the booth, with a chance of their own: what they do moves nobody else's."""
    random = Random(f"meetings {world.seed} {name}")  # noqa: S311  # why: must be repeatable
    return Meetings(world.config, lambda: world.box.ledger, asker, random, world.tally)


async def _night(world: World, name: str, kinds: Kinds, lasts_s: int) -> None:
    """The box is on, and somebody presses, though it is closed."""
    random = Random(f"night {world.seed} {name}")  # noqa: S311  # why: as above
    async with _box(world, kinds, random, last=False) as (box, acts, asker):
        passers = Passers(world.config, asker, random, world.order)
        await together([*acts, passers.run(PASSER_EVERY_S)], lasts_s, [box])
    world.tally.count("nights")


@asynccontextmanager
async def _box(
    world: World, kinds: Kinds, random: Random, *, last: bool
) -> AsyncIterator[tuple[asyncio.Task[None], list[Act], Asker]]:
    """A box that is switched on, the weather that acts on it, and somebody's way to ask; in the end all is settled,
    and it is switched off."""
    weather = Weather(world.outside, kinds, random, world.tally, world.restart_central)
    box = asyncio.create_task(world.keep_the_box())
    async with world.session() as http:
        asker = world.asker()(http, URL, *tokens(world.outside.secret, world.config), random)
        yield box, [weather.run()], asker
    weather.calm()
    await world.settle(SETTLE_S, last=last)
    world.switch_off()
    await box


async def together(
    acts: Sequence[Act], within_s: int, watched: Sequence[asyncio.Task[None]],
    until: Callable[[], bool] = lambda: False,
) -> None:  # fmt: skip
    """Let them all act until it is time; one that ends by itself, or a watched one, raises what ended it."""
    tasks = [asyncio.create_task(act) for act in acts]
    for _ in range(within_s // LOOK_S):
        await asyncio.sleep(LOOK_S)
        for task in (*tasks, *watched):
            if task.done():
                task.result()
        if until():
            break
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def joined(one: str, other: str) -> str:
    """A hash over two hashes."""
    return hashlib.sha256(f"{one}{other}".encode()).hexdigest()


def _first_day(random: Random) -> date:
    """An ordinary winter Monday, or just before the clocks are put forward or back."""
    return random.choice((date(2027, 1, 11), date(2027, 3, 27), date(2027, 10, 30), date(2026, 12, 30)))


def _ms(day: date, at: time, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, at, zone).timestamp() * 1000)
