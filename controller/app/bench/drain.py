"""`bench drain`: a backlog of 100,000 events from the box to central, both as they run, each event durable there.

Floor: the same bytes out of the same file, 500 at a time, to an aiohttp receiver that stores them in SQLite.
"""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import msgspec

from controller.app.bench import history
from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, of_rounds, ratios, spread
from controller.app.bench.stage import LUUKKU, Running, address, floor, point_toml, program, run_words, write_toml
from controller.domain.point import Config

EVENTS, LEAST = 100_000, 20_000  # fewer cost the floor less than a tick of the clock that counts processor time
ROUNDS = 3
FROM = 0.1  # of the backlog: the box is up by then, and both are warm
TO = 0.98  # beyond it the last batch may be a small one
LOOK_S = 0.05
ANSWER_S = 30.0
PATIENCE_S = 300.0
TARGETS: tuple[Target, ...] = ()
HOW = (
    "events a second from the box's journal to central's disk, and the processor time of either side for an event: "
    "`luukku run` with a backlog and `luukku central`, plain HTTP on this machine, from a tenth of the backlog to its "
    "end; beside it the same bytes in batches of 500, uncompressed, to an aiohttp receiver that commits each batch to "
    "SQLite before it answers"
)
Head = Callable[[], Awaitable[int]]


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    wanted, rounds = max(LEAST, round(EVENTS * ask.size)), max(1, round(ROUNDS * ask.size))
    raw = point_toml(9)
    raw.pop("listen")
    made = history.cached(
        ask.cache, msgspec.convert(raw, Config), wanted, time.time_ns() // 1_000_000, lambda done: tell(done / 2)
    )
    events = history.length(made)
    ours, its = [], []
    for n in range(rounds):
        ours.append(await _ours(ask.folder / f"ours{n}", made, events))
        its.append(await _floor(ask.folder / f"floor{n}", made, events))
        tell(0.5 + 0.5 * (n + 1) / rounds)
    mine, least = of_rounds(ours), of_rounds(its)
    pairs = {name: name for name in ("per_s", "box_us", "central_us")}
    return Measured(mine, least, ratios(mine, least, pairs), spread(its, "per_s"), HOW, about={"events": events})


async def _ours(folder: Path, made: Path, events: int) -> Figures:
    words = (*LUUKKU, "central", "--listen", "127.0.0.1:0", "--data", str(folder / "central"))
    async with program(words, "central at", folder / "central.log") as central:
        url = central.said.partition(" at ")[2].partition(",")[0]
        config, data = folder / "point.toml", folder / "data"
        box = await asyncio.to_thread(_box, folder, made, url)
        point = str(box["point"]["id"])
        async with program(run_words(config, data), " at http", folder / "point.log") as running, _session() as http:
            headers = {"Authorization": f"Bearer {(folder / 'token').read_text()}"}
            head = _asks(http, f"{url}/api/v1/points/{point}/head", headers, "seq")
            return await _between(running, central, head, events)


async def _floor(folder: Path, made: Path, events: int) -> Figures:
    async with floor("drain", folder) as central:
        words = (str(made), address(central))
        async with floor("send", folder, *words) as box, _session() as http:
            return await _between(box, central, _asks(http, f"{address(central)}/head", {}, "n"), events)


def _box(folder: Path, made: Path, url: str) -> dict[str, dict[str, object]]:
    """A box that has everything still to send; gives its config."""
    raw = point_toml(9, central=url)
    write_toml(folder / "point.toml", raw)
    token = msgspec.json.decode((folder / "central" / "tokens.json").read_bytes(), type=dict[str, str])["box"]
    (folder / "token").write_text(token)
    (folder / "data").mkdir()
    shutil.copyfile(made, folder / "data" / "journal.db")
    return raw


async def _between(box: Running, central: Running, head: Head, events: int) -> Figures:
    """From a tenth of the backlog to its end."""
    first = await _reached(head, max(1, round(FROM * events)))
    began, box_s, central_s = time.perf_counter(), box.cpu_s(), central.cpu_s()
    last = await _reached(head, round(TO * events))
    took = time.perf_counter() - began
    moved = last - first
    return {
        "per_s": moved / took,
        "box_us": 1e6 * (box.cpu_s() - box_s) / moved,
        "central_us": 1e6 * (central.cpu_s() - central_s) / moved,
    }


async def _reached(head: Head, least: int) -> int:
    """Where central is, as soon as it is that far."""
    at = 0
    async with asyncio.timeout(PATIENCE_S):
        while at < least:
            await asyncio.sleep(LOOK_S)
            at = await head()
    return at


def _asks(http: aiohttp.ClientSession, url: str, headers: dict[str, str], key: str) -> Head:
    async def head() -> int:
        async with http.get(url, headers=headers) as answer:
            return int((await answer.json())[key])

    return head


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S))
