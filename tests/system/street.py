"""A street of real processes: box, central, printer, and bad lines between them; each may be killed and starts again.

Each part is a fork of one program (`lives.py`), so that two thousand deaths cost no hour of imports. Clients come to
the box by a bad line (`door`) or straight; the box reaches central by a bad line only.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.system.lives import Life, Program, program
from tests.system.stage import free_port, healthy, without_inputs
from tests.system.stranger import Stranger, sign_ins, until

DEMO = Path(__file__).parents[2] / "config" / "demo.toml"
LUUKKU, PRINTER, PROXY = "controller.app.main:main", "drivers.sim.escpos_printer:main", "tests.system.proxy:main"
MODULES = ("controller.app.main", "controller.app.compose", "escpos.printer", "drivers.sim.escpos_printer",
           "tests.system.proxy")  # fmt: skip
TOKENS = {"box": "box-token-of-the-street", "central": "central-token-of-the-street"}
FAST_MM_S = "600"  # four times a real printer
BADNESS = "0.15"  # of all requests on a bad line
BACK_S = 240.0
MORTAL = {"box": 12, "central": 4, "printer": 2, "line": 1, "door": 1}  # who is killed, and how often of twenty


class Address:
    """Where a stranger stands in the street."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told

    def known(self) -> dict[str, Any]:
        return self._told


class Street:
    """The parts by name, each at its own address for ever. `move_in`: an empty disk and an empty roll of paper."""

    def __init__(self, program: Program, folder: Path, seed: int, session: aiohttp.ClientSession) -> None:
        self._program, self.folder, self._seed, self._session = program, folder, seed, session
        self._lives: dict[str, Life] = {}
        self._count = 0
        first = free_port()  # with three neighbours that are free too
        self.ports = dict(zip(("box", "central", "printer", "line"), (first + n for n in (0, 10, 20, 21)), strict=True))
        self.ports["door"] = free_port()
        self.data, self.paper = folder / "box0", folder / "paper0"
        (folder / "central").mkdir(parents=True)
        (folder / "central" / "tokens.json").write_text(json.dumps(TOKENS))
        (folder / "box.token").write_text(TOKENS["box"])
        (folder / "point.toml").write_text(self._config(), encoding="utf-8")

    def _config(self) -> str:
        """The demo's point without a limit to its queues, with these neighbours."""
        config = DEMO.read_text(encoding="utf-8").replace("\ncap = 60\n", "\n")
        config = config.replace("127.0.0.1:8080", f"127.0.0.1:{self.ports['box']}")
        config = without_inputs(config).replace('link = "sim"', f'link = "tcp:127.0.0.1:{self.ports["printer"]}"')
        config = config.replace('municipality = "Sodankylä"', 'public_url = "https://jono.example"')
        return config + f'\n[central]\nurl = "http://127.0.0.1:{self.ports["line"]}"\ntoken_file = "box.token"\n'

    async def move_in(self) -> None:
        """A box with an empty disk, at the same place."""
        self._count += 1
        self.data, self.paper = self.folder / f"box{self._count}", self.folder / f"paper{self._count}"
        for part in ("box", "printer"):
            if part in self._lives:
                await self._lives[part].stop()
        for part in ("central", "line", "door", "printer", "box"):
            if part not in self._lives or self._lives[part].over:
                await self.start(part)

    async def start(self, part: str) -> None:
        entry, *words = self._words(part)
        life = await self._program.start(entry, *words, log=self.folder / f"{part}.log")
        self._lives[part] = life

        async def back() -> bool:
            assert not life.over, f"{part} ended by itself: {life.log.read_text()[-2000:]}"
            return await self._is_up(part)

        await until(back, BACK_S, f"{part} is up")

    def _words(self, part: str) -> list[str]:
        own, seed = self.ports[part], str(self._seed)
        match part:
            case "box":
                return [LUUKKU, "run", "--config", str(self.folder / "point.toml"), "--data", str(self.data)]
            case "central":
                return [LUUKKU, "central", "--listen", f"127.0.0.1:{own}", "--data", str(self.folder / "central")]
            case "printer":
                return [PRINTER, "--tcp", f"127.0.0.1:{own}", "--speed", FAST_MM_S, "--out", str(self.paper)]
            case "line":
                return [PROXY, str(own), str(self.ports["central"]), seed, BADNESS]
            case _:
                return [PROXY, str(own), str(self.ports["box"]), seed, BADNESS]

    async def _is_up(self, part: str) -> bool:
        if part == "box":
            return await asyncio.to_thread(healthy, self.ports["box"])
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.ports[part])
        except OSError:
            return False
        writer.close()
        return True

    async def kill(self, part: str) -> None:
        """`kill -9`, and then it starts again."""
        await self._lives[part].stop(9)
        await self.start(part)

    async def stop(self, part: str) -> None:
        await self._lives[part].stop()

    async def client(self, *, by: str = "box") -> Stranger:
        """Somebody at the box itself, or (`by` "door") behind its bad line."""
        urls = {"point": self._url(by), "central": self._url("central"), "sim": ""}
        return Stranger(Address({**urls, "tokens": await sign_ins(self.data) | TOKENS}), self._session)

    def _url(self, part: str) -> str:
        return f"http://127.0.0.1:{self.ports[part]}"


@asynccontextmanager
async def a_street(folder: Path, seed: int) -> AsyncIterator[Street]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=30)
    async with program(*MODULES) as made, aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        yield Street(made, folder, seed, session)
