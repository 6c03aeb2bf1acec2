"""The virtual printer at the end of a serial line: one machine behind another door, as honest as the network's."""

import asyncio
import errno
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.sim.device_door import port_status
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.pace import Pace
from drivers.sim.printer_server import PrinterConfig, PrinterServer
from drivers.sim.printer_state import printer_state
from drivers.sim.pty_door import PtyDoor
from drivers.sim.status import Condition
from tests.drivers.serial_line import SURELY_S, a_line, until

CUT = b"\x1dV\x41\x00"
DONE = b'\x37"ABCD\x00'
TICKET = b"ticket\n" + CUT + b"\x1d(H\x06\x0000ABCD"
STATUS = b"\x10\x04\x01"
FAST_MM_S = 2000.0


class Far:
    """A host that has opened the far side, as any program would: no driver of ours."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def write(self, data: bytes) -> int:
        """How much the system took."""
        taken = 0
        try:
            while taken < len(data):
                taken += os.write(self.fd, data[taken:])
        except BlockingIOError:
            pass
        return taken

    def read(self) -> bytes:
        try:
            return os.read(self.fd, 4096)
        except BlockingIOError:
            return b""

    async def answers_until(self, wanted: bytes) -> bytes:
        """All up to these bytes."""
        got = b""
        async with asyncio.timeout(SURELY_S):
            while wanted not in got:
                got += self.read()
                await asyncio.sleep(0.002)
        return got

    async def answer(self, size: int, within: float = SURELY_S) -> bytes:
        got = b""
        async with asyncio.timeout(within):
            while len(got) < size:
                got += self.read()
                await asyncio.sleep(0.002)
        return got


@asynccontextmanager
async def a_host(path: Path) -> AsyncIterator[Far]:
    far = Far(path)
    try:
        yield far
    finally:
        far.close()


@asynccontextmanager
async def a_printer(folder: Path, baud: int | None = None, port: int | None = None) -> AsyncIterator[PrinterServer]:
    config = PrinterConfig(speed_mm_s=FAST_MM_S, port=port, pty=folder / "tty", baud=baud)
    async with SimulatedPrinter(folder, config) as printer:
        yield printer


async def test_a_ticket_over_the_line_is_on_disk_when_the_process_id_is_said(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as printer, a_host(tmp_path / "tty") as host:
        assert (printer.port, printer.doors) == (0, (f"pty {tmp_path}/tty",))
        host.write(TICKET)
        assert await host.answer(len(DONE)) == DONE
        assert (tmp_path / "lobby/0001.bin").read_bytes() == b"ticket\n" + CUT
        assert printer_state(printer)["connections"] == 1
    assert not (tmp_path / "tty").is_symlink()


async def test_a_program_may_close_and_another_open_the_same_line(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as printer:
        for _ in range(3):
            async with a_host(tmp_path / "tty") as host:
                host.write(STATUS)
                assert await host.answer(1) == b"\x12"
        await until(lambda: printer.connections == 0)
        node = (tmp_path / "tty").readlink()
        async with a_host(tmp_path / "tty") as host:
            host.write(TICKET)
            host.close()  # as `cat ticket > tty` does
            await until(lambda: bool(printer.pieces))
        assert (tmp_path / "tty").readlink() == node


async def test_a_printer_without_paper_reads_its_buffer_full_and_then_holds_the_line(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as printer, a_host(tmp_path / "tty") as host:
        printer.strike(Fault(FaultKind.PAPER_OUT))
        sent = host.write(b"x" * 1_000_000)
        await until(lambda: printer.core.received == 4096)
        while more := host.write(b"x" * 1_000_000):  # the kernel moves what it holds when it comes to it
            sent += more
            assert sent < 100_000, "what is more waits with the sender"
            await asyncio.sleep(0.2)
        assert printer.core.received == 4096 < sent


async def test_bytes_come_over_at_the_speed_of_the_line_in_both_directions(tmp_path: Path) -> None:
    async with a_printer(tmp_path, baud=9600) as printer, a_host(tmp_path / "tty") as host:
        await until(lambda: printer.connections == 1)
        began = time.monotonic()
        host.write(b"\x00" * 480)  # half a second at 960 bytes a second
        await asyncio.sleep(0.2)
        assert printer.core.received <= (time.monotonic() - began) * 960
        await until(lambda: printer.core.received == 480)
        assert time.monotonic() - began >= 0.49
        began = time.monotonic()
        host.write(STATUS * 96)  # 0.3 s to come, and 96 answers on their way back meanwhile
        assert await host.answer(96) == b"\x12" * 96
        assert time.monotonic() - began >= 0.29


async def test_a_line_that_was_held_back_goes_on_at_its_speed_and_not_in_a_burst(tmp_path: Path) -> None:
    config = PrinterConfig(speed_mm_s=FAST_MM_S, port=None, pty=tmp_path / "tty", baud=9600, rx_bytes=100)
    async with SimulatedPrinter(tmp_path, config) as printer, a_host(tmp_path / "tty") as host:
        printer.strike(Fault(FaultKind.PAPER_OUT))
        host.write(b"\x00" * 580)
        await until(lambda: printer.core.received == 100)
        await asyncio.sleep(0.5)
        assert printer.core.received == 100
        began = time.monotonic()
        printer.strike(Fault(FaultKind.CLEAR))
        await until(lambda: printer.core.received == 580)
        assert time.monotonic() - began >= 0.49


def test_a_pace_counts_from_when_bytes_were_there() -> None:
    pace = Pace(9600)
    pace.begin(10.0)
    assert pace.due(10.0) == 0
    assert pace.due(10.25) == 240
    pace.take(240)
    assert pace.due(10.25) == 0
    pace.begin(20.0)  # nothing came between: no credit for it
    assert pace.due(20.125) == 120


async def test_a_drop_hangs_the_line_up_once_and_it_is_back_under_its_name(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as printer, a_host(tmp_path / "tty") as host:
        await until(lambda: printer.connections == 1)
        printer.strike(Fault(FaultKind.DROP, at_byte=3))
        host.write(b"\n\n\n\n")
        await until(lambda: hung_up(host))
        assert host.read() == b""
        await until(lambda: printer.connections == 0)
        async with asyncio.timeout(10):  # the name is taken off before the line is closed, and comes with the next one
            while not await asyncio.to_thread((tmp_path / "tty").exists):
                await asyncio.sleep(0.01)
        async with a_host(tmp_path / "tty") as again:
            again.write(TICKET)
            assert await again.answer(len(DONE)) == DONE


def hung_up(host: Far) -> bool:
    try:
        host.write(b"\x00")
    except OSError as error:
        assert error.errno == errno.EIO
        return True
    return False


async def test_without_power_there_is_no_line_and_with_it_it_comes_back(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as printer, a_host(tmp_path / "tty") as host:
        await until(lambda: printer.connections == 1)
        printer.strike(Fault(FaultKind.POWER))
        await until(lambda: hung_up(host))
        await until(lambda: not (tmp_path / "tty").is_symlink())
        await until((tmp_path / "tty").is_symlink)
        async with a_host(tmp_path / "tty") as again:
            again.write(TICKET)
            assert await again.answer(len(DONE)) == DONE


async def test_the_network_and_the_line_lead_to_one_machine_and_the_second_to_come_waits(tmp_path: Path) -> None:
    async with a_printer(tmp_path, port=0) as printer, a_host(tmp_path / "tty") as host:
        await until(lambda: printer.connections == 1)
        reader, writer = await asyncio.open_connection("127.0.0.1", printer.port)
        writer.write(STATUS)
        await asyncio.sleep(0.2)
        host.write(TICKET)
        assert await host.answer(len(DONE)) == DONE
        host.close()
        assert await asyncio.wait_for(reader.readexactly(1), SURELY_S) == b"\x12"
        writer.close()
        await writer.wait_closed()


async def test_answers_that_nobody_takes_are_lost_and_stop_nothing(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as printer, a_host(tmp_path / "tty") as host:
        for _ in range(40):
            host.write(STATUS * 1000)
            await asyncio.sleep(0.01)
        await until(lambda: printer.core.received >= 40_000)
        while host.read():
            await asyncio.sleep(0.02)  # the kernel moves what it holds when it comes to it
        host.write(TICKET)
        *late, ticket = (await host.answers_until(DONE)).partition(DONE)[:2]
        assert ticket == DONE and set(b"".join(late)) <= set(b"\x12")


async def test_what_is_no_link_is_left_alone_and_what_a_killed_printer_left_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "tty").write_bytes(b"somebody's file")
    with pytest.raises(FileExistsError, match="no link to a pty"):
        async with a_printer(tmp_path):
            pass
    assert (tmp_path / "tty").read_bytes() == b"somebody's file"
    (tmp_path / "tty").unlink()
    (tmp_path / "tty").symlink_to("/dev/pts/gone")
    async with a_printer(tmp_path), a_host(tmp_path / "tty") as host:
        host.write(STATUS)
        assert await host.answer(1) == b"\x12"


async def test_a_device_node_is_another_door(tmp_path: Path) -> None:
    """A pty stands in for the gadget's node, which only a kernel with a USB device controller has."""
    with a_line() as line:
        config = PrinterConfig(speed_mm_s=FAST_MM_S, port=None, device=Path(line.path))
        async with SimulatedPrinter(tmp_path, config):
            line.say(TICKET)
            assert await line.take_all(len(DONE)) == DONE


def test_the_gadget_says_what_a_printer_says_past_its_buffer() -> None:
    assert port_status(Condition()) == 0x18
    assert port_status(Condition(paper_out=True)) == 0x30
    assert port_status(Condition(cover_open=True)) == 0x10


async def test_the_program_says_where_its_line_is_and_takes_it_away_when_it_ends(tmp_path: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "drivers.sim.escpos_printer", "--pty", str(tmp_path / "tty"), "--baud", "115200"),
        *("--out", str(tmp_path), "--speed", "2000"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout
    ready = (await asyncio.wait_for(program.stdout.readline(), 60)).decode()
    assert ready == f"SIMULATED PRINTER lobby ready: pty {tmp_path}/tty\n"
    async with a_host(tmp_path / "tty") as host:
        host.write(TICKET)
        assert await host.answer(len(DONE)) == DONE
        program.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(program.wait(), 60) == 0
    assert not (tmp_path / "tty").is_symlink()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [([], 2, "--tcp, --pty, --gadget, --device"), (["--pty", "/nowhere/tty"], 1, "No such file")],
)
async def test_the_program_refuses_what_it_cannot_do_in_one_line(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "drivers.sim.escpos_printer", *arguments, "--out", str(tmp_path)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(program.communicate(), 60)
    assert program.returncode == code
    assert says in err.decode().strip().splitlines()[-1]


async def test_its_name_is_gone_before_the_number_of_its_pty_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who found a name that dangles would open whatever other program's pty got the number."""
    path, close = tmp_path / "tty", os.close
    happened: list[str] = []
    async with SimulatedPrinter(tmp_path, PrinterConfig(port=None, pty=path)) as printer:
        door = printer._doors[0]
        assert isinstance(door, PtyDoor)
        await until(lambda: door._fd >= 0)
        near, leave = door._fd, door.leave

        def left() -> None:
            leave()
            happened.append("it is still there" if path.is_symlink() else "gone")

        def closed(fd: int) -> None:
            happened.extend(["closed"] if fd == near else [])
            close(fd)

        monkeypatch.setattr(door, "leave", left)
        monkeypatch.setattr(os, "close", closed)
    assert happened[:2] == ["gone", "closed"]


async def test_a_line_that_is_being_let_go_when_the_power_is_cut_is_hung_up_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow machine the doors are shut while a thread still lets go of the line."""
    async with a_printer(tmp_path) as printer, a_host(tmp_path / "tty") as host:
        door = printer._doors[0]
        assert isinstance(door, PtyDoor)
        await until(lambda: printer.connections == 1)
        leave = door.leave

        def slowly() -> None:
            time.sleep(0.3)
            leave()

        monkeypatch.setattr(door, "leave", slowly)
        printer.strike(Fault(FaultKind.POWER))
        await until(lambda: hung_up(host))
