"""What composing a paper costs: the words and the bytes of one ticket, made by what the daemon makes them with."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

import msgspec

from controller.app.bench.stage import point_toml
from controller.app.clock import SystemClock
from controller.app.compose import read_words
from controller.domain.commands import TakeTicket
from controller.domain.point import Config
from controller.domain.state import State
from controller.journal.store import Journal
from controller.ledger import Ledger
from controller.readers import ticket_text
from drivers.escpos.compose import compose
from drivers.escpos.profiles import profile

TEXT, RASTER = "fi", "se"  # Northern Sami is in no printer's code page: it is drawn
JOB = "0001"


async def composing(folder: Path, times: int, service: str) -> dict[str, float]:
    """CPU ms of one paper, median of `times`: `compose_text_ms`, `compose_raster_ms`."""
    config = msgspec.convert(point_toml(9), Config)
    await asyncio.to_thread(read_words, config)
    async with _ledger(folder / "composing.db", config) as ledger:
        found = {}
        for name, language in (("text", TEXT), ("raster", RASTER)):
            wish = TakeTicket(actor="kiosk:k0", service=service, language=language, entry="kiosk", kiosk="k0",
                              device="p0")  # fmt: skip
            ticket = (await ledger.submit(wish)).subject
            found[f"compose_{name}_ms"] = round(await asyncio.to_thread(_compose_ms, ledger, ticket, times), 3)
        return found


def _compose_ms(ledger: Ledger, ticket: str, times: int) -> float:
    spent = []
    for _ in range(times + 1):
        began = time.thread_time()
        words = ticket_text.paper(ledger.state, ledger.config, ledger.journal.secret, ticket, 0)
        compose(words, JOB, profile("virtual"), simulated=False)
        spent.append(1000 * (time.thread_time() - began))
    return median(spent[1:])  # the first reads fonts


@asynccontextmanager
async def _ledger(path: Path, config: Config) -> AsyncIterator[Ledger]:
    async with Journal(config.point.id, path) as journal:
        ledger = Ledger(journal, State(journal.journal), config, SystemClock(0), set())
        heart = asyncio.create_task(ledger.run())
        try:
            yield ledger
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
