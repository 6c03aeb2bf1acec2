"""The door for figures: computed out of what is stored, on a thread of its own, one at a time; receiving goes on."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from aiohttp import web

from controller.central.auth import Doors
from controller.central.problems import Problem
from controller.central.receiver import ID
from controller.central.store import Store
from controller.reports import figures
from controller.reports.days import pages
from controller.reports.engine import Engine, TooLong
from controller.reports.figures import Span
from controller.reports.table import written

DAYS_MOST = 366
WAITING_MOST = 8  # reports that wait for the one being made
REPORT_S = 120.0
TYPES = {"json": "application/json", "csv": "text/csv", "table": "text/plain"}


class Reports:
    """Role `central` opens it."""

    def __init__(self, doors: Doors, store: Store) -> None:
        self._doors, self._store = doors, store
        self._one = asyncio.Lock()
        self._waiting = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/v1/reports/{name}", self.report)]

    async def report(self, request: web.Request) -> web.Response:
        """One figure of one point, or of all, over some business dates."""
        self._doors.need(request, "central")
        asked = request.match_info["name"], dict(request.query)
        name, span, form = await asyncio.to_thread(_asked, *asked)  # a zone may have to be read from a file
        point = request.query.get("point")
        if self._waiting > WAITING_MOST:
            raise Problem(429, "too-many", f"{WAITING_MOST} reports are waiting.")
        self._waiting += 1
        try:
            async with self._one:
                text = await self._made(name, span, point, form)
        finally:
            self._waiting -= 1
        return web.Response(text=text, content_type=TYPES[form], charset="utf-8")

    async def _made(self, name: str, span: Span, point: str | None, form: str) -> str:
        journals = await self._store.journals(point)
        if point is not None and not journals:
            raise Problem(404, "not-found", f"Nothing is stored of a point {point[:80]!r}.")
        loop, engine = asyncio.get_running_loop(), Engine(span, threads=1)
        thread = ThreadPoolExecutor(1, "report")
        late = loop.call_later(REPORT_S, engine.stop)
        try:
            await loop.run_in_executor(thread, engine.open)
            for journal in journals:
                async for page in pages(partial(self._store.understood, *journal), span):
                    await loop.run_in_executor(thread, engine.add, page)
            return await loop.run_in_executor(thread, lambda: written(engine.figure(name), form))
        except TooLong as long:
            raise Problem(503, "report-too-long", "Ask for fewer days, or for one point.") from long
        finally:
            late.cancel()
            engine.stop()  # also when nobody waits for it any more
            await loop.run_in_executor(thread, engine.close)
            thread.shutdown(wait=False)


def _asked(name: str, query: Mapping[str, str]) -> tuple[str, Span, str]:
    """What is wanted. Raises Problem."""
    try:
        figures.name_of(name)
    except figures.Wrong as unknown:
        raise Problem(404, "not-found", str(unknown)) from unknown
    missing = [member for member in ("from", "to") if member not in query]
    if missing:
        raise Problem(400, "invalid", f"{' and '.join(missing)} is missing: a business date, YYYY-MM-DD")
    if not ID.fullmatch(query.get("point", "p")):
        raise Problem(400, "invalid", "A point's id is 1 to 80 letters, digits and . _ : -")
    try:
        span = figures.span_of(query["from"], query["to"], query.get("timezone", figures.HOME))
        form = figures.format_of(query.get("format", "json"))
    except figures.Wrong as wrong:
        raise Problem(400, "invalid", str(wrong)) from wrong
    if span.days > DAYS_MOST:
        raise Problem(400, "invalid", f"at most {DAYS_MOST} days at once; {span.first} to {span.last} are {span.days}")
    return name, span, form
