"""`bench start`: from the program's first instruction to the first ticket, with a journal of 1,000,000 events.

Ours: the daemon, killed (its newest snapshot as old as one ever is, its log to be recovered) and ended in order. Floor:
a process that imports the same, opens the same file and commits one row.
"""

import asyncio
import shutil
import time
import uuid
from pathlib import Path

import aiohttp
import apsw
import msgspec

from controller.app.bench import history
from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, of_rounds, ratios, spread
from controller.app.bench.stage import floor, point_toml, program, run_words, write_toml
from controller.domain.point import Config
from controller.journal.file import JournalFile, Snapshot
from controller.web.auth import token

EVENTS, LEAST = 1_000_000, 4_000
ROUNDS = 3
ANSWER_S = 60.0
HISTORY_SHARE = 0.5  # of the bar, when the journal is not there yet
TARGETS = (Target("ours", "cpu_s", 1.5, "absolute"), Target("ours", "ended_cpu_s", 1.5, "absolute"))
HOW = (
    "processor time of `luukku run` from its first instruction to the first 201, its journal made of busy days by the "
    "real core: cpu_s after kill -9 with a snapshot nearly 2,000 events old, ended_cpu_s after an orderly end, "
    "no_snapshot_cpu_s with the whole journal replayed (once, as after an upgrade that changed the state); beside it a "
    "process with the same imports that opens the same file and commits one row"
)


class Box:
    """One data directory with its config, started again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.config = folder, folder / "data", folder / "point.toml"
        self.data.mkdir(parents=True)
        write_toml(self.config, raw := point_toml(9))
        self.door = str(raw.pop("listen")["device"])  # differs each time: no part of the history
        self.point = msgspec.convert(raw, Config)

    def open(self) -> JournalFile:
        return JournalFile(self.data / "journal.db")

    def take_over(self, made: Path) -> tuple[Snapshot, str]:
        """A copy of the journal that was made; gives its snapshot, and the kiosk's token."""
        shutil.copyfile(made, self.data / "journal.db")
        file = self.open()
        try:
            snapshot = file.snapshot("latest")
            assert snapshot is not None
            return snapshot, token(file.secret, "kiosk", "k0")
        finally:
            file.close()

    def put_back(self, snapshot: Snapshot) -> None:
        """Let this be the newest snapshot."""
        file = self.open()
        try:
            file.keep_snapshot(snapshot)
        finally:
            file.close()

    async def start(self, bearer: str, *, kill: bool) -> Figures:
        """Start, take one ticket, and end by SIGTERM or `kill`; processor and wall seconds up to the answer."""
        began = time.monotonic()
        async with program(run_words(self.config, self.data), " at http", self.folder / "point.log") as running:
            await _press(f"http://{self.door}/api/v1/tickets", bearer)
            found = {"cpu_s": running.cpu_s(), "wall_s": time.monotonic() - began}
            if kill:
                await running.kill()
            return found


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    events, rounds = max(LEAST, round(EVENTS * ask.size)), max(1, round(ROUNDS * ask.size))
    box = Box(ask.folder)
    made = history.cached(
        ask.cache, box.point, events, time.time_ns() // 1_000_000, lambda done: tell(done * HISTORY_SHARE)
    )
    snapshot, bearer = box.take_over(made)
    ours, its = [], []
    for n in range(rounds):
        await asyncio.to_thread(box.put_back, snapshot)
        await box.start(bearer, kill=True)
        killed = await box.start(bearer, kill=False)
        ended = await box.start(bearer, kill=False)
        ours.append(killed | {"ended_cpu_s": ended["cpu_s"], "ended_wall_s": ended["wall_s"]})
        its.append(await _floor(box.data))
        tell(HISTORY_SHARE + (1 - HISTORY_SHARE) * (n + 1) / (rounds + 1))
    await asyncio.to_thread(_forget_snapshot, box)
    whole = await box.start(bearer, kill=False)
    mine, least = of_rounds(ours), of_rounds(its)
    mine["no_snapshot_cpu_s"] = round(whole["cpu_s"], 3)
    tell(1.0)
    about = {"events": history.length(made), "journal_mib": round(made.stat().st_size / 2**20, 1), "rounds": rounds}
    return Measured(mine, least, ratios(mine, least, {"cpu": "cpu_s"}), spread(its, "cpu_s"), HOW, about=about)


async def _floor(folder: Path) -> Figures:
    began = time.monotonic()
    async with floor("start", folder) as running:
        return {"cpu_s": running.cpu_s(), "wall_s": time.monotonic() - began}


async def _press(url: str, bearer: str) -> None:
    headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": str(uuid.uuid4())}
    wish = {"service": "kela-asumistuki", "language": "fi"}
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.post(url, json=wish, headers=headers) as answer,
    ):
        if answer.status != 201:
            raise RuntimeError(f"the first ticket was answered {answer.status}: {(await answer.text())[:200]}")


def _forget_snapshot(box: Box) -> None:
    with apsw.Connection(str(box.data / "journal.db")) as db:
        db.execute("DELETE FROM snapshot WHERE kind = 'latest'")
    db.close()
