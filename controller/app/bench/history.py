"""A journal of months, made by the real core as fast as it can: busy days of a service point up to yesterday.

Nothing here writes an event: commands are decided, sealed, chained and applied as the ledger does it; only the commits
are large, and the clock is turned on by hand.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

from controller.app.bench.figures import Tell
from controller.app.bench.floors import opened_to_read
from controller.app.settings import config_hash
from controller.domain import commands as c
from controller.domain.decide import Context, Draft, day_facts, decide
from controller.domain.evolve import Stamp, evolve
from controller.domain.numbering import business_date
from controller.domain.point import Config
from controller.domain.state import State
from controller.journal import replay, wire
from controller.journal.file import Answer, JournalFile
from controller.ledger import SNAPSHOT_EVERY

DAY_MS, WEEK_MS = 86_400_000, 7 * 86_400_000
VISITS = 300  # customers of a busy day
OPENS_MS, OPEN_MS = 6 * 3_600_000, 8 * 3_600_000  # UTC; so long
LANGUAGES = ("fi", "fi", "sv", "fi", "en")
COMMIT = 4000  # events
PER_VISIT = 12.03  # events, for reckoning how many days are needed


class Writer:
    """The single writer with its hands free: no loop, no waiting customers."""

    def __init__(self, file: JournalFile, config: Config) -> None:
        self.file, self.config = file, config
        self.state = State(file.journal)
        self._bodies: list[bytes] = []
        self._answers: list[Answer] = []

    def do(self, wish: c.Command, now: c.Now, *, key: bool = True) -> str:
        """One command to its facts; gives its subject. With `key`, an answer is kept as of a request that had one."""
        context = Context(now, self.config, self.file.secret)
        over = day_facts(self.state, context)
        if over is not None:
            self._write(over, "system", now)
        draft = decide(self.state, wish, context)
        self._write(draft, wish.actor, now)
        if key:
            body = json.dumps({"id": draft.subject, "seq": self.state.seq}).encode()
            name = f"{self.state.seq:032x}"
            self._answers.append(Answer(name, hashlib.sha256(body).digest(), 200, body, now.ms))
        if len(self._bodies) >= COMMIT:
            self.commit(now.ms)
        return draft.subject

    def commit(self, now_ms: int) -> None:
        self.file.append(self.state.seq - len(self._bodies) + 1, self._bodies, self._answers, {}, now_ms)
        self._bodies, self._answers = [], []

    def _write(self, draft: Draft, actor: str, now: c.Now) -> None:
        for fact in draft.facts:
            day = fact.business_date
            if day is None:
                day = business_date(self.state.business_date, now, self.config.point.zone)
            header = wire.Header(
                point=self.config.point.id, journal=self.file.journal, seq=self.state.seq + 1,
                time_ms=now.ms if fact.ms is None else fact.ms,
                mono_ns=now.mono_ns if fact.mono_ns is None else fact.mono_ns,
                boot=now.boot, clock=now.clock, actor=actor, businessdate=day,
            )  # fmt: skip
            body, chain = wire.seal(fact.event, header, self.state.chain)
            stamp = Stamp(header.seq, header.time_ms, header.mono_ns, now.boot, day, actor)
            evolve(self.state, fact.event, stamp)
            self.state.chain = chain
            self._bodies.append(body)


def cached(folder: Path, config: Config, events: int, now_ms: int, tell: Tell) -> Path:
    """The journal of `write`, made once a day for a version and a configuration, and kept in `folder`."""
    yesterday = now_ms // DAY_MS - 1
    path = folder / f"history-{events}-{yesterday}-{replay.SHAPE}-{config_hash(config)[:12]}.db"
    if not path.exists():
        for old in folder.glob(f"history-{events}-*"):
            old.unlink()
        fresh = path.with_suffix(f".{os.getpid()}")
        write(fresh, config, events, now_ms, tell)
        fresh.rename(path)
    return path


def length(path: Path) -> int:
    """Events in a journal that nobody holds."""
    db = opened_to_read(path)
    try:
        return int(db.execute("SELECT max(seq) FROM event").get)
    finally:
        db.close()


def write(path: Path, config: Config, events: int, now_ms: int, tell: Tell) -> None:
    """About so many events of whole days, the last of them yesterday, in UTC. The kept snapshot is as old as a daemon
    that is killed ever leaves one."""
    file = JournalFile(path)
    try:
        writer, length, kept = Writer(file, config), 0, None
        days = max(1, round(events / (VISITS * PER_VISIT)))
        for day in range(days, 0, -1):
            begin, first = (now_ms // DAY_MS - day) * DAY_MS + OPENS_MS, writer.state.seq
            for now, wish, key in _day(writer, config, begin):
                writer.do(wish, now, key=key)
                if day == 1 and kept is None and writer.state.seq > first + length - SNAPSHOT_EVERY:
                    kept = replay.snapshot_of(writer.state)
            length = writer.state.seq - first
            writer.commit(begin)
            while file.forget_answers(begin - WEEK_MS):
                pass
            tell(1 - (day - 1) / days)
        assert kept is not None
        file.keep_snapshot(kept)
    finally:
        file.close()


def _day(writer: Writer, config: Config, begin_ms: int) -> Iterator[tuple[c.Now, c.Command, bool]]:
    """One day's commands in their order, when each was given, and whether its request had a key."""
    now = partial(_now, begin_ms)
    services = tuple(service.id for service in config.services)
    desks = [counter.id for counter in config.counters]
    for desk in desks:
        wish = c.OpenCounter(actor=f"counter:{desk}", counter=desk, advisor=f"a{desk}", services=services,
                             languages=config.point.languages)  # fmt: skip
        yield now(0), wish, True
    kiosk, slot = config.kiosks[0], OPEN_MS // VISITS
    for n, service, language, desk in zip(range(VISITS), cycle(services), cycle(LANGUAGES), cycle(desks), strict=False):
        at = 1000 + n * slot
        yield now(at), c.TakeTicket(
            actor=f"kiosk:{kiosk.id}", service=service, language=language, entry="kiosk", kiosk=kiosk.id,
            device=kiosk.printer,
        ), True  # fmt: skip
        ticket, device = next(reversed(writer.state.tickets)), f"device:{kiosk.printer}"
        yield now(at + 50), c.StartPrint(actor=device, ticket=ticket, device=kiosk.printer, cut0=n, power_life="1",
                                         copy=0, attempt=1), False  # fmt: skip
        yield now(at + 2100), c.FinishPrint(actor=device, ticket=ticket, result="confirmed", tier="T1", cause="",
                                            ms=2050), False  # fmt: skip
        yield from _turn(writer, desk, partial(now, at=at))
    for desk in desks:
        yield now(OPEN_MS), c.CloseCounter(actor=f"counter:{desk}", counter=desk), True


def _turn(writer: Writer, desk: str, now: Callable[..., c.Now]) -> Iterator[tuple[c.Now, c.Command, bool]]:
    """An advisor ends with one customer and calls the next, who walks there."""
    actor = f"counter:{desk}"
    if writer.state.counters[desk].current:
        yield now(more=3000), c.End(actor=actor, counter=desk, resolution="first_contact", guidance="none"), True
    yield now(more=9000), c.CallNext(actor=actor, counter=desk), True
    called = writer.state.counters[desk].current
    if called:
        yield now(more=9100), c.ReportShown(actor="device:lobby", service_event=called, call=1, device="lobby",
                                            medium="tv", language="fi", latency_ms=90), False  # fmt: skip
        yield now(more=29_000), c.Start(actor=actor, counter=desk), True


def _now(begin_ms: int, at: int, more: int = 0) -> c.Now:
    ms = begin_ms + at + more
    return c.Now(ms, at * 1_000_000 + more * 1_000_000, "boot-of-the-history", "synced")
