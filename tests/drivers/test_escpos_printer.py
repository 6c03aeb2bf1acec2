"""The driver's promises, kept against printers that are silent, slow, poor, wrong or gone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

import msgspec
import pytest

from controller.ports.printer import Prepared, PrintEnd, PrinterCondition, PrinterUnavailable, Tier
from drivers.escpos import commands
from drivers.escpos.conversation import HEARD_MOST
from drivers.escpos.printer import EscposPrinter
from drivers.escpos.profiles import Profile, profile
from drivers.links.tcp import open_tcp
from tests.drivers.escpos_peer import CLEAR, Peer, listening
from tests.drivers.escpos_tickets import FI, SE

FAST = msgspec.structs.replace(profile("virtual"), speed_mm_s=2000.0, cut_ms=0)
FLOOR_AND_PATIENCE_S = FAST.seconds_for(2400) + 2.0
SLACK_S = 0.5  # of steady time (tests/drivers/steady.py)
SURELY_S = 30.0  # for what comes in milliseconds


@asynccontextmanager
async def attended(peer: Peer, model: Profile = FAST) -> AsyncIterator[EscposPrinter]:
    printer = EscposPrinter("p1", model, lambda: open_tcp("127.0.0.1", peer.port), random=Random(1), life="boot1")
    running = asyncio.create_task(printer.run())
    try:
        yield printer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(wanted: Callable[[], bool], within: float = SURELY_S) -> None:
    deadline = now() + within
    while not wanted():
        assert now() < deadline, "it never came"
        await asyncio.sleep(0.01)


def now() -> float:
    """By the loop's clock, which stands still while the machine does."""
    return asyncio.get_running_loop().time()


def is_now(printer: EscposPrinter, condition: PrinterCondition, *causes: str) -> Callable[[], bool]:
    return lambda: printer.health.condition is condition and printer.health.causes == causes


@asynccontextmanager
async def ready(peer: Peer, model: Profile = FAST) -> AsyncIterator[EscposPrinter]:
    async with listening(peer), attended(peer, model) as printer:
        await until(is_now(printer, PrinterCondition.READY))
        yield printer


async def test_a_ticket_is_confirmed_by_the_printers_own_word() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        assert await printer.prepare() == Prepared(7, "boot1.1")
        outcome = await printer.print(FI, "ab#1", simulated=True)
        assert (outcome.end, outcome.tier, outcome.cause) == (PrintEnd.CONFIRMED, Tier.PROCESS_ID, "")
        assert printer.health.tier is Tier.PROCESS_ID
        assert (await printer.prepare()).cut0 == 8


async def test_answers_in_single_bytes_are_as_good() -> None:
    peer = Peer()
    peer.one_by_one = True
    async with ready(peer) as printer:
        assert (await printer.prepare()).cut0 == 7
        assert (await printer.print(FI, "ab#1", simulated=True)).end is PrintEnd.CONFIRMED


async def test_a_drawn_ticket_larger_than_the_buffer_is_sent_by_and_by_and_confirmed() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        assert (await printer.print(SE, "ab#1", simulated=True)).end is PrintEnd.CONFIRMED
        assert len(peer.got) > 2 * FAST.rx_buffer
        assert peer.got.count(b"\x1dr1") >= 4


async def test_a_printer_without_process_ids_is_proven_by_its_cutter() -> None:
    peer = Peer()
    peer.answers_marks = False
    async with ready(peer) as printer:
        before = None
        for _ in range(
            5
        ):  # the first waits for a mark nearly as long as it may: a machine that is slow just then is late
            with suppress(PrinterUnavailable):
                before = await printer.prepare()
                break
        assert before is not None and before.cut0 == 7, "it is known that no mark comes"
        outcome = await printer.print(FI, "ab#1", simulated=True)
        assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.COUNTER)


async def test_a_printer_that_knows_nothing_is_believed_by_its_status_at_most() -> None:
    peer = Peer()
    poor = msgspec.structs.replace(profile("generic"), speed_mm_s=2000.0)
    async with ready(peer, poor) as printer:
        assert (await printer.prepare()).cut0 is None
        outcome = await printer.print(FI, "ab#1", simulated=True)
        assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.STATUS)
        assert (await printer.judge(Prepared(None, "boot1.1"))).end is PrintEnd.UNKNOWN


async def test_no_printer_at_all_fails_at_once_and_says_so() -> None:
    peer = Peer()
    async with listening(peer):
        pass
    async with attended(peer) as printer:
        assert is_now(printer, PrinterCondition.DETACHED, "no_link")()
        with pytest.raises(PrinterUnavailable) as refusal:
            await printer.prepare()
        assert refusal.value.cause == "no_link"
        outcome = await printer.print(FI, "ab#1", simulated=True)
        assert (outcome.end, outcome.cause) == (PrintEnd.FAILED, "no_link")
        assert (await printer.judge(Prepared(7, "boot1.1"))).cause == "no_link"
        assert await printer.clear() is False


async def test_a_port_that_takes_the_connection_and_never_answers_is_busy_elsewhere() -> None:
    peer = Peer()
    peer.answers = False
    async with listening(peer), attended(peer) as printer:
        await until(is_now(printer, PrinterCondition.UNKNOWN, "busy_elsewhere"))


async def test_a_printer_that_falls_silent_is_found_out_before_the_ticket() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        peer.answers = False
        began = now()
        with pytest.raises(PrinterUnavailable) as refusal:
            await printer.prepare()
        assert refusal.value.cause == "no_answer"
        assert now() - began < 1.0 + SLACK_S
        async with asyncio.timeout(SURELY_S):  # the look that was asked for has its own two seconds
            while printer.health.condition is not PrinterCondition.UNKNOWN:
                await asyncio.sleep(0.02)
        assert (await printer.print(FI, "ab#1", simulated=True)).end is PrintEnd.FAILED
        peer.answers = True
        await until(is_now(printer, PrinterCondition.READY))


async def test_a_question_that_was_lost_in_silence_holds_up_no_ticket_once_the_printer_speaks_again() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        peer.answers = False
        asked = len(peer.got)
        printer.reconnect_now()
        await until(lambda: b"\x10\x04\x04" in peer.got[asked:])
        peer.answers = True
        assert (await printer.prepare()).cut0 == 7


async def test_a_look_that_is_wanted_while_a_question_hangs_is_taken_after_it() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        peer.answers = False
        asked = len(peer.got)
        printer.reconnect_now()
        await until(lambda: b"\x10\x04\x04" in peer.got[asked:])
        await peer.say(peer.asb)  # a sign of life, but no answer
        printer.reconnect_now()
        await until(is_now(printer, PrinterCondition.UNKNOWN, "no_answer"), within=6.0)


async def test_silence_in_the_middle_of_a_job_is_unknown_within_the_bound() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        await printer.prepare()
        peer.answers = False
        began = now()
        outcome = await printer.print(FI, "ab#1", simulated=True)
        assert (outcome.end, outcome.cause, outcome.tier) == (PrintEnd.UNKNOWN, "timeout", None)
        assert now() - began < FLOOR_AND_PATIENCE_S + SLACK_S


async def test_a_printer_that_stops_reading_holds_nobody_up() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        peer.reads = False
        began = now()
        outcome = await printer.print(SE, "ab#1", simulated=True)
        assert outcome.end is PrintEnd.UNKNOWN
        assert now() - began < FLOOR_AND_PATIENCE_S + SLACK_S


async def test_a_fault_that_the_printer_reports_ends_the_job_at_once_and_clears_its_buffer() -> None:
    peer = Peer()
    peer.answers_marks = False
    async with ready(peer, msgspec.structs.replace(FAST, speed_mm_s=50.0)) as printer:
        printing = asyncio.create_task(printer.print(FI, "ab#1", simulated=True))
        await until(lambda: b"ab#1" in bytes(peer.got))
        peer.got.clear()
        await peer.say(b"\x18\x00\x0c\x00")
        began = now()
        outcome = await printing
        assert (outcome.end, outcome.cause) == (PrintEnd.UNKNOWN, "paper_out")
        assert now() - began < 0.5
        await until(lambda: CLEAR in bytes(peer.got))


async def test_proof_that_comes_with_the_fault_still_counts() -> None:
    peer = Peer()
    peer.answers_marks = False
    async with ready(peer, msgspec.structs.replace(FAST, speed_mm_s=50.0)) as printer:
        printing = asyncio.create_task(printer.print(FI, "ab#1", simulated=True))
        await until(lambda: b"ab#1" in bytes(peer.got))
        await peer.say(b"\x18\x00\x0c\x00\x37\x22ab#1\x00")
        assert (await printing).end is PrintEnd.CONFIRMED


async def test_the_proof_of_another_job_is_none() -> None:
    peer = Peer()
    peer.answers_marks = False
    async with ready(peer) as printer:
        printing = asyncio.create_task(printer.print(FI, "ab#1", simulated=True))
        await until(lambda: b"ab#1" in bytes(peer.got))
        await peer.say(b"\x37\x22ab#0\x00")
        assert (await printing).end is PrintEnd.UNKNOWN


async def test_a_line_cut_during_the_job_is_unknown_and_the_next_life_is_another() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        before = await printer.prepare()
        peer.hangs_up_at = b"Toimeentulotuki"
        began = now()
        outcome = await printer.print(FI, "ab#1", simulated=True)
        assert (outcome.end, outcome.cause) == (PrintEnd.UNKNOWN, "link_lost")
        assert now() - began < 1.0
        peer.hangs_up_at = None
        await until(is_now(printer, PrinterCondition.READY))
        judged = await printer.judge(before)
        assert (judged.end, judged.cause) == (PrintEnd.UNKNOWN, "interrupted")
        assert (await printer.prepare()).power_life != before.power_life
        peer.cuts += 1
        assert (await printer.judge(before)).end is PrintEnd.CONFIRMED


async def test_in_one_power_life_the_cutter_says_yes_or_surely_no() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        before = await printer.prepare()
        assert (await printer.judge(before)).end is PrintEnd.FAILED
        peer.cuts += 1
        judged = await printer.judge(before)
        assert (judged.end, judged.tier) == (PrintEnd.CONFIRMED, Tier.COUNTER)


async def test_a_counter_that_goes_backwards_is_a_new_power_life() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        before = await printer.prepare()
        peer.cuts = 0
        assert (await printer.judge(before)).end is PrintEnd.UNKNOWN
        assert (await printer.prepare()).power_life != before.power_life


async def test_a_count_that_was_owed_from_before_is_not_taken_for_the_answer() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        before = await printer.prepare()
        peer.cuts, peer.owes = 8, b"\x5f7\x00"
        assert (await printer.judge(before)).end is PrintEnd.CONFIRMED


async def test_a_scrap_is_marked_cut_and_proven() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        assert await printer.clear() is True
        assert b"KESKEN / AVBRUTEN" in bytes(peer.got)
        assert peer.cuts == 8
        peer.realtime[2] = 0x32
        assert await printer.clear() is False


async def test_health_follows_every_word_of_the_printer_and_tells_its_listener() -> None:
    peer = Peer()
    async with ready(peer) as printer:
        await printer.news()
        assert printer.health.condition is PrinterCondition.READY
        await until(lambda: b"\x10\x04\x04" in bytes(peer.got))
        await peer.say(b"\x10\x00\x03\x00")
        await printer.news()
        assert is_now(printer, PrinterCondition.DEGRADED, "near_end")()
        await peer.say(b"\x38\x08\x0f\x00")
        await printer.news()
        assert is_now(printer, PrinterCondition.OUT_OF_SERVICE, "cover", "paper_out", "cutter")()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await printer.news()
        peer.hang_up()
        await printer.news()
        assert printer.health.condition is PrinterCondition.DETACHED


async def test_a_kick_connects_without_waiting_the_backoff_out() -> None:
    peer = Peer()
    async with listening(peer):
        pass
    async with attended(peer) as printer:
        await asyncio.sleep(2.5)  # by now it waits for 2 s or more
        async with listening(peer, peer.port):
            printer.reconnect_now()
            await until(is_now(printer, PrinterCondition.READY), within=0.5)


async def test_it_ends_when_told_to_even_while_the_line_breaks() -> None:
    for turns in range(12):
        peer = Peer()
        async with listening(peer), attended(peer) as printer:
            await until(is_now(printer, PrinterCondition.READY))
            peer.hang_up()
            for _ in range(turns):
                await asyncio.sleep(0)


async def test_a_new_connection_ends_whatever_was_torn_before_the_printer_is_called_ready() -> None:
    peer = Peer()
    async with ready(peer):
        got = bytes(peer.got)
        question = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
        assert got.startswith(commands.END_OF_TORN_HEAD + question + bytes(1000))
        assert got.index(b"\x1da\xff") > got.index(bytes(1000))


async def test_a_printer_that_talks_without_end_is_let_go_unread_and_is_back_when_it_has_said_its_say() -> None:
    """Each byte costs the loop of the whole point: of a flood of status nothing is read, and it is tried seldom."""
    peer = Peer()
    async with ready(peer) as printer:
        talk = printer._line.talk
        assert talk is not None
        heard = talk.frames
        flooding = asyncio.create_task(peer.flood(b"\x10\x00\x00\x00" * 16_384))
        await until(is_now(printer, PrinterCondition.UNKNOWN, "babbling"))
        assert talk.over and talk.frames - heard <= HEARD_MOST // 4
        with pytest.raises(PrinterUnavailable):
            await printer.prepare()
        tried = peer.connections
        await asyncio.sleep(2.0)
        assert peer.connections - tried <= 2, "0.5 s, then 1 s, then 2 s between two tries"
        assert printer.health.condition is PrinterCondition.UNKNOWN
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        printer.reconnect_now()
        await until(is_now(printer, PrinterCondition.READY))


async def test_a_printer_that_does_not_answer_is_not_filled_up_with_what_ends_a_torn_command() -> None:
    """Its buffer must keep room for the order to clear it, however often it is connected anew."""
    peer = Peer()
    peer.answers = False
    async with listening(peer), attended(peer) as printer:
        for links in (1, 2, 3):
            await until(lambda links=links: peer.connections == links)
            await asyncio.sleep(2.2)  # longer than it waits for an answer
            peer.hang_up()
            printer.reconnect_now()
        assert bytes(peer.got).count(bytes(1000)) == 1
        peer.answers = True
        await until(is_now(printer, PrinterCondition.READY))
        assert bytes(peer.got).count(bytes(1000)) == 2
