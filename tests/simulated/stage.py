"""The ledger with its readers on detangle's loop, which chooses who goes next at every turn; every law is looked at
after every step."""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import Random

import detangle
import msgspec

from controller.app.simulate.disk import Disk, SimulatedJournal
from controller.app.simulate.laws import Laws, hold
from controller.app.simulate.papers import Papers
from controller.app.simulate.printer import PaperMachine
from controller.domain.draft import Refused
from controller.domain.state import State
from controller.journal import replay, wire
from controller.ledger import Key, Ledger, Reply
from controller.ports.journal import Stored
from controller.readers.paper import Paper
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from tests.journal.rig import CONFIG, HandClock, number, refusal, ticket

SECRET, JOURNAL = b"s" * 32, "ab" * 16
_names = itertools.count()


class Point:
    """One ledger on a journal of its own, watched by the laws."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.laws, self.proof = Laws(), State(JOURNAL)
        self.papers = Papers(CONFIG.point.public_url, SECRET)
        self.journal = SimulatedJournal(
            "p1", folder / "j.db", disk, fate=lambda: None, die=lambda instant, events: None, seen=self._seen
        )
        self.ledger: Ledger
        self.heard: dict[str, set[bytes]] = {}  # key -> every answer to it

    async def open(self) -> None:
        await self.journal.open_as(JOURNAL, SECRET)
        self.ledger = Ledger(self.journal, State(JOURNAL), CONFIG, HandClock(), set())

    def _seen(self) -> None:
        for body in self.journal.stored(self.laws.seq):
            name = self.laws.event(body)
            data = msgspec.json.decode(wire.read(body).data)
            if name == "ticket.issued":
                self.papers.issued(data["ticket"])
            elif name == "ticket.print_result":
                self.papers.ended(data["ticket"], data["result"])
            replay.replay(self.proof, [Stored(self.laws.seq, body, self.laws.chain)])
        self.laws.compare(self.ledger.state)
        assert replay.encode(self.proof) == replay.encode(self.ledger.state), "replay is not the live state"

    def nothing_before_its_time(self) -> None:
        seq = self.ledger.state.seq
        hold("nothing is visible before it is journalled", seq <= self.journal.durable, (seq, self.journal.durable))

    async def press(self, key: str, *, device: str = "") -> Reply | None:
        """Take a number. Whoever asks may give up at any moment; then nobody knows what became of it."""
        asked = self.ledger.submit(ticket(device=device), render=number, refusal=refusal, key=Key(key, b"?"))
        try:
            reply = await detangle.maybe_timeout(asked)
        except TimeoutError:
            return None
        self.heard.setdefault(key, set()).add(reply.body)
        issued = reply.body.decode()
        hold("a number that was told is journalled", issued in self.laws.tickets.values(), issued)
        return reply

    async def try_(self, command: object) -> None:
        try:
            await self.ledger.submit(command)
        except Refused:
            await asyncio.sleep(0.01)

    def one_number_a_press(self, presses: int) -> None:
        assert all(len(answers) == 1 for answers in self.heard.values()), f"one key, two answers: {self.heard}"
        assert len(self.laws.tickets) <= presses


@contextmanager
def a_disk() -> Iterator[tuple[Path, Disk]]:
    with tempfile.TemporaryDirectory(prefix="luukku-detangle-") as folder:
        disk = Disk(f"detangle-{next(_names)}")
        try:
            yield Path(folder), disk
        finally:
            disk.unregister()


@asynccontextmanager
async def a_point() -> AsyncIterator[Point]:
    with a_disk() as (folder, disk):
        point = Point(folder, disk)
        await point.open()
        detangle.invariant(point.nothing_before_its_time)
        heart = asyncio.create_task(point.ledger.run())
        try:
            yield point
        finally:
            failed = heart.done() and not heart.cancelled() and heart.exception()
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
            point.journal.kill()
            assert not failed, f"the ledger ended: {failed!r}"


@asynccontextmanager
async def with_printer(point: Point) -> AsyncIterator[PaperMachine]:
    """The real paper reader and the real driver, on the virtual printer's machine."""
    machine = PaperMachine("lobby", lambda printer, piece: point.papers.fell(piece))
    driver = EscposPrinter("lobby", profile("virtual"), machine.connect, random=Random(1), life="boot")
    paper = Paper(point.ledger, driver, simulated=True)
    tasks = [asyncio.create_task(driver.run()), asyncio.create_task(paper.run())]
    try:
        yield machine
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(wanted: Callable[[], bool], within_s: int = 300) -> None:
    for _ in range(within_s * 10):
        if wanted():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it never came")
