"""The cable pulled at every place in a ticket's bytes, and put back: the paper ends proven or as a marked copy."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.sim.faults import Fault, FaultKind
from tests.rig.kernel.world import SERIAL, a_usb_desk, a_usb_printer, an_ear, place, until

LINK = f"usb:{SERIAL}"
STEP = 23  # bytes: a prime, so that the cuts fall into every kind of command
LAST = 60  # bytes from the ticket's end of which each one is tried: the QR, the cut, the question for the proof
NOTICED_S = 0.15  # what a hub needs to see its port change, and usblp to say so
BACK_S = 1.0
ENDS_S = 60.0


@pytest.mark.timeout(900)  # of virtual time
async def test_a_cable_pulled_at_any_byte_of_a_ticket_loses_none_and_doubles_none(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug, a_usb_desk(tmp_path, sim, hotplug) as desk:
        loop = asyncio.get_running_loop()
        before = sim.core.received
        await desk.ended(await desk.take())
        length = sim.core.received - before  # with the question for status and count that goes first
        ends, pulled = Counter[str](), list[float]()
        sim.core.struck = lambda _: pulled.append(loop.time())
        for at in sorted({*range(1, length, STEP), *range(length - LAST, length + 1)}):
            await desk.ready()
            pulled.clear()
            sim.strike(Fault(FaultKind.DROP, at_byte=at))
            id_ = await desk.take()
            await until(lambda: pulled, f"byte {at}")
            await until(lambda: desk.driver.health.condition.value == "detached", f"its going at byte {at}")
            assert loop.time() - pulled[0] < NOTICED_S, at
            await until(lambda: place(hotplug, LINK), f"its node after byte {at}")
            node = loop.time()
            await desk.ready(within=BACK_S)
            assert loop.time() - node < BACK_S, at
            paper = (await desk.ended(id_, within=ENDS_S)).print
            ends[f"ended {paper.state}" + (" by a copy" if paper.copy else "")] += 1
            assert paper.state == "confirmed" or not paper.attempt, f"byte {at}: it began, and is not there: {paper}"
        await desk.laws()
        assert ends["ended confirmed"] and ends["ended confirmed by a copy"], "both ways out must have been gone"
        for end, count in ends.items():
            record_property(f"yanked tickets {end}", count)
