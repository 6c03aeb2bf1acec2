"""Remote sessions of a simulated day: customers in the booth and experts elsewhere, and whatever may happen between
them, sensible or not. What the point refuses changes nothing; what a crash cut off is done again, or not.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from controller.app.asking import Asker
from controller.app.simulate.tally import Tally
from controller.domain import commands as c
from controller.domain.draft import Refused
from controller.domain.point import Config
from controller.domain.remote_events import Quality
from controller.journal.faults import JournalFault
from controller.ledger import CommandFailed, Ledger

TALK = ("ring", "unring", "answer", "answer", "up", "up", "up", "down", "hold", "resume", "drop")
PARTS = ("completed", "completed", "technical_failure", "customer_left", "leave", "hand_over", "move")
FINE = Quality(rtt_p95_ms=40, loss=0.0, freeze_ms=0, audio_ok=True, video_ok=True, relay=False)


class Meetings:
    """`ledger` gives that of the box that is on, None while it is off."""

    def __init__(
        self, config: Config, ledger: Callable[[], Ledger | None], asker: Asker, random: Random, tally: Tally
    ) -> None:
        self._config, self._ledger, self._asker, self._random, self._tally = config, ledger, asker, random, tally
        self._services = [s.id for s in config.services if "remote" in s.channels]

    async def run(self, every_s: float) -> None:
        """Something about every `every_s`, for ever; nothing at a point without booths."""
        while self._config.booths and self._services:
            await asyncio.sleep(self._random.expovariate(1 / every_s))
            ledger = self._ledger()
            if ledger is not None:
                await self._something(ledger)
        await asyncio.Event().wait()

    async def _something(self, ledger: Ledger) -> None:
        live = [s.id for s in ledger.state.sessions.values() if s.outcome is None]
        chance = self._random.random()
        if not live or chance < 0.2:
            await self._wish(ledger)
        elif chance < 0.8:
            await self._submit(ledger, self._talk(self._random.choice(live), self._random.choice(TALK)))
        else:
            await self._submit(ledger, self._part(self._random.choice(live), self._random.choice(PARTS)))

    async def _wish(self, ledger: Ledger) -> None:
        """By the door, as pages do: the press has its key, and an answer that a crash took is asked for again."""
        booth, language = self._random.choice(self._config.booths).id, self._config.point.house
        service = self._random.choice(self._services)
        waiting = [v.ticket for v in ledger.state.visits.values() if v.outcome is None and v.ticket]
        busy = [one.id for one in ledger.state.counters.values() if one.current]
        how = self._random.choice(("walk_in", "walk_in", "ticket", "counter", "support"))
        more: dict[str, Any] = {}
        if how == "ticket" and waiting:
            more = {"ticket": self._random.choice(waiting)}
        elif how in {"counter", "support"} and busy:
            more = {"counter": self._random.choice(busy)} | ({"mode": "support"} if how == "support" else {})
        body = {"service": service, "language": language} | more
        if (await self._asker.staff(f"/booths/{booth}/sessions", body)).good:
            self._tally.count("remote: RequestSession")

    def _talk(self, id_: str, what: str) -> c.Command:
        commands: dict[str, c.Command] = {
            "ring": c.RingSession(session=id_), "unring": c.RingSession(session=id_, on=False),
            "answer": c.AnswerSession(actor="central", session=id_, expert=f"E{self._random.randint(1, 3)}"),
            "up": c.ReportLegs(session=id_, up=True), "down": c.ReportLegs(session=id_, up=False, why="network"),
            "hold": c.HoldSession(actor="central", session=id_),
            "resume": c.ResumeSession(actor="central", session=id_),
            "drop": c.DropSession(actor="central", session=id_),
        }  # fmt: skip
        return commands[what]

    def _part(self, id_: str, how: Any) -> c.Command:
        service = self._random.choice(self._services)
        if how == "leave":
            return c.LeaveSession(session=id_, quality=FINE)
        if how == "hand_over":
            return c.HandOver(actor="central", session=id_, to_service=service)
        if how == "move":
            return c.MoveSession(actor="central", session=id_, service=service)
        return c.EndSession(actor="central", session=id_, outcome=how, resolution="first_contact", quality=FINE)

    async def _submit(self, ledger: Ledger, command: c.Command) -> None:
        """A box that dies meanwhile takes the answer with it, not us."""
        asked = asyncio.ensure_future(ledger.submit(command))
        await asyncio.wait({asked})
        if asked.cancelled():
            return
        error = asked.exception()
        if error is None:
            self._tally.count(f"remote: {type(command).__name__}")
        elif not isinstance(error, Refused | JournalFault | CommandFailed):
            raise error
