"""Debian's coturn, as tests start it: it relays by every way, for who has a credential that holds, to whom it may."""

import asyncio
import ssl
import time
from contextlib import suppress

import pytest
from aioice import stun
from aioice.turn import TurnTransport, create_turn_endpoint

from drivers.sim.turn import NoTurn, Turn, Way, credentials

pytestmark = pytest.mark.long

WAYS: tuple[Way, ...] = ("udp", "tcp", "tls")
HOUR_S = 3600


class Ear(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.came.put_nowait(data)


async def allocate(turn: Turn, way: Way, username: str, password: str) -> tuple[TurnTransport, Ear]:
    trusted = ssl.create_default_context(cafile=turn.certificate) if way == "tls" else None
    async with asyncio.timeout(60):
        return await create_turn_endpoint(
            Ear, (turn.host, turn.tls_port if way == "tls" else turn.port), username, password,
            ssl=trusted, transport="udp" if way == "udp" else "tcp",
        )  # fmt: skip


async def closed(transport: TurnTransport) -> None:
    """aioice gives the allocation back in a task that nobody can wait for; its connection closes after it."""
    before = asyncio.all_tasks()
    transport.close()
    for task in asyncio.all_tasks() - before:
        with suppress(Exception):
            await task
    await asyncio.sleep(0.05)


def held(turn: Turn, seconds: float = HOUR_S) -> tuple[str, str]:
    return credentials(turn.secret, "r-1", int(time.time() + seconds))


async def test_what_is_sent_to_a_relayed_address_comes_out_at_the_other_end_by_every_way() -> None:
    async with Turn() as turn:
        for way in WAYS:
            (here, ear_here), (there, ear_there) = [await allocate(turn, way, *held(turn)) for _ in range(2)]
            here_at, there_at = here.get_extra_info("sockname"), there.get_extra_info("sockname")
            assert here_at[0] == there_at[0] == turn.host
            there.sendto(b"opens the way back", here_at)  # a TURN server lets in whom its client has written to
            await asyncio.sleep(0.2)
            here.sendto(b"there", there_at)
            async with asyncio.timeout(60):
                assert await ear_there.came.get() == b"there", way
            there.sendto(b"back", here_at)
            async with asyncio.timeout(60):
                heard = {await ear_here.came.get()}
                while b"back" not in heard:
                    heard.add(await ear_here.came.get())
            await closed(here)
            await closed(there)


@pytest.mark.parametrize("way", WAYS)
async def test_a_wrong_or_ended_credential_gets_no_address(way: Way) -> None:
    async with Turn() as turn:
        username, password = held(turn)
        ended = held(turn, -60)
        later = f"{int(username.partition(':')[0]) + HOUR_S}:r-1"
        for name, word in ((username, "guess"), ("nobody", password), ended, (later, password)):
            with pytest.raises(stun.TransactionFailed) as refused:
                await allocate(turn, way, name, word)
            assert refused.value.response.attributes["ERROR-CODE"][0] == 401


async def test_it_relays_to_nobody_outside_the_test() -> None:
    """RFC 5737's addresses stand for the world."""
    async with Turn() as turn:
        transport, _ = await allocate(turn, "udp", *held(turn))
        inner = transport._TurnTransport__inner_protocol  # type: ignore[attr-defined]  # why: aioice keeps errors to itself
        with pytest.raises(stun.TransactionFailed) as refused:
            await inner.send_data(b"?", ("192.0.2.1", 9))
        assert refused.value.response.attributes["ERROR-CODE"][0] == 403
        await closed(transport)


async def test_a_stranger_s_certificate_is_not_trusted() -> None:
    async with Turn() as turn:
        with pytest.raises(ssl.SSLError):
            await create_turn_endpoint(Ear, (turn.host, turn.tls_port), *held(turn), ssl=True, transport="tcp")


async def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoTurn, match="coturn"):
        async with Turn():
            pass
