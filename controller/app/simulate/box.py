"""The box in the world: the real ledger, readers, web and uplink, put together on simulated hardware; started, killed
at any append of its journal, and started again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Literal

import aiohttp
from aiohttp import web

from controller.app import tending, uplinking
from controller.app.clock import SystemClock
from controller.app.devices import Devices, TicketPrinter
from controller.app.settings import config_hash
from controller.app.simulate.central import TOKENS
from controller.app.simulate.disk import Disk, Instant, SimulatedJournal
from controller.app.simulate.loop import FOR_EVER_S
from controller.app.simulate.machine import Machine
from controller.app.simulate.network import Cable, Line
from controller.app.simulate.printer import PaperMachine
from controller.app.simulate.television import Announcer
from controller.app.simulate.wire import Connector
from controller.app.supervise import keep_running
from controller.domain.commands import ReportPoint, Tick
from controller.domain.event_words import PointCause
from controller.domain.point import Config
from controller.journal import replay
from controller.journal.faults import JournalFault
from controller.ledger import Ledger
from controller.readers.paper import Paper
from controller.readers.speech import Speech
from controller.web import server
from controller.web.auth import DEVICE_ROLES, Door, Doorkeeper, token
from controller.web.site import Site
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.links.link import Link

URL = "http://localhost"
PEOPLE = frozenset({"staff", "technician"})


class Outside:
    """What the box stands in, and who watches it; all of it outlives the box."""

    def __init__(
        self, config: Config, folder: Path, disk: Disk, machine: Machine, printers: dict[str, PaperMachine],
        line: Line, central: Callable[[], web.Server], random: Random,
    ) -> None:  # fmt: skip
        self.config, self.folder, self.disk, self.machine, self.printers = config, folder, disk, machine, printers
        self.line, self.central, self.random = line, central, random
        self.lan = Cable(Random(random.getrandbits(64)))  # noqa: S311  # why: a world must be repeatable
        self.journal_id = f"{random.getrandbits(128):032x}"
        self.secret = random.randbytes(32)
        self.fate: Callable[[], tuple[Instant, int] | None] = lambda: None
        self.booting: Callable[[], None] = lambda: None
        self.seen: Callable[[], None] = lambda: None
        self.opened: Callable[[], None] = lambda: None
        self.died: Callable[[Instant, int], None] = lambda instant, events: None


class Box:
    """`run` is one life of it: until `stop`, or until it dies."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.journal: SimulatedJournal | None = None
        self.ledger: Ledger | None = None
        self.ready = asyncio.Event()
        self._stopping = False
        self._runner: web.AppRunner | None = None
        self._life: asyncio.Task[None] | None = None

    async def run(self) -> bool:
        """True: it was stopped; False: it died. Raises what ended it otherwise."""
        self._life = asyncio.create_task(self._live())
        try:
            await self._life
        except asyncio.CancelledError:
            if not (self._stopping or self._is_dead):
                raise
        except Exception:
            if not self._is_dead:
                raise
        finally:
            self.ready.clear()
            self.outside.lan.up = False
            self.outside.lan.cut()
        return not self._is_dead

    @property
    def _is_dead(self) -> bool:
        return self.journal is not None and self.journal.dead

    def stop(self) -> None:
        """An orderly end, as by SIGTERM."""
        self._stopping = True
        if self._life is not None:
            self._life.cancel()

    def kill(self, instant: Instant, events: int) -> None:
        """As SIGKILL: what was in memory is gone, what was sent is on its way."""
        outside = self.outside
        if self.journal is not None:
            self.journal.kill()
        self.ready.clear()
        outside.lan.up = False
        outside.lan.cut()
        outside.line.cut()
        for printer in outside.printers.values():
            printer.unplug()
        outside.died(instant, events)
        if self._life is not None:
            asyncio.get_running_loop().call_soon(self._life.cancel)

    def door(self) -> web.Server:
        assert self._runner is not None and self._runner.server is not None
        return self._runner.server

    async def _live(self) -> None:
        outside, config, random = self.outside, self.outside.config, self.outside.random
        async with AsyncExitStack() as stack:
            journal = SimulatedJournal(
                config.point.id, outside.folder / "journal.db", outside.disk,
                fate=outside.fate, die=self.kill, seen=outside.seen,
            )  # fmt: skip
            await journal.open_as(outside.journal_id, outside.secret)
            self.journal = await stack.enter_async_context(journal)
            clock = SystemClock(await journal.cursor("clock_synced_ms"), outside.machine)
            state = await replay.load(journal)
            ledger = Ledger(journal, state, config, clock, set(await journal.answer_keys()))
            self.ledger = ledger
            outside.opened()
            site = Site(ledger, config, clock, Doorkeeper(journal.secret, config), build=version("luukku"))
            devices = self._devices(ledger, f"{random.getrandbits(48):012x}")
            site.reprint, site.tiers = devices.reprint, devices.tier
            rooms = server.rooms(site, devices.test)
            speech = Speech(ledger, Announcer(), rooms.screens)
            core = await stack.enter_async_context(asyncio.TaskGroup())
            heart = core.create_task(ledger.run())
            stack.callback(heart.cancel)
            stack.push_async_callback(ledger.snapshot)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            await _report(ledger, config, "starting", "boot")
            with suppress(JournalFault):
                await ledger.submit(Tick())
            devices.start(tasks, ledger, random)
            for name, work in {
                "pages": site.follow_journal,
                "speech": speech.run,
                "time": tending.Tending(ledger, site, clock).run,
            }.items():
                tasks.create_task(keep_running(name, work, random))
            uplinking.start(
                tasks, ledger, site, config.central, TOKENS["box"], outside.folder, random, session=self._uplink
            )
            door = Door("device", frozenset(DEVICE_ROLES | PEOPLE), local=True)
            self._runner = web.AppRunner(
                server.application(rooms, door), access_log=None, shutdown_timeout=1.0, handle_signals=False
            )
            await self._runner.setup()
            stack.push_async_callback(self._runner.cleanup)
            await _report(ledger, config, "ready", "ready")
            outside.lan.up = True
            self.ready.set()
            await asyncio.Event().wait()

    def _devices(self, ledger: Ledger, life: str) -> Devices:
        made = {}
        for configured in ledger.config.printers:
            machine = self.outside.printers[configured.id]
            printer = EscposPrinter(
                configured.id, profile("virtual"), partial(self._link, machine), random=self.outside.random, life=life
            )
            made[configured.id] = TicketPrinter(printer, Paper(ledger, printer, simulated=True), True)
        return Devices(made)

    @asynccontextmanager
    async def _link(self, machine: PaperMachine) -> AsyncIterator[Link]:
        if self._is_dead:  # its tasks still end; they reach nothing
            await asyncio.sleep(FOR_EVER_S)
        async with machine.connect() as link:
            yield link

    def _central(self) -> web.Server:
        if self._is_dead:
            raise ConnectionRefusedError("this box is dead")
        return self.outside.central()

    def _uplink(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=Connector(self._central, self.outside.line),
            timeout=aiohttp.ClientTimeout(total=10.0, connect=10.0),
        )


def tokens(secret: bytes, config: Config) -> tuple[str, str]:
    """A kiosk's and staff's."""
    return token(secret, "kiosk", config.kiosks[0].id), token(secret, "staff")


async def _report(ledger: Ledger, config: Config, state: Literal["starting", "ready"], cause: PointCause) -> None:
    report = ReportPoint(state=state, version=version("luukku"), config_hash=config_hash(config), cause=cause)
    with suppress(JournalFault):
        await ledger.submit(report)
