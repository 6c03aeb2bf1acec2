"""The live pages' line: a snapshot, then what changed, and a heartbeat each second (contract, `GET /stream`).

Each page has one sender that looks at the newest state whenever it may send: a page that reads slowly misses what was
in between and costs no memory. A page that comes back says which `seq` it has, and gets what changed since, if we
still know what we sent then.
"""

import asyncio
import re
from collections import OrderedDict
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from controller.domain.text import moment
from controller.web import boards, dates
from controller.web.auth import Credential
from controller.web.kiosk_pages import KioskPages, page_of_booth
from controller.web.patch import diff, without_nulls
from controller.web.presence import SURFACES
from controller.web.problems import Problem
from controller.web.screens import Screens
from controller.web.site import Site

BEAT_S = 1.0
DRAW_S = 2.0  # a page that is asked to draw itself and has not within this is not drawing
SEND_S = 10.0  # a page that cannot take a message within this is gone
KEPT = 32  # states a view remembers for pages that come back
FRESH_MS = 30_000  # dates and openings are looked at anew this often without an event
MESSAGE_MOST = 4096  # bytes a page may send at once
SEQ = re.compile(r"[0-9]{1,16}")

VIEW_ROLES: dict[str, frozenset[str]] = {
    "kiosk": frozenset({"kiosk"}),
    "tv": frozenset({"tv", "staff", "technician"}),  # what hangs in the lobby; only its own page counts as the screen
    "counter": frozenset({"staff"}),
    "booth": frozenset({"booth"}),
    "technician": frozenset({"technician"}),
    "wall": frozenset({"technician", "staff", "kiosk", "tv"}),
}
WHOLE = frozenset({"technician", "wall"})  # views of the whole point: there is one of each, whatever id is asked


class Channel:
    """One view of one surface, built once for all pages that show it."""

    def __init__(self, site: Site, view: str, id_: str) -> None:
        self._site = site
        self.view, self.id = view, id_
        self._key: tuple[int, int, int] | None = None
        self._state: dict[str, Any] = {}
        self._kept: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._twofold: set[int] = set()  # seqs at which more than one state was shown: `since` does not say which
        self.asked = 0  # how often its pages were asked to draw themselves anew
        self.drawn = asyncio.Event()  # set when one has since

    def now(self) -> tuple[int, dict[str, Any]]:
        """The newest seq and this view's state at it: the same object while nothing in it changed."""
        site = self._site
        seq = site.state.seq
        key = (seq if self.view == "wall" else site.ledger.changed, site.version, site.now().ms // FRESH_MS)
        if key != self._key:
            state = without_nulls(boards.build(site, self.view, self.id))
            if self.view == "booth" and _session_of(state) != _session_of(self._state):
                self._kept.clear()  # nothing of a customer, and of their expert, stays for pages that come back
                self._twofold.clear()
            self._state = self._state if state == self._state else state
            self._key = key
        self._keep(seq, self._state)
        return seq, self._state

    def at(self, seq: int) -> dict[str, Any] | None:
        """The state that a page has which last got `seq`; None when that cannot be told any more."""
        return None if seq in self._twofold else self._kept.get(seq)

    def _keep(self, seq: int, state: dict[str, Any]) -> None:
        before = self._kept.get(seq)
        if before is state:
            return
        if before is not None:
            self._twofold.add(seq)
        self._kept[seq] = state
        while len(self._kept) > KEPT:
            gone, _ = self._kept.popitem(last=False)
            self._twofold.discard(gone)


def _session_of(state: dict[str, Any]) -> tuple[Any, Any]:
    """Which session a booth shows, and whether it is over."""
    session = state.get("session") or {}
    return session.get("id"), session.get("outcome")


class Streams:
    """All channels, and who listens."""

    def __init__(self, site: Site, screens: Screens, kiosks: KioskPages) -> None:
        self._site = site
        self._screens = screens
        self._kiosks = kiosks
        self._channels: dict[tuple[str, str], Channel] = {}
        self.open = 0

    async def handle(self, request: web.Request, credentials: list[Credential]) -> web.WebSocketResponse:
        view, id_ = request.query.get("view", ""), request.query.get("id", "")
        who = self._allowed(view, id_, credentials)
        id_ = self._surface(view, id_ or who.id)
        channel = self._channel(view, id_)
        page = web.WebSocketResponse(max_msg_size=MESSAGE_MOST, heartbeat=20, compress=False)
        await page.prepare(request)
        own = who.role == view and view in SURFACES  # the surface's own page, not a person who looks at its view
        self.open += 1
        self._here(view, id_, own=own)
        if view in {"kiosk", "booth"}:
            self._kiosks.came(page, id_ if view == "kiosk" else page_of_booth(id_))
        try:
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(self._send(page, channel, request))
                await self._listen(page, channel, own=own)
                sender.cancel()
        except* (ConnectionError, TimeoutError):
            pass  # the page is gone; it will come back by itself
        finally:
            self.open -= 1
            self._gone(view, id_, own=own)
            self._screens.left(page)
            self._kiosks.left(page)
        return page

    async def draws(self, view: str, id_: str) -> bool:
        """Have the pages of a surface draw themselves anew; whether one said so within DRAW_S."""
        channel = self._channel(view, id_)
        channel.asked += 1
        channel.drawn.clear()
        self._site.wake()
        try:
            async with asyncio.timeout(DRAW_S):
                return await channel.drawn.wait()
        except TimeoutError:
            return False

    def _here(self, view: str, id_: str, *, own: bool) -> None:
        if own:
            self._site.presence.came(view, id_)
        if view == "technician":
            self._site.device_log.look()

    def _gone(self, view: str, id_: str, *, own: bool) -> None:
        if own:
            self._site.presence.left(view, id_)
        if view == "technician":
            self._site.device_log.look_away()

    def _allowed(self, view: str, id_: str, credentials: list[Credential]) -> Credential:
        """Who may see it: the surface itself, or for what it names a person."""
        if view not in VIEW_ROLES or (view == "wall" and self._site.demo is None):
            raise Problem("invalid", f"view is one of {', '.join(VIEW_ROLES)}")
        roles = VIEW_ROLES[view]
        fitting = [c for c in credentials if c.role in roles and (not id_ or c.id in {"", id_})]
        if not fitting:
            raise Problem("forbidden", f"this sign-in may not see view {view} {id_[:40]}")
        return min(fitting, key=lambda c: c.role != view)

    def _surface(self, view: str, id_: str) -> str:
        """Which one is meant; a person who names no screen means the first."""
        if view in WHOLE:
            return ""
        screens = self._site.config.screens
        return id_ or (screens[0].id if view == "tv" and screens else "")

    def _channel(self, view: str, id_: str) -> Channel:
        known = self._channels.get((view, id_))
        if known is None:
            boards.build(self._site, view, id_)  # refuses what this point does not have, before it costs anything
            known = self._channels[view, id_] = Channel(self._site, view, id_)
        return known

    async def _send(self, page: web.WebSocketResponse, channel: Channel, request: web.Request) -> None:
        site = self._site
        seq, sent = await self._first(page, channel, request)
        beat, asked = asyncio.get_running_loop().time(), channel.asked
        while not page.closed:
            woken = site.woken()
            newest, state = channel.now()
            due = (now := asyncio.get_running_loop().time()) >= beat
            patch = diff(sent, state) if state is not sent else {}
            if channel.asked != asked:
                asked, seq = channel.asked, newest
                await self._whole(page, newest, state)
            elif patch or (due and newest != seq):  # that nothing changed here is soon enough with the next beat
                self._screens.sending(page, newest, state)
                await _say(page, {"t": "delta", "from": seq, "seq": newest, "patch": patch})
                seq = newest
            sent = state
            if due:
                beat = now + BEAT_S
                await self._beat(page, seq)
            try:
                async with asyncio.timeout(max(0.0, beat - now)):
                    await woken.wait()
            except TimeoutError:
                continue

    async def _first(
        self, page: web.WebSocketResponse, channel: Channel, request: web.Request
    ) -> tuple[int, dict[str, Any]]:
        """What a page that just came gets: the change since what it has, or everything."""
        site = self._site
        seq, state = channel.now()
        self._screens.sending(page, seq, state)
        since, epoch = request.query.get("since", ""), request.query.get("epoch", site.epoch)
        had = channel.at(int(since)) if SEQ.fullmatch(since) and epoch == site.epoch else None
        if had is not None:
            patch = diff(had, state)
            await _say(page, {"t": "delta", "from": int(since), "seq": seq, "patch": patch})
        else:
            await self._whole(page, seq, state)
        return seq, state

    async def _whole(self, page: web.WebSocketResponse, seq: int, state: dict[str, Any]) -> None:
        self._screens.sending(page, seq, state)
        await _say(page, {"t": "snap", "epoch": self._site.epoch, "seq": seq, "state": state})

    async def _beat(self, page: web.WebSocketResponse, seq: int) -> None:
        now = self._site.now().ms
        local = dates.clock_time(now, self._site.config.point.zone)
        await _say(page, {"t": "hb", "seq": seq, "time": moment(now), "local": local, "build": self._site.build})

    async def _listen(self, page: web.WebSocketResponse, channel: Channel, *, own: bool) -> None:
        """Take what a page says; only a surface's own page has something to say."""
        screen = channel.id if own and channel.view == "tv" else ""
        if screen:
            self._screens.came(page, screen)
        async for message in page:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                said = msgspec.json.decode(message.data, type=dict[str, Any])
            except (msgspec.MsgspecError, RecursionError):
                await page.close(code=1007, message=b"not JSON")
                return
            if own and said.get("t") == "shown":
                channel.drawn.set()
            if screen:
                await self._screens.heard(page, screen, said)


async def _say(page: web.WebSocketResponse, message: dict[str, Any]) -> None:
    async with asyncio.timeout(SEND_S):
        await page.send_str(msgspec.json.encode(message).decode())
