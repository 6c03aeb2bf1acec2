"""A ledger on a real journal inside the bench's own process: for what is measured below the doors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from controller.app.bench.stage import point_toml
from controller.app.clock import SystemClock
from controller.domain.commands import TakeTicket
from controller.domain.point import Config
from controller.domain.state import State
from controller.journal.store import Journal
from controller.ledger import Ledger


@asynccontextmanager
async def ledger(path: Path, *, vfs: str | None = None) -> AsyncIterator[Ledger]:
    """At work on a new journal at `path`."""
    config = msgspec.convert(point_toml(9), Config)
    await asyncio.to_thread(lambda: config.point.zone)  # the first look reads a file
    async with Journal(config.point.id, path, vfs=vfs) as journal:
        working = Ledger(journal, State(journal.journal), config, SystemClock(0), set())
        heart = asyncio.create_task(working.run())
        try:
            yield working
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)


def wish(service: str, language: str) -> TakeTicket:
    """A press at the kiosk."""
    return TakeTicket(
        actor="kiosk:k0", service=service, language=language, entry="kiosk", kiosk="k0", device="p0"
    )  # fmt: skip
