"""The info-TVs that are connected: what they have painted, and the one that speaks.

A page says `shown` when a state is on its glass and `said` when a clip has ended; only then is it an event.
"""

import asyncio
from contextlib import suppress
from typing import Any

import msgspec
from aiohttp import web

from controller.domain.commands import ReportShown
from controller.journal.faults import JournalFault
from controller.ports.speaker import Clip
from controller.web.site import Site

SPARE_S = 3.0  # beyond a clip's length, for the page to answer
KEPT_STATES = 32  # painted states a page may still confirm
KEPT_CLIPS = 8


class _Page(msgspec.Struct):
    screen: str
    calls: dict[int, list[tuple[str, int, int]]] = msgspec.field(default_factory=dict)  # seq -> event, call, called ms
    reported: set[tuple[str, int]] = msgspec.field(default_factory=set)


class Screens:
    """Implements `ports.board.Sink` with the screen that has `sound = true`."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._pages: dict[web.WebSocketResponse, _Page] = {}
        self._clips: dict[str, bytes] = {}
        self._ends: dict[str, tuple[web.WebSocketResponse, asyncio.Future[bool]]] = {}  # clip -> who plays it, heard?
        self._speaking = {s.id for s in site.config.screens if s.sound}

    def came(self, page: web.WebSocketResponse, screen: str) -> None:
        self._pages[page] = _Page(screen)

    def left(self, page: web.WebSocketResponse) -> None:
        self._pages.pop(page, None)
        for player, end in self._ends.values():
            if player is page and not end.done():
                end.set_result(False)

    def sending(self, page: web.WebSocketResponse, seq: int, state: dict[str, Any]) -> None:
        """Remember which calls this page will show once it has painted `seq`; before it can say so."""
        known = self._pages.get(page)
        if known is None or seq in known.calls:
            return
        rows = [row for row in state.get("called", ()) if row["state"] == "called"]
        turns = self._site.state.service_events
        known.calls[seq] = [
            (row["service_event"], row["call"], turns[row["service_event"]].last_called)
            for row in rows
            if row["service_event"] in turns
        ]
        while len(known.calls) > KEPT_STATES:
            del known.calls[next(iter(known.calls))]

    async def heard(self, page: web.WebSocketResponse, screen: str, said: dict[str, Any]) -> None:
        """A message of a page; anything that is none of ours is ignored."""
        known = self._pages.get(page)
        if known is None:
            return
        if said.get("t") == "shown" and isinstance(said.get("seq"), int):
            await self._shown(known, screen, said["seq"])
        elif said.get("t") == "said" and isinstance(said.get("id"), str):
            player, end = self._ends.get(said["id"], (None, None))
            if player is page and end is not None and not end.done():
                end.set_result(said.get("ok") is True)

    async def _shown(self, known: _Page, screen: str, seq: int) -> None:
        now = self._site.now().ms
        for event, call, called in known.calls.get(seq, ()):
            if (event, call) in known.reported:
                continue
            known.reported.add((event, call))
            turn = self._site.state.service_events.get(event)
            if turn is None or f"{screen}/{call}" in turn.shown_on:
                continue
            report = ReportShown(
                actor=f"device:{screen}", service_event=event, call=call, device=screen, medium="tv",
                language=self._site.config.point.house, latency_ms=now - called,
            )  # fmt: skip
            with suppress(JournalFault):  # a full disk takes no announcement; the page must go on all the same
                await self._site.ledger.submit(report)

    @property
    def device(self) -> str | None:
        page = self._speaker()
        return self._pages[page].screen if page else None

    async def play(self, id_: str, clip: Clip) -> bool:
        page = self._speaker()
        if page is None:
            return False
        self._clips[id_] = clip.wav
        while len(self._clips) > KEPT_CLIPS:
            del self._clips[next(iter(self._clips))]
        end: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._ends[id_] = (page, end)
        order = {"t": "say", "id": id_, "url": f"/api/v1/clips/{id_}.wav", "languages": clip.spoken, "ms": clip.ms}
        try:
            async with asyncio.timeout(clip.ms / 1000 + SPARE_S):
                await page.send_str(msgspec.json.encode(order).decode())
                return await end
        except (TimeoutError, ConnectionError):
            return False
        finally:
            del self._ends[id_]

    def clip(self, id_: str) -> bytes | None:
        return self._clips.get(id_)

    def _speaker(self) -> web.WebSocketResponse | None:
        """The newest page of a speaking screen: an older one of the same screen is on its way out."""
        speaking = [p for p, known in self._pages.items() if known.screen in self._speaking and not p.closed]
        return speaking[-1] if speaking else None
