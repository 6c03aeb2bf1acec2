"""Every ticket's paper ends as confirmed, failed or void; no number is out twice without a mark; nobody waits behind
a broken printer. Real journal, real driver, real TCP, the virtual printer's real faults."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.domain import commands as c
from controller.domain.printing import EXPIRES_MS, GIVE_UP_MS
from controller.journal.faults import JournalFull
from controller.ports.printer import PrinterUnavailable, Tier
from tests.journal.rig import HandClock, stored
from tests.readers.paper_rig import SURELY_S, a_desk, a_printer, start_print

VISIBLE_S = 2.0  # contract: nobody waits longer for a result to be seen
SLACK_S = 2.0  # of steady time (tests/drivers/steady.py): a slow disk; who waits for the broken printer waits for ever
NOW = datetime(2026, 11, 29, 9, 15, tzinfo=UTC)
AT_BYTES = range(20, 1000, 140)
WHEN = [
    {}, {"at_mm": 30.0}, {"at_mm": 90.0},
    *(pytest.param({"at_byte": at}, marks=pytest.mark.long) for at in AT_BYTES),
]  # fmt: skip


async def test_a_ticket_is_printed_and_proven_by_the_printers_own_word(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        id_ = await desk.take()
        known = await desk.ended(id_)
        assert (known.print.state, known.print.tier, known.print.copy, known.medium) == ("confirmed", "T1", 0, "paper")
        (piece,) = await desk.pieces()
        assert piece.codes == (desk.code(id_),) and not piece.marked
        await desk.laws()


async def test_no_byte_of_a_ticket_reaches_the_printer_before_its_start_is_in_the_journal(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        arrived, early, jobs = sim.arrived, list[bytes](), 0

        def watched(data: bytes) -> None:
            nonlocal jobs
            printing = [t for t in desk.ledger.state.tickets.values() if t.print.state == "printing"]
            if len(data) > 100:  # a question to the printer is shorter, a ticket is hundreds of bytes
                jobs += 1
                if len(printing) != 1:
                    early.append(data)
            arrived(data)

        sim.arrived = watched  # type: ignore[method-assign]  # why: the printer's own ear is where bytes are first heard
        for id_ in [await desk.take() for _ in range(4)]:
            await desk.ended(id_)
        assert jobs >= 4 and not early
        sequence = [
            one.body.split(b'"type":"luukku.')[1].split(b'"')[0]
            for one in await stored(desk.ledger.journal)
            if b"luukku.ticket.print_" in one.body
        ]
        assert sequence == [b"ticket.print_started.v1", b"ticket.print_result.v1"] * 4


@pytest.mark.parametrize("when", WHEN, ids=str)
@pytest.mark.parametrize("kind", ["paper_out", "cover", "drop", "power", "jam"])
async def test_whatever_breaks_and_whenever_the_paper_comes_to_an_end(
    tmp_path: Path, kind: str, when: dict[str, float]
) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        desk.strike(kind, **when)
        id_ = await desk.take()
        await desk.see(lambda: desk.ticket(id_).print.state != "requested", VISIBLE_S + SLACK_S, "any word")
        await asyncio.sleep(0.3)
        desk.strike("clear")
        known = await desk.ended(id_)
        assert known.print.attempt <= 3
        await desk.ready()
        following = await desk.ended(await desk.take())
        assert following.print.state == "confirmed", "after the repair it prints"
        await desk.laws()


async def test_a_printer_in_trouble_sends_those_who_come_to_the_screen_at_once(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        desk.strike("paper_out", at_mm=20.0)
        first = await desk.take()
        await desk.state(first, "unknown")
        for _ in range(5):
            began = now()
            known = await desk.ended(await desk.take())
            assert now() - began < VISIBLE_S + SLACK_S
            assert (known.print.state, known.medium) == ("failed", "screen")
            assert known.print.cause
        desk.strike("clear")
        assert (await desk.ended(first)).print.state == "confirmed"
        await desk.laws()


async def test_who_stands_in_line_when_trouble_comes_is_sent_to_the_screen_too(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        desk.strike("cover", at_mm=20.0)
        first, *line = [await desk.take() for _ in range(5)]
        await desk.state(first, "unknown")
        began = now()
        assert {(await desk.ended(id_)).print.state for id_ in line} == {"failed"}
        assert now() - began < VISIBLE_S + SLACK_S
        desk.strike("clear")
        await desk.ended(first)
        await desk.laws()


@pytest.mark.parametrize("kind", ["paper_out", "silent", "power"])
async def test_a_printer_that_nobody_mends_is_given_up_after_its_time(tmp_path: Path, kind: str) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        desk.strike(kind, at_mm=20.0)
        id_ = await desk.take()
        await desk.state(id_, "unknown")
        desk.clock.ms += GIVE_UP_MS + 1000
        known = await desk.ended(id_)
        if kind != "power":  # that comes back by itself
            assert (known.print.state, known.medium) == ("failed", "screen")
            assert known.print.cause
        desk.strike("clear")
        await desk.ready()
        assert (await desk.ended(await desk.take())).print.state == "confirmed"
        await desk.laws()
        for piece in await desk.pieces():
            assert known.print.state == "confirmed" or desk.code(id_) not in piece.codes or kind == "silent"


async def test_a_silent_printer_may_have_printed_so_a_second_paper_is_marked(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        desk.strike("silent")
        await asyncio.sleep(0.05)
        id_ = await desk.take()
        known = await desk.ended(id_)
        assert known.print.state == "failed" and not known.print.job, "it did not even say how it is: nothing was sent"
        desk.strike("clear")
        await desk.ready()
        desk.strike("silent", at_mm=40.0)
        second = await desk.take()
        await desk.state(second, "unknown")
        desk.strike("clear")
        await desk.ended(second)
        await desk.ready()
        assert desk.paper.reprint(second)
        await desk.see(lambda: desk.ticket(second).print.copy == 1, SURELY_S, "the copy")
        assert (await desk.ended(second)).print.state == "confirmed"
        mine = [piece for piece in await desk.pieces() if desk.code(second) in piece.codes]
        assert [piece.marked for piece in mine] == [False, True]
        await desk.laws()


@pytest.mark.parametrize("at", [None, {"at_mm": 40.0}, {"at_mm": 105.0}], ids=str)
async def test_a_daemon_killed_while_a_ticket_prints_ends_it_after_the_restart(
    tmp_path: Path, at: dict[str, float] | None
) -> None:
    """Killed as soon as bytes are out; the printer goes on, or loses its power on the way."""
    async with a_printer(tmp_path, speed=150.0) as sim:
        async with a_desk(tmp_path, sim) as desk:
            if at is not None:
                desk.strike("power", **at)
            id_ = await desk.take()
            await desk.state(id_, "printing")
            await desk.see(lambda: sim.core.received > 500, SURELY_S, "bytes")
        await asyncio.sleep(1.5)
        async with a_desk(tmp_path, sim, life="boot2") as desk:
            known = await desk.ended(id_)
            assert known.print.state == "confirmed"
            await desk.laws()


async def test_who_comes_while_a_printer_that_is_back_clears_an_old_paper_away_gets_paper_too(tmp_path: Path) -> None:
    """A box that lost its power in the middle of a paper: its printer is reached only some seconds after the start.
    From then on it is called ready, and so it must be for whoever comes."""
    async with a_printer(tmp_path) as sim:
        async with a_desk(tmp_path, sim, reads=False) as desk:
            cuts = (await desk.driver.prepare()).cut0
            old = (await desk.ledger.submit(_elsewhere())).subject
            await desk.ledger.submit(start_print(old, cuts))
        await sim._shut_doors()
        sim.core.powered = False
        async with a_desk(tmp_path, sim, life="boot2", ready=False) as desk:
            early = await desk.ended(await desk.take(), within=VISIBLE_S + SLACK_S)
            assert (early.print.state, early.print.cause) == ("failed", "no_link"), "it was not there yet"
            sim.core.powered = True
            await desk.ready()
            late = await desk.ended(await desk.take())
            assert (late.print.state, late.print.cause, late.print.copy) == ("confirmed", "", 0)
            assert desk.ticket(old).print.state == "confirmed"
            await desk.laws()


async def test_a_start_without_a_single_byte_is_printed_after_the_restart_as_a_copy(tmp_path: Path) -> None:
    """Killed between the journal and the first byte: nobody can know that nothing came out."""
    async with a_printer(tmp_path) as sim:
        async with a_desk(tmp_path, sim, reads=False) as desk:
            cuts = (await desk.driver.prepare()).cut0
            id_ = (await desk.ledger.submit(_elsewhere())).subject
            await desk.ledger.submit(start_print(id_, cuts))
        async with a_desk(tmp_path, sim, life="boot2") as desk:
            known = await desk.ended(id_)
            assert (known.print.state, known.print.copy, known.print.attempt) == ("confirmed", 1, 2)
            assert [piece.marked for piece in await desk.pieces() if piece.codes] == [True]
            await desk.laws()


async def test_a_scrap_cut_before_a_kill_is_not_taken_for_the_ticket(tmp_path: Path) -> None:
    """Killed after the buffers were cleared: the counter has moved, but by the scrap. The ticket must still come."""
    async with a_printer(tmp_path) as sim:
        async with a_desk(tmp_path, sim) as desk:
            desk.strike("cover", at_mm=30.0)
            id_ = await desk.take()
            await desk.state(id_, "unknown")
            clear, cleared = desk.driver.clear, asyncio.Event()

            async def last_deed() -> bool:
                assert await clear()
                cleared.set()
                await asyncio.Event().wait()
                return True

            desk.driver.clear = last_deed  # type: ignore[method-assign]  # why: the daemon is killed right after this
            desk.strike("clear")
            await asyncio.wait_for(cleared.wait(), SURELY_S)
        async with a_desk(tmp_path, sim, life="boot2") as desk:
            known = await desk.ended(id_)
            assert known.print.state == "confirmed"
            mine = [piece for piece in await desk.pieces() if desk.code(id_) in piece.codes]
            assert len(mine) == 1, "its number is on paper"
            await desk.laws()


async def test_who_only_waited_when_the_daemon_was_killed_is_printed_or_told(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim:
        async with a_desk(tmp_path, sim) as desk:
            ids = [await desk.take() for _ in range(6)]
            await desk.state(ids[0], "printing", "confirmed")
        async with a_desk(tmp_path, sim, life="boot2") as desk:
            for id_ in ids:
                await desk.ended(id_)
            await desk.laws()


async def test_a_ticket_older_than_its_time_is_void_and_nothing_comes_out_by_surprise(tmp_path: Path) -> None:
    clock = HandClock()
    async with a_printer(tmp_path) as sim:
        async with a_desk(tmp_path, sim, clock=clock, reads=False) as desk:
            id_ = (await desk.ledger.submit(_elsewhere())).subject
        clock.ms += EXPIRES_MS + 1
        async with a_desk(tmp_path, sim, life="boot2", clock=clock) as desk:
            known = await desk.ended(id_)
            assert (known.print.state, known.print.cause, known.medium) == ("void", "expired", "screen")
            assert await desk.pieces() == []
            await desk.laws()


async def test_a_visit_that_is_over_gets_no_paper(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim:
        async with a_desk(tmp_path, sim, reads=False) as desk:
            id_ = (await desk.ledger.submit(_elsewhere())).subject
            await desk.ledger.submit(c.CancelTicket(ticket=id_))
        async with a_desk(tmp_path, sim, life="boot2") as desk:
            assert (await desk.ended(id_)).print.cause == "over"
            assert await desk.pieces() == []


async def test_a_test_paper_waits_for_the_ticket_under_way_and_tickets_wait_for_the_test_paper(tmp_path: Path) -> None:
    async with a_printer(tmp_path, speed=150.0) as sim, a_desk(tmp_path, sim) as desk:
        first = await desk.take()
        await desk.state(first, "printing")
        async with desk.paper.lent():
            assert desk.ticket(first).print.state == "confirmed"
            second = await desk.take()
            assert (await desk.driver.examine(NOW, simulated=True)).tier is Tier.PROCESS_ID
            assert desk.ticket(second).print.state == "requested"
        assert (await desk.ended(second)).print.state == "confirmed"
        assert [len(piece.codes) for piece in await desk.pieces()] == [1, 1, 1]
        await desk.laws()


async def test_no_test_paper_moves_the_count_that_a_paper_in_doubt_is_judged_by(tmp_path: Path) -> None:
    """Killed between the journal and the first byte. A test paper before the judgement would cut, and the ticket that
    nobody got would be called confirmed."""
    async with a_printer(tmp_path) as sim:
        async with a_desk(tmp_path, sim, reads=False) as desk:
            id_ = await desk.take()
            await desk.ledger.submit(start_print(id_, cut0=0))
        async with a_desk(tmp_path, sim, life="boot2", reads=False) as desk:
            with pytest.raises(PrinterUnavailable, match="recovering"):
                async with desk.paper.lent():
                    raise AssertionError("lent while a paper is in doubt")
        async with a_desk(tmp_path, sim, life="boot3") as desk:
            assert (await desk.ended(id_)).print.state == "confirmed"
            async with desk.paper.lent():
                assert (await desk.driver.examine(NOW, simulated=True)).tier is Tier.PROCESS_ID
            assert any(desk.code(id_) in piece.codes for piece in await desk.pieces()), "it is really out"
            await desk.laws()


async def test_a_printer_that_was_never_there_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim:
        desk_of = a_desk(tmp_path, sim, ready=False)
        await sim._shut_doors()
        sim.core.powered = False
        async with desk_of as desk:
            began = now()
            known = await desk.ended(await desk.take())
            assert (known.print.state, known.medium) == ("failed", "screen")
            assert now() - began < VISIBLE_S + SLACK_S


async def test_fifty_at_once_on_one_printer_all_end(tmp_path: Path) -> None:
    async with a_printer(tmp_path, speed=3000.0) as sim, a_desk(tmp_path, sim) as desk:
        ids = await asyncio.gather(*(desk.take() for _ in range(50)))
        for id_ in ids:
            assert (await desk.ended(id_, within=90.0)).print.state == "confirmed"
        assert len(await desk.pieces()) == 50
        await desk.laws()


async def test_a_disk_that_refuses_the_start_prints_nothing_and_says_so_when_it_can(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        commit, refusals = desk.ledger.journal.append, 3

        async def refusing(first: int, bodies: list[bytes], *more: object) -> None:
            nonlocal refusals
            if any(b"luukku.ticket.print_" in body for body in bodies) and refusals:
                refusals -= 1
                raise JournalFull("no room")
            await commit(first, bodies, *more)  # type: ignore[arg-type]  # why: handed on as it came

        desk.ledger.journal.append = refusing  # type: ignore[method-assign]  # why: a disk that is full for a moment
        known = await desk.ended(await desk.take())
        assert (known.print.state, known.print.cause, known.print.job) == ("failed", "journal", "")
        assert refusals == 0 and await desk.pieces() == []
        await desk.laws()


async def test_two_tickets_of_one_visit_hour_keep_their_order(tmp_path: Path) -> None:
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        ids = [await desk.take() for _ in range(5)]
        for id_ in ids:
            await desk.ended(id_)
        assert [piece.codes for piece in await desk.pieces()] == [(desk.code(id_),) for id_ in ids]


def now() -> float:
    return asyncio.get_running_loop().time()


def _elsewhere() -> c.TakeTicket:
    """A ticket for this printer that its reader has not yet seen: taken as if just before the kill."""
    return c.TakeTicket(
        actor="kiosk:main", service="kela-tuet", language="fi", entry="kiosk", kiosk="main", device="lobby"
    )
