"""`kill -9` of the daemon around every order of an expert: each is done once, each session has one outcome."""

import asyncio
import itertools
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest

from tests.remote.stage import TOKEN, Broker
from tests.system.laws import replay_equals_live
from tests.system.stage import Point, without_inputs
from tests.system.stranger import Stranger, stranger, told, until
from tests.system.street import DEMO

pytestmark = pytest.mark.system
BOOTH, PATIENCE_S, AIM_S = "booth-1", 30.0, 0.03
ORDERS: tuple[tuple[str, str], ...] = (  # what the expert orders, and the state that it leads to
    ("ring", "ringing"), ("answer", "connected"), ("hold", "held"), ("resume", "connected"), ("identity", "connected"),
    ("end", "ended"),
)  # fmt: skip
WORDS: dict[str, dict[str, Any]] = {
    "answer": {"expert": "x1", "name": "Aino"}, "end": {"resolution": "first_contact", "delivered": []},
}  # fmt: skip


class House:
    """One daemon that dies and comes back, an insistent broker, and a booth's page that always returns."""

    def __init__(self, point: Point, client: Stranger, broker: Broker, seed: int) -> None:
        self.point, self.client, self.broker = point, client, broker
        self.chance = Random(seed)
        self.kills = 0

    async def restart(self) -> None:
        self.kills += 1
        await asyncio.to_thread(self.point.stop, signal.SIGKILL)
        await asyncio.to_thread(self.point.start)

    async def ordered(self, id_: str, session: str, do: str, *, kill: bool) -> None:
        """As central does it: the same order again on every new line, until it is answered."""
        order = {"t": "order", "id": id_, "session": session, "do": do, **WORDS.get(do, {})}
        death = asyncio.create_task(self._death()) if kill else None
        said_on = -1
        async with asyncio.timeout(PATIENCE_S):
            while not (done := [m for m in self.broker.of("done") if m["id"] == id_]):
                if said_on != self.broker.lines:
                    said_on = self.broker.lines
                    with suppress(ConnectionError):
                        await self.broker.say(**order)
                await asyncio.sleep(0.005)
        if death is not None:
            await death
            await self._repeated(order)
        assert all(answer["ok"] for answer in done), done

    async def _death(self) -> None:
        await asyncio.sleep(self.chance.random() * AIM_S)
        await self.restart()

    async def _repeated(self, order: dict[str, Any]) -> None:
        """Once more, when all is well: nothing comes of it."""
        seen = len(self.broker.of("done"))

        async def again() -> bool:
            with suppress(ConnectionError):
                await self.broker.say(**order)
            await asyncio.sleep(0.1)
            return len(self.broker.of("done")) > seen

        await until(again, PATIENCE_S, "the order that is repeated is answered")
        assert self.broker.of("done")[-1]["ok"]

    async def page(self) -> None:
        """A booth's page whose talk with the expert stands whatever the daemon does."""
        headers = {"Authorization": f"Bearer {self.client.tokens['booth']}"}
        url = f"{self.client.urls['point']}/api/v1/booths/{BOOTH}/line"
        while True:
            with suppress(aiohttp.ClientError, ConnectionError):
                async with self.client.session.ws_connect(url, headers=headers) as line:
                    await asyncio.gather(self._talks(line), self._listens(line))
            await asyncio.sleep(0.05)

    async def _talks(self, line: aiohttp.ClientWebSocketResponse) -> None:
        while not line.closed:
            for session in self.live():
                await line.send_json({"t": "here", "session": session, "consent": "1", "devices": {}})
                await line.send_json({"t": "talk", "session": session, "up": True})
            await asyncio.sleep(0.05)

    async def _listens(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async for _ in line:
            pass

    def live(self) -> list[str]:
        pictures = self.broker.of("point")
        return [one["session"] for one in pictures[-1]["sessions"] if one["state"] != "queued"] if pictures else []

    async def wish(self, key: str) -> str:
        body = {"service": "kela-asumistuki", "language": "fi"}
        said = await self.client.ask("booth", "POST", f"/booths/{BOOTH}/sessions", body, key)
        assert said.status == 201, said
        return str(said.json["id"])

    async def reaches(self, session: str, state: str) -> None:
        async def there() -> bool:
            with suppress(aiohttp.ClientError, TimeoutError):
                return str((await self.client.get("booth", f"/sessions/{session}"))["state"]) == state
            return False

        await until(there, PATIENCE_S, f"{session} is {state}")


@asynccontextmanager
async def a_house(folder: Path, seed: int) -> AsyncIterator[House]:
    broker = Broker()
    async with broker.listening():
        folder.mkdir()
        (folder / "central.token").write_text(TOKEN)
        (folder / "central.token").chmod(0o600)
        config = without_inputs(DEMO.read_text(encoding="utf-8"))
        config += f'\n[central]\nurl = "http://127.0.0.1:{broker.port}"\ntoken_file = "central.token"\n'
        point = await asyncio.to_thread(Point(folder, config).start)
        try:
            async with stranger(point) as client:
                house = House(point, client, broker, seed)
                page = asyncio.create_task(house.page())
                try:
                    yield house
                finally:
                    page.cancel()
                    await asyncio.gather(page, return_exceptions=True)
        finally:
            await asyncio.to_thread(point.stop)


async def life_after_life(folder: Path, *, sessions: int, seed: int) -> None:
    ids = itertools.count()
    async with a_house(folder, seed) as house:
        for n in range(sessions):
            session = await house.wish(f"wish-{seed}-{n}")
            for do, state in ORDERS:
                await house.ordered(f"o-{next(ids)}", session, do, kill=True)
                await house.reaches(session, state)
        events = await house.client.journal()
    for session in {e["data"]["session"] for e in told(events, "remote.requested")}:
        _lived_once([e for e in told(events) if e["data"].get("session") == session])
    assert len(told(events, "remote.ended")) == sessions and house.kills == sessions * len(ORDERS)
    served = [e["data"] for e in told(events, "service.ended")]
    assert [turn["outcome"] for turn in served] == ["served"] * sessions, json.dumps(served)
    await replay_equals_live(house.point.data / "journal.db")


def _lived_once(events: list[dict[str, Any]]) -> None:
    """Every order left its mark once, in order; the page was there, so that nothing was interrupted."""
    states = [(e["data"]["to"], e["data"]["cause"]) for e in events if e["name"] == "remote.state_changed"]
    assert [state for state, _ in states] == ["ringing", "ringing", "connected", "held", "connected", "ended"], states
    names = [e["name"] for e in events]
    assert names.count("remote.ended") == 1 and names.count("identity.checked") == 1, names


@pytest.mark.timeout(240)
async def test_an_order_is_done_once_whenever_the_daemon_dies_of_it(tmp_path: Path) -> None:
    await life_after_life(tmp_path / "point", sessions=2, seed=2026)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_three_hundred_deaths_of_the_daemon_leave_each_session_with_one_outcome(tmp_path: Path) -> None:
    await life_after_life(tmp_path / "point", sessions=50, seed=2027)
