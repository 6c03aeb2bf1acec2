"""The single writer: commands in turn, their events into the journal in one transaction, then everyone may see.

What queued while the last fsync ran goes into the next commit; nobody waits for a window. `state` is what the
journal proves; `_ahead` is the same plus the batch that is being written, and is thrown away when the disk refuses.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress

import msgspec
import structlog

from controller.domain.commands import Command, Now
from controller.domain.decide import Context, Draft, Refused, day_facts, decide
from controller.domain.draft import Fact
from controller.domain.event_words import Event
from controller.domain.events import ServiceAnnounced
from controller.domain.evolve import Stamp, evolve
from controller.domain.numbering import business_date
from controller.domain.point import Config
from controller.domain.state import State
from controller.journal import replay, wire
from controller.journal.faults import JournalFault, JournalFull
from controller.journal.file import Answer
from controller.journal.seen import Seen
from controller.journal.store import Journal
from controller.ports.clock import Clock

BATCH_MOST = 256  # commands in one commit
SNAPSHOT_EVERY = 2000  # events, and two for each ticket of the day: what a snapshot costs grows with them

log = structlog.get_logger("ledger")


class KeyConflict(Exception):
    """This idempotency key was used before, for another request."""


class CommandFailed(Exception):
    """A defect of ours: this command could not be decided. Nothing has happened."""


class Key(msgspec.Struct, frozen=True):
    """An idempotency key and the hash of what was asked with it."""

    key: str
    request: bytes


class Reply(msgspec.Struct, frozen=True):
    """Status and body as they are answered and stored. `fresh` is False when they come from the store."""

    status: int
    body: bytes
    subject: str = ""
    fresh: bool = True


Render = Callable[[State, Draft], tuple[int, bytes]]
RenderRefusal = Callable[[Refused], tuple[int, bytes]]


class _Request(msgspec.Struct):
    command: Command
    done: asyncio.Future[Reply]
    render: Render | None
    refusal: RenderRefusal | None
    key: Key | None
    cursor: tuple[str, int] | None


class _Batch(msgspec.Struct):
    """One commit in the making."""

    first: int
    facts: list[tuple[Event, Stamp]] = msgspec.field(default_factory=list)
    bodies: list[bytes] = msgspec.field(default_factory=list)
    answers: dict[str, Answer] = msgspec.field(default_factory=dict)
    cursors: dict[str, int] = msgspec.field(default_factory=dict)
    replies: list[tuple[_Request, Reply | Exception]] = msgspec.field(default_factory=list)


class Ledger:
    """Decides, journals, applies, publishes. `submit` from anywhere; `run` is its one task."""

    def __init__(self, journal: Journal, state: State, config: Config, clock: Clock, keys: Collection[str]) -> None:
        self.journal = journal
        self.state = state
        self.config = config
        self.clock = clock
        self.full = False
        self.changed = state.seq  # the newest event that a surface may show; that it was announced shows nowhere
        self._ahead = replay.copy(state)
        self._keys = Seen(keys)
        self._inbox: asyncio.Queue[_Request] = asyncio.Queue()
        self._snapshot_at = state.seq
        self._over = False

    async def submit(
        self, command: Command, *, render: Render | None = None, refusal: RenderRefusal | None = None,
        key: Key | None = None, cursor: tuple[str, int] | None = None,
    ) -> Reply:  # fmt: skip
        """Have `command` decided and journalled; answers when it is durable.

        Raises Refused (unless `refusal` renders it), KeyConflict, JournalFault. With `key`, an answer given before
        is given again and nothing happens. `cursor` rides in the same commit, whatever is decided.
        """
        if self._over:
            raise JournalFault("the ledger has ended; nothing was changed")
        done: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait(_Request(command, done, render, refusal, key, cursor))
        return await done

    async def run(self) -> None:
        """Work until cancelled."""
        requests: list[_Request] = []
        try:
            while True:
                requests = [await self._inbox.get()]
                while len(requests) < BATCH_MOST and not self._inbox.empty():
                    requests.append(self._inbox.get_nowait())
                await self._commit(requests)
                for _ in requests:
                    self._inbox.task_done()
                due = self._snapshot_at + SNAPSHOT_EVERY + 2 * len(self.state.tickets)
                if self._inbox.empty() and self.state.seq >= due:
                    await self.snapshot()
        finally:
            self._over = True
            while not self._inbox.empty():
                requests.append(self._inbox.get_nowait())
            for request in requests:  # those whose commit was in hand too: nobody waits for a ledger that is gone
                request.done.cancel()

    async def settled(self) -> None:
        """Everything submitted so far has had its answer. Waits for ever when nobody does `run`."""
        await self._inbox.join()

    async def snapshot(self) -> None:
        """Keep the state as a cache for the next start. A full disk is no reason to stop."""
        self._snapshot_at = self.state.seq
        with suppress(JournalFault):
            await self.journal.keep_snapshot(replay.snapshot_of(self.state))

    async def _commit(self, requests: list[_Request]) -> None:
        now = self.clock.now()
        batch = _Batch(self._ahead.seq + 1)
        for request in requests:
            if not request.done.cancelled():
                await self._decide(request, batch, now)
        try:
            if batch.bodies or batch.answers or batch.cursors:
                answers = list(batch.answers.values())
                await self.journal.append(batch.first, batch.bodies, answers, batch.cursors, now.ms)
        except JournalFault as fault:
            self.full = self.full or isinstance(fault, JournalFull)
            self._ahead = replay.copy(self.state)
            self._reply([(r, reply if self._durable(r, reply, batch) else fault) for r, reply in batch.replies])
            return
        for event, stamp in batch.facts:
            evolve(self.state, event, stamp)
            if not isinstance(event, ServiceAnnounced):
                self.changed = stamp.seq
        self.state.chain = self._ahead.chain
        self._keys.update(batch.answers)
        self._reply(batch.replies)  # before the readers are woken: a customer stands there
        if batch.bodies:
            self.journal.publish(batch.bodies)

    async def _decide(self, request: _Request, batch: _Batch, now: Now) -> None:
        """Add one request to the batch: its facts applied to `_ahead`, its answer rendered from there."""
        try:
            known = await self._answered(request.key, batch)
            if known is None:
                known = self._decided(request, batch, now)
            batch.replies.append((request, known))
        except (Refused, KeyConflict, CommandFailed, JournalFault) as no:
            batch.replies.append((request, no))
        if request.cursor is not None:
            batch.cursors[request.cursor[0]] = request.cursor[1]

    def _decided(self, request: _Request, batch: _Batch, now: Now) -> Reply:
        before = len(batch.facts)
        try:
            return self._settled(request, batch, now)
        except Refused:
            raise
        except Exception as bug:  # why: deciding is pure; one command's bug must not stop the point
            log.exception("a command could not be decided", command=type(request.command).__name__)
            self._undo(batch, before)
            raise CommandFailed(type(request.command).__name__) from bug

    def _settled(self, request: _Request, batch: _Batch, now: Now) -> Reply:
        context = Context(now, self.config, self.journal.secret)
        over = day_facts(self._ahead, context)
        if over is not None:
            self._write(over.facts, "system", batch, now)
        try:
            draft = decide(self._ahead, request.command, context)
        except Refused as no:
            if request.refusal is None:
                raise
            status, body = request.refusal(no)
            keep = status < 500  # a machine that could not is not an answer for a week
            return self._answer(request, Reply(status, body), batch, keep=keep)
        self._write(draft.facts, request.command.actor, batch, now)
        status, body = request.render(self._ahead, draft) if request.render else (200, b"")
        return self._answer(request, Reply(status, body, draft.subject), batch, keep=True)

    def _undo(self, batch: _Batch, keep: int) -> None:
        """Take back what was written of the batch beyond its first `keep` facts."""
        del batch.facts[keep:], batch.bodies[keep:]
        self._ahead = replay.copy(self.state)
        for event, stamp in batch.facts:
            evolve(self._ahead, event, stamp)
        if batch.bodies:
            _, self._ahead.chain = wire.split(batch.bodies[-1])

    def _durable(self, request: _Request, reply: Reply | Exception, batch: _Batch) -> bool:
        """Does this answer stand although the disk refused the batch? Only one that was in the journal before."""
        stored = isinstance(reply, Reply) and not reply.fresh
        return stored and request.key is not None and request.key.key not in batch.answers

    def _answer(self, request: _Request, reply: Reply, batch: _Batch, *, keep: bool) -> Reply:
        if request.key is not None and keep:
            key = request.key
            batch.answers[key.key] = Answer(key.key, key.request, reply.status, reply.body, 0)
        return reply

    async def _answered(self, key: Key | None, batch: _Batch) -> Reply | None:
        """The answer that this key already has, in this batch or in the store."""
        if key is None:
            return None
        stored = batch.answers.get(key.key)
        if stored is None and key.key in self._keys:
            stored = await self.journal.answer(key.key)
        if stored is None:
            return None
        if stored.request != key.request:
            raise KeyConflict(key.key)
        return Reply(stored.status, stored.body, fresh=False)

    def _write(self, facts: list[Fact], actor: str, batch: _Batch, now: Now) -> None:
        state = self._ahead
        for fact in facts:
            day = fact.business_date
            if day is None:
                day = business_date(state.business_date, now, self.config.point.zone)
            header = wire.Header(
                point=self.config.point.id, journal=self.journal.journal, seq=state.seq + 1,
                time_ms=now.ms if fact.ms is None else fact.ms,
                mono_ns=now.mono_ns if fact.mono_ns is None else fact.mono_ns,
                boot=now.boot, clock=now.clock, actor=actor, businessdate=day,
            )  # fmt: skip
            body, chain = wire.seal(fact.event, header, state.chain)
            stamp = Stamp(header.seq, header.time_ms, header.mono_ns, now.boot, day, actor)
            evolve(state, fact.event, stamp)
            state.chain = chain
            batch.bodies.append(body)
            batch.facts.append((fact.event, stamp))

    def _reply(self, replies: list[tuple[_Request, Reply | JournalFault | Exception]]) -> None:
        for request, reply in replies:
            if request.done.done():
                continue
            if isinstance(reply, Reply):
                request.done.set_result(reply)
            else:
                request.done.set_exception(reply)

    def knows(self, key: str) -> bool:
        """May this idempotency key have a stored answer? A false yes is rare, and costs one look at the disk."""
        return key in self._keys

    def mended(self) -> None:
        """There is room again."""
        self.full = False

    def remember_keys(self, keys: Collection[str]) -> None:
        """Only these are stored now; give what `journal.answer_keys` has just said, before anything is awaited again:
        the answers of a commit that was behind it in the journal's line are added after this."""
        self._keys = Seen(keys)
