"""Paths over Debian's coturn: the first usable of udp, tcp and tls is taken; relay only means it; the self test says
what it found."""

import time
from typing import Any

import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration

from controller.ports.media import Leg, TriedOut
from controller.ports.signalling import IceConfig, IceServer
from drivers.media import turn as paths
from drivers.sim.turn import Turn, Way, credentials
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import Expert

pytestmark = [pytest.mark.long, pytest.mark.system]

DEAD = "turn:127.0.0.1:9?transport=udp"  # discard: nobody answers


def server(turn: Turn, *ways: Way, more: tuple[str, ...] = ()) -> dict[str, Any]:
    username, credential = credentials(turn.secret, "r-1", int(time.time()) + 600)
    return {"urls": [*more, *(turn.url(way) for way in ways)], "username": username, "credential": credential}


def config(turn: Turn, *ways: Way, more: tuple[str, ...] = ()) -> IceConfig:
    return IceConfig(servers=(IceServer(**server(turn, *ways, more=more)),))


async def test_the_first_way_that_answers_is_chosen_in_the_order_udp_tcp_tls() -> None:
    async with Turn() as turn:
        [chosen] = await paths.choose(config(turn, "tcp", "udp"))
        assert chosen.urls == turn.url("udp")
        [chosen] = await paths.choose(config(turn, "tcp", more=(DEAD,)))
        assert chosen.urls == turn.url("tcp")
        assert await paths.choose(config(turn, "tls")) == [], "a certificate that nobody vouches for is no way"
    assert await paths.choose(IceConfig()) == []


async def test_a_wrong_credential_is_told_by_the_self_test() -> None:
    async with Turn() as turn:
        username, _ = credentials(turn.secret, "r-1", int(time.time()) + 600)
        server = IceServer(urls=(turn.url("udp"),), username=username, credential="wrong")
        [address] = paths.addresses(IceConfig(servers=(server,)))
        path = await paths.measure(address)
        assert not path.ok and path.why == "refused_401"


async def test_relay_only_goes_over_turn_and_says_so(daemon: Daemon, media: MediaProcess) -> None:
    async with Turn(peers="0.0.0.0-255.255.255.255") as turn:
        daemon.open("r-1", servers=[server(turn, "udp")], relay_only=True)
        config = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        async with Expert(daemon, config=config) as expert:
            await expert.connect("vd")
            await expert.pictures_come(10)
            assert expert.peer is not None
            remote = expert.peer.remoteDescription.sdp
            assert "typ relay" in remote and "typ host" not in remote, "the box's own address is told to nobody"
            assert (await daemon.wait(Leg, lambda leg: bool(leg.stats) and leg.stats.relay)).up


async def test_relay_only_without_a_relay_connects_to_nobody(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1", servers=[{"urls": [DEAD], "username": "a", "credential": "b"}], relay_only=True)
    async with Expert(daemon) as expert:
        await expert.offer("vd")
        await daemon.wait(Leg, lambda leg: leg.why == "no_relay")
        assert expert.answers == 0


async def test_the_self_test_sees_moving_pictures_and_measures_every_way(daemon: Daemon, media: MediaProcess) -> None:
    async with Turn() as turn:
        ice = {"servers": [server(turn, "udp", "tcp", "tls", more=(DEAD,))], "relay_only": False}
        daemon.say({"t": "test", "id": "t-1", "booth": "koppi", "ice": ice})
        result = (await daemon.wait(TriedOut, lambda tested: tested.id == "t-1")).result
    for camera in ("document_camera", "camera"):
        seen = result["cameras"][camera]
        assert seen["state"] == "ready" and seen["moving"] and not seen["black"] and seen["fps"] > 5, seen
    ways = {(path["how"], path["ok"]): path for path in result["paths"]}
    assert ways["udp", True]["rtt_ms"] > 0 and ways["udp", True]["loss"] < 0.5
    assert ways["tcp", True]["rtt_ms"] > 0
    assert ways["udp", False]["why"] in {"no_answer", "unreachable"} and ways["tls", False]["why"] == "no_certificate"
    assert result["chosen"] == turn.url("udp")
