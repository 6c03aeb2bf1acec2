"""What a link before this one left torn in the printer swallows nothing of the next ticket.

Found on the rig, with a cable pulled at each byte: the length of a torn command was read out of our first question.
"""

import asyncio
from pathlib import Path

import pytest

from drivers.sim.faults import Fault, FaultKind
from tests.readers.paper_rig import a_desk, a_printer

TORN = {
    "a QR code before its length's second byte": b"\x1d(k\x03",
    "a process ID before its length": b"\x1d(H",
    "a picture before its height": b"\x1dv0\x00\x48\x00",
    "a question before its number": b"\x10\x04",
    "a cut before its kind": b"\x1dV",
    "a count before its number": b"\x1dg2\x00",
}


@pytest.mark.parametrize("torn", TORN.values(), ids=TORN)
async def test_a_command_torn_in_its_head_takes_nothing_of_the_next_ticket(tmp_path: Path, torn: bytes) -> None:
    async with a_printer(tmp_path) as sim:
        _, before = await asyncio.open_connection("127.0.0.1", sim.port)
        before.write(torn)
        await before.drain()
        while sim.core.received < len(torn):
            await asyncio.sleep(0.005)
        before.close()
        await before.wait_closed()
        async with a_desk(tmp_path, sim) as desk:
            ticket = await desk.ended(await desk.take())
            assert (ticket.print.state, ticket.print.tier, ticket.print.copy) == ("confirmed", "T1", 0)
            await desk.laws()


LAST = 15  # bytes: the cut (4) and the question for the proof (10) are within


async def test_a_line_lost_at_any_byte_of_a_tickets_end_makes_nobody_believe_in_half_a_ticket(tmp_path: Path) -> None:
    """Between the two bytes of GS V and its third, what is sent next must be no cut: the ticket still hangs."""
    async with a_printer(tmp_path) as sim, a_desk(tmp_path, sim) as desk:
        before = sim.core.received
        await desk.ended(await desk.take())
        length = sim.core.received - before
        for at in range(length - LAST, length + 1):
            await desk.ready()
            sim.strike(Fault(FaultKind.DROP, at_byte=at))
            ticket = await desk.ended(await desk.take(), within=30.0)
            assert ticket.print.state == "confirmed", (at, ticket.print)
        await desk.laws()
