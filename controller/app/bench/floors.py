"""The floors: the least that a program must do on this machine to do the same. Each is a process of its own.

    python -m controller.app.bench.floors NAME DIR

says `floor: ...` when it is ready, at which address if it has one, and works until it is told to end.
"""

import asyncio
import importlib
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
from aiohttp import web

BODY_LIMIT = 16 * 2**20


def opened(path: Path) -> apsw.Connection:
    """A database that is as careful as our journal: write-ahead log, each commit synced, held by one process."""
    db = apsw.Connection(str(path))
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.pragma("journal_mode", "wal")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA wal_autocheckpoint = 4000")
    db.execute("CREATE TABLE IF NOT EXISTS row (n INTEGER PRIMARY KEY, body BLOB)")
    return db


def ticket(folder: Path) -> web.Application:
    """POST /tickets: one row, durable when it is answered; SQLite on one thread, as ours."""
    db, thread = opened(folder / "floor.db"), ThreadPoolExecutor(1)

    def commit(body: bytes) -> int:
        with db:
            db.execute("INSERT INTO row (body) VALUES (?)", (body,))
        return db.last_insert_rowid()

    async def take(request: web.Request) -> web.Response:
        n = await asyncio.get_running_loop().run_in_executor(thread, commit, await request.read())
        return web.json_response({"n": n}, status=201)

    app = web.Application()
    app.add_routes([web.post("/tickets", take)])
    return app


def start(folder: Path) -> str:
    """What the daemon imports, its journal opened, one row committed: no start can do without."""
    importlib.import_module("controller.app.compose")
    with opened(folder / "journal.db") as db:
        db.execute("INSERT INTO row (body) VALUES (zeroblob(400))")
    return "first row"


def memory(folder: Path) -> web.Application:
    """What any daemon of this kind has in memory: Python, aiohttp, apsw and msgspec."""
    importlib.import_module("msgspec")
    return web.Application()


SERVED: dict[str, Callable[[Path], web.Application]] = {"ticket": ticket, "memory": memory}


async def main(name: str, folder: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if name == "start":
        await _stay(stop, start(folder))
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
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
