"""`bench session`: what a remote session, and a media process gone mad beside it, cost the ticket of a customer in the
lobby. The same point without a session, block by block in the same run, is the floor.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell, latencies, of_rounds, ratios, spread
from controller.app.bench.kept import Kept, kept
from controller.app.bench.our_call import BOOTH, MEDIA, is_here, write_central
from controller.app.bench.presses import Presses, session, settled
from controller.app.bench.stage import (
    LUUKKU,
    Point,
    Running,
    free_port,
    point_toml,
    printer,
    program,
    run_words,
    started,
    tokens,
    write_toml,
)

ROUNDS, PRESSES = 8, 150
BETWEEN_S = 0.02  # a lobby is never so busy; without it the one client is all that is measured
PATIENCE_S = 60.0
MEDIA_NICE = "10"  # as CPUWeight=50 beside the daemon's 500 (luukku-media.service): each step is a quarter
BROWSER_NICE = "7"  # as a unit's plain 100 beside it
SIM = ("nice", "-n", BROWSER_NICE, sys.executable, "-m", "drivers.media.sim")
BURNER = ("nice", "-n", MEDIA_NICE, sys.executable, "-c", "while True: pass")
MANNER = '{"talks_s": 86400}'
TARGETS = (Target("ratio", "p99", 1.5, "ratio"),)
HOW = (
    "one kiosk's POST /tickets over keep-alive HTTP to the daemon, its paper printed by a virtual printer as fast as "
    "its process is, while a simulated customer and a simulated expert are in a session with the real media process "
    "(document camera, both legs) and another process burns a core in its stead; all of them as nice as gives them the "
    "shares of the installed units (CPUWeight 500 to 50, the customer and the expert 100, in the browser's stead); "
    "beside it the same presses at the same point with no session and nothing that burns, block by block"
)


class Booth:
    """The customer and the expert who meet, and the core that burns; both may be called off."""

    def __init__(self, http: aiohttp.ClientSession, ours: Point, burner: Running) -> None:
        self._http, self._ours, self._burner = http, ours, burner
        self.calm()

    def calm(self) -> None:
        os.kill(self._burner.pid, signal.SIGSTOP)

    def mad(self) -> None:
        os.kill(self._burner.pid, signal.SIGCONT)

    async def session(self, log: Path) -> str:
        """The id of the session that the customer's `log` names, once both see each other. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while not (id_ := await asyncio.to_thread(_asked, log)):  # noqa: ASYNC110  why: another process writes it
                await asyncio.sleep(0.1)
            url, headers = f"{self._ours.url}/api/v1/sessions/{id_}", self._ours.bearer("booth")
            while True:
                async with self._http.get(url, headers=headers) as answer:
                    if msgspec.json.decode(await answer.read())["state"] == "connected":
                        return id_
                await asyncio.sleep(0.1)

    async def end(self, id_: str) -> None:
        """With the word on how it ended, so that the expert is free for the next."""
        url, headers = f"{self._ours.url}/api/v1/sessions/{id_}/end", self._ours.bearer("staff")
        word = {"outcome": "completed", "resolution": "first_contact"}
        async with self._http.post(
            url, json=word, headers=headers | {"Idempotency-Key": secrets.token_hex(8)}
        ) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{url} answered {answer.status}: {(await answer.text())[:200]}")


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it."""
    rounds, presses = max(2, round(ROUNDS * ask.size)), max(10, round(PRESSES * ask.size))
    calm: list[Figures] = []
    mad: list[Figures] = []
    async with AsyncExitStack() as stack:
        ours, media = await stack.enter_async_context(_point(ask.folder))
        burner = await stack.enter_async_context(started(BURNER, ask.folder / "burner.log"))
        http = await stack.enter_async_context(session())
        booth, kiosk = Booth(http, ours, burner), Presses(http, f"{ours.url}/api/v1/tickets", ours.bearer("kiosk"))
        stack.callback(booth.mad)  # a process that is stopped does not hear that it shall end
        burned, cores = 0.0, 0.0
        for n in range(rounds + 1):
            alone, log = await _block(kiosk, presses), ask.folder / f"booth-{n}.log"
            async with _people(ask.folder, ours, log):
                id_ = await booth.session(log)
                booth.mad()
                before, began = (burner.cpu_s(), media.cpu_s()), asyncio.get_running_loop().time()
                beside = await _block(kiosk, presses)
                took = asyncio.get_running_loop().time() - began
                booth.calm()
                if n:  # the first is for warming up
                    burned += (burner.cpu_s() - before[0]) / took / rounds
                    cores += (media.cpu_s() - before[1]) / took / rounds
                    calm.append(alone)
                    mad.append(beside)
                await booth.end(id_)
            await settled(http, ours, kiosk.given[-1])
            tell((n + 1) / (rounds + 1))
    mine, floor = of_rounds(mad), of_rounds(calm)
    about: Figures = {"presses": rounds * presses, "burned_cores": round(burned, 3), "media_cores": round(cores, 3)}
    pairs = {"p50": "p50_ms", "p99": "p99_ms"}
    return Measured(mine, floor, ratios(mine, floor, pairs), spread(calm, "p50_ms"), HOW, about=about)


async def _block(kiosk: Presses, count: int) -> Figures:
    took = []
    for _ in range(count):
        took.append(await kiosk.press())
        await asyncio.sleep(BETWEEN_S)
    return latencies(took)


@asynccontextmanager
async def _point(folder: Path) -> AsyncIterator[tuple[Point, Kept]]:
    """Central, a point with a kiosk and a booth, and its media process."""
    box, expert, data, config = secrets.token_urlsafe(24), secrets.token_urlsafe(24), folder / "data", folder / "p.toml"
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(write_central, folder / "central", box, expert)
        words = (*LUUKKU, "central", "--listen", f"127.0.0.1:{free_port()}", "--data", str(folder / "central"))
        central = await stack.enter_async_context(program(words, "central at", folder / "central.log"))
        url = central.said.partition(" at ")[2].partition(",")[0].strip()
        ports = await stack.enter_async_context(printer(folder, quick=True))
        await asyncio.to_thread(lambda: write_toml(config, point_toml(*ports, central=url)))
        await asyncio.to_thread((folder / "token").write_text, box)
        daemon = await stack.enter_async_context(program(run_words(config, data), " at http", folder / "point.log"))
        media_words = ("nice", "-n", MEDIA_NICE, *MEDIA, "--socket", str(data / "media.sock"), "--simulated")
        media = await stack.enter_async_context(kept(media_words, folder / "media.log"))
        await is_here(folder / "point.log")
        known = await tokens(data) | {"expert": expert, "central": url}
        yield Point(daemon, daemon.said.rpartition(" at ")[2].strip(), data, known), media


@asynccontextmanager
async def _people(folder: Path, ours: Point, log: Path) -> AsyncIterator[None]:
    """A customer in the booth and an expert at the desk, each a process."""
    async with AsyncExitStack() as stack:
        expert = (*SIM, "expert", "--central", ours.tokens["central"], "--token", ours.tokens["expert"])
        booth = (*SIM, "booths", "--point", ours.url, "--token", ours.tokens["booth"], "--calls", "3600")
        await stack.enter_async_context(started((*expert, "--manner", MANNER), folder / "expert.log"))
        await stack.enter_async_context(started((*booth, "--service", "kela-asumistuki", BOOTH), log))
        yield


def _asked(log: Path) -> str:
    """The session that a simulated booth has asked for; "" before."""
    told = [msgspec.json.decode(line) for line in log.read_bytes().splitlines() if line.startswith(b"{")]
    return str(next((one["session"] for one in told if one["what"] == "asked"), ""))
