"""A world is made, something happens in it, and it is told what became of it: the frame of every simulation."""

import logging
import tempfile
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from controller.app.simulate.laws import Broken
from controller.app.simulate.loop import VirtualLoop, run
from controller.app.simulate.report import Told
from controller.app.simulate.weather import Kinds
from controller.app.simulate.world import World
from controller.domain.point import Config

SERVERS = logging.getLogger("aiohttp.server")


class _ServersLog(logging.Handler):
    """What aiohttp's servers have to say: nothing, unless a handler failed that was not of a dead box."""

    def __init__(self, world: World) -> None:
        super().__init__(logging.ERROR)
        self._world = world

    def emit(self, record: logging.LogRecord) -> None:
        journal = self._world.box.journal
        if self._world.broken is None and not (journal is not None and journal.dead):
            self._world.broken = Broken("nothing is logged as an error", record.getMessage())


Play = Callable[[World], Coroutine[Any, Any, None]]


def tell(config: Config, seed: int, epoch_ms: int, kinds: Kinds, play: Play, command: str) -> Told:
    """Make a world, let `play` happen in it, and tell what became of it."""
    loop = VirtualLoop()  # type: ignore[abstract]  # why: typeshed asks for descriptors and processes: there are none
    with tempfile.TemporaryDirectory(prefix="luukku-simulate-") as folder:
        world = World(config, Path(folder), seed, epoch_ms, kinds, loop)
        before = structlog.get_config()
        structlog.configure(processors=[world.logged], cache_logger_on_first_use=False)
        servers = _ServersLog(world)
        SERVERS.addHandler(servers)
        SERVERS.propagate = False
        try:
            run(play(world), loop)
        except Broken as broken:
            world.broken = broken
        finally:
            structlog.configure(**before)
            SERVERS.removeHandler(servers)
            SERVERS.propagate = True
            world.disk.unregister()
            world.central_disk.unregister()
    world.tally.count("checks", world.laws.checks)
    at = datetime.fromtimestamp((epoch_ms + loop.time() * 1000) / 1000, config.point.zone).isoformat(
        " ", "milliseconds"
    )
    return Told(world.tally, world.on_s, world.journal_hash(), command, world.broken, at)
