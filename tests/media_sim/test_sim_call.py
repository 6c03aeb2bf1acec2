"""Simulated people in processes and namespaces of their own: picture and sound over a bad network and by TURN alone."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from controller.ports.signalling import IceConfig, IceServer
from drivers.sim.network.network import Network
from drivers.sim.turn import Turn, Way, credentials
from tests.media_sim.between import LOGIN, TOKEN, Between
from tests.media_sim.people import People, people

pytestmark = [pytest.mark.long, pytest.mark.system]


@asynccontextmanager
async def met(net: Network, ice: IceConfig, **env: str) -> AsyncIterator[tuple[Between, People, People]]:
    """A booth and an expert, each somewhere in the network, and the server between them in a third place."""
    async with AsyncExitStack() as stack:
        between = await stack.enter_async_context(Between(ice))
        url = await between.open(net.end("centre").socket(port=0))
        booth = ("booths", "--point", url, "--token", TOKEN, "--service", "any", "b1")
        expert = ("expert", "--central", url, "--token", LOGIN["token"], "--manner", '{"talks_s": 600}')
        both = {**os.environ, **env}
        yield (
            between,
            await stack.enter_async_context(people(*booth, run=net.end("booth").command, env=both)),
            await stack.enter_async_context(people(*expert, run=net.end("expert").command, env=both)),
        )


async def flows(one: People, epoch: int) -> None:
    for kind in ("audio", "video"):
        await one.until(
            lambda noticed, kind=kind: any(
                seen["what"] == "flows" and seen["kind"] == kind and seen["epoch"] >= epoch for seen in noticed
            )
        )


async def test_picture_and_sound_flow_both_ways_over_a_bad_network() -> None:
    async with Network("booth", "expert", "centre") as net:
        await net.end("booth").set(loss=0.02, delay_ms=30, jitter_ms=10)
        async with met(net, IceConfig()) as (_, booth, expert):
            await asyncio.gather(flows(booth, 1), flows(expert, 1))
        counts = (await net.counts()).ends["booth"]
    assert counts.up.lost and counts.down.lost


@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_relay_only_goes_by_turn_alone(way: Way) -> None:
    """Neither end can reach the other: the direct way between them is not there at all."""
    async with Network("booth", "expert", "centre", "turn") as net:
        turn_end = net.end("turn")
        async with Turn(turn_end.address, peers="198.18.0.0-198.18.0.255", run=turn_end.command) as turn:
            name, word = credentials(turn.secret, "r-1", int(time.time()) + 600)
            server = IceServer(urls=(turn.url(way),), username=name, credential=word)
            ice = IceConfig(servers=(server,), relay_only=True)
            async with met(net, ice, SSL_CERT_FILE=str(turn.certificate)) as (between, booth, expert):
                await asyncio.gather(flows(booth, 1), flows(expert, 1))
                told = [one["body"]["sdp"] for one in between.heard if one.get("body", {}).get("k") == "sdp"]
    addresses = [net.end(name).address for name in ("booth", "expert")]
    assert told and not [sdp for sdp in told if "typ host" in sdp or any(f" {a} " in sdp for a in addresses)]


async def test_an_expert_who_moves_joins_again_and_is_seen_again() -> None:
    """Another address, as from wireless to telephone: the line is found dead, opened anew, and a new seat taken."""
    async with Network("booth", "expert", "centre") as net, met(net, IceConfig()) as (between, booth, expert):
        await flows(booth, 1001)
        await net.end("expert").move()
        await expert.saw("joined", seat=2)
        await flows(booth, 2001)
        assert [one.state for one in between.sessions.values()] == ["connected"]
