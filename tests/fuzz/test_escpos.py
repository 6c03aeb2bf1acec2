"""Both ends of the printer's wire: a printer that says anything to a real point, and anything said to the virtual
printer, a process of its own, by its wire and by its control API.
"""

import asyncio
import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from controller.app.settings import load
from controller.domain.point import Config
from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.printer_server import PrinterConfig
from tests.fuzz.rig import ANSWER_S, GROWTH_KIB, LONG, TRACE, line, resident
from tests.journal.rig import same_as_replay
from tests.web.rig import CONFIG, Point, point, until

HEADS = (b"\x1b", b"\x1d", b"\x1c", b"\x10", b"\x1d(k", b"\x1d(L", b"\x1dv0", b"\x1b*", b"\x1b&", b"\x1dk", b"\x1dV",
         b"\x10\x14", b"\x10\x04", b"\x1d8L", b"\x1cq", b"\x1bD", b"\x1d(H", b"\x1dg2", b"\x1dI", b"\x1da", b"\x1b@",
         b"text\n")  # fmt: skip
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
JOB = b"ticket\n\x1dV\x41\x00\x1d(H\x06\x0000ABCD"
SAID = (b"\x10\x00\x00\x00", b"\x12", b"\x16", b"\x1e", b"\x72", b"\x37\x22ABCD\x00", b"\x37\x25\x00", b"\x37\x22",
        b"\x5f", b"\x5f12\x00", b"\x5f99999999999999999999\x00", b"\x5f\xff\x00", b"\x00", b"\x5f-7\x00",
        b"\x5fabc\x00")  # fmt: skip
KINDS = ("paper_out", "near_end", "cover", "jam", "silent", "drop", "power", "clear", "fire", None, 7, [], {"a": 1})
VALUES: tuple[Any, ...] = (None, True, 0, 1, -1, 10**9, 10**10, 2**70, 1e308, 0.5, "", "5", [], {}, float("inf"),
                           float("nan"))  # fmt: skip
PATHS = (
    "/printers", "/printers/lobby", "/printers/x", "/printers/lobby/paper/0001.png", "/printers/lobby/paper/9999.bin",
    "/printers/lobby/paper/000000001.png", "/printers/..%2f..%2fetc/paper/0001.png", "/printers/%00", "/", "/roll.js",
    "/..%2f", "/printers/lobby/faults", "/printers/lobby/buttons", "/printers/x/faults", "/printers/lobby/fax",
)  # fmt: skip
FINAL = {"confirmed", "failed", "void"}


class Simulator:
    """`python -m drivers.sim.escpos_printer` as a process."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "sim.log"
        command = [sys.executable, "-m", "drivers.sim.escpos_printer", "--tcp", "0", "--http", "0", "--speed", "10000"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([*command, "--out", str(folder)], stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        said = self.process.stdout.readline().decode()
        self.wire, self.control = (int(n) for n in re.findall(r":(\d+)\b", said))
        self.kib = resident(self.process.pid)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, bytes]:
        asked = http.client.HTTPConnection("127.0.0.1", self.control, timeout=ANSWER_S)
        try:
            asked.request(method, path, body, headers)
            said = asked.getresponse()
            return said.status, said.headers.get("Content-Type", ""), said.read()
        finally:
            asked.close()

    def prints(self) -> None:
        """Faults gone and buffers cleared, it prints a ticket and says so."""
        assert self.ask("POST", "/printers/lobby/faults", b'{"kind": "clear"}')[0] == 200
        for _ in range(100):  # after a power cut it is away for a moment
            with contextlib.suppress(ConnectionError), line(self.wire) as host:
                host.sendall(CLEAR)
                heard = b""
                while b"\x37\x25\x00" not in heard and (part := host.recv(4096)):
                    heard += part
                host.sendall(JOB)
                while b'\x37"ABCD\x00' not in heard and (part := host.recv(4096)):
                    heard += part
                if b'\x37"ABCD\x00' in heard:
                    return
            time.sleep(0.1)
        raise AssertionError("it prints no more")

    def unharmed(self) -> None:
        assert self.process.poll() is None
        log = self.log.read_bytes()
        assert not any(trace in log for trace in TRACE), log[-3000:].decode(errors="replace")
        assert resident(self.process.pid) - self.kib < 2 * GROWTH_KIB

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(ANSWER_S)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    made = Simulator(tmp_path_factory.mktemp("sim"))
    try:
        yield made
    finally:
        made.stop()


@pytest.mark.system
def test_any_bytes_on_the_wire_and_the_virtual_printer_still_prints(simulator: Simulator) -> None:
    chance = Random() if LONG else Random(1)
    for _ in range(300 if LONG else 12):
        with line(simulator.wire) as host:
            host.settimeout(0.3)
            with contextlib.suppress(ConnectionError, TimeoutError):
                for _ in range(chance.randrange(1, 40)):
                    host.sendall(chance.choice(HEADS) + chance.randbytes(chance.randrange(60)))
            if chance.random() < 0.3:
                host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    simulator.prints()
    simulator.unharmed()


@pytest.mark.system
def test_any_orders_to_the_control_api_and_the_virtual_printer_still_prints(simulator: Simulator) -> None:
    chance = Random() if LONG else Random(2)
    for _ in range(8000 if LONG else 500):
        fault = {"kind": chance.choice(KINDS)}
        fault |= {
            name: chance.choice(VALUES) for name in ("at_byte", "at_mm", "lose_counter", "x") if chance.random() < 0.3
        }
        body = chance.choice((json.dumps(fault).encode(), json.dumps(fault).encode(), b"{", b"[" * 50_000, b"\xff", b"",
                              chance.randbytes(30), b'{"button": "feed"}'))  # fmt: skip
        path = "/printers/lobby/faults" if chance.random() < 0.5 else chance.choice(PATHS)
        headers = chance.choice(({}, {}, {"Origin": "http://evil"}, {"Content-Type": "text/plain; charset=nonsense"},
                                 {"Content-Encoding": "gzip"}))  # fmt: skip
        status, kind, said = simulator.ask(chance.choice(("GET", "POST", "POST", "POST", "PUT")), path, body, **headers)
        assert status < 500, (path, body[:200], headers, said[:300])
        if status >= 400 and not kind.startswith("text/plain"):
            assert kind.startswith("application/problem+json"), (status, kind)
    simulator.prints()
    simulator.unharmed()


class Babbler:
    """A printer that, while `babbles`, answers with whatever comes to its mind; then it hands on to an honest one."""

    def __init__(self, chance: Random, honest: int) -> None:
        self.babbles, self._chance, self._honest, self.port = True, chance, honest, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):  # the test is over: nobody asks for it
                if self.babbles:
                    await self._babble(reader, writer)
                else:
                    await self._hand_on(reader, writer)
        finally:
            writer.close()

    async def _babble(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chance = self._chance
        while self.babbles:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    if not await reader.read(4096):
                        return
            match chance.randrange(8):
                case 0:
                    writer.write(chance.randbytes(chance.randrange(200)))
                case 1:
                    writer.write(b"\x5f" * 20_000)
                case 2 if chance.random() < 0.2:
                    return
                case _:
                    writer.write(b"".join(chance.choice(SAID) for _ in range(chance.randrange(4))))
            await writer.drain()

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self._honest)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pour(reader, forth))
                both.create_task(_pour(back, writer))
        except* ConnectionError:
            pass
        finally:
            forth.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(4096):
        writer.write(part)
        await writer.drain()
    raise ConnectionResetError  # one end is gone: so is the other


def wired_to(port: int) -> Config:
    """The point of the tests with its printer at this port."""
    config = load(CONFIG)
    printers = tuple(msgspec.structs.replace(p, link=f"tcp:127.0.0.1:{port}") for p in config.printers)
    return msgspec.structs.replace(config, printers=printers)


@pytest.mark.timeout(600 if LONG else 180)
@pytest.mark.parametrize("seed", range(8) if LONG else range(1))
async def test_a_printer_that_babbles_loses_no_number_and_prints_when_it_has_calmed_down(
    tmp_path: Path, seed: int
) -> None:
    async with SimulatedPrinter(tmp_path / "paper", PrinterConfig(speed_mm_s=10_000)) as honest:
        babbler = Babbler(Random(seed), honest.port)
        server = await asyncio.start_server(babbler.serve, "127.0.0.1", 0)
        config = await asyncio.to_thread(wired_to, server.sockets[0].getsockname()[1])
        async with server, point(tmp_path / "box", config=config, devices=True) as here:
            taken = []
            for _ in range(30 if LONG else 6):
                taken.append((await here.take("elake"))["id"])
                await asyncio.sleep(0.3)
            babbler.babbles = False
            taken.append((await here.take("elake"))["id"])
            await until(lambda: all(ended(here, id_) for id_ in taken), 120)
            numbers = [here.site.state.tickets[id_].n for id_ in taken]
            assert numbers == list(range(1, len(taken) + 1))
            async with asyncio.timeout(90):  # it is found again after at most half a minute
                while here.site.state.tickets[taken[-1]].print.state != "confirmed":
                    taken.append((await here.take("elake"))["id"])
                    await until(lambda: ended(here, taken[-1]), 60)
                    await asyncio.sleep(0.5)
            await same_as_replay(here.ledger)


def ended(here: Point, ticket: str) -> bool:
    return here.site.state.tickets[ticket].print.state in FINAL
