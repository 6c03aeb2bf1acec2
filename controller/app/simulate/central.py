"""Central in the world: the real receiver, store and orders, served over the line, its disk without a thread."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from aiohttp import web

from controller.app.simulate.loop import FOR_EVER_S
from controller.central.auth import Doors
from controller.central.disk import Disk, _Asked
from controller.central.orders import Orders
from controller.central.problems import problems
from controller.central.receiver import BODY_LIMIT, Receiver
from controller.central.sink import Batch, Taken
from controller.central.store import Store

URL = "http://central"
TOKENS = {"box": "box-token", "central": "central-token"}
SHUTDOWN_S = 0.1


class InlineDisk(Disk):
    """Does each job where it is asked for: nothing else runs meanwhile, and each run is like the other."""

    over = False

    async def __aenter__(self) -> Disk:
        return self

    async def _ask(self, asked: _Asked) -> object:
        if self.over:  # this process has ended: whoever still asks in it is never answered
            await asyncio.sleep(FOR_EVER_S)
        if asked.writes:
            self._commit([asked])
        else:
            self._read(asked)
        return await asked.future

    async def _end(self) -> None:
        self._close()
        self.over = True


class Central:
    """From `start` to `stop`; started again it goes on with what its disk has."""

    def __init__(
        self, path: Path, vfs: str, now_ms: Callable[[], int], random: Random, on_taken: Callable[[Batch, Taken], None]
    ) -> None:
        self._path, self._vfs, self._now_ms, self._random, self._on_taken = path, vfs, now_ms, random, on_taken
        self._stack = AsyncExitStack()
        self.up = False
        self.orders: Orders
        self.store: Store
        self._runner: web.AppRunner

    async def start(self) -> None:
        self.store = Store(self._path, self._now_ms)
        self.store.disk = InlineDisk(self._path, self.store._opened, vfs=self._vfs)
        await self._stack.enter_async_context(self.store)
        self.orders = Orders(self.store.disk, self._now_ms, lambda: f"c-{self._random.getrandbits(96):024x}")
        receiver = Receiver(Doors(TOKENS, open_page=False), self.store, self.orders, self._now_ms, self._on_taken)
        app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
        app.add_routes(receiver.routes())
        self._runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        self.up = True
        self._stack.push_async_callback(self._runner.cleanup)

    def server(self) -> web.Server:
        if self._runner.server is None:
            raise ConnectionRefusedError("central is down")
        return self._runner.server

    async def stop(self) -> None:
        self.up = False
        self.orders.wake_all()
        await self._stack.aclose()

    async def forget(self, keep: int) -> None:
        """The disk is an older backup: it has the events up to `keep`. To be said before `stop`."""
        await self.store.disk.write(lambda connection: connection.execute("delete from events where seq > ?", (keep,)))
