"""Sockets of this machine as links: to simulated devices, however deep their folder lies."""

import asyncio
import socket
from pathlib import Path

import pytest

from drivers.links.link import DeviceGone
from drivers.links.local import SocketLink, address_of, open_local
from drivers.panels.nodes import at_socket
from drivers.sim.inputs import InputConfig, SimulatedInput
from tests.drivers.key_rig import running, until


async def test_a_device_in_a_folder_deeper_than_an_address_is_long_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / ("deep-" * 20) / ("deeper-" * 20)
    assert len(str(folder)) > 107
    keys = InputConfig("keys", "keypad", folder / "keys.sock")
    line = InputConfig("line", "serial", folder / "line.sock")
    async with (
        SimulatedInput(keys) as pad,
        SimulatedInput(line) as reader,
        at_socket("keys", keys.path)(),
        open_local(line.path),
    ):
        await until(lambda: pad.connected and reader.connected)


@pytest.mark.parametrize("name", ["none.sock", "none/none.sock"])
async def test_a_socket_that_is_not_there_is_unreachable(tmp_path: Path, name: str) -> None:
    for opened in (open_local(tmp_path / name), at_socket("keys", tmp_path / name)()):
        with pytest.raises(DeviceGone) as gone:
            async with opened:
                pass
        assert gone.value.reason == "unreachable"


async def test_a_socket_that_nobody_listens_on_any_more_is_unreachable(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left, address_of(tmp_path / "left.sock") as address:
        left.bind(address)
    with pytest.raises(DeviceGone):
        async with open_local(tmp_path / "left.sock"):
            pass


async def test_a_link_hands_over_what_is_written_and_bounds_its_waits() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        far.setblocking(False)
        link = SocketLink("line", near)
        await link.write(b"hello", within=1.0)
        assert await asyncio.get_running_loop().sock_recv(far, 10) == b"hello"
        with pytest.raises(DeviceGone, match="stalled"):
            await link.write(b"x" * 10_000_000, within=0.05)
        far.close()
        with pytest.raises(DeviceGone, match="closed"):
            await link.write(b"x", within=1.0)


async def test_a_link_hears_until_its_far_end_closes() -> None:
    near, far = socket.socketpair()
    heard: list[bytes] = []
    with near, far:
        near.setblocking(False)
        far.setblocking(False)

        async def listen() -> None:
            with pytest.raises(DeviceGone, match="closed"):
                await SocketLink("line", near).listen(heard.append)

        async with running(listen()):
            await asyncio.get_running_loop().sock_sendall(far, b"one")
            await until(lambda: heard)
            far.shutdown(socket.SHUT_RDWR)
            await until(lambda: len(asyncio.all_tasks()) == 1)
    assert heard == [b"one"]
