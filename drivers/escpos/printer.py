"""A ticket printer as the core sees it: one supervised link, one job at a time, proof or a named doubt."""

import asyncio
import math
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import NoReturn

import msgspec
import structlog

from controller.ports.printer import (
    Examined,
    Prepared,
    PrintEnd,
    PrinterCondition,
    PrinterHealth,
    PrinterUnavailable,
    PrintOutcome,
    TicketPaper,
    Tier,
    Usage,
)
from drivers.escpos import commands
from drivers.escpos.attendance import Attendance
from drivers.escpos.compose import lay_out, scrap_mark
from drivers.escpos.conversation import Conversation
from drivers.escpos.delivery import Delivery, Verdict
from drivers.escpos.examination import examine, test_sheet
from drivers.escpos.meter import Meter
from drivers.escpos.profiles import Profile
from drivers.escpos.sheet import Sheet
from drivers.links.link import SLOW, Backoff, DeviceGone, LinkOpener

PREPARE_S = 1.0  # the port's bound, of which
PREPARE_STATUS_S, PREPARE_COUNT_S = 0.7, 0.95  # when the status must be there, when the count, from the start
PROOF_S = 2.0  # the contract's patience beyond the time the paper needs
JUDGE_S = 4.0  # a paper that was still coming when we asked is out by then
WELL = frozenset({PrinterCondition.READY, PrinterCondition.DEGRADED})
CLEAR_S = 1.0  # for each answer while clearing
TIDY_LOOK_S, TIDY_AGAIN_S = 0.1, 1.0  # is it well at last; after clearing it did not help

log = structlog.get_logger()


class EscposPrinter:
    """Implements `controller.ports.printer.Printer`. `run()` must run for as long as the printer is wanted.

    `life` must differ at each start of the daemon: with it a restart is a new power life. Job IDs must not begin
    with "~": those are the driver's own. Order of recovery after UNKNOWN: `judge`, then `clear`, then `prepare`;
    `clear` cuts, so a judgement after it would mistake the scrap for the ticket. `bytes_per_s`: the speed of the line,
    where it is slow enough to matter: a ticket that takes its time to get there is not late.
    """

    def __init__(
        self,
        id: str,
        profile: Profile,
        open_link: LinkOpener,
        *,
        random: Random,
        life: str,
        backoff: Backoff = SLOW,
        bytes_per_s: float = math.inf,
    ) -> None:
        self._id = id
        self._profile = profile
        self._bytes_per_s = bytes_per_s
        self._line = Attendance(id, profile, open_link, random=random, life=life, backoff=backoff)
        self._turn = asyncio.Lock()
        self._meter = Meter()
        self._cut0: int | None = None  # from the last prepare; one delivery uses it up
        self._dirty, self._clean = asyncio.Event(), asyncio.Event()  # may it hold something of a job that was given up?
        self._clean.set()

    @property
    def id(self) -> str:
        return self._id

    @property
    def health(self) -> PrinterHealth:
        return self._line.board.now

    async def health_changed(self) -> PrinterHealth:
        return await self._line.board.changed()

    @property
    def usage(self) -> Usage:
        return self._meter.now

    async def usage_changed(self) -> Usage:
        return await self._meter.changed()

    async def run(self) -> None:
        """Keep one connection for ever; ends only by cancellation (or at once, when python-escpos is not there)."""
        await asyncio.to_thread(scrap_mark, "warm", self._profile)  # loads composer and fonts before the first ticket
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tidy())
            await self._line.run()

    def reconnect_now(self) -> None:
        """An outside sign of life: try at once instead of waiting the backoff out, or look at a live link."""
        self._line.kick()

    async def prepare(self) -> Prepared:
        try:
            async with asyncio.timeout(PREPARE_S):
                if self.health.condition in WELL:
                    await self._clean.wait()
                async with self._turn:
                    return await self._prepare(self._live())
        except (TimeoutError, DeviceGone) as error:
            self._line.look()
            silent = "recovering" if self._dirty.is_set() else "no_answer"
            cause = "no_link" if isinstance(error, DeviceGone) else silent
            raise PrinterUnavailable(self._id, cause) from error

    async def print(self, paper: TicketPaper, job: str, *, simulated: bool) -> PrintOutcome:
        sheet = await asyncio.to_thread(lay_out, paper, job, self._profile, simulated=simulated)
        if sheet.lost:
            log.warning("printer.letters_lost", printer=self._id, letters=sorted(sheet.lost))
        async with self._turn:
            began = _now()
            verdict = await self._deliver(sheet, job)
        return self._outcome(verdict, began)

    async def examine(self, now: datetime, *, simulated: bool) -> Examined:
        async with self._turn:
            return await self._examine(now, simulated=simulated)

    async def _examine(self, now: datetime, *, simulated: bool) -> Examined:
        talk = self._live()
        job = talk.mark()
        sheet = await asyncio.to_thread(test_sheet, self._id, now, job, self._profile, simulated=simulated)
        try:
            carry_s = self._carry_s(sum(map(len, sheet.parts)))
            found = await examine(talk, self._profile, sheet, job, lambda: self._line.blocked, carry_s)
        except DeviceGone as gone:
            raise PrinterUnavailable(self._id, "no_link") from gone
        if found.tier is None:
            raise PrinterUnavailable(self._id, found.cause)
        self._meter.piece(self._profile.mm_for(sheet.dots))
        if found.tier is Tier.BLIND:  # silent now, which says nothing of what it can
            self._line.look()
        else:
            self.learn(found)
            self._line.board.proved(found.tier)
        return found

    def learn(self, found: Examined) -> None:
        """From now on ask it what it answers, whatever its profile says."""
        self._profile = msgspec.structs.replace(
            self._profile, process_id=found.process_id, cut_counter=found.cut_counter, asb=found.automatic_status,
            real_time_clear=found.realtime_clear,
        )  # fmt: skip
        self._line.learn(self._profile)

    async def judge(self, before: Prepared) -> PrintOutcome:
        began = _now()
        async with self._turn:
            try:
                verdict = await self._judge(self._live(), before)
            except PrinterUnavailable as error:
                verdict = _unknown(error.cause)
            except DeviceGone:
                verdict = _unknown("link_lost")
        return self._outcome(verdict, began)

    async def clear(self) -> bool:
        async with self._turn:
            try:
                return await self._clear(self._live())
            except (PrinterUnavailable, DeviceGone):
                return False

    async def abandon(self) -> None:
        self._clean.clear()
        self._dirty.set()
        if not self._profile.real_time_clear:
            return
        self._line.clear_first = True
        if self._line.talk is not None:
            with suppress(DeviceGone):
                await self._line.talk.write(commands.CLEAR_NOW, within=CLEAR_S)  # it may hear us though it is silent

    async def _tidy(self) -> None:
        """Cut off what hangs of a job that was given up, as soon as the printer is well."""
        while True:
            await self._dirty.wait()
            if self.health.condition not in WELL:
                await asyncio.sleep(TIDY_LOOK_S)
            elif not await self.clear():
                await asyncio.sleep(TIDY_AGAIN_S)

    def _outcome(self, verdict: Verdict, began: float) -> PrintOutcome:
        """Of a ticket."""
        if verdict.end is PrintEnd.CONFIRMED:
            self._meter.printed()
        return PrintOutcome(verdict.end, verdict.tier, verdict.cause, round((_now() - began) * 1000))

    def _carry_s(self, size: int) -> float:
        """How long the line carries so many bytes."""
        return size / self._bytes_per_s

    def _live(self) -> Conversation:
        if self._line.talk is None:
            raise PrinterUnavailable(self._id, "no_link")
        return self._line.talk

    async def _prepare(self, talk: Conversation) -> Prepared:
        if self._dirty.is_set():
            raise PrinterUnavailable(self._id, self._line.blocked or "recovering")
        if self._profile.cut_counter and self.health.condition in WELL:
            said, self._cut0 = await talk.status_and_count(within=PREPARE_COUNT_S, give_up=self._is_blocked)
            self._note(self._cut0)
            if not said:
                self._silent(talk)
        else:
            began = _now()
            await self._see(talk, within=PREPARE_STATUS_S)
            left = began + PREPARE_COUNT_S - _now()
            self._cut0 = await self._count(talk, within=left) if self._profile.cut_counter else None
        self._refuse_when_blocked()
        if self._cut0 is None and self._profile.cut_counter:
            self._line.look()
            raise PrinterUnavailable(self._id, "no_answer")
        return Prepared(self._cut0, self._line.power_life)

    async def _see(self, talk: Conversation, *, within: float) -> None:
        """Ask how it is; raises `PrinterUnavailable` when it is not well or does not say."""
        if await talk.status(within=within) is None:
            self._silent(talk)
        self._refuse_when_blocked()

    def _silent(self, talk: Conversation) -> NoReturn:
        self._line.look()
        raise PrinterUnavailable(self._id, self._line.silent(talk))

    def _is_blocked(self) -> bool:
        return bool(self._line.blocked)

    def _refuse_when_blocked(self) -> None:
        if self._line.blocked:
            raise PrinterUnavailable(self._id, self._line.blocked)

    async def _count(self, talk: Conversation, *, within: float) -> int | None:
        cuts = await talk.cut_count(within=within, give_up=self._is_blocked)
        self._note(cuts)
        return cuts

    def _note(self, cuts: int | None) -> None:
        if cuts is not None:
            self._line.counted(cuts)
            self._meter.counted(cuts)

    async def _deliver(self, sheet: Sheet, job: str) -> Verdict:
        cut0, self._cut0 = self._cut0, None
        talk = self._line.talk
        refused = "no_link" if talk is None or talk.over else self._line.blocked
        if talk is None or refused or self.health.condition is PrinterCondition.UNKNOWN:
            return Verdict(PrintEnd.FAILED, None, refused or "no_answer")
        floor = self._profile.seconds_for(sheet.dots) + self._carry_s(sum(map(len, sheet.parts)))
        verdict = await Delivery(talk, self._profile, job, cut0).run(sheet, within=floor + PROOF_S)
        self._meter.piece(self._profile.mm_for(sheet.dots))
        if verdict.tier:
            self._line.board.proved(verdict.tier)
        else:
            self._line.look()
            await self._drop_rest(talk)
        return verdict

    async def _drop_rest(self, talk: Conversation) -> None:
        """A real printer would go on with half a ticket once its cover is closed: never resume, clear at once."""
        if self._profile.real_time_clear and self._line.blocked:
            try:
                await talk.write(commands.CLEAR_NOW)
            except DeviceGone:
                log.info("printer.not_cleared", printer=self._id)

    async def _judge(self, talk: Conversation, before: Prepared) -> Verdict:
        if self._line.blocked:
            return _unknown(self._line.blocked)
        if before.cut0 is None:
            return _unknown("interrupted")
        cuts = await self._count(talk, within=JUDGE_S)
        if cuts is None:
            self._line.look()
            return _unknown(self._line.blocked or "timeout")
        if cuts > before.cut0:
            self._line.board.proved(Tier.COUNTER)
            return Verdict(PrintEnd.CONFIRMED, Tier.COUNTER, "")
        if cuts == before.cut0 and before.power_life == self._line.power_life:
            return Verdict(PrintEnd.FAILED, None, "interrupted")
        return _unknown("interrupted")

    async def _clear(self, talk: Conversation) -> bool:
        recover = commands.RECOVER_AND_CLEAR_NOW if {"cutter", "error"} & set(self.health.causes) else b""
        if self._profile.real_time_clear and not await talk.cleared(within=CLEAR_S, first=recover):
            return False
        await talk.write(commands.END_OF_TORN_COMMAND + commands.ASB_ON)
        await self._see(talk, within=CLEAR_S + self._carry_s(commands.LONGEST_COMMAND))
        self._cut0 = await self._count(talk, within=CLEAR_S) if self._profile.cut_counter else None
        mark = talk.mark()
        sheet = await asyncio.to_thread(scrap_mark, mark, self._profile)
        if (await self._deliver(sheet, mark)).end is not PrintEnd.CONFIRMED:
            return False
        self._dirty.clear()
        self._clean.set()
        self._line.clear_first = False
        return True


def _now() -> float:
    return asyncio.get_running_loop().time()


def _unknown(cause: str) -> Verdict:
    return Verdict(PrintEnd.UNKNOWN, None, cause)
