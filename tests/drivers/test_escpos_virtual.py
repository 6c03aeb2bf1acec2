"""The driver against the virtual printer as its own process, over TCP: two independent readings of the protocol.

A ticket counts as confirmed only when a piece of paper with its bytes lies in the printer's folder.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from PIL import Image
from pyzbar import pyzbar

from controller.ports.printer import PrintEnd, PrinterCondition, PrinterUnavailable, PrintOutcome, TicketPaper, Tier
from drivers.escpos import attendance, conversation, press, printer
from drivers.escpos.compose import lay_out
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import profile
from drivers.links.tcp import open_tcp
from tests.drivers.escpos_tickets import ALL, FI
from tests.drivers.steady import UNHURRIED_S

VIRTUAL = profile("virtual")
SLACK_S = 0.5  # of steady time (tests/drivers/steady.py)
READY = "ready: tcp 127.0.0.1:"


@dataclass
class Desk:
    """A virtual printer's process, and the driver that is connected to it."""

    printer: EscposPrinter
    folder: Path
    control: str

    async def fault(self, kind: str, **where: Any) -> None:
        async with aiohttp.ClientSession() as session:
            url = f"{self.control}/printers/lobby/faults"
            async with session.post(url, json={"kind": kind, **where}) as answer:
                assert answer.status < 300, await answer.text()

    def papers(self) -> list[bytes]:
        return [path.read_bytes() for path in sorted(self.folder.rglob("*.bin"))]

    def pictures(self) -> list[Path]:
        return sorted(self.folder.rglob("*.png"))

    async def print(self, paper: TicketPaper, job: str) -> PrintOutcome:
        """Print, and hold the driver to its bound and to the paper that lies there."""
        bound = VIRTUAL.seconds_for(lay_out(paper, job, VIRTUAL, simulated=True).dots) + press.PROOF_S
        began = now()
        outcome = await self.printer.print(paper, job, simulated=True)
        assert now() - began < bound + SLACK_S
        if outcome.end is PrintEnd.CONFIRMED:
            await self.see(lambda: self.whole_copies() == 1)
        return outcome

    def whole_copies(self) -> int:
        """The cut papers that a person would take for a ticket: their QR can be read (a scrap has none).

        The bytes beside a picture are all that were *sent* since the last cut, so they tell nothing of it.
        """
        return sum(1 for picture in self.pictures() if qr_on(picture))

    async def until(self, condition: PrinterCondition, *causes: str) -> None:
        def there() -> bool:
            now = self.printer.health
            return now.condition is condition and set(causes) <= set(now.causes)

        await self.see(there)

    async def see(self, wanted: Callable[[], bool]) -> None:
        deadline = now() + UNHURRIED_S
        while not wanted():
            assert now() < deadline, f"it never came: {self.printer.health}"
            await asyncio.sleep(0.01)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver waits for the printer's process, which may get no processor for seconds."""
    for module, names in {
        printer: ["PREPARE_S"], press: ["PREPARE_STATUS_S", "PREPARE_COUNT_S", "PROOF_S", "JUDGE_S", "CLEAR_S"],
        attendance: ["ANSWER_S"], conversation: ["WRITE_S"],
    }.items():  # fmt: skip
        for name in names:
            monkeypatch.setattr(module, name, UNHURRIED_S)


patient = pytest.mark.usefixtures("patience")  # where the printer is never silent


def now() -> float:
    return asyncio.get_running_loop().time()


def qr_on(picture: Path) -> list[str]:
    with Image.open(picture) as image:
        return [found.data.decode() for found in pyzbar.decode(image)]


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    command = ("-m", "drivers.sim.escpos_printer", "--tcp", "0", "--http", "0", "--out", str(folder))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        said = (await asyncio.wait_for(process.stdout.readline(), UNHURRIED_S)).decode()
        port = int(said.split(READY)[1].split(",")[0])
        control = said.split("page ")[1].strip().rstrip("/")
        printer = EscposPrinter("lobby", VIRTUAL, lambda: open_tcp("127.0.0.1", port), random=Random(1), life="boot1")
        running = asyncio.create_task(printer.run())
        try:
            one = Desk(printer, folder, control)
            await one.until(PrinterCondition.READY)
            yield one
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        process.terminate()
        await process.wait()
        await process.stdout.read()


@patient
async def test_each_language_is_confirmed_and_its_qr_can_be_read_off_the_paper(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        for at, paper in enumerate(ALL.values()):
            before = await one.printer.prepare()
            assert before.cut0 == at
            outcome = await one.printer.print(paper, f"job{at}", simulated=True)
            assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.PROCESS_ID)
            assert len(one.pictures()) == at + 1
            assert (await one.printer.judge(before)).end is PrintEnd.CONFIRMED
        for paper, picture in zip(ALL.values(), one.pictures(), strict=True):
            assert qr_on(picture) == [paper.qr]


@patient
@pytest.mark.parametrize(("kind", "cause"), [("paper_out", "paper_out"), ("cover", "cover")])
async def test_a_fault_in_the_middle_is_unknown_at_once_then_cleared_and_printed_whole(
    tmp_path: Path, kind: str, cause: str
) -> None:
    async with desk(tmp_path) as one:
        before = await one.printer.prepare()
        await one.fault(kind, at_mm=60)
        outcome = await one.print(FI, "job1")
        assert (outcome.end, outcome.cause) == (PrintEnd.UNKNOWN, cause)
        assert outcome.ms < 1000 * UNHURRIED_S / 2, "it did not wait for its proof"
        await one.until(PrinterCondition.OUT_OF_SERVICE, cause)
        with pytest.raises(PrinterUnavailable) as refusal:
            await one.printer.prepare()
        assert refusal.value.cause == cause
        assert (await one.printer.judge(before)).end is PrintEnd.UNKNOWN
        assert await one.printer.clear() is False
        await one.fault("clear")
        await one.until(PrinterCondition.READY)
        assert (await one.printer.judge(before)).end is PrintEnd.FAILED
        assert await one.printer.clear() is True
        await one.printer.prepare()
        assert (await one.print(FI, "job2")).end is PrintEnd.CONFIRMED
        assert [qr_on(picture) for picture in one.pictures()] == [[], [FI.qr]]
        assert b"KESKEN / AVBRUTEN" in one.papers()[0]


@patient
async def test_a_jammed_cutter_is_named_and_after_the_repair_the_next_ticket_is_whole(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.printer.prepare()
        await one.fault("jam")
        outcome = await one.print(FI, "job1")
        assert outcome.end is not PrintEnd.CONFIRMED
        await one.until(PrinterCondition.OUT_OF_SERVICE, "cutter")
        await one.fault("clear")
        for _ in range(3):
            if await one.printer.clear():
                break
        await one.until(PrinterCondition.READY)
        await one.printer.prepare()
        assert (await one.printer.print(FI, "job2", simulated=True)).end is PrintEnd.CONFIRMED


async def test_a_printer_that_falls_silent_is_unknown_in_time_and_comes_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.printer.prepare()
        await one.fault("silent")
        outcome = await one.print(FI, "job1")
        assert (outcome.end, outcome.cause) == (PrintEnd.UNKNOWN, "timeout")
        began = now()
        with pytest.raises(PrinterUnavailable):
            await one.printer.prepare()
        assert now() - began < 1.0 + SLACK_S
        await one.fault("clear")
        await one.until(PrinterCondition.READY)


@patient
@pytest.mark.parametrize("kind", ["drop", "power"])
async def test_a_line_or_power_lost_in_the_middle_is_another_life(tmp_path: Path, kind: str) -> None:
    async with desk(tmp_path) as one:
        before = await one.printer.prepare()
        await one.fault(kind, at_mm=60)
        outcome = await one.print(FI, "job1")
        assert outcome.end is PrintEnd.UNKNOWN
        await one.fault("clear")
        one.printer.reconnect_now()
        await one.until(PrinterCondition.READY)
        judged = await one.printer.judge(before)
        assert judged.end is (PrintEnd.CONFIRMED if one.whole_copies() else PrintEnd.UNKNOWN)
        assert (await one.printer.prepare()).power_life != before.power_life
        assert await one.printer.clear() is True
        await one.printer.prepare()
        assert (await one.printer.print(FI, "job2", simulated=True)).end is PrintEnd.CONFIRMED


@patient
async def test_near_end_is_a_warning_and_prints(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.fault("near_end")
        await one.until(PrinterCondition.DEGRADED, "near_end")
        await one.printer.prepare()
        assert (await one.print(FI, "job1")).end is PrintEnd.CONFIRMED


@patient
@pytest.mark.parametrize("at", [0, 300, 700, 940])
async def test_a_line_cut_at_any_byte_never_makes_a_false_belief(tmp_path: Path, at: int) -> None:
    async with desk(tmp_path) as one:
        before = await one.printer.prepare()
        await one.fault("drop", at_byte=at)
        outcome = await one.print(FI, "job1")
        await one.fault("clear")
        one.printer.reconnect_now()
        await one.until(PrinterCondition.READY)
        judged = await one.printer.judge(before)
        on_paper = one.whole_copies()
        assert outcome.end is not PrintEnd.CONFIRMED or on_paper == 1
        assert judged.end is not PrintEnd.CONFIRMED or on_paper == 1
        assert judged.end is not PrintEnd.FAILED or on_paper == 0


@patient
async def test_a_printer_that_says_and_takes_one_byte_at_a_time_confirms_all_the_same(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.fault("trickle")
        await one.printer.prepare()
        outcome = await one.printer.print(FI, "job1", simulated=True)
        assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.PROCESS_ID)
        assert [qr_on(picture) for picture in one.pictures()] == [[FI.qr]]


async def test_a_printer_that_stalls_and_says_that_all_is_well_is_in_doubt_until_its_counter_tells(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as one:
        before = await one.printer.prepare()
        await one.fault("stall", at_mm=60)
        outcome = await one.print(FI, "job1")
        assert (outcome.end, outcome.cause) == (PrintEnd.UNKNOWN, "timeout")
        assert (await one.printer.judge(before)).end is PrintEnd.UNKNOWN
        await one.fault("clear")  # its buffer was kept: the ticket comes out after all
        assert (await one.printer.judge(before)).end is PrintEnd.CONFIRMED
        await one.see(lambda: one.whole_copies() == 1)


async def test_what_another_host_left_torn_is_swept_away_when_our_link_comes_up(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.fault("drop")
        await one.fault("torn")
        one.printer.reconnect_now()
        await one.until(PrinterCondition.READY)
        await one.printer.prepare()
        assert (await one.print(FI, "job1")).end is PrintEnd.CONFIRMED


async def test_what_is_torn_while_our_link_is_up_swallows_no_ticket_and_is_cleared(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.fault("torn")
        with pytest.raises(PrinterUnavailable) as refusal:
            await one.printer.prepare()
        assert refusal.value.cause == "no_answer", "no ticket is sent to a printer that does not count"
        with pytest.raises(PrinterUnavailable):
            await one.printer.prepare()  # twice in a row is no accident: it is cleared
        async with asyncio.timeout(UNHURRIED_S):
            while True:
                with suppress(PrinterUnavailable):
                    await one.printer.prepare()
                    break
        assert (await one.print(FI, "job1")).end is PrintEnd.CONFIRMED
