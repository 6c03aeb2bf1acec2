"""A serial link on real ptys: bytes whole and in order, every wait with its end, every end told for what it is."""

import asyncio
import os
import termios
import threading
from pathlib import Path

import pytest

from drivers.links import serial as links_serial
from drivers.links.link import DeviceGone
from drivers.links.serial import open_serial
from tests.drivers.serial_line import SURELY_S, a_line, heard_on, least_hold, until
from tests.drivers.steady import UNHURRIED_S

RASTER = bytes(range(256)) * 240  # 61,440 bytes: a ticket drawn as a picture
HELD_S = 0.020  # no longer may the loop be held
AT_ONCE_S = 3.0  # by the loop's clock; a driver that waits for its device takes 5 to 30 s


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_answers_that_come_byte_by_byte_and_those_from_before_anybody_listened_are_all_heard() -> None:
    with a_line() as line:
        async with open_serial(line.path, 9600) as link:
            line.say(b"early")
            await asyncio.sleep(0.05)
            async with heard_on(link) as got:
                for byte in b" and late":
                    line.say(bytes((byte,)))
                    await asyncio.sleep(0.002)
                await until(lambda: got == b"early and late")
            line.say(b"nobody listened here")
            async with heard_on(link) as got:
                await until(lambda: got == b"nobody listened here")


async def test_what_was_said_before_the_port_was_opened_was_said_to_somebody_else() -> None:
    with a_line() as line:
        line.say(b"stale")
        async with open_serial(line.path, 9600) as link, heard_on(link) as got:
            line.say(b"fresh")
            await until(lambda: got == b"fresh")


async def test_the_port_is_raw_without_flow_control_and_waits_for_a_byte() -> None:
    with a_line() as line:
        async with open_serial(line.path, 38400):
            far = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
            iflag, oflag, cflag, lflag, speed, _, cc = termios.tcgetattr(far)
            os.close(far)
        assert speed == termios.B38400
        assert cflag & (termios.CSIZE | termios.PARENB | termios.CSTOPB | termios.CRTSCTS) == termios.CS8
        assert not iflag & (termios.IXON | termios.IXOFF) and not oflag & termios.OPOST and not lflag & termios.ECHO
        assert (cc[termios.VMIN], cc[termios.VTIME]) in {(1, 0), (b"\x01", b"\x00")}


@pytest.mark.parametrize("piece", [1, 7, 4096])
async def test_a_device_that_reads_in_any_pieces_gets_all_in_order(piece: int) -> None:
    data = RASTER[: 20_000 if piece == 1 else None]
    with a_line() as line:
        async with open_serial(line.path, 115200) as link:
            writing = asyncio.create_task(link.write(data, within=SURELY_S))
            assert await line.take_all(len(data), piece=piece, within=SURELY_S) == data
            await writing


async def test_two_writers_do_not_mix_and_one_that_is_cancelled_leaves_no_torn_command() -> None:
    with a_line() as line:
        async with open_serial(line.path, 115200) as link:
            first = asyncio.create_task(link.write(b"1" * 30_000, within=SURELY_S))
            second = asyncio.create_task(link.write(b"2" * 30_000, within=SURELY_S))
            await asyncio.sleep(0.02)
            began = now()
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            assert now() - began < AT_ONCE_S
            assert await line.take_all(60_000) == b"1" * 30_000 + b"2" * 30_000
            await second


async def test_a_device_that_takes_nothing_stalls_the_write_and_that_is_the_end_of_the_link() -> None:
    with a_line() as line:
        async with open_serial(line.path, 115200) as link:
            began = now()
            with pytest.raises(DeviceGone) as gone:
                await link.write(RASTER, within=0.3)
            assert gone.value.reason == "stalled"
            assert now() - began < AT_ONCE_S
            for use in (link.write(b"more", within=0.3), link.listen(lambda _: None)):
                with pytest.raises(DeviceGone, match="stalled"):
                    await use
            began = now()
        assert now() - began < AT_ONCE_S  # closing waits for no device


async def test_a_hang_up_in_the_middle_of_a_write_ends_writer_and_listener_at_once() -> None:
    with a_line() as line:
        async with open_serial(line.path, 115200) as link:
            writing = asyncio.create_task(link.write(RASTER, within=SURELY_S))
            listening = asyncio.create_task(link.listen(lambda _: None))
            await asyncio.sleep(0.02)
            await line.take_all(100, piece=100)  # and no more
            line.hang_up()
            async with asyncio.timeout(AT_ONCE_S):
                ends = await asyncio.gather(writing, listening, return_exceptions=True)
            assert [end.reason for end in ends if isinstance(end, DeviceGone)] == ["closed", "closed"]


async def test_a_hang_up_in_the_middle_of_an_answer_gives_what_came_and_then_the_end() -> None:
    got = bytearray()
    with a_line() as line:
        async with open_serial(line.path, 115200) as link:
            listening = asyncio.create_task(link.listen(got.extend))
            line.say(b"\x37\x22AB")
            await until(lambda: bool(got))
            line.hang_up()
            with pytest.raises(DeviceGone, match="closed"):
                async with asyncio.timeout(AT_ONCE_S):
                    await listening
            with pytest.raises(DeviceGone, match="closed"):
                await link.write(b"x", within=0.2)
    assert got == b"\x37\x22AB"


async def test_a_second_opener_is_told_that_the_port_is_in_use_and_the_first_goes_on() -> None:
    with a_line() as line:
        async with open_serial(line.path, 115200) as link:
            with pytest.raises(DeviceGone, match="another program has it open") as gone:
                async with open_serial(line.path, 115200):
                    pass
            assert gone.value.reason == "busy"
            await link.write(b"still here", within=1.0)
            assert await line.take_all(10) == b"still here"
        async with open_serial(line.path, 115200) as link:  # and after the first it is free
            await link.write(b"now me", within=1.0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing-here", "absent"),
        ("file/below", "absent"),
        ("file", "refused"),
        (".", "refused"),
    ],
)
async def test_a_wrong_path_is_told_for_what_it_is(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DeviceGone) as gone:
        async with open_serial(str(tmp_path / name), 9600):
            pass
    assert gone.value.reason == reason


async def test_a_speed_that_no_port_has_is_refused() -> None:
    with a_line() as line:
        with pytest.raises(DeviceGone, match="refused"):
            async with open_serial(line.path, -9600):
                pass
        async with open_serial(line.path, 9600):  # and the port is not left locked
            pass


async def test_a_port_whose_open_hangs_is_given_up_and_closed_when_it_comes_after_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = threading.Event()

    def slow(fd: int) -> None:
        answers.wait(UNHURRIED_S)  # in the opening thread, as an adapter that does not answer

    monkeypatch.setattr(links_serial, "OPEN_S", 0.05)
    with a_line() as line:
        with pytest.raises(DeviceGone, match="unreachable"):
            async with open_serial(line.path, 9600, lines_of=slow):
                pass
        answers.set()
        monkeypatch.setattr(links_serial, "OPEN_S", UNHURRIED_S)
        async with asyncio.timeout(SURELY_S):
            while await is_busy(line.path):
                await asyncio.sleep(0.01)


async def is_busy(path: str) -> bool:
    """Whether somebody has it open."""
    try:
        async with open_serial(path, 9600):
            return False
    except DeviceGone as gone:
        assert gone.reason == "busy"
        return True


async def test_a_large_raster_over_a_slow_line_does_not_hold_the_loop() -> None:
    async def slowly() -> None:
        with a_line() as line:
            async with open_serial(line.path, 115200) as link:
                writing = asyncio.create_task(link.write(RASTER, within=SURELY_S))
                got = 0
                while got < len(RASTER):
                    got += len(line.take(1024))
                    await asyncio.sleep(0.004)
                await writing

    assert await least_hold(slowly, HELD_S) < HELD_S
