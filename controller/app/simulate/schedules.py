"""Many short schedules of faults, each a world of its own: some customers within a few minutes, and everything that can
go wrong in that time."""

import asyncio
from random import Random

from controller.app.simulate import days, sweep
from controller.app.simulate.box import URL, tokens
from controller.app.simulate.people import Hand, Passers
from controller.app.simulate.report import Told
from controller.app.simulate.tally import Tally
from controller.app.simulate.telling import tell
from controller.app.simulate.weather import Kinds, Weather
from controller.app.simulate.world import World

EPOCH_MS = 1_805_360_400_000  # 2027-03-18T09:00+02:00, an ordinary Thursday
LASTS_S = 60
EVERY_S = 4.0
HANDS = 2
DOWN_S = (0.5, 4.0)  # after a crash
PACE = 25.0  # against an office day's faults


def simulate(schedules: int, seed: int, faults: str, progress: days.Progress) -> Told:
    """Play all, until one breaks a law; then the command plays that one alone. Faults of the printer alone have a
    smaller world (sweep.py), in which they can come at every instant."""
    if faults == "printer":
        return sweep.simulate(schedules, seed, progress)
    config, whole = days.config(), Tally()
    told = Told(whole, 0.0, "", "")
    for n in range(schedules):
        command = f"luukku simulate --schedules 1 --seed {seed + n} --faults {faults}"

        async def play(world: World) -> None:
            await _play(world, Kinds.of(faults))

        one = tell(config, seed + n, EPOCH_MS, Kinds.of(faults), play, command)
        whole.add(one.tally)
        whole.count("schedules")
        told.virtual_s += one.virtual_s
        if one.broken is not None:
            return one
        told.hash = one.hash if schedules == 1 else days.joined(told.hash, one.hash)
        progress(n + 1, schedules, whole)
    return told


async def _play(world: World, kinds: Kinds) -> None:
    random = Random(f"schedule {world.seed}")  # noqa: S311  # why: must be repeatable
    world.down_s = DOWN_S
    await world.central.start()
    weather = Weather(world.outside, kinds, random, world.tally, world.restart_central, PACE)
    box = asyncio.create_task(world.keep_the_box())
    await asyncio.sleep(2.0)
    async with world.session() as http:
        asker = world.asker()(http, URL, *tokens(world.outside.secret, world.config), random)
        passers = Passers(world.config, asker, random, world.order)
        hands = [Hand(world.config, asker, random, counter.id) for counter in world.config.counters[:HANDS]]
        acts = [weather.run(), passers.run(EVERY_S), *(hand.run(EVERY_S) for hand in hands), world.television().run()]
        acts.append(days.meetings(world, asker, "schedule").run(EVERY_S))
        await days.together(acts, LASTS_S, [box])
    weather.calm()
    await world.settle(days.SETTLE_S)
    world.switch_off()
    await box
    await world.central.stop()
