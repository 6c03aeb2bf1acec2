"""Every journalled event to central, in order, at least once; central's own durable head is the only cursor.

On each connection the box asks for the head and compares the chain there with its own: equal, it goes on from the
next event; lower than before, it sends the missing part again; different, it stops, for then there are two
histories. An acknowledgement deletes nothing here.
"""

import asyncio
import gzip
import inspect
from collections.abc import Awaitable, Callable
from random import Random

import aiohttp
import msgspec

from controller.journal.wire import GENESIS
from controller.ports.central import LinkState
from controller.ports.journal import JournalReader, Stored
from controller.uplink.line import (
    LONGEST_S,
    REQUEST_S,
    Backoff,
    OpenSession,
    Refused,
    Voice,
    answer_of,
    bearer,
    log,
    open_session,
    point_url,
    whole_of,
)  # fmt: skip

BATCH = 500  # events in one request (delivery.md 2.3: more gains little)
BATCH_BYTES = 2**20  # of one request before compression, so that a slow line is done within REQUEST_S
IDLE_S = 15.0  # with nothing to send, the head is compared again after this
COMPRESS_FROM = 1_000  # bytes; below it gzip does not pay
NEWEST = "Luukku-Newest"  # request header: our newest sequence, so that central can tell idle from behind

OnLink = Callable[[LinkState], Awaitable[None] | None]


class Forked(Exception):
    """Central holds another history than this journal."""


class Stalled(Exception):
    """Central took nothing of what was sent, or has less than it said before."""


class Head(msgspec.Struct, frozen=True):
    """Central's answer to `head`."""

    journal: str
    seq: int
    chain: str


class Acked(msgspec.Struct, frozen=True):
    """Central's answer to a batch."""

    journal: str
    acked: int
    chain: str


class Uplink:
    """One journal's way to one central system. `run` never returns and raises nothing but CancelledError.

    `on_link` hears every change of the line: up or down, a newer acknowledged `seq`, a fork."""

    def __init__(
        self,
        journal: JournalReader,
        base_url: str,
        token: str,
        *,
        random: Random,
        on_link: OnLink,
        session: OpenSession = open_session,
    ) -> None:
        self._journal, self._session, self._on_link = journal, session, on_link
        self._head_url = point_url(base_url, journal.point, "head")
        self._events_url = point_url(base_url, journal.point, "events")
        self._headers = bearer(token)
        self._backoff, self._random, self._voice = Backoff(random), random, Voice("link to central")
        self._recheck = asyncio.Event()
        self._limit = BATCH
        self._link: LinkState | None = None
        self._seq: int | None = None

    def rewind_to(self, seq: int) -> None:
        """Central asks to be sent events from `seq` on again: what it lacks shows in its head, so look there now."""
        self._recheck.set()

    async def run(self) -> None:
        while True:
            try:
                async with self._session() as session:
                    await self._follow(session)
            except Forked as fork:
                self._voice.lost(fork)
                await self._say(LinkState(up=True, seq=self._seq, fork=True, detail=str(fork)))
                await self._pause(self._random.uniform(LONGEST_S / 2, LONGEST_S))
            except Exception as lost:  # noqa: BLE001  why: whatever the uplink meets, it must never end the daemon
                await self._down(lost)

    async def _follow(self, session: aiohttp.ClientSession) -> None:
        """Meet central, and send as long as all goes well."""
        while True:
            self._recheck.clear()
            cursor = await self._meet(session)
            while await self._news(cursor):
                cursor = await self._send(session, cursor)
                await self._up(cursor)

    async def _meet(self, session: aiohttp.ClientSession) -> int:
        """The sequence up to which central has our history. Raises Forked."""
        query = {"journal": self._journal.journal}
        async with session.get(self._head_url, params=query, headers=self._said(), allow_redirects=False) as response:
            head = msgspec.json.decode(await answer_of(response), type=Head)
        if await self._agrees(head.seq, head.chain):
            await self._up(head.seq)
            return head.seq
        self._seq = head.seq
        await self._show_ours(session, head.seq)
        if head.seq > self._journal.seq:
            raise Forked(f"central has events up to {head.seq}, this journal ends at {self._journal.seq}")
        raise Forked(f"event {head.seq} at central is not the one of this journal")

    async def _show_ours(self, session: aiohttp.ClientSession, seq: int) -> None:
        """Send our own event of a disputed place: central refuses it and raises its alarm."""
        ours = await self._read(min(seq, self._journal.seq) - 1, 1)
        if ours:
            async with asyncio.timeout(REQUEST_S), self._post(session, ours) as response:
                await whole_of(response)

    async def _news(self, cursor: int) -> bool:
        """True when there is something to send; False when it is time to compare the head again."""
        if self._recheck.is_set():
            return False
        if self._journal.seq > cursor:
            return True
        waits = {asyncio.ensure_future(self._journal.wait(cursor)), asyncio.ensure_future(self._asked())}
        try:
            await asyncio.wait(waits, timeout=IDLE_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        return self._journal.seq > cursor and not self._recheck.is_set()

    async def _asked(self) -> int:
        await self._recheck.wait()
        return 0

    async def _send(self, session: aiohttp.ClientSession, cursor: int) -> int:
        """Send what follows the cursor and give the new one. Raises Forked, Stalled, Refused."""
        batch = _fitting(await self._read(cursor, self._limit))
        if not batch or batch[0].seq != cursor + 1:
            raise Stalled(f"central lacks event {cursor + 1}, which this journal no longer has")
        async with asyncio.timeout(REQUEST_S), self._post(session, batch) as response:
            try:
                acked = msgspec.json.decode(await answer_of(response), type=Acked)
            except Refused as refused:
                raise self._refusal(refused) from refused
        if not await self._agrees(acked.acked, acked.chain):
            raise Forked(f"central acknowledged another event {acked.acked} than this journal's")
        if acked.acked <= cursor:
            raise Stalled(f"central is at {acked.acked}, was at {cursor}")
        self._limit = BATCH
        return acked.acked

    def _refusal(self, refused: Refused) -> Exception:
        """After a refusal of the body itself smaller batches find the event that is at fault."""
        if refused.status == 409:
            return Forked(str(refused))
        if refused.status in {400, 413}:
            self._limit = max(1, self._limit // 2)
        return refused

    def _post(self, session: aiohttp.ClientSession, batch: list[Stored]) -> "aiohttp.client._RequestContextManager":
        body = b"[" + b",".join(event.body for event in batch) + b"]"
        headers = {**self._said(), "Content-Type": "application/cloudevents-batch+json"}
        if len(body) >= COMPRESS_FROM:
            body = gzip.compress(body, 1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return session.post(self._events_url, data=body, headers=headers, allow_redirects=False)

    async def _agrees(self, seq: int, chain: str) -> bool:
        """Is `chain` our own chain at `seq`?"""
        if seq == 0:
            return chain == GENESIS
        ours = await self._read(seq - 1, 1)
        return bool(ours) and ours[0].seq == seq and ours[0].chain == chain

    async def _read(self, after: int, limit: int) -> list[Stored]:
        async with asyncio.timeout(REQUEST_S):
            return await self._journal.read(after, limit)

    def _said(self) -> dict[str, str]:
        return {**self._headers, NEWEST: str(self._journal.seq)}

    async def _up(self, seq: int) -> None:
        self._seq = seq
        self._backoff.reset()
        self._voice.back()
        await self._say(LinkState(up=True, seq=seq, fork=False))

    async def _down(self, why: Exception) -> None:
        self._voice.lost(why)
        await self._say(LinkState(up=False, seq=self._seq, fork=False, detail=str(why) or type(why).__name__))
        await self._pause(self._backoff.next())

    async def _pause(self, seconds: float) -> None:
        """Wait, or go on at once when a recheck is asked for."""
        try:
            async with asyncio.timeout(seconds):
                await self._recheck.wait()
        except TimeoutError:
            return
        self._recheck.clear()

    async def _say(self, link: LinkState) -> None:
        if link == self._link:
            return
        self._link = link
        try:
            answer = self._on_link(link)
            if inspect.isawaitable(answer):
                await answer
        except Exception as fault:  # noqa: BLE001  why: a listener's fault must not stop the events
            log.error("nobody took the state of the link", why=f"{type(fault).__name__}: {fault}")


def _fitting(events: list[Stored]) -> list[Stored]:
    """The first events that fit into one request; always at least one."""
    size = 0
    for count, event in enumerate(events):
        size += len(event.body) + 1
        if size > BATCH_BYTES and count:
            return events[:count]
    return events


async def run_uplink(
    journal: JournalReader,
    base_url: str,
    token: str,
    *,
    random: Random,
    on_link: OnLink,
    session: OpenSession = open_session,
) -> None:
    """An `Uplink` that nobody needs to rewind: runs until it is cancelled."""
    await Uplink(journal, base_url, token, random=random, on_link=on_link, session=session).run()
