"""Who is at the other end of the booths' lines: pages, each at its place, the media process, central. Nobody there is
no error."""

import asyncio
from contextlib import suppress
from typing import Any

from controller.domain.state import Session
from controller.ports.booth import Send, counter_place
from controller.ports.signalling import Ack, Signal

PAGE_GONE_S = 0.5  # a page that opens its line anew is back sooner; then the booth's own process steps in
AFTER_START_S = 8.0  # who was in a session says so within this after a restart of the daemon; pages knock each 2 s


class Ends:
    """What is said to an end that is not there, or not any more, is lost: it is told how it stands when it comes."""

    def __init__(self) -> None:
        self.media: Send | None = None
        self.central: Send | None = None
        self.began = 0.0
        self._pages: dict[str, list[Send]] = {}
        self._gone_at: dict[str, float] = {}  # place -> when its last page went

    def page_came(self, place: str, send: Send) -> None:
        self._pages.setdefault(place, []).append(send)
        self._gone_at.pop(place, None)

    def page_left(self, place: str, send: Send) -> None:
        self._pages[place] = [one for one in self._pages.get(place, ()) if one is not send]
        if not self._pages[place]:
            self._gone_at[place] = asyncio.get_running_loop().time()

    @property
    def pages(self) -> frozenset[str]:
        """The places whose page is here."""
        return frozenset(place for place, sends in self._pages.items() if sends)

    def has_left(self, place: str) -> bool:
        """Was a page here, and went?"""
        return place in self._gone_at

    def page_is_gone(self, place: str) -> bool:
        """No page, for longer than one takes to come back; right after a start it may be on its way."""
        if place in self.pages:
            return False
        since = self._gone_at.get(place, self.began + AFTER_START_S)
        return asyncio.get_running_loop().time() >= since + PAGE_GONE_S

    async def to_page(self, place: str, message: Any) -> None:
        for send in self._pages.get(place, ())[-1:]:  # the newest: an older one is on its way out
            await _say(send, message)

    async def to_media(self, message: Any) -> None:
        await _say(self.media, message)

    async def to_central(self, message: Any) -> None:
        await _say(self.central, message)


def place_of(session: Session) -> str:
    """Where the point's end of its talk leg is: its booth, or the counter of the advisor whom it supports."""
    return session.booth or counter_place(session.counter)


def fits(message: Signal | Ack, session: Session, leg: str, end: str) -> bool:
    """Is this a signal of that end of the session's own leg, while somebody is at the other end?"""
    if leg == "booth" and not session.booth:
        return False  # there is no such leg at a counter
    return bool(session.answered) and (message.session, message.leg, message.from_) == (session.id, leg, end)


async def _say(send: Send | None, message: Any) -> None:
    if send is not None:
        with suppress(ConnectionError, TimeoutError):
            await send(message)
