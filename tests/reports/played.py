"""Days played through the real core on whole ticks, with everything that bends a figure: transfers, recalls, holds,
restarts, clocks that step, midnights. Beside it the core itself says when a counter is idle: "next" gives nobody."""

from collections import defaultdict
from random import Random
from typing import Any

from controller.domain import commands as c
from controller.domain import queues
from controller.domain.decide import Draft, Refused
from controller.domain.event_words import AdvisorState
from controller.domain.events import Delivered
from controller.domain.point import Config
from tests.domain.memory import ALWAYS, MemoryPoint, config
from tests.domain.test_long_days import CLOCKS, COUNTERS, JUMPS_S, SERVICES, one_step

TICK_S = 15  # every event of a played day falls on one; the walk of 45 s and the wrap-up of 30 s do too
VERSION, HASH = "0.1.0", "0" * 64


class PlayedPoint(MemoryPoint):
    """`idle_s`: per business date, the counter-seconds in which the core had nobody for an open, free counter."""

    def __init__(self, config_: Config | None = None, **options: Any) -> None:
        super().__init__(config_, **options)
        self.idle_s: dict[str, float] = defaultdict(float)
        self._idle_before = 0.0  # since the last event: counts once the next event of this run proves it was seen
        self._seen = False

    def later(self, seconds: float) -> None:
        super().later(seconds)
        if self._seen:
            free = [k for k in self.state.counters.values() if k.open and k.state == "available" and not k.current]
            idle = sum(queues.next_for(self.state, self.config, counter) is None for counter in free)
            self._idle_before += idle * seconds

    def do(self, command: c.Command) -> Draft:
        seq, date = self.state.seq, self.state.business_date
        try:
            return super().do(command)
        finally:  # a refused command may have ended the day all the same
            if self.state.seq > seq:
                self.idle_s[date] += self._idle_before
                self._idle_before, self._seen = 0.0, True

    def reboot(self) -> None:
        """Another boot of the machine."""
        super().reboot()
        self.mono_ns = 60_000_000_000
        self._idle_before, self._seen = 0.0, False

    def restart(self, after_s: float) -> None:
        """The program starts again within a boot, having been away for `after_s`."""
        self._idle_before, self._seen = 0.0, False
        self.later(after_s)
        self.do(c.ReportPoint(state="starting", version=VERSION, config_hash=HASH, cause="boot"))


def play(seed: int, *, steps: int, start: str, wild: bool, **rules: Any) -> PlayedPoint:
    """A seeded stretch of days at a point that is always open."""
    by = Random(seed)
    point = PlayedPoint(config(hours=ALWAYS, **{"wrap_up_s": 30, "walk_s": 45} | rules), start=start)
    for _ in range(steps):
        point.later(by.choice([0, 0, 15, 30, 60, 60, 240]))
        if by.random() < 0.02:
            disturb(by, point, wild=wild)
        try:
            point.do(unusual(by, point) if by.random() < 0.12 else one_step(by, point))
        except Refused:
            continue
    point.tick()
    return point


def disturb(by: Random, point: PlayedPoint, *, wild: bool) -> None:
    """The night, a restart; in wild days another boot and a clock that is moved."""
    chance = by.random()
    if chance < 0.1:
        point.later(9 * 3600)
        point.tick()
    elif chance < 0.4:
        point.restart(by.choice([15, 300, 4 * 3600]))
    elif wild and chance < 0.7:
        point.reboot()
        point.step(by.choice([30, 300, 3600]))
    elif wild:
        point.clock = by.choice(CLOCKS)
        point.step(by.choice([*(round(s / 15) * 15 for s in JUMPS_S), 90, -90]))


def unusual(by: Random, point: PlayedPoint) -> c.Command:
    """What the long days do not do: pauses, several things delivered, work outside the queue, a clock that ticks."""
    counter = by.choice(COUNTERS)
    activities: list[AdvisorState] = ["break", "other_work", "wrap_up", "available", "available"]
    given = tuple(Delivered(service=s, qty=by.randint(1, 3)) for s in by.sample(SERVICES, by.randint(1, 3)))
    return by.choice([
        c.SetActivity(counter=counter, activity=by.choice(activities)),
        c.SetActivity(counter=counter, activity=by.choice(activities)),
        c.End(counter=counter, resolution="referred", guidance="e_channel_shown", delivered=given, channel="paper"),
        c.End(counter=counter, resolution="first_contact", guidance="none", delivered=given),
        c.RecordWork(provider="kela", service="housing", minutes=by.randint(1, 90), channel="paper"),
        c.OpenCounter(counter=counter, advisor=f"a-{counter}", services=("passport", "housing"), languages=("sv",)),
        c.Resume(counter=counter),
        c.GiveFeedback(score=by.randint(1, 5), question=by.choice(["q1", "q2"]), language="fi", device="k1",
                       service_event=by.choice([*point.state.service_events][-6:] or ["gone"])),
        c.Tick(),
    ])  # fmt: skip
