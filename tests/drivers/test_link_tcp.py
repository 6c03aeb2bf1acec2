"""A TCP link: every wait has its end, and an end is always `DeviceGone`."""

import asyncio
import time

import pytest

from drivers.links.link import DeviceGone
from drivers.links.tcp import open_tcp
from tests.drivers.escpos_peer import Peer, listening


async def test_bytes_go_both_ways() -> None:
    async with listening(Peer()) as peer, open_tcp("127.0.0.1", peer.port) as link:
        await link.write(b"\x10\x04\x01", within=1.0)
        assert await link.read(64, within=1.0) == b"\x12"


async def test_quiet_is_not_the_end() -> None:
    async with listening(Peer()) as peer, open_tcp("127.0.0.1", peer.port) as link:
        assert await link.read(64, within=0.05) == b""
        await peer.say(b"now")
        assert await link.read(64, within=1.0) == b"now"


async def test_nobody_at_the_port_is_refused_at_once() -> None:
    async with listening(Peer()) as peer:
        port = peer.port
    with pytest.raises(DeviceGone) as gone:
        async with open_tcp("127.0.0.1", port):
            pass
    assert gone.value.reason == "refused"


async def test_a_peer_that_hangs_up_ends_the_link_for_reader_and_writer() -> None:
    async with listening(Peer()) as peer, open_tcp("127.0.0.1", peer.port) as link:
        await asyncio.sleep(0.05)
        peer.hang_up()
        with pytest.raises(DeviceGone) as gone:
            await link.read(64, within=1.0)
        assert gone.value.reason == "closed"
        with pytest.raises(DeviceGone):
            for _ in range(3):  # the first write after a hang-up may well be accepted: it proves nothing
                await link.write(b"x", within=0.2)
                await asyncio.sleep(0.02)


async def test_a_peer_that_reads_nothing_holds_nobody_up() -> None:
    peer = Peer()
    peer.reads = False
    async with listening(peer), open_tcp("127.0.0.1", peer.port) as link:
        began = time.monotonic()
        with pytest.raises(DeviceGone) as gone:
            await link.write(bytes(20_000_000), within=0.3)
        assert gone.value.reason == "stalled"
        assert time.monotonic() - began < 1.0
        with pytest.raises(DeviceGone):
            await link.write(b"more", within=0.3)
