"""What goes wrong, and when: seeded faults of printers, line, clock and disk, each on its own time, and the box's
death at an append of its journal."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import msgspec

from controller.app.simulate.box import Outside
from controller.app.simulate.disk import Instant
from controller.app.simulate.tally import Tally
from drivers.sim.faults import Fault, FaultKind

TICKET_BYTES, TICKET_MM = 1200, 190.0  # more than one ticket has
CLEAR = Fault(FaultKind.CLEAR)
KINDS = {
    FaultKind.PAPER_OUT: 3, FaultKind.NEAR_END: 2, FaultKind.COVER: 3, FaultKind.JAM: 2, FaultKind.SILENT: 3,
    FaultKind.DROP: 3, FaultKind.POWER: 4,
}  # fmt: skip
CLOCK_LOST = 0.15  # of the boots
CRASH_ONE_IN = 250  # appends
STEPS_S = (-93_600.0, -3600.0, -90.0, -1.5, 1.5, 90.0, 3600.0, 93_600.0)
DAY_S = 86_400.0

Restart = Callable[[Random], Awaitable[None]]


class Kinds(msgspec.Struct, frozen=True):
    """Which faults there are."""

    printer: bool = False
    crash: bool = False
    link: bool = False
    clock: bool = False
    disk: bool = False

    @classmethod
    def of(cls, name: str) -> "Kinds":
        """By the word of the command line: one of them, or all."""
        return cls(True, True, True, True, True) if name == "all" else cls(**{name: True})


class Weather:
    """`run` makes it all, for ever; `calm` mends what is broken. `pace` 1 is an office day's; more is faster."""

    def __init__(
        self, outside: Outside, kinds: Kinds, random: Random, tally: Tally, restart_central: Restart, pace: float = 1.0
    ) -> None:
        self._outside, self._kinds, self._tally, self._pace = outside, kinds, tally, pace
        self._restart_central = restart_central
        self._randoms = [Random(random.getrandbits(64)) for _ in range(6)]  # noqa: S311  # why: must be repeatable
        outside.fate = self._fate
        outside.booting = self._boot

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for wanted, work in (
                (self._kinds.printer, self._printers), (self._kinds.link, self._line), (self._kinds.clock, self._clock),
                (self._kinds.disk, self._disk), (self._kinds.link, self._central),
            ):  # fmt: skip
                if wanted:
                    tasks.create_task(work())

    def calm(self) -> None:
        """Everything works again."""
        outside = self._outside
        for printer in outside.printers.values():
            printer.strike(CLEAR)
        outside.line.up = True
        outside.disk.full = False
        self._kinds = Kinds()
        self._set_right()

    def _fate(self) -> tuple[Instant, int] | None:
        """At every append: does the box die here?"""
        random = self._randoms[0]
        if not self._kinds.crash or random.random() * CRASH_ONE_IN >= self._pace:
            return None
        return random.choice(tuple(Instant)), random.randrange(6)

    def _boot(self) -> None:
        """A machine that was off has sometimes lost its clock, until the network tells it the time."""
        random, machine = self._randoms[3], self._outside.machine
        if not self._kinds.clock or random.random() >= CLOCK_LOST:
            return
        self._tally.count("boots in 1970")
        machine.offset_ms, machine.is_synced = random.randrange(60_000) - machine.true_ms(), False
        asyncio.get_running_loop().call_later(random.expovariate(self._pace / 240), self._set_right)

    def _set_right(self) -> None:
        self._outside.machine.offset_ms, self._outside.machine.is_synced = 0, True

    async def _printers(self) -> None:
        random = self._randoms[1]
        while True:
            await self._pause(random, 900)
            printer = random.choice(tuple(self._outside.printers.values()))
            fault = self._fault(random)
            self._tally.count(f"printer: {fault.kind.value}")
            printer.strike(fault)
            if fault.kind is not FaultKind.DROP:
                await self._pause(random, 100)
                printer.strike(CLEAR)

    def _fault(self, random: Random) -> Fault:
        kind = random.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        where = random.choice(("now", "byte", "byte", "mm", "mm"))
        return Fault(
            kind,
            at_byte=random.randrange(TICKET_BYTES) if where == "byte" else None,
            at_mm=random.uniform(0, TICKET_MM) if where == "mm" else None,
            lose_counter=kind is FaultKind.POWER and random.random() < 0.3,
        )

    async def _line(self) -> None:
        random, line = self._randoms[2], self._outside.line
        while True:
            await self._pause(random, 1200)
            line.up = False
            self._tally.count("line: cuts")
            if random.random() < 0.5:
                line.cut()  # else it falls silent, and both ends must find out
            await self._pause(random, 120)
            line.up = True

    async def _clock(self) -> None:
        random, machine = self._randoms[3], self._outside.machine
        while True:
            await self._pause(random, 2400)
            step = random.choice((*STEPS_S, random.uniform(-DAY_S, DAY_S)))
            self._tally.count("clock steps")
            machine.is_synced = random.random() < 0.5
            machine.offset_ms += round(step * 1000)
            await self._pause(random, 300)
            if random.random() < 0.7:
                self._set_right()

    async def _disk(self) -> None:
        random = self._randoms[4]
        while True:
            await self._pause(random, 5400)
            self._tally.count("full disks")
            self._outside.disk.full = True
            await self._pause(random, 45)
            self._outside.disk.full = False

    async def _central(self) -> None:
        random = self._randoms[5]
        while True:
            await self._pause(random, 7200)
            await self._restart_central(random)

    async def _pause(self, random: Random, mean_s: float) -> None:
        await asyncio.sleep(random.expovariate(self._pace / mean_s))
