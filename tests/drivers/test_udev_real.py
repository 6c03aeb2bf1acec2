"""Hotplug against real libudev and real netlink: what is plugged in, goes, moves and gets lost on the way."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.links.link import DeviceGone
from drivers.udev import library
from drivers.udev.attached import Kind
from drivers.udev.hotplug import Hotplug
from drivers.udev.library import Libudev
from tests.drivers.udev_world import World, in_a_world

BY_ID = "/dev/serial/by-id"
SOON_S = 20.0  # seconds: udev's word is acted on in milliseconds; a look that is not asked for comes after a minute


@asynccontextmanager
async def following(hotplug: Hotplug) -> AsyncIterator[None]:
    """Until its first look is over, then on."""
    work = asyncio.create_task(hotplug.run())
    await until(lambda: hotplug.looked)
    yield
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def until(true: Callable[[], bool], within: float = 30.0) -> float:
    """Wait for it; gives the seconds that it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.002)
    return loop.time() - began


def where(hotplug: Hotplug, link: str, kind: Kind = Kind.PRINTER) -> str:
    """The node, or the reason why there is none."""
    try:
        return hotplug.where(link, kind)
    except DeviceGone as gone:
        return gone.reason


@in_a_world
def test_each_device_is_known_by_what_is_printed_on_it_and_by_its_port(world: World) -> None:
    world.plug_printer("1-2", "TM 0001")
    world.plug_keyboard("1-3.1", "SC-0815")
    world.plug_serial("1-4", "A50285BI")
    world.plug_mouse("1-5")
    found = {one.node: one for one in Libudev().look()}
    printer = found["/dev/usb/lp0"]
    assert (printer.kind, printer.serial) == (Kind.PRINTER, "TM_0001"), "as udev writes a serial: a link has no blanks"
    assert printer.ports == ("1-2",), "without our rule a printer's port has the kernel's name only"
    assert (printer.vendor_id, printer.product_id, printer.words) == ("04b8", "0e15", "EPSON TM-T20III")
    reader = found["/dev/input/event3"]
    assert (reader.kind, reader.serial, reader.full) == (Kind.KEYBOARD, "SC-0815", True)
    assert reader.port == "pci-0000:00:14.0-usb-0:3.1", "the port of the device, whichever interface the keys are on"
    line = found["/dev/ttyUSB0"]
    assert (line.kind, line.aliases[0]) == (
        Kind.SERIAL,
        "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0",
    )
    assert set(found) == {"/dev/usb/lp0", "/dev/input/event3", "/dev/input/event43", "/dev/ttyUSB0"}, "no mouse"


@in_a_world
async def test_plug_and_unplug_reach_the_owner_at_once_and_nobody_else(world: World) -> None:
    hotplug, calls, others = Hotplug(), list[str](), list[str]()
    hotplug.tell("usb:TM0001", Kind.PRINTER, lambda: calls.append(where(hotplug, "usb:TM0001")))
    hotplug.tell("usb:TM0002", Kind.PRINTER, lambda: others.append("called"))
    async with following(hotplug):
        assert where(hotplug, "usb:TM0001") == "absent"
        world.plug_printer("1-2", "TM0001")
        assert await until(lambda: bool(calls)) < SOON_S
        world.unplug("1-2")
        await until(lambda: len(calls) == 2)
        world.plug_printer("1-4", "TM0001", "lp1")
        await until(lambda: len(calls) == 3)
    assert calls == ["/dev/usb/lp0", "absent", "/dev/usb/lp1"], "the same serial on another port, at another node"
    assert others == []


@in_a_world
async def test_what_is_there_before_the_daemon_is_found_and_told(world: World) -> None:
    world.plug_printer("1-2", "TM0001")
    hotplug, calls = Hotplug(), list[str]()
    hotplug.tell("usb:TM0001", Kind.PRINTER, lambda: calls.append("called"))
    assert where(hotplug, "usb:TM0001") == "unreachable", "nobody has looked yet: nothing is known"
    async with following(hotplug):
        assert where(hotplug, "usb:TM0001") == "/dev/usb/lp0"
    assert calls == ["called"]


@in_a_world
async def test_a_message_that_is_lost_is_made_good_by_the_next_look(world: World) -> None:
    hotplug = Hotplug(look_s=0.3)
    async with following(hotplug):
        world.plug_printer("1-2", "TM0001", tell=False)
        await until(lambda: where(hotplug, "usb:TM0001") == "/dev/usb/lp0")
        world.unplug("1-2", tell=False)
        await until(lambda: where(hotplug, "usb:TM0001") == "absent")


@in_a_world
async def test_a_flood_that_the_kernel_drops_is_noticed_and_looked_behind(world: World) -> None:
    """Messages beyond the socket's room are gone; the socket says so, once, and everything is looked at anew."""
    library.RECEIVE_BYTES = 64 << 10
    hotplug = Hotplug()
    world.plug_printer("1-9", "NOISE", "lp9")
    async with following(hotplug):
        for _ in range(2_000):
            world.say("change", world.things("1-9")[0])
        world.plug_printer("1-2", "TM0001", tell=False)
        await until(lambda: where(hotplug, "usb:TM0001") == "/dev/usb/lp0")
        wall, used = time.monotonic(), time.process_time()
        await asyncio.sleep(0.5)
        assert time.process_time() - used < 0.5 * (time.monotonic() - wall), "the socket does not call for ever"
        world.plug_printer("1-3", "TM0002", "lp1")
        await until(lambda: where(hotplug, "usb:TM0002") == "/dev/usb/lp1")


@in_a_world
async def test_a_storm_of_messages_never_holds_the_loop_up(world: World) -> None:
    world.plug_printer("1-9", "NOISE", "lp9")
    hotplug, worst, over = Hotplug(), 0.0, False
    hotplug.tell("usb:TM0001", Kind.PRINTER, lambda: None)

    async def tick() -> None:
        nonlocal worst
        while not over:
            before = time.thread_time()
            await asyncio.sleep(0)
            worst = max(worst, time.thread_time() - before)

    async with following(hotplug):
        for _ in range(500):
            world.say("change", world.things("1-9")[0])
        world.plug_printer("1-2", "TM0001")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(tick())
            await until(lambda: where(hotplug, "usb:TM0001") == "/dev/usb/lp0")
            over = True
    assert worst < 0.05, f"{worst:.3f} s of processor time in one turn"


@in_a_world
async def test_two_alike_without_serials_are_told_apart_by_port(world: World) -> None:
    hotplug = Hotplug()
    hotplug.tell("port:1-2", Kind.PRINTER, lambda: None)
    hotplug.tell("port:1-4", Kind.PRINTER, lambda: None)
    async with following(hotplug):
        world.plug_printer("1-4", node="lp0")
        world.plug_printer("1-2", node="lp1")
        await until(
            lambda: (where(hotplug, "port:1-2"), where(hotplug, "port:1-4")) == ("/dev/usb/lp1", "/dev/usb/lp0")
        )
        assert where(hotplug, "usb:") == "absent", "no serial is no name"


@in_a_world
async def test_two_with_one_serial_are_ambiguous_and_the_ports_are_named(world: World) -> None:
    world.plug_printer("1-2", "0123456789", "lp0")
    world.plug_printer("1-4", "0123456789", "lp1")
    hotplug = Hotplug()
    async with following(hotplug):
        with pytest.raises(DeviceGone, match=r"ambiguous .*port:1-2, port:1-4") as gone:
            hotplug.where("usb:0123456789", Kind.PRINTER)
        assert gone.value.reason == "ambiguous"
        world.unplug("1-2")
        await until(lambda: where(hotplug, "usb:0123456789") == "/dev/usb/lp1")


@in_a_world
async def test_swapping_two_alike_follows_the_serials(world: World) -> None:
    hotplug = Hotplug()
    async with following(hotplug):
        world.plug_printer("1-2", "A", "lp0")
        world.plug_printer("1-4", "B", "lp1")
        await until(lambda: (where(hotplug, "usb:A"), where(hotplug, "usb:B")) == ("/dev/usb/lp0", "/dev/usb/lp1"))
        world.unplug("1-2")
        world.unplug("1-4")
        world.plug_printer("1-2", "B", "lp0")
        world.plug_printer("1-4", "A", "lp1")
        await until(lambda: (where(hotplug, "usb:A"), where(hotplug, "usb:B")) == ("/dev/usb/lp1", "/dev/usb/lp0"))


@in_a_world
async def test_a_stranger_is_reported_and_never_bound(world: World) -> None:
    hotplug, changes = Hotplug(), list[str]()
    hotplug.tell("usb:TM0001", Kind.PRINTER, lambda: None)
    hotplug.watch(lambda: changes.append("plugged"))
    async with following(hotplug):
        world.plug_printer("1-2", "OTHER")
        await until(lambda: bool(changes))
        assert where(hotplug, "usb:TM0001") == "absent"
        assert [one.serial for one in hotplug.unbound] == ["OTHER"]


@in_a_world
async def test_whoever_waits_at_a_serial_line_by_its_node_or_name_is_told_of_its_plug(world: World) -> None:
    """A printer at an adapter, that its config names by a node: it is nobody else's, and waits no backoff out."""
    by_id = "serial:/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A5-if00-port0,115200"
    hotplug, told = Hotplug(), list[str]()
    hotplug.tell(by_id, Kind.SERIAL, lambda: told.append("name"))
    hotplug.tell("serial:/dev/ttyUSB1,9600", Kind.SERIAL, lambda: told.append("node"))
    async with following(hotplug):
        world.plug_serial("1-5", "A5", "ttyUSB0")
        await until(lambda: told == ["name"])
        world.plug_serial("1-6", "", "ttyUSB1")
        await until(lambda: told == ["name", "node"])
        assert hotplug.unbound == ()


@in_a_world
async def test_a_scanner_is_its_keys_not_its_media_keys(world: World) -> None:
    hotplug = Hotplug()
    world.plug_keyboard("1-3", "SC-0815", "event3")
    async with following(hotplug):
        assert where(hotplug, "usb:SC-0815", Kind.KEYBOARD) == "/dev/input/event3"
        assert where(hotplug, "port:pci-0000:00:14.0-usb-0:3", Kind.KEYBOARD) == "/dev/input/event3"
        assert where(hotplug, "usb:SC-0815", Kind.PRINTER) == "absent", "a printer is no keyboard"


@in_a_world
async def test_what_udev_has_not_finished_with_is_not_there_yet(world: World) -> None:
    """The node is root's until the rules have run: it is taken when udev says so, never before."""
    world.plug_printer("1-2", "TM0001", tell=False)
    database = next(Path("/run/udev/data").iterdir())
    written = database.read_text()
    database.unlink()
    hotplug = Hotplug()
    async with following(hotplug):
        assert where(hotplug, "usb:TM0001") == "absent"
        database.write_text(written)
        world.say("add", world.things("1-2")[0])
        await until(lambda: where(hotplug, "usb:TM0001") == "/dev/usb/lp0")


@in_a_world
async def test_a_machine_without_udevd_says_so_and_is_mended_while_it_runs(world: World) -> None:
    Path("/run/udev/control").unlink()
    hotplug = Hotplug(look_s=0.1)
    work = asyncio.create_task(hotplug.run())
    await until(lambda: hotplug.trouble is not None)
    with pytest.raises(DeviceGone, match=r"no_udev .*systemd-udevd does not run .*systemctl start systemd-udevd"):
        hotplug.where("usb:TM0001", Kind.PRINTER)
    Path("/run/udev/control").touch()
    world.plug_printer("1-2", "TM0001")
    await until(lambda: where(hotplug, "usb:TM0001") == "/dev/usb/lp0")
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
