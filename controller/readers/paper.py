"""From an issued ticket to its proven paper: the reader that owns one printer.

Each paper ends as confirmed, failed or void. While a printer is in trouble, the numbers that come meanwhile are shown
on the screen at once: nobody stands in line behind a broken printer. Behind one that works again, and only has an old
paper to clear away, they do, for a moment. What was in hand when the daemon died is judged by the printer's own
counter before anything is sent again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from controller.domain.commands import FinishPrint, StartPrint
from controller.domain.draft import Refused
from controller.domain.event_words import PrintResult
from controller.domain.events import TicketIssued
from controller.domain.printing import (
    DOUBT,
    FINAL,
    Begin,
    Finish,
    Judge,
    Step,
    first_step,
    patience_is_over,
    step_after_clearing,
    step_in_line,
)
from controller.journal import wire
from controller.journal.faults import JournalFault
from controller.ledger import Ledger
from controller.ports.printer import (
    Prepared,
    PrintEnd,
    Printer,
    PrinterCondition,
    PrinterUnavailable,
    PrintOutcome,
)
from controller.readers import ticket_text
from controller.readers.paper_share import Share

WATCH_S, LOOKS = 0.05, 20  # a printer in trouble is asked again after so many, each second
HOPE_S = 1.5  # so long a printer that works again may take to tidy up while people wait in line for it
FIRST_LOOK_S, FIRST_LOOKS = 0.02, 50  # with the second that `prepare` may take, within the 2 s that anybody waits
JOURNAL_S = 0.5
LENT_S = 5.0  # a paper that is well takes a second or two
COUNTED_S = 1.0  # a printer that is well says its count in milliseconds, or when the paper it is at is out
RESULTS: dict[PrintEnd, PrintResult] = {
    PrintEnd.CONFIRMED: "confirmed",
    PrintEnd.UNKNOWN: "unknown",
    PrintEnd.FAILED: "failed",
}

log = structlog.get_logger("paper")


class Paper:
    """Prints what the journal says should be printed on this printer. `run` is its task, for ever."""

    def __init__(self, ledger: Ledger, printer: Printer, *, simulated: bool) -> None:
        self._ledger = ledger
        self._printer = printer
        self._simulated = simulated
        self._wanted: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._mine = Share(ledger, printer.id)
        self._in_trouble = ""
        self._hope_until = 0.0  # loop time: then the trouble is no matter of a moment any more
        self._printing = asyncio.Lock()  # held while the printer is at one paper, or lent

    async def run(self) -> None:
        """Recover what was in hand, then follow the journal."""
        after = self._ledger.state.seq
        if self._mine.last_was_given_up():
            await self._printer.abandon()
        for ticket in self._mine.left():
            self._wanted.put_nowait((ticket.id, False))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(after))
            tasks.create_task(self._work())

    def reprint(self, ticket: str) -> bool:
        """A second paper was asked for; True when it is this printer's affair."""
        mine = self._mine.holds(self._ledger.state.tickets[ticket])
        if mine:
            self._wanted.put_nowait((ticket, True))
        return mine

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """The printer to somebody else, for a paper that is no ticket's. Papers that come meanwhile wait.

        Raises PrinterUnavailable "recovering" while a paper is in doubt, for LENT_S: its proof is the printer's count
        of cuts, which another paper would move.
        """
        try:
            async with asyncio.timeout(LENT_S):
                await self._printing.acquire()
        except TimeoutError as error:
            raise PrinterUnavailable(self._printer.id, "recovering") from error
        try:
            if any(ticket.print.state in DOUBT for ticket in self._mine.left()):
                raise PrinterUnavailable(self._printer.id, "recovering")
            yield
        finally:
            self._printing.release()

    async def _follow(self, after: int) -> None:
        journal = self._ledger.journal
        while True:
            await journal.wait(after)
            for stored in await journal.read(after, 500):
                after = stored.seq
                if b'"type":"luukku.ticket.issued.v1"' not in stored.body:
                    continue
                event = wire.data_of(wire.read(stored.body))
                if isinstance(event, TicketIssued) and event.medium == "paper":
                    ticket = self._ledger.state.tickets.get(event.ticket)
                    if ticket is not None and self._mine.holds(ticket):
                        await self._take(ticket.id)

    async def _take(self, ticket: str) -> None:
        """Into the line, or straight to the screen while the printer is in trouble that lasts."""
        if self._in_trouble and self._hopeless():
            await self._finish(ticket, "failed", None, self._in_trouble, 0)
        else:
            self._wanted.put_nowait((ticket, False))

    async def _work(self) -> None:
        await self._first_word()
        while True:
            ticket, again = await self._wanted.get()
            async with self._printing:
                await self._print(ticket, again=again)

    async def _first_word(self) -> None:
        """Just started: a ticket that comes before the printer has answered waits a moment for it."""
        for _ in range(FIRST_LOOKS):
            if self._printer.health.condition not in {PrinterCondition.DETACHED, PrinterCondition.UNKNOWN}:
                return
            await asyncio.sleep(FIRST_LOOK_S)

    async def _print(self, id_: str, *, again: bool) -> None:
        """One ticket to its end."""
        ticket = self._ledger.state.tickets.get(id_)
        if ticket is not None:
            await self._step(id_, first_step(self._ledger.state, ticket, self._now(), again=again))

    async def _step(self, id_: str, step: Step) -> None:
        match step:
            case Begin(copy, attempt):
                await self._attempt(id_, copy, attempt)
            case Judge(trust):
                await self._recover(id_, trust=trust)
            case Finish(result, cause):
                await self._finish(id_, result, None, cause, 0)
            case None:
                pass

    async def _attempt(self, id_: str, copy: int, attempt: int) -> None:
        try:
            ready = await self._printer.prepare()
        except PrinterUnavailable as no:
            await self._finish(id_, "failed", None, no.cause, 0)
            return
        start = StartPrint(
            actor=f"device:{self._printer.id}", ticket=id_, device=self._printer.id, cut0=ready.cut0,
            power_life=ready.power_life, copy=copy, attempt=attempt,
        )  # fmt: skip
        try:
            await self._ledger.submit(start)  # durable before the first byte
        except Refused as no:
            log.warning("paper not started", ticket=id_, why=str(no))
            return
        except JournalFault as no:
            log.warning("paper not started", ticket=id_, why=str(no))
            await self._finish(id_, "failed", None, "journal", 0)
            return
        ticket = self._ledger.state.tickets[id_]
        sheet = ticket_text.paper(self._ledger.state, self._ledger.config, self._ledger.journal.secret, id_, copy)
        outcome = await self._printer.print(sheet, ticket.print.job, simulated=self._simulated)
        await self._conclude(id_, outcome)
        if outcome.end is PrintEnd.UNKNOWN:
            await self._recover(id_, trust=True)

    async def _recover(self, id_: str, *, trust: bool) -> None:
        """A paper in doubt: the counter decides; else the buffers are cleared and it is sent again, within limits.

        `trust`: only this paper can have moved the counter. Clearing cuts a scrap, so `unknown` is journalled before
        it: whoever finds that after a crash knows that the counter tells nothing any more.
        """
        ticket = self._ledger.state.tickets[id_]
        before = Prepared(ticket.print.cut0 if trust else None, ticket.print.power_life)
        if (proof := await self._counted(before)) is not None:
            await self._conclude(id_, proof)
            return
        async with self._trouble(ticket.print.cause or "recovering"):
            verdict = await self._judged(id_, before)
            if verdict is None or verdict.end is PrintEnd.CONFIRMED:
                if verdict is not None:
                    await self._conclude(id_, verdict)
                return
            await self._finish(id_, "unknown", None, ticket.print.cause or "interrupted", 0)
            ready = await self._cleared(id_)
        if ready is None:
            return
        surely_none = verdict.end is PrintEnd.FAILED and ready.power_life == ticket.print.power_life
        await self._step(id_, step_after_clearing(self._ledger.state, ticket, self._now(), surely_none=surely_none))

    async def _counted(self, before: Prepared) -> PrintOutcome | None:
        """The proof, if the printer's counter gives it at once: then nobody in line is sent away."""
        try:
            async with asyncio.timeout(COUNTED_S):
                verdict = await self._printer.judge(before)
        except TimeoutError:
            return None
        return verdict if verdict.end is PrintEnd.CONFIRMED else None

    async def _judged(self, id_: str, before: Prepared) -> PrintOutcome | None:
        """What the printer's counter says; None when it was given up meanwhile."""
        while True:
            verdict = await self._printer.judge(before)
            if verdict.end is not PrintEnd.UNKNOWN:
                return verdict
            self._in_trouble = verdict.cause or self._in_trouble
            if self._able() and verdict.cause == "interrupted":
                return verdict  # it works but cannot tell: a marked copy is the way out
            if await self._given_up(id_, verdict.cause):
                return None
            await self._look_again()

    async def _cleared(self, id_: str) -> Prepared | None:
        """The printer's state after its buffers were cleared, ready for the paper again; None when given up."""
        while True:
            if await self._printer.clear():
                try:
                    return await self._printer.prepare()
                except PrinterUnavailable as no:
                    self._in_trouble = no.cause
            if await self._given_up(id_, self._in_trouble):
                return None
            await self._look_again()

    async def _look_again(self) -> None:
        """In a while; as soon as it is back, where it was away."""
        was_able = self._able()
        for _ in range(LOOKS):
            await asyncio.sleep(WATCH_S)
            if self._able() and not was_able:
                return

    async def _given_up(self, id_: str, cause: str) -> bool:
        ticket = self._ledger.state.tickets.get(id_)
        if ticket is not None and ticket.print.state not in FINAL:
            if not patience_is_over(ticket, self._now()):
                return False
            await self._finish(id_, "failed", None, cause or "gave_up", 0)
        await self._printer.abandon()
        return True

    @asynccontextmanager
    async def _trouble(self, cause: str) -> AsyncIterator[None]:
        """A paper is in doubt within, for that cause or the one that `_in_trouble` is given meanwhile."""
        self._in_trouble, self._hope_until, over = cause, _loop_time() + HOPE_S, asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_line(over))
            try:
                yield
            finally:
                self._in_trouble = ""
                over.set()

    async def _watch_line(self, over: asyncio.Event) -> None:
        """Who is in line waits no longer than `HOPE_S` for a printer that works, and not at all for one that does
        not. It ends by itself, never in the middle of somebody."""
        while not over.is_set():
            if not self._able():
                self._hope_until = _loop_time() + HOPE_S
            if self._hopeless():
                await self._turn_away()
            with suppress(TimeoutError):
                async with asyncio.timeout(WATCH_S):
                    await over.wait()

    async def _turn_away(self) -> None:
        """Whoever is in line for this printer gets the number on the screen now; a copy that staff asked for waits."""
        line, cause = [self._wanted.get_nowait() for _ in range(self._wanted.qsize())], self._in_trouble
        for ticket, again in line:
            if again:
                self._wanted.put_nowait((ticket, again))
                continue
            known = self._ledger.state.tickets.get(ticket)
            if known is not None:
                await self._step(ticket, step_in_line(known, cause))

    async def _conclude(self, id_: str, outcome: PrintOutcome) -> None:
        tier = outcome.tier.value if outcome.tier else None
        await self._finish(id_, RESULTS[outcome.end], tier, outcome.cause, outcome.ms)

    async def _finish(self, id_: str, result: PrintResult, tier: str | None, cause: str, ms: int) -> None:
        """Journal how it ended; while the disk refuses, keep trying: this is what staff and figures rely on."""
        command = FinishPrint(
            actor=f"device:{self._printer.id}",
            ticket=id_,
            result=result,
            tier=tier,
            cause=cause,
            ms=ms,
        )
        while True:
            try:
                await self._ledger.submit(command)
            except Refused:
                return  # the day of this ticket is over
            except JournalFault:
                await asyncio.sleep(JOURNAL_S)
            else:
                return

    def _hopeless(self) -> bool:
        return not self._able() or _loop_time() > self._hope_until

    def _able(self) -> bool:
        return self._printer.health.condition in {PrinterCondition.READY, PrinterCondition.DEGRADED}

    def _now(self) -> int:
        return self._ledger.clock.now().ms


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
