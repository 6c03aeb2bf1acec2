"""The live page and its stream: one JSON document a line, events as they are stored, all points once a second."""

import asyncio
import contextlib
from collections.abc import Sequence
from importlib.resources import files

import msgspec
from aiohttp import web

from controller.central.auth import Doors
from controller.central.live import Feed, Line
from controller.central.operators import Operators, PointStatus
from controller.central.problems import Problem
from controller.central.sink import StorageFull

TICK_S = 1.0  # the page calls itself not live when it hears nothing for four of these
VIEWERS = 100  # pages at once
WRITE_S = 10.0  # a page that takes longer to read a line is let go
FILES = {
    "index.html": "text/html",
    "central.js": "text/javascript",
    "words.js": "text/javascript",
    "central.css": "text/css",
    "icon.svg": "image/svg+xml",
}


class Points(msgspec.Struct, frozen=True):
    """All points now; `why` says in a word why they are not known, if they are not."""

    t: str
    points: list[PointStatus]
    why: str = ""


def page_headers(frame_ancestors: Sequence[str]) -> dict[str, str]:
    """What every page is sent with; it may stand in a frame of `frame_ancestors` only."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}; "
        "require-trusted-types-for 'script'; trusted-types 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def read_files() -> dict[str, bytes]:
    """The page's own files."""
    folder = files("controller.central").joinpath("page")
    return {name: folder.joinpath(name).read_bytes() for name in FILES}


class Pages:
    """`closing` ends every stream."""

    def __init__(
        self,
        doors: Doors,
        feed: Feed,
        operators: Operators,
        contents: dict[str, bytes],
        frame_ancestors: Sequence[str],
    ) -> None:
        self._doors, self._feed, self._operators = doors, feed, operators
        self._contents, self._headers = contents, page_headers(frame_ancestors)
        self.closing = False

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/page/{name}", self.page),
            web.get("/live", self.live, allow_head=False),
        ]

    async def page(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name", "index.html")
        if name not in FILES:
            raise Problem(404, "not-found", "No such file.")
        return web.Response(body=self._contents[name], content_type=FILES[name], charset="utf-8", headers=self._headers)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """Lines of JSON until the page goes away: {t: "event", ...} and {t: "points", ...}."""
        self._doors.need_page(request)
        if len(self._feed) >= VIEWERS:
            raise Problem(429, "too-many", f"{VIEWERS} pages are being served.")
        answer = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", **self._headers})
        viewer = self._feed.join()
        try:
            await answer.prepare(request)
            with contextlib.suppress(ConnectionError, TimeoutError):
                await _send(answer, [await self._points()])
                loop = asyncio.get_running_loop()
                due = loop.time() + TICK_S
                while not self.closing:
                    lines: list[Line | Points] = [*await viewer.lines(max(0.0, due - loop.time()))]
                    if loop.time() >= due:
                        due = loop.time() + TICK_S
                        lines.append(await self._points())
                    await _send(answer, lines)
        finally:
            self._feed.leave(viewer)
        return answer

    async def _points(self) -> Points:
        try:
            return Points("points", await self._operators.statuses())
        except StorageFull:
            return Points("points", [], "storage")


async def _send(answer: web.StreamResponse, lines: Sequence[Line | Points]) -> None:
    if lines:
        async with asyncio.timeout(WRITE_S):
            await answer.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
