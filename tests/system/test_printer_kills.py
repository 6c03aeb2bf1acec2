"""`kill -9` of the daemon, of a printer on the network and of one on a serial line, while two kiosks take numbers.

In the end of each number at most one paper is out without a mark, what is called confirmed is there, what was given up
stays in, and whoever has no paper has the number on a screen. Who takes, dies, breaks and is mended when, is drawn from
the seed, as far as real processes let it. `make long` kills 500 times; LUUKKU_PRINTER_KILLS takes another number.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import aiohttp
import pytest

from tests.system.fallen import each_paper_has_one_last_word, every_paper_is_as_told, fallen
from tests.system.laws import (
    VERIFY,
    every_taker_has_one_number,
    lasting,
    replay_equals_live,
    results,
    unproven,
)  # fmt: skip
from tests.system.lobby import MORTAL, POINT, PRINTERS, SITE, Lobby, a_lobby
from tests.system.siege import LANGUAGES, SERVICES, SETTLE_S, persist
from tests.system.stranger import Stranger, spoken, told, until

pytestmark = pytest.mark.system
KILLS = int(os.environ.get("LUUKKU_PRINTER_KILLS", "500"))
SEED = int(os.environ.get("LUUKKU_PRINTER_KILLS_SEED", "2026"))
LIVES_S = (1.0, 3.0, 8.0)  # the longest of each kind of life between two deaths of one part
DEAD_S = (0.0, 0.5, 3.0)
AIMED, AIM_S, UNDER_WAY_S = 0.5, 5.0, 0.8  # so many deaths come while a paper is under way
UNSAVED = 0.6  # of the daemon's deaths: printers lose their power before they have saved their last cut
TAKEN_S = (0.2, 1.0, 3.0)
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "paper_out"}, {"kind": "paper_out", "at_mm": 40}, {"kind": "cover"}, {"kind": "cover", "at_mm": 90},
    {"kind": "jam"}, {"kind": "silent"}, {"kind": "power", "lose_counter": True}, {"kind": "drop", "at_byte": 700},
)  # fmt: skip
QUIET_S = 3.0  # longer than any ticket is under way


class Hall:
    """Those who take numbers, and what befalls the machines meanwhile, until there were so many deaths."""

    def __init__(self, lobby: Lobby, seed: int) -> None:
        self.lobby, self.seed = lobby, seed
        self.tickets: dict[str, Any] = {}
        self.again: list[str] = []  # tickets of which staff wanted another paper
        self.deaths: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    def _chance(self, who: str) -> Random:
        return Random(f"{self.seed} {who}")

    async def day(self, kills: int) -> None:
        self._client = await self.lobby.client()
        self._over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            people = [tasks.create_task(self._taker(kiosk)) for kiosk in PRINTERS]
            wear = [tasks.create_task(self._wear(printer)) for printer in PRINTERS.values()]
            await self._all_print()
            self._left = kills
            await asyncio.gather(*(self._death(part) for part in MORTAL))
            self._over.set()
            await asyncio.gather(*people, *wear)

    async def _all_print(self) -> None:
        """Before anything is done to them, all three work."""

        async def one_of_each() -> bool:
            await asyncio.sleep(0.2)
            ended = [e["data"] for e in told(await self._client.journal(), "ticket.print_result")]
            return {e["device"] for e in ended if e["result"] == "confirmed"} == set(PRINTERS.values())

        await until(one_of_each, 60, "a paper of each printer")

    async def _taker(self, kiosk: str) -> None:
        random, n = self._chance(kiosk), 0
        while not self._over.is_set():
            n += 1
            key = f"kills-{self.seed}-{kiosk}-{n}"
            wish = {"service": random.choice(SERVICES), "language": random.choice(LANGUAGES)}
            said = await persist(self._client, f"kiosk/{kiosk}", "/tickets", wish, key)
            assert said.status == 201, (key, said)
            self.tickets[key] = said.json
            await asyncio.sleep(random.choice(TAKEN_S) * random.random())
            match random.choice(("", "", "", "", "", "", "", "", "cancel", "reprint")):
                case "cancel":
                    await self._wish(said.json["id"], "cancel", key)
                case "reprint":
                    self.again.append(said.json["id"])
                    await self._wish(said.json["id"], "reprint", key)
                case _:
                    pass

    async def _wish(self, ticket: str, what: str, key: str) -> None:
        said = await persist(self._client, "staff", f"/tickets/{ticket}/{what}", {}, f"{key}-{what}")
        assert said.status in {200, 409}, (ticket, what, said)

    async def _death(self, part: str) -> None:
        """One part dies again and again, and starts again after a while."""
        random = self._chance(part)
        while self._left > 0:
            self._left -= 1
            await asyncio.sleep(random.choice(LIVES_S) * random.random() / (2 if part == POINT else 1))
            if random.random() < AIMED:
                await self._working(PRINTERS.values() if part == POINT else [part], True)
                await asyncio.sleep(random.random() * UNDER_WAY_S)
            await self.lobby.kill(part)
            self.deaths[part] += 1
            if part == POINT and random.random() < UNSAVED:
                await self._power_goes_unsaved(random)
            await asyncio.sleep(random.choice(DEAD_S) * random.random())
            await self.lobby.start(part)
            if sum(self.deaths.values()) % 50 == 0:
                print(f"so far {dict(self.deaths)}, {len(self.tickets)} tickets", flush=True)

    async def _power_goes_unsaved(self, random: Random) -> None:
        """Nobody is there to hear the proof; what a printer was at comes out, mostly, and is forgotten in its count."""
        if random.random() < 0.7:
            await self._working(PRINTERS.values(), False)
        else:
            await asyncio.sleep(random.random())
        for printer in PRINTERS.values():
            with suppress(aiohttp.ClientError):
                await self.lobby.strike(printer, kind="power", lose_counter=True)
                self.faults["power"] += 1

    async def _working(self, printers: Iterable[str], wanted: bool) -> None:
        """Wait a while until any of these printers is at a paper, or (`wanted` False) none is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AIM_S):
                while True:
                    with suppress(aiohttp.ClientError):
                        said = [await self.lobby.printer(printer) for printer in printers]
                        if any(one["condition"]["printing"] for one in said) == wanted:
                            return
                    await asyncio.sleep(0.02)

    async def _wear(self, printer: str) -> None:
        """From time to time a printer has a trouble that somebody mends."""
        random = self._chance(f"wear of {printer}")
        while not self._over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), 3 + random.random() * 9)
            fault = random.choice(FAULTS)
            with suppress(aiohttp.ClientError):  # it is dead, and has other troubles
                await self.lobby.strike(printer, **fault)
                self.faults[fault["kind"]] += 1
                await asyncio.sleep(random.choice((0.5, 2.0, 5.0)) * random.random())
                await self.lobby.strike(printer, kind="clear")


async def mended_and_quiet(lobby: Lobby) -> list[bytes]:
    """The journal, once every printer is well, every paper has its end and nothing moves any more."""
    client = await lobby.client()
    for printer in PRINTERS.values():
        await lobby.strike(printer, kind="clear")

    async def well() -> bool:
        known = await client.get("staff", "/state")
        return all(one["state"] in {"ready", "degraded"} for one in known["printers"])  # a roll may look near its end

    async def ended() -> bool:
        await asyncio.sleep(0.2)
        return not unproven(await client.journal())

    async def still() -> bool:
        said = [await lobby.printer(printer) for printer in PRINTERS.values()]
        return not any(one["condition"]["printing"] or one["bytes"]["buffered"] for one in said)

    await until(well, SETTLE_S, "both printers are well")
    await until(ended, SETTLE_S, "every paper has its end")
    await asyncio.sleep(QUIET_S)
    await until(still, SETTLE_S, "both printers are still")
    await until(ended, SETTLE_S, "every paper has its end")
    return await client.journal()


async def a_restart_changes_nothing(lobby: Lobby) -> None:
    """`GET /state` before an orderly restart and after."""
    client = await lobby.client()
    before = lasting(await client.get("staff", "/state"))
    await lobby.stop(POINT)
    await lobby.start(POINT)

    async def same() -> bool:
        return lasting(await client.get("staff", "/state")) == before

    await until(same, 30, "the state after the restart is the state before")


async def both_kiosks_print(client: Stranger) -> None:
    """After all this a customer gets a paper, proven."""
    for kiosk in PRINTERS:
        said = await client.ask(f"kiosk/{kiosk}", "POST", "/tickets", {"service": "neuvonta", "language": "fi"})
        assert (await client.printed(said.json["id"], 30))["print"]["state"] == "confirmed"


async def media_of(client: Stranger, tickets: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: (await client.ticket(one["id"]))["medium"] for one in tickets.values()}


async def paper_survives(folder: Path, *, kills: int, seed: int) -> None:
    async with a_lobby(folder) as lobby:
        hall, began = Hall(lobby, seed), monotonic()
        await hall.day(kills)
        killed = monotonic()
        events = await mended_and_quiet(lobby)
        settled = monotonic()
        every_taker_has_one_number(hall.tickets, events)
        each_paper_has_one_last_word(events, hall.again)
        client = await lobby.client()
        media = await media_of(client, hall.tickets)
        papers = [
            paper
            for printer in PRINTERS.values()
            for paper in await asyncio.to_thread(fallen, lobby.paper(printer), f"{SITE}/t/")
        ]
        urls = {ticket["id"]: ticket["url"] for ticket in hall.tickets.values()}
        print(
            f"seed {seed}: {dict(hall.deaths)} killed in {killed - began:.0f} s, settled in {settled - killed:.0f} s; "
            f"faults {dict(hall.faults)}\n{len(hall.tickets)} tickets, {len(events)} events, {len(papers)} papers, "
            f"{sum(paper.marked for paper in papers)} marked; {results(events)}", flush=True
        )  # fmt: skip
        every_paper_is_as_told(events, papers, urls, media)
        counted, _ = await spoken(*VERIFY, feed=b"\n".join(events) + b"\n")
        assert counted.startswith(f"{len(events)} events of ".encode())
        await a_restart_changes_nothing(lobby)
        await both_kiosks_print(client)
        await lobby.stop(POINT)
    await replay_equals_live(lobby.data / "journal.db")
    assert sum(hall.deaths.values()) == kills and set(hall.deaths) == set(MORTAL)


@pytest.mark.timeout(300)
async def test_of_each_number_one_paper_at_most_is_out_unmarked_whoever_is_killed(tmp_path: Path) -> None:
    await paper_survives(tmp_path, kills=9, seed=20_261_129)


@pytest.mark.long
@pytest.mark.timeout(6 * 3600)
async def test_five_hundred_kills_of_daemon_and_printers_lose_and_double_no_paper(tmp_path: Path) -> None:
    await paper_survives(tmp_path, kills=KILLS, seed=SEED)
