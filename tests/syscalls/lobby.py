"""A whole point with its neighbours: `luukku run` life after life on one address, a virtual printer, central."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from drivers.sim.printer_server import PrinterServer
from tests.central.rig import TOKENS, free_port
from tests.readers.paper_rig import FINAL, pieces_in
from tests.syscalls.offices import LUUKKU, Office
from tests.system.laws import every_paper_has_one_proof, every_taker_has_one_number
from tests.system.lives import Life
from tests.system.siege import END, persist
from tests.system.stage import healthy, without_inputs
from tests.system.stranger import Answer, Stranger, chained, sign_ins, until

DEMO = Path(__file__).parents[2] / "config" / "demo.toml"
UP_S, SETTLED_S = 90.0, 300.0
TICKETS = ("a", "b")  # keys of those who come before the counter opens, and after


class Lobby:
    """One point at one address; its data outlive its lives."""

    def __init__(self, folder: Path, office: Office, printer: PrinterServer) -> None:
        self.folder, self.data, self.office, self.printer = folder, folder / "data", office, printer
        self.port = free_port()
        config = DEMO.read_text(encoding="utf-8").replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
        config = without_inputs(config).replace('link = "sim"', f'link = "tcp:127.0.0.1:{printer.port}"')
        config = config.replace('municipality = "Sodankylä"', 'public_url = "https://jono.example"')
        config += f'\n[central]\nurl = "{office.url}"\ntoken_file = "box.token"\n'
        (folder / "point.toml").write_text(config, encoding="utf-8")
        (folder / "box.token").write_text(TOKENS["box"])

    async def start(self, name: str, strace: Sequence[str] = ()) -> Life:
        """A life, logged under this name; it is up when it answers, or it is over already."""
        words = ("run", "--config", str(self.folder / "point.toml"), "--data", str(self.data))
        life = await self.office.program.start(LUUKKU, *words, log=self.folder / name, strace=strace)

        async def up() -> bool:
            return life.over or await asyncio.to_thread(healthy, self.port)

        await until(up, UP_S, f"the point is up ({self.folder})")
        return life

    async def visited(self, life: Life, said: dict[str, Answer]) -> None:
        """A morning and an orderly end, as far as this life goes. `said` has what was answered, by key."""
        morning, over = asyncio.create_task(self.morning(said)), asyncio.create_task(life.ended(SETTLED_S))
        await asyncio.wait({morning, over}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if morning.done() and morning.exception() is None:
                await life.stop()
            elif morning.done() and not isinstance(morning.exception(), (OSError, aiohttp.ClientError)):
                morning.result()  # not its death: a law is broken
            await over
        finally:
            morning.cancel()
            await asyncio.gather(morning, over, return_exceptions=True)

    async def morning(self, said: dict[str, Answer]) -> None:
        """Two take a number and get their paper, one of them is served; everybody asks until there is an answer."""
        async with self.client() as client:
            await self._take(client, "a", said)
            for action, body in (("open", {"advisor": "adv"}), ("call-next", {}), ("start", {}), ("end", END)):
                said[action] = await persist(client, "staff", f"/counters/1/{action}", body, f"key-{action}")
                assert said[action].status == 200, said[action]
            await self._take(client, "b", said)

    async def laws(self, said: dict[str, Answer]) -> None:
        """Of a point that is up: `said` is what everybody has been answered."""
        async with self.client() as client:
            source = json.loads((await client.journal())[0])["source"]

            async def equal() -> list[bytes] | None:
                mine = await client.journal()
                return mine if mine == await self.office.stored("sodankyla", source.rpartition("/")[2]) else None

            events = await until(equal, SETTLED_S, "central has the journal")
            chained(events)
            tickets = {key: said[key].json for key in TICKETS}
            every_taker_has_one_number(tickets, events)
            every_paper_has_one_proof(events)
            found = await asyncio.to_thread(pieces_in, self.printer.directory)
            for ticket in tickets.values():
                known = (await client.ticket(ticket["id"]))["print"]
                mine = [piece for piece in found if ticket["url"] in piece.codes]
                assert sum(not piece.marked for piece in mine) <= 1, f"{ticket['number']} is out twice without a mark"
                assert mine or known["state"] != "confirmed", f"{ticket['number']} is confirmed and nowhere"

    async def _take(self, client: Stranger, key: str, said: dict[str, Answer]) -> None:
        """A number, and its paper."""
        wish = {"service": "kela-asumistuki", "language": "fi"}
        said[key] = taken = await persist(client, "kiosk", "/tickets", wish, f"key-{key}")
        assert taken.status == 201, taken
        await self._printed(client, taken.json["id"])

    async def _printed(self, client: Stranger, ticket: str) -> None:
        async def ended() -> bool:
            known = await client.ask("kiosk", "GET", f"/tickets/{ticket}")
            return known.status == 200 and known.json["print"]["state"] in FINAL

        await until(ended, SETTLED_S, f"the paper of {ticket} ends")

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Stranger]:
        self._tokens = await sign_ins(self.data)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as session:
            yield Stranger(self, session)

    def known(self) -> dict[str, Any]:
        """As a demo's credentials."""
        point = f"http://127.0.0.1:{self.port}"
        return {"point": point, "central": self.office.url, "sim": "", "tokens": self._tokens | TOKENS}
