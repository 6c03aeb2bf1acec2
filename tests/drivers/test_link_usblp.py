"""The link to a printer on USB, on real descriptors (a pty in usblp's place); errors that only usblp gives are given.

What needs a real usblp (LPGETSTATUS itself, EBUSY, ENODEV on unplug) is the kernel rig's.
"""

import asyncio
import errno
import os
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.links import usblp
from drivers.links.link import DeviceGone
from drivers.links.usblp import open_usblp
from tests.drivers.serial_line import SURELY_S, Line, a_line, heard_on, least_hold, until
from tests.drivers.steady import UNHURRIED_S

RASTER = bytes(range(256)) * 240
HELD_S = 0.020
OPEN = os.open
AT_ONCE_S = 3.0  # by the loop's clock; a driver that waits for its device takes 5 to 30 s


async def reason_for(find: Callable[[], str]) -> str:
    with pytest.raises(DeviceGone) as gone:
        async with open_usblp(find):
            pass
    return gone.value.reason


def now() -> float:
    return asyncio.get_running_loop().time()


def refusing(monkeypatch: pytest.MonkeyPatch, line: Line, *errors: int) -> list[str]:
    """The node of `line` fails so many times with these errors, then opens; gives all tries."""
    left, tries = list(errors), list[str]()

    def opening(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if path == line.path:
            tries.append(path)
            if left:
                number = left.pop(0)
                raise OSError(number, os.strerror(number), path)
        return OPEN(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", opening)
    return tries


async def test_bytes_go_both_ways_and_a_large_job_goes_in_pieces() -> None:
    with a_line() as line:
        async with open_usblp(line.find) as link, heard_on(link) as got:
            writing = asyncio.create_task(link.write(RASTER, within=SURELY_S))
            assert await line.take_all(len(RASTER)) == RASTER
            await writing
            line.say(b"\x12")
            await until(lambda: got == b"\x12")


async def test_the_descriptor_is_ours_alone_and_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def opening(path: Any, flags: int, *more: Any, **named: Any) -> int:
        seen.append(flags)
        return OPEN(path, flags, *more, **named)

    with a_line() as line:
        monkeypatch.setattr(os, "open", opening)
        async with open_usblp(line.find):
            pass
    wanted = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
    assert [flags & wanted for flags in seen] == [wanted]


async def test_a_printer_that_is_not_there_is_absent_by_the_words_of_who_looked() -> None:
    def find() -> str:
        raise DeviceGone("usb:TM0001", "absent", "no printer with this serial number")

    with pytest.raises(DeviceGone, match="usb:TM0001: absent"):
        async with open_usblp(find):
            pass


async def test_a_node_that_is_none_is_told_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "sock"))  # open() of a socket is ENXIO, as of a node without its device
        expected = {"nothing": "absent", "file": "refused", "sock": "closed", ".": "refused"}
        for name, reason in expected.items():
            assert await reason_for(partial(str, tmp_path / name)) == reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.EBUSY, "busy"), (errno.ENODEV, "closed"), (errno.EIO, "closed"), (errno.ENXIO, "closed")],
)
async def test_what_usblp_says_at_the_door_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    with a_line() as line:
        tries = refusing(monkeypatch, line, number)
        assert await reason_for(line.find) == reason
        assert len(tries) == 1


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
async def test_a_node_that_udev_has_not_given_us_yet_is_tried_again_in_a_moment(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with a_line() as line:
        tries, began = refusing(monkeypatch, line, number, number, number), now()
        async with open_usblp(line.find) as link:
            took = now() - began
            await link.write(b"x", within=1.0)
        assert len(tries) == 4
        assert 0.02 + 0.04 + 0.08 <= took < 1.0


async def test_a_node_that_stays_forbidden_is_given_up_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_line() as line:
        refusing(monkeypatch, line, *[errno.EACCES] * 1000)
        began = now()
        assert await reason_for(line.find) == "forbidden"
        assert 0.9 < now() - began < 2.0


async def test_a_printer_that_moves_to_another_node_while_it_is_waited_for_is_found_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with a_line() as before, a_line() as after:
        refusing(monkeypatch, before, *[errno.EACCES] * 1000)
        nodes = iter([before.path, before.path])
        async with open_usblp(lambda: next(nodes, after.path)) as link:
            await link.write(b"here", within=1.0)
            assert await after.take_all(4) == b"here"


async def test_a_printer_that_takes_nothing_stalls_the_write_and_holds_nobody_up() -> None:
    with a_line() as line:
        async with open_usblp(line.find) as link:
            began = now()
            with pytest.raises(DeviceGone, match="stalled"):
                await link.write(RASTER, within=0.3)
            assert now() - began < AT_ONCE_S
            with pytest.raises(DeviceGone, match="stalled"):
                await link.write(b"more", within=0.3)
            began = now()
        assert now() - began < AT_ONCE_S


async def test_a_cancelled_writer_returns_at_once_while_the_printer_takes_nothing() -> None:
    with a_line() as line:
        async with open_usblp(line.find) as link:
            writing = asyncio.create_task(link.write(RASTER, within=30.0))
            await asyncio.sleep(0.05)
            began = now()
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        assert now() - began < AT_ONCE_S  # closed, too


async def test_a_cable_that_is_pulled_ends_writer_listener_and_everything_after() -> None:
    with a_line() as line:
        async with open_usblp(line.find) as link:
            writing = asyncio.create_task(link.write(RASTER, within=SURELY_S))
            listening = asyncio.create_task(link.listen(lambda _: None))
            await asyncio.sleep(0.02)
            line.hang_up()
            async with asyncio.timeout(AT_ONCE_S):
                ends = await asyncio.gather(writing, listening, return_exceptions=True)
            assert [end.reason for end in ends if isinstance(end, DeviceGone)] == ["closed", "closed"]
            with pytest.raises(DeviceGone, match="closed"):
                await link.port_status()


@pytest.mark.parametrize("number", [errno.ENODEV, errno.EIO, errno.ENXIO, errno.EPIPE])
async def test_whatever_error_a_read_or_write_ends_with_the_link_is_closed(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def unplugged(fd: int, what: Any) -> bytes:
        raise OSError(number, os.strerror(number))

    with a_line() as line:
        async with open_usblp(line.find) as link:
            monkeypatch.setattr(os, "write", unplugged)
            with pytest.raises(DeviceGone, match="closed"):
                await link.write(b"x", within=0.5)
        monkeypatch.undo()
        async with open_usblp(line.find) as link:
            line.say(b"x")
            monkeypatch.setattr(os, "read", unplugged)
            with pytest.raises(DeviceGone, match="closed"):
                async with asyncio.timeout(AT_ONCE_S):
                    await link.listen(lambda _: None)
            monkeypatch.undo()


async def test_empty_packets_are_no_end_and_make_nobody_spin(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, read = [0], os.read
    with a_line() as line:
        async with open_usblp(line.find) as link, heard_on(link) as got:

            def empty(fd: int, most: int) -> bytes:
                reads[0] += 1
                return b"" if reads[0] < 10 else read(fd, most)

            monkeypatch.setattr(os, "read", empty)
            line.say(b"after all")
            await asyncio.sleep(0.05)
            assert reads[0] < 8
            await until(lambda: got == b"after all")
            monkeypatch.undo()


async def test_a_printer_that_seems_to_take_bytes_and_does_not_makes_nobody_spin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """usblp tells poll() that it is writable while it remembers "no paper", and takes nothing."""
    writes, write = [0], os.write

    def full(fd: int, data: bytes) -> int:
        writes[0] += 1
        if writes[0] < 10:
            raise BlockingIOError
        return write(fd, data)

    with a_line() as line:
        async with open_usblp(line.find) as link:
            monkeypatch.setattr(os, "write", full)
            writing = asyncio.create_task(link.write(b"in the end", within=SURELY_S))
            await asyncio.sleep(0.05)
            assert writes[0] < 8
            await writing
            monkeypatch.undo()
            assert await line.take_all(10) == b"in the end"


async def test_a_node_whose_open_hangs_is_given_up_and_closed_when_it_comes_after_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened, wakes = list[int](), threading.Event()
    with a_line() as line:

        def slow(path: Any, flags: int, *more: Any, **named: Any) -> int:
            fd = OPEN(path, flags, *more, **named)
            if path == line.path:
                opened.append(fd)
                wakes.wait(UNHURRIED_S)  # in the opening thread
            return fd

        monkeypatch.setattr(usblp, "OPEN_S", 0.05)
        monkeypatch.setattr(os, "open", slow)
        assert await reason_for(line.find) == "unreachable"
        wakes.set()
        await until(lambda: opened and is_closed(opened[0]))


def is_closed(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError as error:
        return error.errno == errno.EBADF
    return False


async def test_a_large_raster_to_a_slow_printer_does_not_hold_the_loop() -> None:
    async def slowly() -> None:
        with a_line() as line:
            async with open_usblp(line.find) as link:
                writing = asyncio.create_task(link.write(RASTER, within=SURELY_S))
                got = 0
                while got < len(RASTER):
                    got += len(line.take(2048))
                    await asyncio.sleep(0.004)
                await writing

    assert await least_hold(slowly, HELD_S) < HELD_S
