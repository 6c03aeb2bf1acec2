"""The cable pulled at every place in a ticket's bytes, and put back: the paper ends proven, or as a marked copy, once."""

import asyncio
from pathlib import Path

from drivers.sim.faults import Fault, FaultKind
from tests.rig.kernel.world import SERIAL, a_usb_desk, a_usb_printer, an_ear, place, until

LINK = f"usb:{SERIAL}"
STEP = 23  # bytes: a prime, so that the cuts fall into every kind of command
LAST = 48  # bytes from the ticket's end of which each one is tried: the QR, the cut, the question for the proof
NOTICED_S = 0.15  # usb core, usblp, epoll: what a hub needs to see a port change
BACK_S = 1.0


async def test_a_cable_pulled_at_any_byte_of_a_ticket_loses_none_and_doubles_none(
    tmp_path: Path, record_property
) -> None:  # type: ignore[no-untyped-def]
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug, a_usb_desk(tmp_path, sim, hotplug) as desk:
        loop = asyncio.get_running_loop()
        before = sim.core.received
        await desk.ended(await desk.take())
        length = sim.core.received - before
        offsets = sorted({*range(1, length, STEP), *range(length - LAST, length + 1)})
        ends: list[tuple[int, str, str, int]] = []
        for at in offsets:
            await desk.ready()
            pulled = loop.create_future()
            sim.core.struck = lambda _, done=pulled: done.done() or done.set_result(loop.time())
            sim.strike(Fault(FaultKind.DROP, at_byte=at))
            id_ = await desk.take()
            when = await asyncio.wait_for(pulled, 10.0)
            await until(lambda: desk.driver.health.condition.value == "detached", f"its going at byte {at}")
            assert loop.time() - when < NOTICED_S, at
            await until(lambda: place(hotplug, LINK), f"its node after byte {at}")
            node = loop.time()
            await desk.ready(within=BACK_S)
            assert loop.time() - node < BACK_S, at
            try:
                ticket = await desk.ended(id_, within=60.0)
            except AssertionError as e:
                raise AssertionError(f"at {at} of {length}: {desk.ticket(id_).print} {ends} pieces {sim.pieces[-3:] if 0 else [(p.n, p.scrap, p.size, p.interruptions) for p in list(sim.pieces)[-4:]]} core rx {sim.core.buffered} wire {len(sim.core._wire)} parser {sim.core._parser.__dict__} talk {desk.driver._line.talk and desk.driver._line.talk.frames} mech {sim.core.mechanism.idle} {sim.core.condition}") from e
            ends.append((at, ticket.print.state, ticket.print.tier or ticket.print.cause, ticket.print.copy))
        await desk.laws()
        record_property("yanks", len(offsets))
        assert 0, (length, ends)
