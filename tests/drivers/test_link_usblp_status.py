"""The port status of a USB printer, which goes past everything that it was sent. The answers are given here: only a
real usblp knows the question.
"""

import asyncio
import errno
import os
import threading

import pytest

from drivers.links import usblp
from drivers.links.link import DeviceGone
from drivers.links.usblp import PortStatus, open_usblp
from tests.drivers.serial_line import SURELY_S, a_line, heard_on, longest_hold, until
from tests.drivers.steady import UNHURRIED_S

RASTER = bytes(range(256)) * 240
AT_ONCE_S = 3.0  # by the loop's clock; a driver that waits for its device takes 5 to 30 s


@pytest.mark.parametrize(
    ("bits", "status"),
    [
        (0x18, PortStatus(paper_empty=False, selected=True, error=False)),
        (0x30, PortStatus(paper_empty=True, selected=True, error=True)),
        (0x08, PortStatus(paper_empty=False, selected=False, error=False)),
    ],
)
async def test_the_port_status_is_told_also_while_a_write_is_stalled(bits: int, status: PortStatus) -> None:
    with a_line() as line:
        async with open_usblp(line.find, ask=lambda fd: bits) as link:
            writing = asyncio.create_task(link.write(RASTER, within=SURELY_S))
            await asyncio.sleep(0.02)
            assert await link.port_status() == status
            assert await line.take_all(len(RASTER)) == RASTER
            await writing


async def test_a_device_that_knows_no_such_question_gives_none_and_goes_on() -> None:
    with a_line() as line:
        async with open_usblp(line.find) as link:  # a pty says ENOTTY to the real LPGETSTATUS
            assert await link.port_status() is None
            await link.write(b"x", within=1.0)


async def test_while_a_question_hangs_the_loop_is_free_and_nobody_touches_the_printer_or_asks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answered = [0], threading.Event()

    def hangs(fd: int) -> int:
        asked[0] += 1
        answered.wait(UNHURRIED_S)
        return 0x18

    monkeypatch.setattr(usblp, "STATUS_S", 0.1)
    with a_line() as line:
        async with open_usblp(line.find, ask=hangs) as link, heard_on(link) as got:
            assert await link.port_status() is None
            assert await longest_hold(link.port_status()) < UNHURRIED_S / 6  # it was not asked in the loop
            await until(lambda: asked == [1])
            line.say(b"answer")
            writing = asyncio.create_task(link.write(b"question", within=SURELY_S))
            await asyncio.sleep(0.1)
            assert (line.take(), bytes(got)) == (b"", b"")  # usblp's read and write would block here
            answered.set()
            await writing
            assert await line.take_all(8) == b"question"
            await until(lambda: got == b"answer")
            assert asked == [1]
            monkeypatch.setattr(usblp, "STATUS_S", UNHURRIED_S)
            assert await link.port_status() == PortStatus(False, True, False)
            assert asked == [2]


async def test_a_question_that_hangs_does_not_keep_the_link_from_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(usblp, "STATUS_S", 0.05)
    with a_line() as line:
        async with open_usblp(line.find, ask=lambda fd: int(answered.wait(UNHURRIED_S))) as link:
            await link.port_status()
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < AT_ONCE_S
        assert asyncio.all_tasks() == {asyncio.current_task()}
    answered.set()


async def test_a_printer_that_is_unplugged_while_it_is_asked_is_gone() -> None:
    def unplugged(fd: int) -> int:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    with a_line() as line:
        async with open_usblp(line.find, ask=unplugged) as link:
            with pytest.raises(DeviceGone, match="closed"):
                await link.port_status()
