"""Every fault through every door: a host that is none of ours hears the same bytes over TCP, over a pty, in memory."""

import asyncio
from pathlib import Path

import pytest

from drivers.sim.escpos_printer import SimulatedPrinter
from drivers.sim.faults import Fault, FaultKind
from drivers.sim.printer_server import PrinterConfig
from tests.drivers.plain_hosts import FAST_MM_S, SURELY_S, a_host

ASB_ON = b"\x1da\xff"
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CLEARED = b"\x37\x25\x00"
COUNT = b"\x1dg2\x00\xb2\x00"
DONE = b'\x37"ABCD\x00'
WELL, ALONE = b"\x10\x00\x00\x00", b"\x12"
TICKET = b"first line\nsecond line\n" + b"\x1bJ\xc8" * 2 + b"\x1dVA\x00" + b"\x1d(H\x06\x0000ABCD"
WORDS = "first line\nsecond line\n"


every_door = pytest.mark.parametrize("door", ["tcp", "pty", "memory"])


@every_door
@pytest.mark.parametrize("step", [0, 1], ids=["at once", "byte by byte"])
async def test_a_ticket_is_printed_and_confirmed(door: str, step: int, tmp_path: Path) -> None:
    async with a_host(door, tmp_path) as host:
        await host.say(ASB_ON + TICKET, step)
        assert await host.hear(11) == WELL + DONE
        await host.say(COUNT, step)
        assert await host.hear(3) == b"\x5f1\x00"
        assert await host.last_words() == WORDS


STOPS = {
    FaultKind.PAPER_OUT: (b"\x18\x00\x0f\x00", 2.0),  # in the middle of the first line of letters
    FaultKind.COVER: (b"\x38\x04\x00\x00", 2.0),
    FaultKind.JAM: (b"\x18\x08\x00\x00", 60.0),  # while it feeds to the cutter
}


@every_door
@pytest.mark.parametrize("kind", STOPS)
async def test_what_stops_a_printer_is_told_and_after_the_repair_it_goes_on(
    door: str, kind: FaultKind, tmp_path: Path
) -> None:
    told, at_mm = STOPS[kind]
    async with a_host(door, tmp_path) as host:
        host.strike(kind, at_mm=at_mm)
        await host.say(ASB_ON + TICKET)
        await host.just(WELL + told)
        host.strike(FaultKind.CLEAR)
        assert await host.hear(11) == WELL + DONE
        assert await host.last_words() == WORDS


@every_door
async def test_buffers_that_are_cleared_while_it_stands_leave_a_scrap_and_no_confirmation(
    door: str, tmp_path: Path
) -> None:
    async with a_host(door, tmp_path) as host:
        host.strike(FaultKind.PAPER_OUT, at_mm=2)
        await host.say(ASB_ON + TICKET)
        await host.all_that_comes()
        await host.say(CLEAR)
        await host.just(CLEARED)
        host.strike(FaultKind.CLEAR)
        await host.say(b"\x1dVA\x00" + COUNT)
        await host.just(WELL + b"\x5f1\x00")
        assert await host.last_words() == "", "2 mm of a line of 3 mm are no word"


@every_door
async def test_near_end_is_told_and_prints(door: str, tmp_path: Path) -> None:
    async with a_host(door, tmp_path) as host:
        host.strike(FaultKind.NEAR_END)
        await host.say(ASB_ON + TICKET)
        assert await host.hear(11) == b"\x10\x00\x03\x00" + DONE


@every_door
async def test_a_silent_one_prints_and_says_nothing_until_it_is_repaired(door: str, tmp_path: Path) -> None:
    async with a_host(door, tmp_path) as host:
        host.strike(FaultKind.SILENT)
        await host.say(ASB_ON + TICKET + b"\x10\x04\x01")
        assert await host.all_that_comes() == b""
        assert await host.last_words() == WORDS
        host.strike(FaultKind.CLEAR)
        await host.say(b"\x10\x04\x01")
        assert await host.hear(1) == ALONE


@every_door
async def test_one_that_stalls_says_that_all_is_well_and_holds_its_sender_back(door: str, tmp_path: Path) -> None:
    async with a_host(door, tmp_path) as host:
        host.strike(FaultKind.STALL, at_mm=1)
        await host.say(ASB_ON + TICKET + b"\x10\x04\x01" + b"\0" * 20_000)
        assert await host.hear(5) in (WELL + ALONE, ALONE + WELL)
        assert await host.all_that_comes() == b""
        took = host.received
        assert 4096 <= took < 4096 + 200
        host.strike(FaultKind.CLEAR)
        assert await host.hear(7) == DONE
        await host.all_that_comes()
        assert host.received > took


@every_door
async def test_one_byte_at_a_time_in_both_directions_is_the_same_ticket(door: str, tmp_path: Path) -> None:
    async with a_host(door, tmp_path) as host:
        host.strike(FaultKind.TRICKLE)
        await host.say(ASB_ON + TICKET)
        assert await host.hear(11) == WELL + DONE
        await host.say(COUNT)
        assert await host.hear(3) == b"\x5f1\x00"
        assert await host.last_words() == WORDS


async def test_a_trickle_is_really_one_byte_a_packet(tmp_path: Path) -> None:
    """A socket that nobody drains between two writes would put them together: so every byte is waited for."""
    async with SimulatedPrinter(tmp_path, PrinterConfig(speed_mm_s=FAST_MM_S)) as printer:
        printer.strike(Fault(FaultKind.TRICKLE))
        assert printer.room == 1
        reader, writer = await asyncio.open_connection("127.0.0.1", printer.port)
        writer.write(b"a\n" * 10 + b"\x1dIB")
        parts = [await asyncio.wait_for(reader.read(100), SURELY_S) for _ in range(3)]
        assert len(b"".join(parts)) < 11, "it comes in pieces"
        rest = await asyncio.wait_for(reader.readuntil(b"\0"), SURELY_S)
        assert b"".join(parts) + rest == b"_SIMULATED\x00"
        writer.close()


@every_door
async def test_a_torn_command_left_from_before_swallows_a_ticket_and_clearing_heals(door: str, tmp_path: Path) -> None:
    async with a_host(door, tmp_path) as host:
        host.strike(FaultKind.TORN)
        await host.say(TICKET)
        assert await host.all_that_comes() == b""
        await host.say(CLEAR + b"\x1dVA\x00" + TICKET)
        assert await host.hear(10) == CLEARED + DONE
        assert await host.last_words() == WORDS


@every_door
@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.POWER])
async def test_a_line_or_power_that_goes_in_the_middle_ends_the_connection(
    door: str, kind: FaultKind, tmp_path: Path
) -> None:
    async with a_host(door, tmp_path) as host:
        await host.say(ASB_ON + TICKET)
        assert await host.hear(11) == WELL + DONE
        host.strike(kind, at_byte=10)
        await host.say(TICKET)
        assert await host.is_hung_up()
        await host.connect()
        host.strike(FaultKind.NEAR_END)  # whether automatic status is still on: not after a loss of power
        await host.say(b"\n" + COUNT)
        told = b"\x10\x00\x03\x00" if kind is FaultKind.DROP else b""
        await host.just(told + b"\x5f1\x00")


@every_door
@pytest.mark.parametrize("loses", [False, True])
async def test_a_power_cut_with_and_without_loss_of_the_last_count(door: str, loses: bool, tmp_path: Path) -> None:
    async with a_host(door, tmp_path) as host:
        await host.say(TICKET + TICKET)
        assert await host.hear(14) == DONE * 2
        await host.say(COUNT)
        assert await host.hear(3) == b"\x5f2\x00"
        host.strike(FaultKind.POWER, lose_counter=loses)
        assert await host.is_hung_up()
        await host.connect()
        await host.say(COUNT)
        assert await host.hear(3) == (b"\x5f1\x00" if loses else b"\x5f2\x00")
