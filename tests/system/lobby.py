"""A lobby of two kiosks as real processes: the daemon, a printer on the network, and one at the end of a serial line.

Each may be killed and starts again as itself: a printer's counters and its paper are on its disk. Each is a fork of one
program (`lives.py`), so that five hundred deaths cost no hour of imports.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.system.lives import Life, Program, program
from tests.system.stage import free_port, without_inputs
from tests.system.stranger import Stranger, until
from tests.system.street import DEMO, LUUKKU, PRINTER, Address

MODULES = ("controller.app.main", "controller.app.compose", "escpos.printer", "serial", "drivers.links.serial",
           "drivers.sim.escpos_printer", "aiohttp", "PIL.Image")  # fmt: skip
POINT = "point"
PRINTERS = {"main": "wire", "side": "line"}  # by kiosk
MORTAL = (POINT, *PRINTERS.values())
SITE = "https://jono.example"
SPEED_MM_S = "400"  # between two and three times a real one: a ticket is under way for most of a second
BAUD = 115_200
UP_S = 120.0
TO_SHM = "/dev/shm"  # why: the config takes serial ports under /dev only, and here anybody may make one
KIOSK = '[[kiosks]]\nid = "main"\nprinter = "lobby"\ngeneral = "neuvonta"\n'
OF_OLD = '[[printers]]\nid = "lobby"\nkind = "escpos"\nlink = "sim"\nprofile = "virtual"\n'


class Lobby:
    """The parts by name, each at its own address for ever: `MORTAL`."""

    def __init__(self, program: Program, folder: Path, line: Path, session: aiohttp.ClientSession) -> None:
        self._program, self.folder, self._session = program, folder, session
        self._lives: dict[str, Life] = {}
        self._tty = line / "printer"
        first = free_port()  # with three neighbours that are free too
        self._port, self._tcp = first, first + 10
        self._control = {"wire": first + 20, "line": first + 21}
        self.data = folder / "data"
        (folder / "point.toml").write_text(self._config(), encoding="utf-8")

    def _config(self) -> str:
        """The demo's point without a limit to its queues and to its kiosks' takers, with these printers."""
        config = without_inputs(DEMO.read_text(encoding="utf-8")).replace("\ncap = 60\n", "\n")
        config = config.replace("127.0.0.1:8080", f"127.0.0.1:{self._port}")
        config = config.replace('municipality = "Sodankylä"', f'public_url = "{SITE}"')
        links = {"wire": f"tcp:127.0.0.1:{self._tcp}", "line": f"serial:{self._tty},{BAUD}"}
        kiosks = "".join(
            f'[[kiosks]]\nid = "{kiosk}"\nprinter = "{printer}"\ngeneral = "neuvonta"\nrate = {{ every_s = 0 }}\n\n'
            for kiosk, printer in PRINTERS.items()
        )
        printers = "".join(
            f'[[printers]]\nid = "{printer}"\nkind = "escpos"\nlink = "{link}"\nprofile = "virtual"\n\n'
            for printer, link in links.items()
        )
        assert KIOSK in config and OF_OLD in config
        return config.replace(KIOSK, kiosks).replace(OF_OLD, printers)

    def paper(self, printer: str) -> Path:
        """What this printer has cut off."""
        return self.folder / f"paper-{printer}" / printer

    async def start(self, part: str) -> None:
        entry, *words = self._words(part)
        life = await self._program.start(entry, *words, log=self.folder / f"{part}.log")
        self._lives[part] = life

        async def up() -> bool:
            self.alive(part)
            return await self._answers(part)

        await until(up, UP_S, f"{part} is up")

    def alive(self, part: str) -> None:
        life = self._lives[part]
        assert not life.over, f"{part} ended by itself: {life.log.read_text(errors='replace')[-2000:]}"

    def _words(self, part: str) -> list[str]:
        if part == POINT:
            return [LUUKKU, "run", "--config", str(self.folder / "point.toml"), "--data", str(self.data)]
        door = {"wire": ["--tcp", f"127.0.0.1:{self._tcp}"], "line": ["--pty", str(self._tty), "--baud", str(BAUD)]}
        own = ["--http", f"127.0.0.1:{self._control[part]}", "--out", str(self.folder / f"paper-{part}")]
        return [PRINTER, *door[part], *own, "--id", part, "--speed", SPEED_MM_S]

    async def _answers(self, part: str) -> bool:
        url = f"http://127.0.0.1:{self._port}/healthz" if part == POINT else self._door(part)
        try:
            async with self._session.get(url) as said:
                return said.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def kill(self, part: str) -> None:
        """`kill -9`. The serial line's name goes with its printer: its pty's number may be somebody else's at once."""
        self.alive(part)
        if part == "line":
            self._tty.unlink(missing_ok=True)  # before: a name that dangles is another's printer before long
        await self._lives[part].stop(9)

    async def stop(self, part: str) -> None:
        """The orderly way."""
        self.alive(part)
        await self._lives[part].stop()

    def _door(self, printer: str) -> str:
        return f"http://127.0.0.1:{self._control[printer]}/printers/{printer}"

    async def strike(self, printer: str, **fault: Any) -> None:
        """Something happens to a printer (drivers/sim/faults.py). Raises aiohttp.ClientError when it is dead."""
        async with self._session.post(f"{self._door(printer)}/faults", json=fault) as said:
            assert said.status == 200, await said.text()

    async def printer(self, printer: str) -> Any:
        """How it is, as it says itself."""
        async with self._session.get(self._door(printer)) as said:
            return await said.json()

    async def client(self) -> Stranger:
        """Somebody with the sign-ins of every role: by role, and by role/id."""
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(self.data / "admin.sock"))) as session,
            session.get("http://admin/tokens") as known,
        ):
            signed = await known.json()
        tokens = {one["role"]: one["token"] for one in reversed(signed)}
        tokens |= {f"{one['role']}/{one['id']}": one["token"] for one in signed}
        urls = {"point": f"http://127.0.0.1:{self._port}", "central": "", "sim": ""}
        return Stranger(Address({**urls, "tokens": tokens}), self._session)


@asynccontextmanager
async def a_lobby(folder: Path) -> AsyncIterator[Lobby]:
    """Everything is up."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=30)
    with tempfile.TemporaryDirectory(prefix="luukku-kills-", dir=TO_SHM) as line:
        async with program(*MODULES) as made, aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            lobby = Lobby(made, folder, Path(line), session)
            for part in reversed(MORTAL):
                await lobby.start(part)
            yield lobby
