"""A TCP link: every wait has its end, and an end is always `DeviceGone`."""

import asyncio
from contextlib import suppress

import pytest

from drivers.links.link import DeviceGone
from drivers.links.tcp import TcpLink, open_tcp
from tests.drivers.escpos_peer import Peer, listening
from tests.drivers.serial_line import SURELY_S, until

AT_ONCE_S = 3.0  # by the loop's clock


async def heard_by(link: TcpLink, wanted: bytes, within: float = SURELY_S) -> None:
    """Listen until all of `wanted` has come."""
    got = bytearray()
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            listening_ = asyncio.create_task(link.listen(got.extend))
            while got != wanted or not wanted:
                await asyncio.sleep(0.01)
    listening_.cancel()
    await asyncio.gather(listening_, return_exceptions=True)
    assert got == wanted


async def test_bytes_go_both_ways() -> None:
    async with listening(Peer()) as peer, open_tcp("127.0.0.1", peer.port) as link:
        await link.write(b"\x10\x04\x01", within=1.0)
        await heard_by(link, b"\x12")


async def test_what_came_before_anybody_listened_is_not_lost_and_quiet_is_not_the_end() -> None:
    async with listening(Peer()) as peer, open_tcp("127.0.0.1", peer.port) as link:
        await until(lambda: peer.connections == 1)
        await peer.say(b"early")
        await asyncio.sleep(0.05)
        await heard_by(link, b"early")
        await heard_by(link, b"", within=0.1)
        await peer.say(b"now")
        await heard_by(link, b"now")


async def test_nobody_at_the_port_is_refused_at_once() -> None:
    async with listening(Peer()) as peer:
        port = peer.port
    with pytest.raises(DeviceGone) as gone:
        async with open_tcp("127.0.0.1", port):
            pass
    assert gone.value.reason == "refused"


async def test_a_peer_that_hangs_up_ends_the_link_for_reader_and_writer() -> None:
    async with listening(Peer()) as peer, open_tcp("127.0.0.1", peer.port) as link:
        await until(lambda: peer.connections == 1)
        peer.hang_up()
        with pytest.raises(DeviceGone) as gone:
            async with asyncio.timeout(SURELY_S):
                await link.listen(lambda _: None)
        assert gone.value.reason == "closed"
        with pytest.raises(DeviceGone):
            for _ in range(500):  # the first write after a hang-up may well be accepted: it proves nothing
                await link.write(b"x", within=0.2)
                await asyncio.sleep(0.02)


async def test_a_peer_that_reads_nothing_holds_nobody_up() -> None:
    peer = Peer()
    peer.reads = False
    async with listening(peer), open_tcp("127.0.0.1", peer.port) as link:
        began = asyncio.get_running_loop().time()
        with pytest.raises(DeviceGone) as gone:
            await link.write(bytes(20_000_000), within=0.3)
        assert gone.value.reason == "stalled"
        assert asyncio.get_running_loop().time() - began < AT_ONCE_S
        with pytest.raises(DeviceGone):
            await link.write(b"more", within=0.3)
