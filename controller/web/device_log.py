"""The newest events that concern each device, for the technician's page.

Read from the journal only while somebody looks: a ticket pays nothing for it in an office where nobody does.
"""

import asyncio
from collections import deque
from typing import Any

from controller.domain.events import DeviceStateChanged, PrintResulted, ServiceAnnounced
from controller.domain.state import State
from controller.journal import wire
from controller.journal.store import Journal

BACK = 5000  # events looked through when somebody begins to look
PAGE = 500
CHANGES, WORKS = 6, 3  # kept of a device: what became of it, and what it did last
WANTED = tuple(
    f'"type":"luukku.{name}.v1"'.encode()
    for name in ("device.state_changed", "ticket.print_result", "service.announced")
)


class DeviceLog:
    """`rows` gives what is known; `follow` keeps it so while `looking`."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], deque[dict[str, Any]]] = {}  # by kind and id: a printer and a screen may
        self._works: dict[tuple[str, str], deque[dict[str, Any]]] = {}  # both be "lobby"
        self._after: int | None = None
        self._lookers = 0
        self._wanted = asyncio.Event()

    def look(self) -> None:
        """Somebody looks."""
        self._lookers += 1
        self._wanted.set()

    def look_away(self) -> None:
        self._lookers -= 1
        if not self._lookers:
            self._wanted.clear()

    def rows(self, kind: str, device: str) -> list[dict[str, Any]]:
        """Newest first: seq, name, time (RFC 3339, UTC), and what the event says."""
        found = [*self._changes.get((kind, device), ()), *self._works.get((kind, device), ())]
        return sorted(found, key=lambda row: -int(row["seq"]))

    async def follow(self, journal: Journal, state: State) -> bool:
        """Read on to the journal's newest event, waiting for somebody to look and for something to come. Gives whether
        any row changed."""
        await self._wanted.wait()
        if self._after is None or self._after < state.seq - BACK:
            self._after = max(0, state.seq - BACK)
        await journal.wait(self._after)
        changed = False
        while stored := await journal.read(self._after, PAGE):
            self._after = stored[-1].seq
            for one in stored:
                changed |= self._take(state, one.body)
        return changed

    def _take(self, state: State, body: bytes) -> bool:
        if not any(name in body for name in WANTED):
            return False
        envelope = wire.read(body)
        row = {"seq": int(envelope.sequence), "name": wire.name_of(envelope), "time": envelope.time}
        match wire.data_of(envelope):
            case DeviceStateChanged() as told:
                row |= {"state": told.state, "causes": list(told.causes)}
                self._changes.setdefault((told.kind, told.device), deque(maxlen=CHANGES)).append(row)
            case PrintResulted() as told:
                ticket = state.tickets.get(told.ticket)
                row |= {"number": ticket.number if ticket else "", "result": told.result, "cause": told.cause}
                self._works.setdefault(("printer", told.device), deque(maxlen=WORKS)).append(row)
            case ServiceAnnounced() as told:
                row |= {"medium": told.medium, "latency_ms": told.latency_ms}
                self._works.setdefault(("screen", told.device), deque(maxlen=WORKS)).append(row)
            case _:
                return False
        return True
