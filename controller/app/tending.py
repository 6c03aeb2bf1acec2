"""Once a second: what time brings, whether the disk has room again, what may be forgotten."""

import asyncio

import structlog

from controller.app.clock import SystemClock
from controller.app.settings import config_hash
from controller.domain.commands import Now, ReportPoint, Tick
from controller.domain.decide import Context, day_facts, decide
from controller.journal import retention
from controller.journal.faults import JournalFault
from controller.ledger import Ledger
from controller.web.site import Site

EVERY_S = 1.0
PROBE_EVERY = 2  # ticks between two looks at a full disk
CHECKPOINT_EVERY = 30  # ticks: what a lost write-ahead log can cost (journal/rescue.py skips as many numbers)
ANSWERS_MS = 7 * 86_400_000  # how long an idempotency key holds (contract, section 3)
HOURLY_MS = 3_600_000
STEP_MS = 2_000  # wall clock against time since boot: more than this in a second is a step

log = structlog.get_logger("tending")


class Tending:
    """`run` is its task."""

    def __init__(self, ledger: Ledger, site: Site, clock: SystemClock) -> None:
        self._ledger = ledger
        self._site = site
        self._clock = clock
        self._hour = 0
        self._ticks = 0
        self._offset: int | None = None
        self._issuing = ""

    async def run(self) -> None:
        while True:
            try:
                await self._once()
            except JournalFault as fault:
                log.warning("the journal does not take events", why=str(fault))
            await asyncio.sleep(EVERY_S)

    async def _once(self) -> None:
        now = self._clock.now()
        self._ticks += 1
        if self._ledger.full and self._ticks % PROBE_EVERY == 0 and await self._ledger.journal.probe():
            self._ledger.mended()
            log.info("the disk has room again")
        if self._ticks % CHECKPOINT_EVERY == 0:
            await self._ledger.journal.checkpoint()
        if (issuing := self._site.issuing()) != self._issuing:
            self._issuing = issuing
            self._site.touch()
        if self._site.notice is not None and now.ms >= self._site.notice.until:
            self._site.notice = None
            self._site.touch()
        await self._step(now)
        if self._due(now):
            await self._ledger.submit(Tick())
        if now.ms // HOURLY_MS != self._hour:
            self._hour = now.ms // HOURLY_MS
            await self._forget(now)

    def _due(self, now: Now) -> bool:
        """Would a tick change anything? Looking costs no commit."""
        context = Context(now, self._ledger.config, self._ledger.journal.secret)
        if day_facts(self._ledger.state, context) is not None:
            return True
        return bool(decide(self._ledger.state, Tick(), context).facts)

    async def _step(self, now: Now) -> None:
        """Say so when the wall clock was moved."""
        offset = now.ms - now.mono_ns // 1_000_000
        was, self._offset = self._offset, offset
        if was is not None and abs(offset - was) > STEP_MS:
            hash_ = config_hash(self._ledger.config)
            await self._ledger.submit(
                ReportPoint(state="ready", version=self._site.build, config_hash=hash_, cause="clock_step")
            )

    async def _forget(self, now: Now) -> None:
        """Old answers go; the journal's oldest events too, once central has them and the time to keep them is over."""
        journal = self._ledger.journal
        forgotten = False
        while await journal.forget_answers(now.ms - ANSWERS_MS):
            forgotten = True
        if forgotten:
            self._ledger.remember_keys(await journal.answer_keys())
        if self._clock.last_synced_ms:
            await journal.set_cursor("clock_synced_ms", self._clock.last_synced_ms)
        if now.clock == "unsynced":
            return  # nothing is old by a clock that nobody set
        if removed := await retention.retire(journal, acked=self._site.link.seq or 0, now_ms=now.ms):
            log.info("events past their keeping time removed", events=removed)
