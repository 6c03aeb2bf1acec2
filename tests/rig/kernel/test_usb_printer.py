"""A ticket printer on USB: our own link and driver over the kernel's real usblp, the virtual printer behind it."""

import asyncio
import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from controller.ports.printer import PrintEnd, PrinterCondition, Tier
from drivers.links.link import DeviceGone
from drivers.links.usblp import UsblpLink, open_usblp
from drivers.sim.faults import Fault, FaultKind
from tests.drivers.escpos_tickets import FI
from tests.rig.kernel.world import (
    PORTS,
    SERIAL,
    a_usb_desk,
    a_usb_printer,
    an_ear,
    place,
    plugged,
    task,
    until,
    usblp_driver,
)

LINK = f"usb:{SERIAL}"
RASTER = bytes(range(1, 256)) * 400  # 102 kB of what no command begins with and no buffer holds


async def test_a_ticket_is_printed_over_usblp_and_confirmed_by_the_printer_itself(tmp_path: Path) -> None:
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug, a_usb_desk(tmp_path, sim, hotplug) as desk:
        ticket = await desk.ended(await desk.take())
        assert (ticket.print.state, ticket.print.tier) == ("confirmed", "T1")
        assert [piece.codes for piece in await desk.pieces()] == [(desk.code(ticket.id),)]
        await desk.laws()


async def test_a_printer_is_one_programs_at_a_time_and_stays_the_kernels_when_we_let_go(tmp_path: Path) -> None:
    """EBUSY, not bytes of two tickets in one; and nothing of ours detaches usblp, as python-escpos' own link does."""
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug:
        node = await plugged(sim, hotplug)
        for _ in range(3):
            async with open_usblp(lambda: node):
                with pytest.raises(DeviceGone) as busy:
                    async with open_usblp(lambda: node):
                        pass
                assert busy.value.reason == "busy"
        assert place(hotplug, LINK) == node


async def test_paper_that_ends_while_the_printer_takes_no_bytes_is_seen_past_them(tmp_path: Path) -> None:
    """LPGETSTATUS goes by the control pipe: it answers while the bulk pipe is stalled."""
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug:
        node = await plugged(sim, hotplug)
        async with open_usblp(lambda: node) as link:
            await asyncio.sleep(0.2)  # the door tends its port status ten times a second
            well = await link.port_status()
            assert well is not None and (well.paper_empty, well.selected, well.error) == (False, True, False)
            sim.strike(Fault(FaultKind.PAPER_OUT))
            writing = asyncio.create_task(link.write(RASTER, within=20.0))
            await asyncio.sleep(2.0)
            assert not writing.done(), "the printer took everything: it was not stalled"
            empty = await link.port_status()
            assert empty is not None and (empty.paper_empty, empty.error) == (True, True)
            sim.strike(Fault(FaultKind.CLEAR))
            await asyncio.sleep(0.2)
            again = await link.port_status()
            assert again is not None and not again.paper_empty
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)


async def test_a_printer_that_answers_nothing_proves_its_tickets_by_its_port_once_a_test_paper_showed_that_it_can(
    tmp_path: Path,
) -> None:
    """Tier T4: the whole driver, and LPGETSTATUS as the kernel asks it."""
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug:
        sim.strike(Fault(FaultKind.SILENT))
        driver = await asyncio.to_thread(usblp_driver, LINK, hotplug)
        async with task(driver.run()):
            await until(lambda: driver.health.causes == ("no_answer",))
            found = await driver.examine(datetime(2027, 3, 15, tzinfo=UTC), simulated=True)
            assert (found.tier, found.cause) == (Tier.PORT, "")
            await until(lambda: driver.health.condition is PrinterCondition.READY)
            await driver.prepare()
            outcome = await driver.print(FI, "0001", simulated=True)
            assert (outcome.end, outcome.tier) == (PrintEnd.CONFIRMED, Tier.PORT)
            assert len(sim.pieces) == 2
            sim.strike(Fault(FaultKind.PAPER_OUT, at_mm=30))
            await driver.prepare()
            outcome = await driver.print(FI, "0002", simulated=True)
            assert (outcome.end, outcome.cause) == (PrintEnd.UNKNOWN, "paper_out")


async def test_a_jammed_printer_takes_some_bytes_and_then_none_and_the_deadline_says_so(tmp_path: Path) -> None:
    """Fact 4: that a write returned proves nothing. The link stalls, in its time, and is over."""
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug:
        node = await plugged(sim, hotplug)
        async with open_usblp(lambda: node) as link:
            sim.strike(Fault(FaultKind.JAM))
            await link.write(b"taken by the kernel's driver, read by nobody yet", within=1.0)
            loop = asyncio.get_running_loop()
            began = loop.time()
            with pytest.raises(DeviceGone) as gone:
                await link.write(RASTER, within=2.0)
            assert gone.value.reason == "stalled"
            assert 2.0 <= loop.time() - began < 2.1
        assert sim.core.received < len(RASTER)


async def test_what_the_kernel_says_of_a_pulled_cable_is_one_thing_to_us(tmp_path: Path) -> None:
    """Fact 3, at a printer: ENODEV to who writes and to who reads; DeviceGone "closed" to whoever uses the link."""
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug:
        node = await plugged(sim, hotplug)
        raw = os.open(node, os.O_RDWR | os.O_NONBLOCK)
        sim.strike(Fault(FaultKind.DROP))
        await until(lambda: not place(hotplug, LINK))
        for used in (lambda: os.write(raw, b"x"), lambda: os.read(raw, 1)):
            with pytest.raises(OSError) as error:
                used()
            assert error.value.errno == errno.ENODEV
        os.close(raw)
        node = await plugged(sim, hotplug)
        async with open_usblp(lambda: node) as link:
            async with task(_heard_end(link)) as listening:
                sim.strike(Fault(FaultKind.DROP))
                await until(listening.done)
                assert listening.result() == "closed"
            with pytest.raises(DeviceGone) as gone:
                await link.write(b"x", within=1.0)
            assert gone.value.reason == "closed"


async def _heard_end(link: UsblpLink) -> str:
    with pytest.raises(DeviceGone) as gone:
        await link.listen(lambda data: None)
    return gone.value.reason


async def test_a_printer_is_used_within_a_second_of_its_plug_and_missed_at_once(tmp_path: Path) -> None:
    """Fact 7. Time is virtual, so these are the kernel's own delays: debounce and enumeration, no processor's."""
    async with a_usb_printer(tmp_path) as sim, an_ear() as hotplug, a_usb_desk(tmp_path, sim, hotplug) as desk:
        loop = asyncio.get_running_loop()
        sim.strike(Fault(FaultKind.DROP))
        pulled = loop.time()
        await until(lambda: desk.driver.health.condition.value == "detached", "its going")
        assert loop.time() - pulled < 0.15
        await until(lambda: place(hotplug, LINK), "its node")
        node = loop.time()
        assert 0.1 < node - pulled < 1.0
        await desk.ready(within=1.0)
        assert loop.time() - node < 1.0


async def test_two_alike_are_told_apart_by_serial_whichever_port_they_hang_on(tmp_path: Path) -> None:
    serials = ("TM0001", "TM0002")
    for ports in (PORTS[:2], PORTS[1::-1]):
        folder = tmp_path / ports[0]
        async with (
            a_usb_printer(folder, name="p1", port=ports[0], serial=serials[0]) as first,
            a_usb_printer(folder, name="p2", port=ports[1], serial=serials[1]) as second,
            an_ear() as hotplug,
            a_usb_desk(folder / "d1", first, hotplug, f"usb:{serials[0]}") as one,
            a_usb_desk(folder / "d2", second, hotplug, f"usb:{serials[1]}") as two,
        ):
            for desk, count in ((one, 1), (two, 2)):
                for _ in range(count):
                    assert (await desk.ended(await desk.take())).print.tier == "T1"
            assert (first.core.counters.cuts, second.core.counters.cuts) == (1, 2)


async def test_two_without_a_serial_are_told_apart_by_their_port(tmp_path: Path) -> None:
    links = [f"port:platform-dummy_hcd.{n}-usb-0:1" for n in (0, 1)]
    async with (
        a_usb_printer(tmp_path, name="p1", port=PORTS[0], serial="") as first,
        a_usb_printer(tmp_path, name="p2", port=PORTS[1], serial="") as second,
        an_ear() as hotplug,
        a_usb_desk(tmp_path / "d1", first, hotplug, links[0]) as one,
        a_usb_desk(tmp_path / "d2", second, hotplug, links[1]) as two,
    ):
        assert (await one.ended(await one.take())).print.tier == "T1"
        assert (first.core.counters.cuts, second.core.counters.cuts) == (1, 0)
        assert (await two.ended(await two.take())).print.tier == "T1"
        assert (first.core.counters.cuts, second.core.counters.cuts) == (1, 1)


async def test_two_with_one_serial_are_nobodys_until_the_port_is_named(tmp_path: Path) -> None:
    async with (
        a_usb_printer(tmp_path, name="p1", port=PORTS[0]),
        a_usb_printer(tmp_path, name="p2", port=PORTS[1]),
        an_ear() as hotplug,
    ):
        await until(lambda: len(hotplug.attached) == 2)
        with pytest.raises(DeviceGone) as gone:
            hotplug.where(LINK, hotplug.attached[0].kind)
        assert gone.value.reason == "ambiguous"
        for n in (0, 1):
            assert f"port:platform-dummy_hcd.{n}-usb-0:1" in gone.value.detail
