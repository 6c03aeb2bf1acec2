"""Whoever is at the other end of a descriptor, as the simulated printer sees them: who is there, how much is read."""

import asyncio
import os
import tty
from collections.abc import Iterator

import pytest

from drivers.sim.door import Host
from drivers.sim.fd_host import FdHost
from tests.drivers.serial_line import until


class Machine:
    """Notes what its door tells it; has so much room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.powered = True
        self.hosts: list[Host] = []
        self.chunks: list[bytes] = []

    def joined(self, host: Host) -> None:
        self.hosts.append(host)
        host.let_read(True)

    def left(self, host: Host) -> None:
        self.hosts.remove(host)

    def arrived(self, data: bytes) -> None:
        self.chunks.append(data)


@pytest.fixture
def near_and_path() -> Iterator[tuple[int, str]]:
    near, far = os.openpty()
    tty.setraw(far)
    path = os.ttyname(far)
    os.close(far)
    os.set_blocking(near, False)
    yield near, path
    os.close(near)


def opened(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


@pytest.mark.parametrize("baud", [None, 115200])
async def test_never_more_is_read_than_there_is_room_for(near_and_path: tuple[int, str], baud: int | None) -> None:
    near, path = near_and_path
    machine = Machine(room=10)
    host = FdHost(machine, near, baud)
    far = opened(path)
    os.write(far, b"x" * 1000)
    await until(lambda: sum(map(len, machine.chunks)) == 1000)
    assert max(map(len, machine.chunks)) == 10
    os.close(far)
    host.abort()


async def test_who_closes_has_left_and_the_same_line_waits_for_the_next(near_and_path: tuple[int, str]) -> None:
    near, path = near_and_path
    machine = Machine(room=100)
    host = FdHost(machine, near)
    await asyncio.sleep(0.05)
    assert machine.hosts == []
    for word in (b"first", b"second"):
        far = opened(path)
        await until(lambda: machine.hosts == [host])
        os.write(far, word)
        os.close(far)
        await until(lambda: not machine.hosts)
    assert machine.chunks == [b"first", b"second"]
    assert not host.over.done()
    host.abort()
    assert host.over.done()


async def test_who_is_not_read_and_closes_is_missed_at_the_next_look(near_and_path: tuple[int, str]) -> None:
    near, path = near_and_path
    machine = Machine(room=100)
    host = FdHost(machine, near)
    far = opened(path)
    await until(lambda: machine.hosts == [host])
    host.let_read(False)
    host.tend(active=True)
    assert machine.hosts == [host]
    os.close(far)
    host.tend(active=True)
    assert machine.hosts == []
    host.abort()
