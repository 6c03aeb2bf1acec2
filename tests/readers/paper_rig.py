"""A point with one printer: real ledger and journal, the real driver over TCP, the virtual printer in this process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from PIL import Image
from pyzbar import pyzbar

from controller.domain import commands as c
from controller.domain.draft import secret_code
from controller.domain.state import Ticket
from controller.ledger import Ledger
from controller.ports.printer import PrinterCondition
from controller.readers import ticket_text
from controller.readers.paper import Paper
from drivers import catalogue
from drivers.escpos.printer import EscposPrinter
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig, PrinterServer
from tests.journal.rig import HandClock, a_point, same_as_replay, ticket

SURELY_S = 60.0  # for what comes in a second or two
FAST = 600.0  # mm/s: four times a real printer; what is waited for is proof, not paper
FINAL = {"confirmed", "failed", "void"}
KOPIO = b"KOPIO"


class Piece(msgspec.Struct, frozen=True):
    """One cut piece: the codes that can be read off it, and whether its words say that it is a copy."""

    codes: tuple[str, ...]
    marked: bool


class Desk:
    """One point, its printer and the paper that came out of it."""

    def __init__(
        self, ledger: Ledger, sim: PrinterServer, driver: EscposPrinter, paper: Paper, clock: HandClock
    ) -> None:
        self.ledger, self.sim, self.driver, self.paper, self.clock = ledger, sim, driver, paper, clock

    def strike(self, kind: str, **where: Any) -> None:
        self.sim.strike(Fault(FaultKind(kind), **where))
        if kind == "clear":
            self.driver.reconnect_now()

    async def take(self) -> str:
        """A ticket that wants paper; its id."""
        return (await self.ledger.submit(ticket(device="lobby"))).subject

    def ticket(self, id_: str) -> Ticket:
        return self.ledger.state.tickets[id_]

    async def state(self, id_: str, *wanted: str, within: float = SURELY_S) -> Ticket:
        """The ticket as soon as its paper is one of `wanted`."""
        await self.see(lambda: self.ticket(id_).print.state in wanted, within, f"{id_} {wanted}")
        return self.ticket(id_)

    async def ended(self, id_: str, within: float = SURELY_S) -> Ticket:
        return await self.state(id_, *FINAL, within=within)

    async def ready(self, within: float = SURELY_S) -> None:
        await self.see(lambda: self.driver.health.condition is PrinterCondition.READY, within, "the printer")

    async def see(self, wanted: Callable[[], bool], within: float, what: str = "") -> None:
        try:
            async with asyncio.timeout(within):
                while not wanted():
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"it never came: {what}; {self.driver.health}") from None

    async def pieces(self) -> list[Piece]:
        return await asyncio.to_thread(pieces_in, self.sim.directory)

    def code(self, id_: str) -> str:
        return f"https://jono.example/t/{secret_code(self.ledger.journal.secret, id_)}"

    async def laws(self) -> None:
        """Of every number at most one paper without a mark; a confirmed ticket has one; replay is the live state."""
        found = await self.pieces()
        for id_, known in self.ledger.state.tickets.items():
            mine = [piece for piece in found if self.code(id_) in piece.codes]
            assert sum(not piece.marked for piece in mine) <= 1, f"{known.number} is out twice without a mark"
            assert known.print.state in FINAL | {"none"}, f"{known.number} has no end"
            if known.print.state == "confirmed":
                assert mine, f"{known.number} is confirmed and nowhere"
            if known.print.state in {"failed", "void"} and known.print.copy == 0:
                assert known.medium == "screen"
        await same_as_replay(self.ledger)


def pieces_in(folder: Path) -> list[Piece]:
    return [_piece(picture) for picture in sorted(folder.glob("*.png"))]


def _piece(picture: Path) -> Piece:
    with Image.open(picture) as image:
        codes = tuple(found.data.decode() for found in pyzbar.decode(image))
    whole = picture.with_suffix(".bin").read_bytes()
    first_of_last_job = whole.rindex(b"\x1b@") if b"\x1b@" in whole else 0
    return Piece(codes, KOPIO in whole[first_of_last_job:])


@asynccontextmanager
async def a_printer(folder: Path, speed: float = FAST) -> AsyncIterator[PrinterServer]:
    async with SimulatedPrinter(folder / "paper", PrinterConfig(speed_mm_s=speed)) as sim:
        yield sim


@asynccontextmanager
async def a_desk(
    folder: Path, sim: PrinterServer, *, life: str = "boot1", ready: bool = True, clock: HandClock | None = None,
    reads: bool = True,
) -> AsyncIterator[Desk]:  # fmt: skip
    """The daemon's part; leaving it is a kill: whatever was in hand stays in hand. `reads` False: it is killed before
    its paper reader has seen anything."""
    clock = clock or HandClock()
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(a_point(folder / "j.db", clock))
        link = f"tcp:127.0.0.1:{sim.port}"
        driver = await asyncio.to_thread(_driver, link, life)
        await asyncio.to_thread(ticket_text.copy_mark, ledger.config)  # the daemon reads the words before it starts too
        paper = Paper(ledger, driver, simulated=True)
        desk = Desk(ledger, sim, driver, paper, clock)
        await stack.enter_async_context(_running(driver.run()))
        if ready:
            await desk.ready()
        if reads:
            await stack.enter_async_context(_running(paper.run()))
        yield desk


def _driver(link: str, life: str) -> EscposPrinter:
    return catalogue.escpos_printer("lobby", link, "virtual", random=Random(1), life=life)


@asynccontextmanager
async def _running(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        failed = task.done() and not task.cancelled() and task.exception()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not failed, f"it ended by itself: {failed!r}"


def start_print(id_: str, cut0: int | None, life: str = "boot1.1") -> c.StartPrint:
    return c.StartPrint(
        actor="device:lobby", ticket=id_, device="lobby", cut0=cut0, power_life=life, copy=0, attempt=1
    )  # fmt: skip
