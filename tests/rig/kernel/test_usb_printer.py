"""A ticket printer on USB: our own link and driver over the kernel's real usblp, a real cable's other end behind it."""

from pathlib import Path

from tests.rig.kernel.world import a_usb_desk, a_usb_printer, an_ear


async def test_a_ticket_is_printed_over_usblp_and_confirmed_by_the_printer_itself(tmp_path: Path) -> None:
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug, a_usb_desk(tmp_path, sim, hotplug) as desk:
        ticket = await desk.ended(await desk.take())
        assert (ticket.print.state, ticket.print.tier) == ("confirmed", "T1")
        assert [piece.codes for piece in await desk.pieces()] == [(desk.code(ticket.id),)]
        await desk.laws()
