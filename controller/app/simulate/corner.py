"""One kiosk and its printer, a world of their own: the real ledger, journal, paper reader, driver and virtual printer,
and nothing else of a point. Small enough that tens of thousands of them can be played.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import msgspec

from controller.app.clock import SystemClock
from controller.app.devices import Devices, TicketPrinter
from controller.app.simulate.disk import Disk, Instant, SimulatedJournal
from controller.app.simulate.laws import Broken, Laws, hold
from controller.app.simulate.loop import FOR_EVER_S, VirtualLoop
from controller.app.simulate.machine import Machine
from controller.app.simulate.papers import Papers
from controller.app.simulate.printer import PaperMachine
from controller.app.simulate.tally import Tally
from controller.app.simulate.trouble import Trouble
from controller.domain.commands import TakeTicket, Tick
from controller.domain.point import Config
from controller.journal import replay, wire
from controller.journal.faults import JournalFault
from controller.ledger import Key, Ledger
from controller.readers.paper import Paper
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.links.link import DeviceGone, Link
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.paper_width import DOTS_PER_MM
from drivers.sim.piece import Piece

JOURNAL_ID = "c0" * 16
SECRET = bytes(range(32))  # the same ticket has the same code in every schedule: its QR is drawn once
PRINTER = "lobby"
EPOCH_MS = 1_805_360_400_000  # 2027-03-18T09:00+02:00, an ordinary Thursday
WRITES = 2  # that a commit still makes when the box dies in the middle of it
WARM_S = 0.5
PRESSES_S = (0.0, 2.5)  # the second comes while the first is printed, or lies in its ruins
ASK_AGAIN_S = 0.3
TICK_S = 5.0
DOWN_S = 1.5
LONGEST_S = 420  # of a schedule: by then every paper is given up, void or proven
STILL_S = 5.0  # after everything was mended: does anything come out by surprise?
MOMENT_S = 0.5  # a paper that was under way when it was given up may still fall


class Corner:
    """`play` presses twice, lets the troubles come, and holds everything against the laws."""

    def __init__(
        self, config: Config, folder: Path, number: int, loop: VirtualLoop, troubles: tuple[Trouble, ...]
    ) -> None:
        self._config, self._folder, self._loop, self._troubles = config, folder, loop, troubles
        self._random = Random(f"corner {number}")  # noqa: S311  # why: must be repeatable
        self._machine = Machine(EPOCH_MS, self._random)
        self._disk = Disk(f"corner-{number}-{id(self):x}")
        self._printer = PaperMachine(PRINTER, self._fell)
        self._printer.core.struck = self._struck
        self._plugged = True
        self._papers = Papers(config.point.public_url, SECRET)
        self._laws = Laws()
        self._ended: dict[str, float] = {}  # ticket without paper -> when that was journalled
        self._journal: SimulatedJournal | None = None
        self._ledger: Ledger | None = None
        self._life: asyncio.Task[None] | None = None
        self._examine: Callable[[], object] = lambda: None  # while a daemon lives
        self._appends: int | None = None  # since the first press
        self._armed: dict[int, tuple[Fault, Trouble]] = {}  # by the fault's identity
        self._broken_things = 0
        self.broken: Broken | None = None
        self.tally = Tally()
        loop.thread_s = lambda: 0.0004
        loop.after_each = self._after_each

    @property
    def chain(self) -> str:
        """One hash over the journal's exact bytes."""
        return self._laws.chain

    def close(self) -> None:
        self._disk.unregister()

    async def play(self) -> None:
        """Raises Broken."""
        box = asyncio.create_task(self._lives())
        await asyncio.sleep(WARM_S)
        self._appends = 0
        for trouble in self._troubles:
            self._arm(trouble)
        await asyncio.gather(*(self._press(n, after) for n, after in enumerate(PRESSES_S)))
        for _ in range(LONGEST_S):
            if self._is_quiet():
                break
            await asyncio.sleep(1.0)
        if self.tally.starting("printer: "):
            await asyncio.sleep(STILL_S)
        self._hold(self._evening)
        box.cancel()
        self._after_each()

    # The box's lives.

    async def _lives(self) -> None:
        while True:
            self._machine.boots()
            self._disk.revive()
            self._life = asyncio.create_task(self._live())
            with suppress(asyncio.CancelledError):
                await self._life
            if self._journal is None or not self._journal.dead:
                return
            await asyncio.sleep(DOWN_S)

    async def _live(self) -> None:
        journal = SimulatedJournal(
            self._config.point.id, self._folder / "journal.db", self._disk, fate=self._fate, die=self._died,
            seen=self._take_in,
        )  # fmt: skip
        await journal.open_as(JOURNAL_ID, SECRET)
        self._journal = journal
        state = await replay.load(journal)
        ledger = Ledger(
            journal, state, self._config, SystemClock(await journal.cursor("clock_synced_ms"), self._machine),
            set(await journal.answer_keys()),
        )  # fmt: skip
        self._ledger = ledger
        self._take_in()
        life = f"{self._random.getrandbits(48):012x}"
        printer = EscposPrinter(PRINTER, profile("virtual"), self._link, random=self._random, life=life)
        devices = Devices({PRINTER: TicketPrinter(printer, Paper(ledger, printer, simulated=True), True)})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ledger.run())
            devices.start(tasks, ledger, self._random)
            self._examine = lambda: tasks.create_task(self._test_paper(devices))
            while True:
                with suppress(JournalFault):
                    await ledger.submit(Tick())
                await asyncio.sleep(TICK_S)

    @asynccontextmanager
    async def _link(self) -> AsyncIterator[Link]:
        if self._journal is not None and self._journal.dead:
            await asyncio.sleep(FOR_EVER_S)
        if not self._plugged:
            raise DeviceGone(PRINTER, "absent")
        async with self._printer.connect() as link:
            yield link

    def _fate(self) -> tuple[Instant, int] | None:
        if self._appends is None:
            return None
        self._appends += 1
        for trouble in self._troubles:
            if trouble.at == "append" and trouble.where == self._appends:
                return trouble.instant, WRITES
        return None

    def _died(self, instant: Instant, events: int) -> None:
        """As SIGKILL: what was sent to the printer is on its way."""
        self.tally.count(f"crash: {instant.value}")
        if self._journal is not None:
            self._journal.kill()
        self._printer.unplug()
        if self._life is not None:
            self._loop.call_soon(self._life.cancel)

    # People.

    async def _press(self, n: int, after: float) -> None:
        """Somebody presses at the kiosk, whose page asks again with the same key until there is an answer."""
        await asyncio.sleep(after)
        wish = TakeTicket(
            actor="kiosk:main", service="neuvonta", language="fi", entry="kiosk", kiosk="main", device=PRINTER
        )
        while True:
            with suppress(TimeoutError, JournalFault, asyncio.CancelledError):
                async with asyncio.timeout(2.0):
                    assert self._ledger is not None
                    await self._ledger.submit(wish, key=Key(f"press-{n}", b"same"))
                    return
            await asyncio.sleep(ASK_AGAIN_S)

    async def _test_paper(self, devices: Devices) -> None:
        """A technician wants to know what the printer answers, of all times now."""
        said = await devices.test(PRINTER, True, datetime.fromtimestamp(EPOCH_MS / 1000, UTC))
        self.tally.count(f"test paper: {'printed' if said['ok'] else said['cause'] or 'nothing proven'}")

    # Troubles.

    def _arm(self, trouble: Trouble) -> None:
        """Let it come; at an append, `_fate` does."""
        if trouble.at == "s":
            self._loop.call_later(trouble.where, self._happen, trouble)
        elif trouble.at != "append":
            fault = trouble.fault()
            self._armed[id(fault)] = fault, trouble
            self._printer.strike(fault)

    def _happen(self, trouble: Trouble) -> None:
        """Now."""
        if trouble.kind == "crash":
            self._died(Instant.AFTER, 0)
        elif trouble.kind == "test":
            self._examine()
            self._met(trouble)
        elif trouble.kind == "unplug":
            self._plugged = False
            self._printer.unplug()
            self._met(trouble)
        else:
            self._printer.strike(trouble.fault(now=True))
            self._met(trouble)

    def _struck(self, fault: Fault) -> None:
        if id(fault) in self._armed:
            self._met(self._armed.pop(id(fault))[1])

    def _met(self, trouble: Trouble) -> None:
        self.tally.count(f"printer: {trouble.kind}")
        self._broken_things += 1
        self._loop.call_later(trouble.mended_s, self._mend)

    def _mend(self) -> None:
        """Somebody comes and mends everything; what is still to come stays so."""
        self._broken_things -= 1
        self._plugged = True
        left, self._armed = self._armed, {}
        waiting = {id(armed.fault): armed for armed in self._printer.core.armed}
        self._printer.strike(Fault(FaultKind.CLEAR))
        for key, (fault, trouble) in left.items():
            armed = waiting[key]
            again = replace(
                fault, at_byte=None if fault.at_byte is None else armed.bytes_left,
                at_mm=None if fault.at_mm is None else armed.rows_left / DOTS_PER_MM,
            )  # fmt: skip
            self._armed[id(again)] = again, trouble
            self._printer.strike(again)

    # The laws.

    def _after_each(self) -> None:
        if self.broken is not None:
            raise self.broken

    def _hold(self, look: Callable[[], None]) -> None:
        self.tally.step += 1
        self.tally.count("checks")
        try:
            look()
        except Broken as broken:
            self.broken = self.broken or broken

    def _take_in(self) -> None:
        """What the journal holds beyond what is known."""
        assert self._journal is not None
        for body in self._journal.stored(self._laws.seq):
            name = self._laws.event(body)
            self.tally.count("events")
            if name == "ticket.issued":
                self.tally.count("tickets")
                self._papers.issued(msgspec.json.decode(wire.read(body).data)["ticket"])
            elif name == "ticket.print_result":
                data = msgspec.json.decode(wire.read(body).data)
                self.tally.count(f"paper: {data['result']}")
                if data["result"] in {"failed", "void"}:
                    self._ended[data["ticket"]] = self._loop.time()
                self._hold(partial(self._papers.ended, data["ticket"], data["result"]))

    def _fell(self, printer: str, piece: Piece) -> None:
        self.tally.count("pieces of paper")
        self._hold(partial(self._look_at, piece))

    def _look_at(self, piece: Piece) -> None:
        before = {ticket: len(marks) for ticket, marks in self._papers.marked.items()}
        self._papers.fell(piece)
        for ticket, marks in self._papers.marked.items():
            late = self._loop.time() - self._ended.get(ticket, self._loop.time())
            fell = len(marks) > before.get(ticket, 0)
            law = "nothing is printed by surprise after its paper was given up"
            hold(law, not fell or late <= MOMENT_S, f"{ticket}, {late:.1f} s after")

    def _is_quiet(self) -> bool:
        if self._ledger is None or self._journal is None or self._journal.dead or self._broken_things:
            return False
        return not self._ledger.state.unfinished_prints

    def _evening(self) -> None:
        assert self._ledger is not None
        state = self._ledger.state
        hold("every paper comes to its end", not state.unfinished_prints, state.unfinished_prints)
        hold("one press, one number", len(state.tickets) == len(PRESSES_S), len(state.tickets))
        for id_, known in state.tickets.items():
            if known.print.state in {"failed", "void"} and not self._papers.marked.get(id_):
                law = "who has no paper has the number on the screen"
                hold(law, known.medium == "screen", f"{known.number}: {known.medium}")
