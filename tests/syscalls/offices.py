"""The office that a box delivers to: `luukku central` as a process of its own, and what it holds."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from tests.central.rig import TOKENS, Client, free_port
from tests.system.lives import Life, Program
from tests.system.stranger import until

LUUKKU = "controller.app.main:main"
UP_S = 90.0


class Office:
    """Central at one address, which keeps its data from life to life."""

    def __init__(self, program: Program, data: Path, session: aiohttp.ClientSession) -> None:
        self.program, self.data, self.port = program, data, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.life: Life | None = None
        self._session = session
        data.mkdir(parents=True)
        (data / "tokens.json").write_bytes(msgspec.json.encode(TOKENS))

    async def start(self, strace: Sequence[str] = ()) -> Life:
        """A life; it is up when it answers, or it is over already."""
        words = ("central", "--listen", f"127.0.0.1:{self.port}", "--data", str(self.data))
        self.life = life = await self.program.start(LUUKKU, *words, log=self.data.with_suffix(".log"), strace=strace)

        async def up() -> bool:
            return life.over or await self._answers()

        await until(up, UP_S, "central is up")
        return life

    async def _answers(self) -> bool:
        try:
            async with self._session.get(f"{self.url}/") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def stored(self, point: str, journal: str) -> list[bytes]:
        """Every event of a journal, byte for byte."""
        return await Client(self._session, self.url, point).stored(journal)


@asynccontextmanager
async def an_office(program: Program, folder: Path) -> AsyncIterator[Office]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        office = Office(program, folder / "central", session)
        await office.start()
        yield office
