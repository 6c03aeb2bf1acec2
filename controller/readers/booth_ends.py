"""Who is at the other end of the booths' lines: pages, the media process, central. Nobody there is no error."""

import asyncio
from contextlib import suppress
from typing import Any

from controller.ports.booth import Send

PAGE_GONE_S = 0.5  # a page that opens its line anew is back sooner; then the booth's own process steps in
AFTER_START_S = 6.0  # who was in a session says so within this after a restart of the daemon


class Ends:
    """What is said to an end that is not there, or not any more, is lost: it is told how it stands when it comes."""

    def __init__(self) -> None:
        self.media: Send | None = None
        self.central: Send | None = None
        self.began = 0.0
        self._pages: dict[str, list[Send]] = {}
        self._gone_at: dict[str, float] = {}  # booth -> when its last page went

    def page_came(self, booth: str, send: Send) -> None:
        self._pages.setdefault(booth, []).append(send)
        self._gone_at.pop(booth, None)

    def page_left(self, booth: str, send: Send) -> None:
        self._pages[booth] = [one for one in self._pages.get(booth, ()) if one is not send]
        if not self._pages[booth]:
            self._gone_at[booth] = asyncio.get_running_loop().time()

    @property
    def pages(self) -> frozenset[str]:
        """The booths whose page is here."""
        return frozenset(booth for booth, sends in self._pages.items() if sends)

    def has_left(self, booth: str) -> bool:
        """Was a page here, and went?"""
        return booth in self._gone_at

    def page_is_gone(self, booth: str) -> bool:
        """No page, for longer than one takes to come back; right after a start it may be on its way."""
        if booth in self.pages:
            return False
        since = self._gone_at.get(booth, self.began + AFTER_START_S)
        return asyncio.get_running_loop().time() >= since + PAGE_GONE_S

    async def to_page(self, booth: str, message: Any) -> None:
        for send in self._pages.get(booth, ())[-1:]:  # the newest: an older one is on its way out
            await _say(send, message)

    async def to_media(self, message: Any) -> None:
        await _say(self.media, message)

    async def to_central(self, message: Any) -> None:
        await _say(self.central, message)


async def _say(send: Send | None, message: Any) -> None:
    if send is not None:
        with suppress(ConnectionError, TimeoutError):
            await send(message)
