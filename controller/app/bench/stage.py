"""What is measured, as it runs in a lobby: the daemon, the virtual printer, central and the floors, each a process of
its own, on free ports, their data on the real disk."""

import asyncio
import socket
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import aiohttp
import msgspec
import tomlkit

from controller.app.demo import CONFIG

START_S, STOP_S = 180.0, 20.0
LUUKKU = (sys.executable, "-m", "controller.app.main")
PRINTER = (sys.executable, "-m", "drivers.sim.escpos_printer", "--tcp", "0")
QUICK = ("--speed", "10000", "--cut", "0")
FLOOR = (sys.executable, "-m", "controller.app.bench.floors")


class NotStarted(Exception):
    """A process that is to be measured did not come up; the message has the end of its log."""


class Running:
    """A process, and what it has used. `said`: the line with which it came up."""

    def __init__(self, process: asyncio.subprocess.Process, said: str) -> None:
        self.process, self.said = process, said

    @property
    def pid(self) -> int:
        return self.process.pid

    def cpu_s(self) -> float:
        """Processor seconds of all its threads since it began, user and system, to the nanosecond."""
        return time.clock_gettime_ns(~self.pid << 3 | 2) / 1e9  # clock_getcpuclockid(3): the process's own clock

    def memory_mib(self) -> dict[str, float]:
        """`pss`: what is its own, and its part of what it shares; `rss`: with all that it shares."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()[1:]
        told = {name: int(value.split()[0]) / 1024 for name, _, value in (line.partition(":") for line in lines)}
        return {"pss": told["Pss"], "rss": told["Rss"]}

    async def kill(self) -> None:
        """Without a word, as a power cut ends it."""
        self.process.kill()
        await self.process.wait()


class Point(msgspec.Struct, frozen=True):
    """A running daemon. `tokens`: by role/id, and the first of a role by its name alone."""

    running: Running
    url: str
    data: Path
    tokens: dict[str, str]

    def bearer(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}


@asynccontextmanager
async def program(words: Sequence[str], ready: str, log: Path) -> AsyncIterator[Running]:
    """A process that has said a line with `ready` in it; ended with the block. Raises NotStarted."""
    with await asyncio.to_thread(_log, log) as file:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=file
        )
    try:
        yield Running(process, await _line(process, ready, words, log))
    finally:
        await _ended(process)


@asynccontextmanager
async def started(words: Sequence[str], log: Path) -> AsyncIterator[Running]:
    """A process that says nothing when it is there; ended with the block."""
    with await asyncio.to_thread(_log, log) as file:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=file, stderr=file
        )
    try:
        yield Running(process, "")
    finally:
        await _ended(process)


@asynccontextmanager
async def point(
    folder: Path, *, screens: int = 1, quick: bool = True, at_once: int = 0, drawn: bool = False, nights: bool = False
) -> AsyncIterator[Point]:
    """The demo's point as `luukku run` runs it (with `nights`: as nights.py does), one kiosk, its virtual printer a
    process of its own: as slow as a real one, or as `quick` as its process is. Or so many kiosks, each with a printer
    that takes no time at all (`at_once`)."""
    async with AsyncExitStack() as stack:
        printers = _at_once(folder, at_once) if at_once else printer(folder, quick=quick)
        ports = await stack.enter_async_context(printers)
        yield await stack.enter_async_context(point_at(folder, *ports, screens=screens, drawn=drawn, nights=nights))


@asynccontextmanager
async def point_at(
    folder: Path, *ports: int, screens: int = 1, drawn: bool = True, nights: bool = False
) -> AsyncIterator[Point]:
    """The same with printers that are there already, at these ports of this machine."""
    config = folder / "point.toml"
    raw = await asyncio.to_thread(lambda: point_toml(*ports, screens=screens, drawn=drawn))
    await asyncio.to_thread(write_toml, config, raw)
    words = run_words(config, folder / "data", nights=nights)
    async with program(words, " at http", folder / "point.log") as running:
        url = running.said.rpartition(" at ")[2].strip()
        yield Point(running, url, folder / "data", await tokens(folder / "data"))


def run_words(config: Path, data: Path, *, nights: bool = False) -> tuple[str, ...]:
    """The command of a daemon."""
    plain = (*LUUKKU, "run", "--config", str(config), "--data", str(data))
    return (sys.executable, "-m", "controller.app.bench.nights", str(config), str(data)) if nights else plain


def point_toml(*ports: int, screens: int = 1, central: str = "", drawn: bool = False) -> dict[str, Any]:
    """The demo's config on a free port: a kiosk for each printer's port, that may press as fast as it can; queues
    without end. `drawn`: all printers but the first get their papers as dots."""
    raw: dict[str, Any] = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
    raw["listen"] = {"device": f"127.0.0.1:{free_port()}"}
    raw["kiosks"] = [{"id": f"k{n}", "printer": f"p{n}", "rate": {"every_s": 0}} for n in range(len(ports))]
    raw["printers"] = [
        {
            "id": f"p{n}",
            "kind": "escpos",
            "link": f"tcp:127.0.0.1:{port}",
            "profile": "generic-drawn" if drawn and n else "virtual",
        }
        for n, port in enumerate(ports)
    ]
    raw["screens"] = [{"id": f"s{n}"} for n in range(screens)]
    raw["panels"], raw["scanners"] = [], []
    for queue in raw["queues"]:
        queue["cap"] = 0
    if central:
        raw["central"] = {"url": central, "token_file": "token"}
    return raw


def write_toml(path: Path, raw: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tomlkit.dumps(raw), encoding="utf-8")


@asynccontextmanager
async def floor(name: str, folder: Path, *more: str) -> AsyncIterator[Running]:
    """The least that any program of this kind must do here (floors.py). `said` ends with its address."""
    async with program((*FLOOR, name, str(folder), *more), "floor:", folder / "floor.log") as running:
        yield running


def address(running: Running) -> str:
    """Where a process that said so listens."""
    return running.said.split()[-1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def tokens(data: Path) -> dict[str, str]:
    """As `Point` holds them, from the point's admin socket."""
    connector = aiohttp.UnixConnector(str(data / "admin.sock"))
    async with aiohttp.ClientSession(connector=connector) as session, session.get("http://admin/tokens") as answer:
        known = msgspec.json.decode(await answer.read(), type=list[dict[str, str]])
    first = {one["role"]: one["token"] for one in reversed(known)}
    return first | {f"{one['role']}/{one['id']}": one["token"] for one in known}


@asynccontextmanager
async def printer(folder: Path, *, quick: bool) -> AsyncIterator[list[int]]:
    """A virtual printer's port."""
    words = (*PRINTER, *(QUICK if quick else ()), "--out", str(folder / "paper"), "--id", "p0")
    async with program(words, "ready", folder / "printer.log") as running:
        yield [int(running.said.rpartition(":")[2])]


@asynccontextmanager
async def _at_once(folder: Path, count: int) -> AsyncIterator[list[int]]:
    async with floor("printers", folder / "printers", str(count)) as running:
        yield [int(port) for port in running.said.split()[-count:]]


async def _line(process: asyncio.subprocess.Process, ready: str, words: Sequence[str], log: Path) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            while line := (await process.stdout.readline()).decode():
                if ready in line:
                    return line
    except TimeoutError:
        pass
    raise NotStarted(f"{' '.join(words[1:4])} did not come up: {_end_of(log) or 'it said nothing'}")


def _log(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("ab")


def _end_of(log: Path) -> str:
    return " ".join(log.read_text(encoding="utf-8", errors="replace").split())[-400:]


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
