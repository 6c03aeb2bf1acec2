"""The modem lines of a serial port as a printer's health. A pty has none: what a port would say is given here."""

import asyncio
import errno
import os

import pytest

from drivers.links import serial as links_serial
from drivers.links.link import DeviceGone
from drivers.links.serial import ModemLines, modem_lines, open_serial
from tests.drivers.serial_line import SURELY_S, a_line, heard_on, until


class Wires:
    """The lines as a real port would tell them."""

    def __init__(self, *, dsr: bool, cts: bool) -> None:
        self.now = ModemLines(dsr, cts)
        self.looks = 0

    def __call__(self, fd: int) -> ModemLines:
        self.looks += 1
        return self.now

    async def change(self, *, dsr: bool, cts: bool) -> None:
        """Change, and wait until the link has surely seen it: the second look comes after the first was weighed."""
        self.now, before = ModemLines(dsr, cts), self.looks
        await until(lambda: self.looks >= before + 2)


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links_serial, "LOOK_S", 0.03)


def test_a_pty_has_no_modem_lines() -> None:
    with a_line() as line:
        far = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
        assert modem_lines(far) is None
        os.close(far)
        with pytest.raises(OSError) as wrong:
            modem_lines(far)
        assert wrong.value.errno == errno.EBADF


async def test_dsr_that_was_on_and_goes_off_is_a_printer_without_power(quick_looks: None) -> None:
    wires = Wires(dsr=True, cts=True)
    with a_line() as line:
        async with open_serial(line.path, 9600, lines_of=wires) as link:
            await asyncio.sleep(0.1)
            await link.write(b"well", within=0.5)
            wires.now = ModemLines(False, True)
            with pytest.raises(DeviceGone, match=r"closed.*DSR"):
                async with asyncio.timeout(SURELY_S):
                    await link.listen(lambda _: None)


async def test_one_blink_of_dsr_is_not_the_end(quick_looks: None) -> None:
    told = iter([ModemLines(True, True), ModemLines(True, True), ModemLines(False, True)])
    with a_line() as line:
        async with open_serial(line.path, 9600, lines_of=lambda fd: next(told, ModemLines(True, True))) as link:
            await asyncio.sleep(0.3)
            await link.write(b"well", within=0.5)


async def test_a_printer_that_drops_dsr_while_it_is_busy_and_still_answers_is_not_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links_serial, "LOOK_S", 0.2)  # so long that an answer comes between two, on any machine
    wires = Wires(dsr=True, cts=True)
    with a_line() as line:
        async with open_serial(line.path, 9600, lines_of=wires) as link, heard_on(link) as got:
            wires.now = ModemLines(False, True)
            while wires.looks < 5:
                line.say(b"\x00")
                await asyncio.sleep(0.01)
            await link.write(b"well", within=0.5)
            assert got


async def test_lines_that_were_never_on_mean_nothing(quick_looks: None) -> None:
    wires = Wires(dsr=False, cts=False)
    with a_line() as line:
        async with open_serial(line.path, 9600, lines_of=wires) as link:
            await asyncio.sleep(0.2)
            await link.write(b"a three-wire cable", within=0.5)
        assert wires.looks == 1  # and nobody goes on asking


async def test_bytes_wait_while_cts_is_off_and_go_when_it_is_back(quick_looks: None) -> None:
    wires = Wires(dsr=True, cts=True)
    with a_line() as line:
        async with open_serial(line.path, 9600, lines_of=wires) as link:
            await wires.change(dsr=True, cts=False)
            writing = asyncio.create_task(link.write(b"later", within=SURELY_S))
            await asyncio.sleep(0.1)
            assert line.take() == b""
            wires.now = ModemLines(True, True)
            await writing
            assert await line.take_all(5) == b"later"


async def test_cts_that_stays_off_is_a_stalled_write(quick_looks: None) -> None:
    wires = Wires(dsr=True, cts=True)
    with a_line() as line:
        async with open_serial(line.path, 9600, lines_of=wires) as link:
            await wires.change(dsr=True, cts=False)
            with pytest.raises(DeviceGone, match="stalled"):
                await link.write(b"never", within=0.2)


async def test_a_port_that_fails_when_it_is_asked_for_its_lines_is_gone(quick_looks: None) -> None:
    looks = iter([ModemLines(True, True)])

    def unplugged(fd: int) -> ModemLines:
        if (lines := next(looks, None)) is None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return lines

    with a_line() as line:
        async with open_serial(line.path, 9600, lines_of=unplugged) as link:
            with pytest.raises(DeviceGone, match=r"closed.*Input/output"):
                async with asyncio.timeout(SURELY_S):
                    await link.listen(lambda _: None)
