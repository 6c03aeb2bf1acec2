"""What is done on a live line, one thing at a time: get ready, deliver a sheet, judge by the count, clear."""

import asyncio
import math
from typing import NoReturn

import structlog

from controller.ports.printer import Prepared, PrintEnd, PrinterCondition, PrinterUnavailable, Tier
from drivers.escpos import commands
from drivers.escpos.attendance import Attendance
from drivers.escpos.compose import scrap_mark
from drivers.escpos.conversation import Conversation
from drivers.escpos.delivery import Delivery, Verdict
from drivers.escpos.meter import Meter
from drivers.escpos.profiles import Profile
from drivers.escpos.sheet import Sheet
from drivers.links.link import DeviceGone

PREPARE_STATUS_S, PREPARE_COUNT_S = 0.7, 0.95  # within the port's 1 s: when the status must be there, when the count
PROOF_S = 2.0  # the contract's patience beyond the time the paper needs
JUDGE_S = 4.0  # a paper that was still coming when we asked is out by then
CLEAR_S = 1.0  # for each answer while clearing
WELL = frozenset({PrinterCondition.READY, PrinterCondition.DEGRADED})

log = structlog.get_logger()


class Press:
    """The printer `id` at the end of `line`. Every call may raise `DeviceGone`, and some `PrinterUnavailable`."""

    def __init__(self, id: str, profile: Profile, line: Attendance, *, bytes_per_s: float = math.inf) -> None:
        self.meter = Meter(line.news)
        self.profile = profile
        self.swallowed = 0  # times in a row that it said how it is, and nothing to what stands in its buffer
        self._id = id
        self._line = line
        self._bytes_per_s = bytes_per_s
        self._cut0: int | None = None  # from the last prepare; one delivery uses it up

    def carry_s(self, sheet: Sheet) -> float:
        """How long the line carries it."""
        return sum(map(len, sheet.parts)) / self._bytes_per_s

    async def prepare(self, talk: Conversation) -> Prepared:
        if self.profile.cut_counter and self._line.board.now.condition in WELL:
            said, self._cut0 = await talk.status_and_count(within=PREPARE_COUNT_S, give_up=self._is_blocked)
            self._note(self._cut0)
            if not said:
                self._silent(talk)
        else:
            began = _now()
            await self._see(talk, within=PREPARE_STATUS_S)
            left = began + PREPARE_COUNT_S - _now()
            self._cut0 = await self._count(talk, within=left) if self.profile.cut_counter else None
        self._refuse_when_blocked()
        if self._cut0 is None and self.profile.cut_counter:
            self.swallowed += 1
            self._line.look()
            raise PrinterUnavailable(self._id, "no_answer")
        self.swallowed = 0
        return Prepared(self._cut0, self._line.power_life)

    async def deliver(self, sheet: Sheet, job: str) -> Verdict:
        """The link may be lost at any time: that is a verdict."""
        cut0, self._cut0 = self._cut0, None
        talk = self._line.talk
        refused = "no_link" if talk is None or talk.over else self._line.blocked
        if talk is None or refused or self._line.board.now.condition is PrinterCondition.UNKNOWN:
            return Verdict(PrintEnd.FAILED, None, refused or "no_answer")
        floor = self.profile.seconds_for(sheet.dots) + self.carry_s(sheet)
        with self.meter.piece(self.profile.mm_for(sheet.dots)):
            verdict = await Delivery(talk, self.profile, job, cut0, floor).run(sheet, within=floor + PROOF_S)
        if verdict.tier:
            self._line.board.proved(verdict.tier)
        else:
            self._line.look()
            await self._drop_rest(talk)
        return verdict

    async def judge(self, talk: Conversation, before: Prepared) -> Verdict:
        if self._line.blocked:
            return unknown(self._line.blocked)
        if before.cut0 is None:
            return unknown("interrupted")
        cuts = await self._count(talk, within=JUDGE_S)
        if cuts is None:
            self._line.look()
            return unknown(self._line.blocked or "timeout")
        if cuts > before.cut0:
            self._line.board.proved(Tier.COUNTER)
            return Verdict(PrintEnd.CONFIRMED, Tier.COUNTER, "")
        if cuts == before.cut0 and before.power_life == self._line.power_life:
            return Verdict(PrintEnd.FAILED, None, "interrupted")
        return unknown("interrupted")

    async def clear(self, talk: Conversation) -> bool:
        recover = commands.RECOVER_AND_CLEAR_NOW if {"cutter", "error"} & set(self._line.board.now.causes) else b""
        if self.profile.real_time_clear and not await talk.cleared(within=CLEAR_S, first=recover):
            return False
        await talk.write(commands.END_OF_TORN_COMMAND + commands.ASB_ON)
        await self._see(talk, within=CLEAR_S + commands.LONGEST_COMMAND / self._bytes_per_s)
        self._cut0 = await self._count(talk, within=CLEAR_S) if self.profile.cut_counter else None
        mark = talk.mark()
        sheet = await asyncio.to_thread(scrap_mark, mark, self.profile)
        return (await self.deliver(sheet, mark)).end is PrintEnd.CONFIRMED

    async def _see(self, talk: Conversation, *, within: float) -> None:
        """Ask how it is; raises `PrinterUnavailable` when it is not well or does not say."""
        if not await self._line.hear_of(talk, within=within):
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
            self.meter.counted(cuts)

    async def _drop_rest(self, talk: Conversation) -> None:
        """A real printer would go on with half a ticket once its cover is closed: never resume, clear at once."""
        if self.profile.real_time_clear and self._line.blocked:
            try:
                await talk.write(commands.CLEAR_NOW)
            except DeviceGone:
                log.info("printer.not_cleared", printer=self._id)


def unknown(cause: str) -> Verdict:
    return Verdict(PrintEnd.UNKNOWN, None, cause)


def _now() -> float:
    return asyncio.get_running_loop().time()
