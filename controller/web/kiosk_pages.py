"""The kiosk pages that are connected, and what their own keypad and code reader say to them.

What is pressed or scanned goes to one page: the newest of that kiosk, since an older one is on its way out and two
would take two numbers. Without a page it goes nowhere: a key that acts later acts for another customer.
"""

import asyncio
from contextlib import suppress
from typing import Literal

import msgspec
from aiohttp import web

SEND_S = 1.0  # a page that takes a key no sooner is not looked at by anybody


class KeyTold(msgspec.Struct, frozen=True, tag_field="t", tag="key"):
    """`{"t": "key", "key": "1"}`: a key of the kiosk's keypad went down."""

    key: str


class ScanTold(msgspec.Struct, frozen=True, tag_field="t", tag="scan", omit_defaults=True):
    """`{"t": "scan", "kind": "ticket", "code": ..., "ticket": ...}`: a code was read. `unknown`: something else was,
    of which nothing is said. `ticket`: the id of a ticket of today."""

    kind: Literal["ticket", "appointment", "unknown"]
    code: str = ""
    ticket: str = ""


def page_of_booth(booth: str) -> str:
    """A booth's page among the kiosks': no id has a slash."""
    return f"booth/{booth}"


class KioskPages:
    """Pages by kiosk, the newest last."""

    def __init__(self) -> None:
        self._pages: dict[web.WebSocketResponse, str] = {}

    def came(self, page: web.WebSocketResponse, kiosk: str) -> None:
        self._pages[page] = kiosk

    def left(self, page: web.WebSocketResponse) -> None:
        self._pages.pop(page, None)

    async def tell(self, kiosk: str, message: KeyTold | ScanTold) -> bool:
        """Say it to the kiosk's page. False when there is none, or it does not listen."""
        page = next((p for p, id_ in reversed(self._pages.items()) if id_ == kiosk and not p.closed), None)
        if page is None:
            return False
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(SEND_S):
                await page.send_str(msgspec.json.encode(message).decode())
                return True
        return False
