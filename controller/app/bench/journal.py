"""`bench journal`: decisions made durable, one at a time and by 100 producers, through the real ledger and store.

Floor: 4 KiB overwritten in place and fdatasync, the least that this disk must do to keep anything.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import apsw

from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, latencies, of_rounds, ratios, spread
from controller.app.bench.in_process import ledger, wish
from controller.app.bench.presses import LANGUAGES, SERVICES
from controller.domain.commands import CancelTicket
from controller.ledger import Ledger

ROUNDS, ALONE, PRODUCERS, EACH = 5, 200, 100, 20
COUNTED = 200
PAGE, PAGES = 4096, 1024
TARGETS = (Target("ours", "syncs_per_decision", 1.05, "steady"),)
HOW = (
    "a press decided, its three events sealed, committed and applied by the real ledger, without HTTP: one at a time, "
    "and by 100 producers whose commits share a sync; syncs_per_decision counted below SQLite, one at a time; beside "
    "it 4 KiB overwritten in place and fdatasync, one after another on the same disk"
)


class Counting(apsw.VFS):
    """The machine's own file system, which counts how often it is told to sync a file."""

    def __init__(self) -> None:
        self.syncs = 0
        super().__init__("bench-counting", base="")

    def xOpen(self, name: Any, flags: Any) -> "CountingFile":
        return CountingFile(self, name, flags)


class CountingFile(apsw.VFSFile):
    def __init__(self, vfs: Counting, name: Any, flags: Any) -> None:
        self._vfs = vfs
        super().__init__("", name, flags)

    def xSync(self, flags: int) -> None:
        self._vfs.syncs += 1
        super().xSync(flags)


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    rounds, alone = max(2, round(ROUNDS * ask.size)), max(20, round(ALONE * ask.size))
    each = max(2, round(EACH * ask.size))
    found: tuple[list[Figures], list[Figures]] = ([], [])
    async with ledger(ask.folder / "journal.db") as working:
        for n in range(rounds):
            found[0].append(await _round(working, alone, each))
            found[1].append(await asyncio.to_thread(_raw, ask.folder / "raw", alone))
            tell((n + 1) / (rounds + 1))
    ours, floor = of_rounds(found[0]), of_rounds(found[1])
    ours["syncs_per_decision"] = await _syncs(ask.folder / "counted.db", max(50, round(COUNTED * ask.size)))
    tell(1.0)
    pairs = {"p50": "p50_ms", "p99": "p99_ms", "per_s": "per_s"}
    ratio = ratios(ours, floor, pairs) | {"per_s_100": round(ours["per_s_100"] / floor["per_s"], 3)}
    return Measured(ours, floor, ratio, spread(found[1], "p50_ms"), HOW)


async def _round(working: Ledger, alone: int, each: int) -> Figures:
    began = time.perf_counter()
    one, ids = await _produce(working, alone)
    spent = time.perf_counter() - began
    began = time.perf_counter()
    parts = await asyncio.gather(*(_produce(working, each) for _ in range(PRODUCERS)))
    spent_100 = time.perf_counter() - began
    many = latencies([took for part, _ in parts for took in part])
    ids += [id_ for _, more in parts for id_ in more]
    await asyncio.gather(*(working.submit(CancelTicket(ticket=id_)) for id_ in ids))
    return {
        **latencies(one), "per_s": alone / spent,
        "p50_100_ms": many["p50_ms"], "p99_100_ms": many["p99_ms"], "per_s_100": PRODUCERS * each / spent_100,
    }  # fmt: skip


async def _produce(working: Ledger, number: int) -> tuple[list[float], list[str]]:
    """So many decisions, each when the one before is durable: seconds, and the tickets."""
    took, ids = [], []
    for n in range(number):
        began = time.perf_counter()
        reply = await working.submit(wish(SERVICES[n % len(SERVICES)], LANGUAGES[n % len(LANGUAGES)]))
        took.append(time.perf_counter() - began)
        ids.append(reply.subject)
    return took, ids


async def _syncs(path: Path, number: int) -> float:
    """Syncs of a file for each decision, one at a time."""
    vfs = Counting()
    try:
        async with ledger(path, vfs="bench-counting") as working:
            await _produce(working, 5)
            before = vfs.syncs
            await _produce(working, number)
            return round((vfs.syncs - before) / number, 4)
    finally:
        vfs.unregister()


def _raw(path: Path, number: int) -> Figures:
    """4 KiB after 4 KiB, each synced, over a file that is there already."""
    took: list[float] = []
    with path.open("wb", buffering=0) as file:
        file.write(bytes(PAGE * PAGES))
        os.fsync(file.fileno())
        began = time.perf_counter()
        for n in range(number):
            at = time.perf_counter()
            os.pwrite(file.fileno(), os.urandom(PAGE), n % PAGES * PAGE)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - at)
        spent = time.perf_counter() - began
    return {**latencies(took), "per_s": number / spent}
