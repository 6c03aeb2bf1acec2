"""The simulated network, measured by real sockets through real devices in real namespaces."""

import asyncio
import errno
import os
import signal
import socket
import sys
from statistics import median

import pytest

from drivers.sim.network.network import Network, NoNetwork, Path
from tests.netem.packets import PATIENCE_S, Datagrams, Stream

COUNT = 1000
TRIES = 4  # of which a busy machine leaves one alone


async def test_what_was_asked_is_what_packets_meet() -> None:
    """Loss and delay one way, nothing the other."""
    async with Path() as path:
        await path.set(to_far={"loss": 0.2, "delay_ms": 60})
        with Datagrams(path.near, path.far) as there, Datagrams(path.far, path.near) as back:
            came = await there.arrived(COUNT)
            went = await back.arrived(100)
        counts = (await path.counts()).ends["near"]
    assert 0.15 < 1 - len(came) / COUNT < 0.25
    assert counts.up.lost == COUNT - len(came) and counts.up.taken == COUNT
    assert 0.06 <= min(s for _, s in came) < 0.16
    assert len(went) == 100 and counts.down.lost == 0 and min(s for _, s in went) < 0.03


async def test_a_narrow_line_is_as_slow_as_asked() -> None:
    async with Path() as path:
        await path.set(rate_kbit=4000)
        async with Stream(path.near, path.far) as stream:
            kbits = [0.0]
            while len(kbits) < TRIES and kbits[-1] <= 2000:
                kbits.append(1_000_000 * 8 / 1000 / await stream.carry(1_000_000))
    assert kbits[-1] > 2000 and max(kbits) < 4000, kbits


async def test_a_full_line_delays_by_its_queue_and_drops_the_rest() -> None:
    async with Path() as path:
        await path.set(rate_kbit=400, queue_ms=150)
        with Datagrams(path.near, path.far) as datagrams:
            came = await datagrams.arrived(200, octets=1000)  # eight times as much as the line takes
        counts = (await path.counts()).ends["near"].up
    assert counts.dropped > 50 and counts.dropped + len(came) == 200
    assert max(s for _, s in came) > 0.12 and median(s for _, s in came) < 0.5


async def test_a_lost_packet_is_the_same_one_with_the_same_seed() -> None:
    async def lost(seed: str) -> set[int]:
        async with Path(seed=seed) as path:
            await path.set(loss=0.1, burst=2.0)
            with Datagrams(path.near, path.far) as datagrams:
                return set(range(400)) - {n for n, _ in await datagrams.arrived(400)}

    first, again, other = await asyncio.gather(lost("a"), lost("a"), lost("b"))
    assert first == again != other and first


async def test_an_outage_swallows_both_ways_and_a_stream_outlives_it() -> None:
    async with Path() as path, Stream(path.near, path.far) as stream:
        await stream.carry(1000)
        await path.set(blackhole=True)
        with Datagrams(path.near, path.far) as there, Datagrams(path.far, path.near) as back:
            assert await asyncio.gather(there.arrived(50), back.arrived(50)) == [[], []]
        late = asyncio.create_task(stream.carry(1000))
        _, pending = await asyncio.wait([late], timeout=0.5)
        assert pending
        await path.set()
        async with asyncio.timeout(PATIENCE_S):
            await late


async def test_a_pulled_cable_is_told_by_the_kernel() -> None:
    """A blackhole says nothing; here whoever sends hears that there is no way."""
    async with Path() as path:
        with Datagrams(path.near, path.far) as datagrams:
            await path.near.link(up=False)
            with pytest.raises(OSError, match=os.strerror(errno.ENETUNREACH)):
                datagrams.here.sendto(b"?", datagrams.there.getsockname())
            await path.near.link(up=True)
            assert len(await datagrams.arrived(20)) == 20


async def test_who_moves_is_found_at_the_new_address_only() -> None:
    async with Path() as path:
        old = path.near.address
        async with Stream(path.near, path.far) as stream:
            await path.near.move()
            assert path.near.address != old
            with Datagrams(path.far, path.near) as datagrams:
                assert len(await datagrams.arrived(20)) == 20
            stranded = asyncio.create_task(stream.carry(1000))
            _, pending = await asyncio.wait([stranded], timeout=1.0)
            assert pending, "a stream of the old address got through"
            stranded.cancel()
            await asyncio.wait([stranded])
        with path.far.socket(socket.SOCK_DGRAM, port=0) as far, path.near.socket(socket.SOCK_DGRAM, port=0) as near:
            far.sendto(b"to where it was", (old, near.getsockname()[1]))
            async with asyncio.timeout(PATIENCE_S):
                while (await path.counts()).stray < 1:
                    await asyncio.sleep(0.05)


async def test_three_ends_reach_each_other_and_only_the_bad_link_is_bad() -> None:
    async with Network("booth", "expert", "centre") as net:
        booth, expert, centre = net.end("booth"), net.end("expert"), net.end("centre")
        await booth.set(blackhole=True)
        with Datagrams(expert, centre) as good, Datagrams(booth, centre) as bad:
            came, gone = await asyncio.gather(good.arrived(20), bad.arrived(20))
    assert len(came) == 20 and gone == []


async def test_a_program_runs_there_and_sees_that_network_only() -> None:
    async with Path() as path:
        program = await asyncio.create_subprocess_exec(
            *path.near.command(sys.executable, "-c", "print(open('/proc/net/dev').read())"),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await program.communicate()
    devices = {line.partition(":")[0].strip() for line in said.decode().splitlines()[2:] if ":" in line}
    assert "eth0" in devices and not devices - {"lo", "eth0", "sit0", "tunl0", "ip6tnl0", "gre0", "gretap0", "erspan0"}


async def test_a_wrong_order_is_refused_and_the_network_goes_on() -> None:
    async with Path() as path:
        with pytest.raises(NoNetwork):
            await path.near.move("nonsense")
        with Datagrams(path.near, path.far) as datagrams:
            assert len(await datagrams.arrived(10)) == 10


async def test_a_killed_network_is_said_so_and_leaves_nothing() -> None:
    async with Path() as path:
        namespace = path.near._namespace
        os.kill(path._process.pid, signal.SIGKILL)
        with pytest.raises(NoNetwork, match="ended"):
            await path.counts()
    async with asyncio.timeout(PATIENCE_S):
        while os.path.exists(namespace):
            await asyncio.sleep(0.05)


async def test_without_the_right_to_it_one_clear_sentence() -> None:
    program = await asyncio.create_subprocess_exec(
        "setpriv", "--bounding-set=-all", "--inh-caps=-all", sys.executable, "-m", "drivers.sim.network", "a", "b",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complained = await program.communicate()
    assert program.returncode == 1 and complained == b""
    assert said.startswith(b'{"problem":"a simulated network needs root') and said.count(b"\n") == 1
