"""What composing a paper costs: the words and the bytes of one ticket, made by what the daemon makes them with."""

import asyncio
import time
from pathlib import Path
from statistics import median

from controller.app.bench.in_process import ledger, wish
from controller.app.compose import read_words
from controller.ledger import Ledger
from controller.readers import ticket_text
from drivers.escpos.compose import compose
from drivers.escpos.profiles import profile

LANGUAGES = {"text": "fi", "raster": "se"}  # Northern Sami is in no printer's code page: it is drawn
JOB = "0001"


async def composing(folder: Path, times: int, service: str) -> dict[str, float]:
    """CPU ms of one paper, median of `times`: `compose_text_ms`, `compose_raster_ms`."""
    found = {}
    async with ledger(folder / "composing.db") as working:
        await asyncio.to_thread(read_words, working.config)
        for name, language in LANGUAGES.items():
            ticket = (await working.submit(wish(service, language))).subject
            found[f"compose_{name}_ms"] = round(await asyncio.to_thread(_compose_ms, working, ticket, times), 3)
    return found


def _compose_ms(ledger: Ledger, ticket: str, times: int) -> float:
    spent = []
    for _ in range(times + 1):
        began = time.thread_time()
        words = ticket_text.paper(ledger.state, ledger.config, ledger.journal.secret, ticket, 0)
        compose(words, JOB, profile("virtual"), simulated=False)
        spent.append(1000 * (time.thread_time() - began))
    return median(spent[1:])  # the first reads fonts
