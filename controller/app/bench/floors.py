"""The floors: the least that a program must do on this machine to do the same; and printers that cost no time, for
those who measure what stands before them. Each is a process of its own.

    python -m controller.app.bench.floors NAME DIR [...]

says `floor: ...` when it is ready, at which address if it has one, and works until it is told to end.
"""

import asyncio
import importlib
import re
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import aiohttp
import apsw
import msgspec
from aiohttp import web

PAGE = """<!doctype html><title>floor</title><body><section class="called"><b class="number"></b></section><script>
const socket = new WebSocket(location.origin.replace("http", "ws") + "/stream");
socket.onopen = () => { document.body.className = "ready"; };
socket.onmessage = (event) => { document.querySelector(".number").textContent = JSON.parse(event.data).number; };
</script>"""
BODY_LIMIT = 16 * 2**20
BATCH = 500  # events, as the uplink sends them
ASKED = re.compile(  # of all that reaches a printer, what it answers or counts: drivers/escpos/commands.py
    rb"\x10\x04(?P<status>[\x01-\x04])|(?P<count>\x1dg2\x00.\x00)|\x1d\(H\x06\x0000(?P<job>.{4})|(?P<asb>\x1da\xff)"
    rb"|(?P<cut>\x1dV[AB]\x00)|(?P<processed>\x1dr1)|(?P<begin>\x1b@)",
    re.DOTALL,
)
WELL = {b"\x01": b"\x16", b"\x02": b"\x12", b"\x03": b"\x12", b"\x04": b"\x12"}
WELL_ASB = b"\x14\x00\x00\x0f"
PAPER = b"\x1b@" + b"letters of a ticket " * 30 + b"\x1dVB\x00"
FIRST_BYTES = "first-bytes"


def opened(path: Path) -> apsw.Connection:
    """A database that is as careful as our journal: write-ahead log, each commit synced, held by one process."""
    db = apsw.Connection(str(path))
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.pragma("journal_mode", "wal")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 4000")
    db.execute("CREATE TABLE IF NOT EXISTS row (n INTEGER PRIMARY KEY, body BLOB)")
    return db


def opened_to_read(path: Path) -> apsw.Connection:
    """A database that nobody writes to; nothing is left beside it."""
    return apsw.Connection(
        f"{path.resolve().as_uri()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    )


def ticket(folder: Path) -> web.Application:
    """POST /tickets: one row, durable when it is answered; SQLite on one thread, as ours."""
    db, thread = opened(folder / "floor.db"), ThreadPoolExecutor(1)

    def commit(body: bytes) -> int:
        db.execute("INSERT INTO row (body) VALUES (?)", (body,))  # a commit of its own; lets go of the interpreter
        return db.last_insert_rowid()

    async def take(request: web.Request) -> web.Response:
        n = await asyncio.get_running_loop().run_in_executor(thread, commit, await request.read())
        return web.json_response({"n": n}, status=201)

    app = web.Application()
    app.add_routes([web.post("/tickets", take)])
    return app


def paper(folder: Path) -> web.Application:
    """POST /tickets: as `ticket`, and then the bytes of a paper to the printer at the port in `folder`/port."""
    app, port = ticket(folder), int((folder / "port").read_text())

    async def printed(request: web.Request, answer: web.StreamResponse) -> None:
        app[WIRE].write(PAPER)

    async def connected(app: web.Application) -> None:
        _, app[WIRE] = await asyncio.open_connection("127.0.0.1", port)

    app.on_startup.append(connected)
    app.on_response_prepare.append(printed)
    return app


def start(folder: Path) -> str:
    """What the daemon imports, its journal opened, one row committed: no start can do without."""
    importlib.import_module("controller.app.compose")
    with opened(folder / "journal.db") as db:
        db.execute("INSERT INTO row (body) VALUES (zeroblob(400))")
    return "first row"


def memory(folder: Path) -> web.Application:
    """What any daemon of this kind has in memory: what this module imports, and a server."""
    return web.Application()


def board(folder: Path) -> web.Application:
    """GET / is a page that shows what it is told by WebSocket; POST /call tells all pages."""
    pages: set[web.WebSocketResponse] = set()

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def stream(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        pages.add(socket)
        async for _ in socket:
            pass
        pages.discard(socket)
        return socket

    async def call(request: web.Request) -> web.Response:
        told = await request.text()
        await asyncio.gather(*(socket.send_str(told) for socket in pages))
        return web.json_response({})

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/stream", stream), web.post("/call", call)])
    return app


def drain(folder: Path) -> web.Application:
    """POST /events: a batch in one transaction, durable when it is answered; GET /head: how many there are."""
    db, thread = opened(folder / "floor.db"), ThreadPoolExecutor(1)
    durable = 0

    def store(body: bytes) -> int:
        rows = [(bytes(raw),) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
        db.execute("BEGIN")  # not `with db`: that holds the interpreter while the disk syncs
        db.executemany("INSERT INTO row (body) VALUES (?)", rows)
        db.execute("COMMIT")
        return db.last_insert_rowid()

    async def events(request: web.Request) -> web.Response:
        nonlocal durable
        durable = await asyncio.get_running_loop().run_in_executor(thread, store, await request.read())
        return web.json_response({"n": durable})

    async def head(request: web.Request) -> web.Response:
        return web.json_response({"n": durable})  # not the connection's: its thread may be at work with it

    app = web.Application(client_max_size=BODY_LIMIT)
    app.add_routes([web.post("/events", events), web.get("/head", head)])
    return app


async def send(journal: Path, url: str) -> None:
    """Everything in a journal to the floor's receiver, a batch when the one before is durable."""
    db, after = opened_to_read(journal), 0
    read = "SELECT body FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
    async with aiohttp.ClientSession() as session:
        while rows := [cast(bytes, body) for (body,) in db.execute(read, (after, BATCH))]:
            async with session.post(f"{url}/events", data=b"[" + b",".join(rows) + b"]") as answer:
                await answer.read()
            after += len(rows)


class Printer(asyncio.Protocol):
    """Confirms each paper at once and draws none. It takes each packet for whole: so does who measures with it send."""

    def __init__(self, log: BinaryIO | None) -> None:
        self._cuts = 0
        self._log = log

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"".join(self._answer(asked) for asked in ASKED.finditer(data)))

    def _answer(self, asked: re.Match[bytes]) -> bytes:
        match asked.lastgroup:
            case "status":
                return WELL[asked["status"]]
            case "count":
                return b"_%d\x00" % self._cuts
            case "job":
                return b"7\x22" + asked["job"] + b"\x00"
            case "asb":
                return WELL_ASB
            case "processed":
                return b"\x00"
            case "cut":
                self._cuts += 1
            case _:
                if self._log is not None:
                    self._log.write(b"%d\n" % time.monotonic_ns())
        return b""


async def printers(stop: asyncio.Event, count: int, folder: Path) -> None:
    """So many of them, a port each. Of the first, when each paper's first byte came (CLOCK_MONOTONIC, ns, a line each)
    stands in `folder`."""
    loop, log = asyncio.get_running_loop(), (folder / FIRST_BYTES).open("ab", buffering=0)
    logs = [log, *([None] * (count - 1))]
    serving = [await loop.create_server(partial(Printer, one), "127.0.0.1", 0) for one in logs]
    await _stay(stop, "printers at " + " ".join(str(one.sockets[0].getsockname()[1]) for one in serving))


WIRE = web.AppKey("wire", asyncio.StreamWriter)
SERVED: dict[str, Callable[[Path], web.Application]] = {
    "ticket": ticket,
    "paper": paper,
    "memory": memory,
    "drain": drain,
    "board": board,
}


async def main(name: str, folder: Path, more: list[str]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if name == "start":
        await _stay(stop, start(folder))
        return
    if name == "send":
        sending = asyncio.create_task(send(Path(more[0]), more[1]))
        await _stay(stop, "sending")
        await sending
        return
    if name == "printers":
        await printers(stop, int(more[0]), folder)
        return
    runner = web.AppRunner(SERVED[name](folder), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _stay(stop, f"{name} at http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()


async def _stay(stop: asyncio.Event, said: str) -> None:
    sys.stdout.write(f"floor: {said}\n")
    sys.stdout.flush()
    await stop.wait()


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
