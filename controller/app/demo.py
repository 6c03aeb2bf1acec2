"""`luukku demo`: a whole point on one machine. Point, media, central and simulated hardware are processes; one
that dies is started again at once, as systemd would.
"""

import asyncio
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

RESTART_S = 0.5  # contract: within 2 s
STOP_S = 8.0
READY_S = 60.0
PRINTER_LOOK_S, PRINTER_LOOKS = 0.1, 50  # a printer that was left without paper is no reason not to show the rest
CENTRAL_OFFSET, PRINTER_OFFSET, SIM_OFFSET = 10, 20, 21  # beside the point's port
CONFIG = Path(__file__).parents[2] / "config" / "demo.toml"
PARTS = ("sim", "central", "point", "media")
SURFACES = {"kiosk": "kiosk", "staff": "staff", "technician": "technician"}


class Plan(msgspec.Struct):
    """What all three processes are told, in DIR/demo-plan.json (mode 0600: it holds tokens)."""

    config: str
    data: str
    host: str
    port: int
    box_token: str
    central_token: str
    expert_token: str
    seed: int
    day_speed: int

    def url(self, offset: int = 0) -> str:
        return f"http://{self.host}:{self.port + offset}"


def main(port: int, data: Path | None, seed: int, day: int | None, *, browser: bool) -> int:
    """Run until Ctrl-C; gives the exit code."""
    if port + SIM_OFFSET > 65_535:
        print(f"luukku demo: port {port} leaves no room for its neighbours up to +{SIM_OFFSET}", file=sys.stderr)
        return 2
    mine = data is None
    folder = Path(tempfile.mkdtemp(prefix="luukku-demo-")) if data is None else data
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    try:
        return asyncio.run(Show(_plan(folder, port, seed, day), browser=browser).run())
    finally:
        if mine:
            shutil.rmtree(folder, ignore_errors=True)


class Show:
    """The processes, kept alive."""

    def __init__(self, plan: Plan, *, browser: bool) -> None:
        self._plan = plan
        self._data = Path(plan.data)
        self._browser = browser
        self._pids: dict[str, int] = {}
        self._tokens: dict[str, str] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        if taken := await _taken(self._plan):
            print(f"luukku demo: port {taken} is taken; choose another with --port N", file=sys.stderr)
            return 1
        print("luukku demo: starting simulated hardware, central and the point ...", flush=True)
        keepers = [asyncio.create_task(self._keep(part)) for part in PARTS]
        try:
            if not await self._is_up():
                print("luukku demo: the point did not come up; its log is above", file=sys.stderr)
                return 1
            await self._announce()
            await self._stopping.wait()
        finally:
            self._stopping.set()
            await asyncio.gather(*keepers)
            (self._data / "demo-credentials.json").unlink(missing_ok=True)
        print("\nluukku demo: stopped", flush=True)
        return 0

    async def _keep(self, part: str) -> None:
        """Start `part`, and start it again whenever it ends, until we stop."""
        while not self._stopping.is_set():
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *self._words(part),
                stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            self._pids[part] = process.pid
            self._write_credentials()
            ended = asyncio.create_task(process.wait())
            stop = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({ended, stop}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if not ended.done():
                await _end(process, ended)
                return
            print(f"luukku demo: {part} ended ({process.returncode}); starting it again", file=sys.stderr, flush=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(RESTART_S):
                    await self._stopping.wait()

    def _words(self, part: str) -> tuple[str, ...]:
        if part == "media":
            return "drivers.media", "--socket", str(self._data / "media.sock"), "--simulated"
        return "controller.app.demo_parts", part, str(self._data / "demo-plan.json")

    async def _is_up(self) -> bool:
        """Wait for all three to answer."""
        asks = [f"{self._plan.url()}/readyz", f"{self._plan.url(CENTRAL_OFFSET)}/", f"{self._plan.url(SIM_OFFSET)}/"]
        deadline = asyncio.get_running_loop().time() + READY_S
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while asyncio.get_running_loop().time() < deadline and not self._stopping.is_set():
                if all([await _answers(session, url) for url in asks]):
                    return True
                await asyncio.sleep(0.2)
        return self._stopping.is_set()

    async def _announce(self) -> None:
        tokens = await self._surface_tokens()
        await self._printers_answer()
        self._write_credentials(tokens)
        wall = f"{self._plan.url()}/wall"
        print(f"\n  The wall:  {wall}\n\n  data in {self._data}; Ctrl-C ends the demo", flush=True)
        if self._browser and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            await asyncio.to_thread(webbrowser.open, wall)

    async def _printers_answer(self) -> None:
        """Give the point's links a moment, so that whoever sees the wall also gets paper."""
        for _ in range(PRINTER_LOOKS):
            with suppress(aiohttp.ClientError):  # a point that was killed just now
                if all(known["state"] in {"ready", "degraded"} for known in await self._printers()):
                    return
            await asyncio.sleep(PRINTER_LOOK_S)

    async def _printers(self) -> list[dict[str, str]]:
        told = msgspec.json.decode(await self._admin("/api/v1/state"), type=dict[str, msgspec.Raw])
        return msgspec.json.decode(told["printers"], type=list[dict[str, Any]])

    async def _admin(self, path: str) -> bytes:
        connector = aiohttp.UnixConnector(str(self._data / "admin.sock"))
        async with aiohttp.ClientSession(connector=connector) as session, session.get(f"http://admin{path}") as answer:
            return await answer.read()

    async def _surface_tokens(self) -> dict[str, str]:
        known = msgspec.json.decode(await self._admin("/tokens"), type=list[dict[str, str]])
        first: dict[str, str] = {}
        for one in known:
            first.setdefault(one["role"], one["token"])
        self._tokens = {name: first[role] for name, role in SURFACES.items()}
        return self._tokens

    def _write_credentials(self, tokens: dict[str, str] | None = None) -> None:
        """DIR/demo-credentials.json (contract, section 2), whole or not at all."""
        surfaces = tokens or self._tokens
        if not surfaces:
            return
        plan = self._plan
        neighbours = {"central": plan.central_token, "box": plan.box_token, "expert": plan.expert_token}
        told = {
            "point": plan.url(), "central": plan.url(CENTRAL_OFFSET), "sim": plan.url(SIM_OFFSET),
            "tokens": surfaces | neighbours, "pids": {part: self._pids[part] for part in PARTS},
        }  # fmt: skip
        _write_private(self._data / "demo-credentials.json", json.dumps(told, indent=2) + "\n")


def _plan(data: Path, port: int, seed: int, day: int | None) -> Plan:
    """The plan of this data directory: its tokens are made once and kept, so that a restart is no new installation."""
    path = data / "demo-plan.json"
    kept = msgspec.json.decode(path.read_bytes(), type=Plan) if path.exists() else None
    made = [secrets.token_urlsafe(24) for _ in range(3)]
    box, central, expert = (kept.box_token, kept.central_token, kept.expert_token) if kept else made
    plan = Plan(str(CONFIG), str(data.resolve()), "127.0.0.1", port, box, central, expert, seed, day or 0)
    _write_private(path, msgspec.json.format(msgspec.json.encode(plan)).decode())
    return plan


async def _taken(plan: Plan) -> int | None:
    """The first of our ports that somebody else listens on."""
    for offset in (0, CENTRAL_OFFSET, PRINTER_OFFSET, SIM_OFFSET):
        with suppress(OSError):
            _, writer = await asyncio.open_connection(plan.host, plan.port + offset)
            writer.close()
            return plan.port + offset
    return None


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _end(process: asyncio.subprocess.Process, ended: "asyncio.Task[int]") -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    done, _ = await asyncio.wait({ended}, timeout=STOP_S)
    if not done:
        with suppress(ProcessLookupError):
            process.kill()
        await ended


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)
