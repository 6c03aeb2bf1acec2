"""Box, central, printer and the lines between them killed, cut, delayed, truncated and made to say things twice.

In the end central's events are the box's journal bit for bit, its chain holds, each taker has one number and each
paper its last word. A run is drawn from its seed, as far as real processes let it: who takes and is served, who dies
when, and what happens to the n-th request on a bad line.

`make long` takes 1,000,000 events and 2,000 kills; LUUKKU_CHAOS_EVENTS and LUUKKU_CHAOS_KILLS take less or more.
"""

import asyncio
import math
import os
from collections import Counter
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import pytest

from tests.readers.paper_rig import pieces_in
from tests.system.laws import (
    VERIFY,
    every_paper_has_one_proof,
    every_taker_has_one_number,
    replay_equals_live,
    results,
    unproven,
)  # fmt: skip
from tests.system.siege import END, SERVICES, SETTLE_S, persist
from tests.system.stranger import Stranger, spoken, told, until
from tests.system.street import MORTAL, Street, a_street

pytestmark = pytest.mark.system
EVENTS = int(os.environ.get("LUUKKU_CHAOS_EVENTS", "1000000"))
KILLS = int(os.environ.get("LUUKKU_CHAOS_KILLS", "2000"))
TICKETS = int(os.environ.get("LUUKKU_CHAOS_TICKETS", "100000"))
TICKET_KILLS = int(os.environ.get("LUUKKU_CHAOS_TICKET_KILLS", "200"))
A_BOX = 50_000  # events of one box; then its disk is replaced
MIN_BOX = 1000
EVENTS_A_TICKET = 3  # at least; more come from those who are served
COUNTERS = ("1", "2", "3", "4")
PAPER = 0.03  # of the takers want one: a printer takes its time


class Crowd:
    """Those who take a number, and those who serve them, until there were so many events."""

    def __init__(self, street: Street, seed: int, takers: int) -> None:
        self.street, self.random, self.seed, self._takers = street, Random(seed), seed, takers
        self.tickets: dict[str, Any] = {}
        self._next = 0

    async def come(self, tickets: int, kills: int) -> None:
        """So many take a number, so many at once, while advisors work and processes die evenly over the day."""
        self._wanted = tickets
        clients = [await self.street.client(by=by) for by in ("door", "box")]
        advisors = [asyncio.create_task(self._advisor(clients[0], counter)) for counter in COUNTERS]
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._deaths(tickets, kills))
                for n in range(self._takers):
                    tasks.create_task(self._taker(clients[n % 2]))
        finally:
            for advisor in advisors:
                advisor.cancel()
            await asyncio.gather(*advisors, return_exceptions=True)

    async def _taker(self, client: Stranger) -> None:
        while self._next < self._wanted:
            self._next += 1
            key = f"chaos-{self.seed}-{self._next}"
            wish = {"service": self.random.choice(SERVICES), "language": "fi"}
            if self.random.random() < PAPER:
                wish["kiosk"] = "main"
            said = await persist(client, "staff", "/tickets", wish, key)
            assert said.status == 201, (key, said)
            self.tickets[key] = {name: said.json[name] for name in ("id", "number", "url")}

    async def _advisor(self, client: Stranger, counter: str) -> None:
        n, opening = 0, {"advisor": f"adv-{counter}"}
        while True:
            for action, body in (("open", opening), ("call-next", {}), ("start", {}), ("end", END)):
                n += 1
                key = f"chaos-{self.seed}-{counter}-{n}"
                said = await persist(client, "staff", f"/counters/{counter}/{action}", body, key)
                assert said.status in {200, 204, 409}, (action, said)
                if said.status == 204:
                    await asyncio.sleep(0.05)

    async def _deaths(self, tickets: int, kills: int) -> None:
        """Each time after its share of the tickets, a moment later; everyone dies at least once, the box most often."""
        dying = [*MORTAL, *self.random.choices(list(MORTAL), MORTAL.values(), k=kills)][:kills]
        self.random.shuffle(dying)
        for n, part in enumerate(dying):
            while len(self.tickets) < tickets * n // kills:
                await asyncio.sleep(0.005)
            await asyncio.sleep(self.random.random() * 0.05)
            await self.street.kill(part)


async def a_day(street: Street, seed: int, *, takers: int, tickets: int, kills: int) -> int:
    """One box from its empty disk to its end; gives how many events it journalled. Every law is looked at."""
    await street.move_in()
    crowd, began = Crowd(street, seed, takers), monotonic()
    await crowd.come(tickets, kills)
    came = monotonic()
    events = await settled(street)
    every_taker_has_one_number(crowd.tickets, events)
    every_paper_has_one_proof(events)
    await no_number_is_out_twice_without_a_mark(street, crowd, events)
    counted, _ = await spoken(*VERIFY, feed=b"\n".join(events) + b"\n")
    assert counted.startswith(f"{len(events)} events of ".encode())
    await street.stop("box")
    await replay_equals_live(street.data / "journal.db")
    assert not list(street.data.glob("*.damaged-*"))
    print(
        f"seed {seed}: {len(crowd.tickets)} tickets, {len(events)} events, {kills} kills in {came - began:.0f} s, "
        f"settled in {monotonic() - came:.0f} s; papers: {results(events)}", flush=True
    )  # fmt: skip
    return len(events)


async def settled(street: Street) -> list[bytes]:
    """The journal, once every paper has its end and central holds the same."""
    client = await street.client()
    events: list[bytes] = []

    async def ended() -> bool:
        events.extend(await client.journal(len(events)))
        waiting = unproven(events)
        await asyncio.sleep(1.0 if waiting else 0.0)  # a journal is long: do not read it all the time
        return not waiting

    async def equal() -> bool:
        events.extend(await client.journal(len(events)))
        head = await client.ask("box", "GET", f"/points/sodankyla/head?journal={journal}", to="central")
        return head.status == 200 and head.json["seq"] == len(events)

    await until(ended, SETTLE_S, "every paper has its end")
    journal = told(events[:1])[0]["source"].rpartition("/")[2]
    await until(equal, SETTLE_S, "central has everything")
    assert await client.at_central(journal=journal) == events, "central is not the journal bit for bit"
    return events


async def no_number_is_out_twice_without_a_mark(street: Street, crowd: Crowd, events: list[bytes]) -> None:
    """Of what the printer cut: of each number at most one paper without a mark, and one of each that is confirmed."""
    confirmed = {e["data"]["ticket"] for e in told(events, "ticket.print_result") if e["data"]["result"] == "confirmed"}
    pieces = await asyncio.to_thread(pieces_in, street.paper / "lobby")
    unmarked = Counter(code for piece in pieces if not piece.marked for code in piece.codes)
    marked = {code for piece in pieces if piece.marked for code in piece.codes}
    for ticket in crowd.tickets.values():
        assert unmarked[ticket["url"]] <= 1, f"{ticket['number']} is out twice without a mark"
        is_out = unmarked[ticket["url"]] or ticket["url"] in marked
        assert is_out or ticket["id"] not in confirmed, f"{ticket['number']} is confirmed and nowhere"


@pytest.mark.timeout(300)
async def test_whatever_dies_and_whatever_the_lines_do_central_has_the_journal_bit_for_bit(tmp_path: Path) -> None:
    async with a_street(tmp_path, seed=20_261_122) as street:
        assert await a_day(street, 1, takers=12, tickets=500, kills=14) > 1500


@pytest.mark.long
@pytest.mark.timeout(6 * 3600)
async def test_a_million_events_and_two_thousand_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """One central all along, whose store grows; box after box is replaced when it has its share of the events."""
    events = kills = box = 0
    async with a_street(tmp_path, seed=2026) as street:
        while events < EVENTS or kills < KILLS:
            share = min(A_BOX, max(MIN_BOX, EVENTS - events))
            deaths = min(KILLS - kills, math.ceil(KILLS * share / EVENTS))
            events += await a_day(street, box, takers=20, tickets=share // EVENTS_A_TICKET, kills=deaths)
            kills, box = kills + deaths, box + 1
            print(f"so far {box} boxes, {events} events, {kills} kills", flush=True)


@pytest.mark.long
@pytest.mark.timeout(6 * 3600)
async def test_a_hundred_thousand_tickets_fifty_at_once_and_two_hundred_kills(tmp_path: Path) -> None:
    """One box, one day: no number twice, none missing."""
    async with a_street(tmp_path, seed=100) as street:
        await a_day(street, 100, takers=50, tickets=TICKETS, kills=TICKET_KILLS)
