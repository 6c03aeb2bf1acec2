"""What a link before this one left torn in the printer swallows nothing of the next ticket.

Found on the rig, with a cable pulled at each byte: the length of a torn command was read out of our first question.
"""

import asyncio
from pathlib import Path

import pytest

from tests.readers.paper_rig import a_desk, a_printer

TORN = {
    "a QR code before its length's second byte": b"\x1d(k\x03",
    "a process ID before its length": b"\x1d(H",
    "a picture before its height": b"\x1dv0\x00\x48\x00",
    "a picture before its height's second byte": b"\x1dv0\x00\x48\x00\x18",
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
