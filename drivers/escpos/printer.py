"""A ticket printer as the core sees it: one supervised link, one job at a time, proof or a named doubt."""

import asyncio
import math
from contextlib import suppress
from datetime import datetime
from random import Random

import msgspec
import structlog

from controller.ports.printer import (
    Examined,
    Prepared,
    PrintEnd,
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
from drivers.escpos.delivery import Verdict
from drivers.escpos.examination import MODEL, SERIAL, examine, name, test_sheet
from drivers.escpos.logo import LogoKeeper
from drivers.escpos.press import CLEAR_S, WELL, Press, unknown
from drivers.escpos.profiles import Profile
from drivers.escpos.raster import Logo, Logos
from drivers.links.link import SLOW, Backoff, DeviceGone, LinkOpener

PREPARE_S = 1.0  # the port's bound
SLOW_BYTES_PER_S = 12_000  # a serial line: a drawn line of text is 3 kB, a ticket of them takes 2 s at 115200 baud
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
        logo: Logos | None = None,
    ) -> None:
        self._id = id
        self._line = Attendance(id, profile, open_link, random=random, life=life, backoff=backoff)
        self._press = Press(id, profile, self._line, bytes_per_s=bytes_per_s)
        self._bytes_per_s = bytes_per_s
        mark = logo and (logo.small if self._is_slow else logo.large)
        self._logo = LogoKeeper(id, mark, bytes_per_s) if mark else None
        if self._logo is not None and profile.nv_graphics:
            self._line.longest = self._logo.longest
        self._line.greet = self._greet
        self._known_as = ("", "")  # model and serial number of the printer that was examined
        self._turn = asyncio.Lock()
        self._dirty, self._clean = asyncio.Event(), asyncio.Event()  # may it hold something of a job that was given up?
        self._clean.set()

    @property
    def id(self) -> str:
        return self._id

    @property
    def health(self) -> PrinterHealth:
        return self._line.board.now

    @property
    def usage(self) -> Usage:
        return self._press.meter.now

    async def news(self) -> None:
        await self._line.news.wait()
        self._line.news.clear()

    async def run(self) -> None:
        """Keep one connection for ever; ends only by cancellation (or at once, when python-escpos is not there)."""
        await asyncio.to_thread(scrap_mark, "warm", self._press.profile)  # loads composer and fonts
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
                    talk = self._live()
                    if self._dirty.is_set():
                        raise PrinterUnavailable(self._id, self._line.blocked or "recovering")
                    return await self._press.prepare(talk)
        except PrinterUnavailable:
            if self._press.swallowed > 1:  # something torn stands before our questions: somebody else's, or half a job
                self._press.swallowed = 0
                await self.abandon()
            raise
        except (TimeoutError, DeviceGone) as error:
            self._line.look()
            silent = "recovering" if self._dirty.is_set() else "no_answer"
            cause = "no_link" if isinstance(error, DeviceGone) else silent
            raise PrinterUnavailable(self._id, cause) from error

    async def print(self, paper: TicketPaper, job: str, *, simulated: bool) -> PrintOutcome:
        sheet = await asyncio.to_thread(
            lay_out, paper, job, self._press.profile, simulated=simulated, head=self._head(), slow=self._is_slow
        )
        if sheet.lost:
            log.warning("printer.letters_lost", printer=self._id, letters=sorted(sheet.lost))
        async with self._turn:
            began = _now()
            verdict = await self._press.deliver(sheet, job)
        return self._outcome(verdict, began)

    def _head(self) -> Logo | str | None:
        """The logo as it is best printed here: by its key; drawn; or, where that would take too long, not at all."""
        if self._logo is None:
            return None
        if self._logo.stored:
            return self._logo.logo.key
        return None if self._is_slow else self._logo.logo

    @property
    def _is_slow(self) -> bool:
        return self._bytes_per_s < SLOW_BYTES_PER_S

    async def _greet(self, talk: Conversation) -> None:
        """On a new link, before it is used for tickets: who hangs there, and does it have the logo?"""
        if any(self._known_as):
            said = await name(talk, MODEL), await name(talk, SERIAL)
            self._line.stranger = any(old and new and old != new for old, new in zip(self._known_as, said, strict=True))
        if self._logo is not None and self._press.profile.nv_graphics and self._press.profile.voice == "full":
            await self._logo.greet(talk)

    async def examine(self, now: datetime, *, simulated: bool) -> Examined:
        async with self._turn:
            self._line.patient = True
            try:
                return await self._examine(now, simulated=simulated)
            finally:
                self._line.patient = False

    async def _examine(self, now: datetime, *, simulated: bool) -> Examined:
        talk, profile = self._live(), self._press.profile
        job = talk.mark()
        sheet = await asyncio.to_thread(test_sheet, self._id, now, job, profile, simulated=simulated)
        try:
            carry_s = self._press.carry_s(sheet)
            with self._press.meter.piece(profile.mm_for(sheet.dots)):
                found = await examine(talk, profile, sheet, job, self._fault, carry_s)
        except DeviceGone as gone:
            raise PrinterUnavailable(self._id, "no_link") from gone
        if found.tier is None:
            raise PrinterUnavailable(self._id, found.cause)
        if found.tier is Tier.BLIND:  # silent now, which says nothing of what it can
            self._line.look()
        else:
            self.learn(found)
            self._line.look()
            self._line.board.proved(found.tier)
        return found

    def _fault(self) -> str:
        """What keeps it from printing a test paper: to be another printer than before is why one is printed."""
        return "" if self._line.blocked == "another_printer" else self._line.blocked

    def learn(self, found: Examined) -> None:
        """From now on ask it what it answers, whatever its profile says; and know it by its name."""
        self._known_as, self._line.stranger = (found.model, found.serial), False
        if self._press.profile.voice == "none":  # the config's word, and its last
            return
        profile = msgspec.structs.replace(
            self._press.profile, process_id=found.process_id, cut_counter=found.cut_counter, asb=found.automatic_status,
            real_time_clear=found.realtime_clear, voice="port" if found.tier is Tier.PORT else "full",
        )  # fmt: skip
        self._press.profile = profile
        self._line.learn(profile)

    async def judge(self, before: Prepared) -> PrintOutcome:
        began = _now()
        async with self._turn:
            try:
                verdict = await self._press.judge(self._live(), before)
            except PrinterUnavailable as error:
                verdict = unknown(error.cause)
            except DeviceGone:
                verdict = unknown("link_lost")
        return self._outcome(verdict, began)

    async def clear(self) -> bool:
        async with self._turn:
            try:
                cleared = await self._press.clear(self._live())
            except (PrinterUnavailable, DeviceGone):
                return False
        if cleared:
            self._dirty.clear()
            self._clean.set()
            self._line.clear_first = False
        return cleared

    async def abandon(self) -> None:
        self._clean.clear()
        self._dirty.set()
        if not self._press.profile.real_time_clear:
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
            self._press.meter.printed()
        return PrintOutcome(verdict.end, verdict.tier, verdict.cause, round((_now() - began) * 1000))

    def _live(self) -> Conversation:
        if self._line.talk is None:
            raise PrinterUnavailable(self._id, "no_link")
        return self._line.talk


def _now() -> float:
    return asyncio.get_running_loop().time()
