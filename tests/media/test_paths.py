"""Servers of a session that did not answer at first."""

import asyncio

import pytest
from aiortc import RTCIceServer

from controller.ports.signalling import IceConfig, IceServer
from drivers.media import turn
from drivers.media.paths import Paths

RELAY = RTCIceServer(urls="turn:192.0.2.1:3478?transport=udp", username="a", credential="b")
ICE = IceConfig(servers=(IceServer(urls=(str(RELAY.urls),), username="a", credential="b"),), relay_only=True)


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[list[RTCIceServer] | Exception]:
    """What each try finds, the last one for ever."""
    finds: list[list[RTCIceServer] | Exception] = []

    async def choose(ice: IceConfig) -> list[RTCIceServer]:
        found = finds.pop(0) if len(finds) > 1 else finds[0]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(turn, "choose", choose)
    return finds


async def test_a_relay_that_did_not_answer_is_asked_again_for_the_next_connection(
    tries: list[list[RTCIceServer] | Exception],
) -> None:
    tries += [[], [RELAY], ValueError("not asked again: this one answers")]
    paths = Paths(ICE)
    await asyncio.wait([paths._trying])
    assert await paths.servers() == [RELAY]
    assert await paths.servers() == [RELAY]
    await paths.close()


async def test_a_try_that_broke_is_made_again(tries: list[list[RTCIceServer] | Exception]) -> None:
    tries += [ValueError("nobody foresaw it"), [RELAY]]
    paths = Paths(ICE)
    await asyncio.wait([paths._trying])
    assert await paths.servers() == [RELAY]
    await paths.close()


async def test_a_session_that_has_no_relay_asks_once(tries: list[list[RTCIceServer] | Exception]) -> None:
    tries += [[], ValueError("asked again")]
    paths = Paths(IceConfig())
    assert await paths.servers() == [] == await paths.servers()
    await paths.close()
