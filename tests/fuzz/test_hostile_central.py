"""A central system that lies, stammers or floods: the point goes on, takes nothing that is not so, and when central is
honest again everything arrives once and the next order is applied.
"""

import asyncio
import contextlib
import gzip
import json
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest

from controller.app.uplinking import Orders
from controller.ports.central import LinkState
from controller.uplink.commands import run_commands
from controller.uplink.sync import Uplink
from tests.central.rig import TOKENS, Client, serving
from tests.fuzz.rig import LONG
from tests.journal.rig import same_as_replay, stored
from tests.web.rig import Point, point

ANSWERS = 3000 if LONG else 300
SEEDS = range(4) if LONG else range(1, 3)
BOMB = gzip.compress(b" " * 300_000_000, 1)
STATUSES = (200, 200, 200, 200, 200, 204, 302, 400, 401, 409, 413, 429, 500, 503, 999)
JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2**53, 2**63, 2**70, -(2**63), 1e300, "", "x" * 5000, "\x00", "\ud800", "0" * 64, "f" * 64,
    [], {}, [[]], "2026-13-45T99:99:99Z", "9999-12-31T23:59:59-23:59", "../../x", "💥",
)  # fmt: skip
ORDERS = ("open_queue", "close_queue", "transfer", "ticket_issue", "appointment_put", "appointment_cancel", "announce",
          "config_put", "resend_from", "format_disk")  # fmt: skip


class Hasty(Random):
    """A box that waits a moment where others wait up to half a minute."""

    def uniform(self, a: float, b: float) -> float:
        return 0.002


class Liar:
    """Answers every request with something; `lies` counts down, then it hands all on to an honest central."""

    def __init__(self, chance: Random, lies: int, honest: int) -> None:
        self._chance, self.lies, self._honest = chance, lies, honest
        self.always = b""

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                if self.lies > 0:
                    await self._lie(reader, writer)
                else:
                    await self._hand_on(reader, writer)
        finally:
            writer.close()

    async def _lie(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.lies -= 1
        if self.always:
            writer.write(self.always)
            await writer.drain()
            return
        if self._chance.random() < 0.9:
            writer.write(self._answer(asked.split(" ")[1]))
        if self._chance.random() < 0.2:
            writer.transport.abort()
        else:
            await writer.drain()

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._honest)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pour(reader, forth))
                both.create_task(_pour(back, writer))
        finally:
            forth.close()

    def _answer(self, path: str) -> bytes:
        chance = self._chance
        if chance.random() < 0.05:
            return chance.randbytes(chance.randrange(400))
        body, more = self._body(path), ""
        match chance.randrange(12):
            case 0:
                body = chance.randbytes(chance.randrange(2000))
            case 1:
                body, more = BOMB if LONG else gzip.compress(body), "Content-Encoding: gzip\r\n"
            case 2:
                body, more = body[: len(body) // 2], "Content-Encoding: gzip\r\n"
            case 3:
                body = b"[" * 200_000
            case _:
                pass
        size = len(body) if chance.random() < 0.9 else chance.choice((0, 1, len(body) + 100, 2**40, -1))
        how = f"Content-Length: {size}\r\n" if chance.random() < 0.9 else "Transfer-Encoding: chunked\r\n"
        head = (
            f"HTTP/1.1 {chance.choice(STATUSES)} Said\r\n{how}{more}Location: /elsewhere\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body

    def _body(self, path: str) -> bytes:
        if "/commands" in path:
            said: Any = [self._order() for _ in range(self._chance.randrange(4))]
        elif "/head" in path:
            said = self._spoilt({"journal": "j", "seq": self._number(), "chain": "0" * 64})
        else:
            said = self._spoilt({"journal": "j", "acked": self._number(), "chain": "0" * 64})
        return json.dumps(said).encode("utf-8", "surrogatepass")

    def _order(self) -> Any:
        kind = self._chance.choice(ORDERS)
        data = {
            "queue": "kela",
            "service": "elake",
            "language": "fi",
            "id": "a1",
            "rev": 1,
            "text": {"fi": "x"},
            "seq": 3,
        }
        told = {name: value for name, value in data.items() if self._chance.random() < 0.5}
        order = {"id": f"c-{self._chance.randrange(40)}", "n": self._number(), "type": kind, "data": self._spoilt(told),
                 "expires": "2099-01-01T00:00:00Z"}  # fmt: skip
        return self._spoilt(order)

    def _number(self) -> Any:
        return self._chance.choice((0, 1, 2, 3, self._chance.randrange(50), self._chance.choice(JUNK)))

    def _spoilt(self, told: dict[str, Any]) -> Any:
        while self._chance.random() < 0.4 and told:
            name = self._chance.choice(list(told))
            if self._chance.random() < 0.3:
                del told[name]
            else:
                told[name] = self._chance.choice(JUNK)
        return told if self._chance.random() < 0.95 else self._chance.choice(JUNK)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(65_536):
        writer.write(part)
        await writer.drain()
    with contextlib.suppress(OSError):  # closed already
        writer.write_eof()


@asynccontextmanager
async def lying(chance: Random, lies: int, honest: int) -> AsyncIterator[tuple[Liar, str]]:
    liar = Liar(chance, lies, honest)
    server = await asyncio.start_server(liar.take, "127.0.0.1", 0)
    try:
        yield liar, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


class Line:
    """A point's uplink and its order desk, at work; `said` is all that they told of the line."""

    def __init__(self, here: Point, url: str) -> None:
        self.said: list[LinkState] = []
        self._here, self._url = here, url
        self.uplink = Uplink(here.ledger.journal, url, TOKENS["box"], random=Hasty(1), on_link=self.said.append)
        self.desk = Orders(here.ledger, here.site, self.uplink)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.desk.load()
        tasks = [
            asyncio.create_task(self.uplink.run()),
            asyncio.create_task(
                run_commands(self._url, TOKENS["box"], "testi", cursor=lambda: self.desk.n, apply=self.desk.apply,
                             random=Hasty(2))
            ),
        ]  # fmt: skip
        try:
            yield
            assert not any(task.done() for task in tasks), tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.timeout(900 if LONG else 120)
@pytest.mark.parametrize("seed", SEEDS)
async def test_after_any_lies_everything_arrives_and_the_next_order_is_applied(tmp_path: Path, seed: int) -> None:
    chance = Random() if LONG else Random(seed)
    async with (
        point(tmp_path / "box") as here,
        serving(tmp_path / "central") as honest,
        lying(chance, ANSWERS, int(honest.rpartition(":")[2])) as (liar, url),
        aiohttp.ClientSession() as http,
    ):
        line = Line(here, url)
        async with line.running():
            while liar.lies > 0:
                await here.take("elake")
                await asyncio.sleep(0.05)
            central = Client(http, honest, "testi")
            async with asyncio.timeout(60):
                while [one.body for one in await stored(here.ledger.journal)] != await central.stored(None):
                    await asyncio.sleep(0.05)
                before = len(here.site.state.tickets)
                for _ in range(3):
                    status, order = await central.order("announce", text={"fi": "rehti"}, seconds=60)
                    assert status == 202
                    while order["id"] not in here.site.state.orders:
                        await asyncio.sleep(0.05)
            assert len(here.site.state.tickets) == before
        await same_as_replay(here.ledger)


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "endless"])
async def test_a_flood_is_cut_off(tmp_path: Path, packed: bool) -> None:
    """300 MB packed into 1 MB, and 300 MB as they are: the box takes in neither."""
    head = b"HTTP/1.1 200 Here\r\n" + (b"Content-Encoding: gzip\r\n" if packed else b"")
    flood = BOMB if packed else b" " * 32_000_000
    async with point(tmp_path) as here, lying(Random(1), 10**9, 0) as (liar, url):
        liar.always = head + f"Content-Length: {len(flood)}\r\n\r\n".encode() + flood
        line = Line(here, url)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        async with line.running(), asyncio.timeout(60):
            while not (line.said and not line.said[-1].up):
                await asyncio.sleep(0.01)
            assert "too long" in line.said[-1].detail
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 150_000, f"{grown} KiB more"


async def test_a_box_is_sent_nowhere_else(tmp_path: Path) -> None:
    """A redirection is no answer: the box speaks to the central of its configuration and to nobody else."""
    asked = asyncio.Event()

    async def trap(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        writer.close()

    server = await asyncio.start_server(trap, "127.0.0.1", 0)
    where = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, point(tmp_path) as here, lying(Random(1), 10**9, 0) as (liar, url):
        liar.always = f"HTTP/1.1 307 There\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode()
        line = Line(here, url)
        async with line.running(), asyncio.timeout(60):
            while not (line.said and "307" in line.said[-1].detail):
                await asyncio.sleep(0.01)
        assert not asked.is_set()
