"""Hotplug on the loop: any order of plugs, losses and looks ends with the right owner for each entry."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from drivers.links.link import NOT_FOUND, DeviceGone
from drivers.udev.attached import Attached, Kind
from drivers.udev.hotplug import Hotplug
from drivers.udev.library import NoUdev
from drivers.udev.roster import Wanted
from tests.drivers.serial_line import until
from tests.drivers.udev_machine import PCI, Machine, first_look, looked, running

PORTS = ("1", "2", "3")
WANTED = tuple(Wanted(link, Kind.PRINTER) for link in ("usb:A", "usb:B", "port:1-1", f"port:{PCI}:2"))
steps = some.lists(
    some.one_of(
        some.tuples(some.just("plug"), some.sampled_from(PORTS), some.sampled_from(["A", "B", ""]), some.booleans()),
        some.tuples(some.just("unplug"), some.sampled_from(PORTS), some.just(""), some.booleans()),
        some.tuples(some.sampled_from(["turn", "drop", "look"]), some.just(""), some.just(""), some.just(True)),
    ),
    max_size=25,
)  # fmt: skip


def right_owner(wanted: Wanted, there: dict[str, Attached]) -> str:
    """Who must own what, said in other words than the roster's: by hand, port by port. A node or a reason."""
    by_serial = {serial: [one for one in there.values() if one.serial == serial] for serial in "AB"}
    if wanted.link.startswith("usb:"):
        found = by_serial[wanted.link[4:]]
        return found[0].node if len(found) == 1 else ("ambiguous" if found else "absent")
    here = there.get(wanted.link[-1])
    if here is None:
        return "absent"
    return "taken" if here.serial and len(by_serial[here.serial]) == 1 else here.node


def owner(hotplug: Hotplug, wanted: Wanted) -> str:
    try:
        return hotplug.where(wanted.link, wanted.kind)
    except DeviceGone as gone:
        assert gone.reason in NOT_FOUND or not hotplug.looked
        return gone.reason


@given(steps)
async def test_after_any_plugs_losses_and_looks_each_entry_has_the_right_device_and_none_has_two(
    played: list[tuple[str, str, str, bool]],
) -> None:
    machine = Machine()
    hotplug, told = Hotplug(lambda: machine, look_s=0.004), dict.fromkeys(WANTED, "")

    def telling(wanted: Wanted) -> Callable[[], None]:
        def changed() -> None:
            told[wanted] = owner(hotplug, wanted)

        return changed

    for wanted in WANTED:
        hotplug.tell(wanted.link, wanted.kind, telling(wanted))
    async with running(hotplug, machine):
        for act, port, serial, tell in played:
            match act:
                case "plug" if port not in machine.there:
                    machine.plug(port, serial, tell=tell)
                case "unplug" if port in machine.there:
                    machine.unplug(port, tell=tell)
                case "drop":
                    machine.drop()
                case "look":
                    await looked(machine)
                case _:
                    await asyncio.sleep(0)
            nodes = [node for wanted in WANTED if (node := owner(hotplug, wanted)).startswith("/")]
            assert len(nodes) == len(set(nodes)), "at every moment a device has one owner at most"
        await looked(machine)
        await looked(machine)
    for wanted in WANTED:
        right = right_owner(wanted, machine.there)
        assert owner(hotplug, wanted) == right
        if right.startswith("/"):
            assert told[wanted] == right, "whoever owns it was told so"


async def test_what_is_heard_during_a_look_is_newer_than_what_was_seen() -> None:
    """The look saw the printer, then it was unplugged, and the message came before the look was over."""
    machine, loop, seeing = Machine(), asyncio.get_running_loop(), asyncio.Event()
    machine.plug("1", "A", tell=False)
    there, heard = tuple(machine.there.values()), asyncio.Event()

    def slow_look() -> tuple[Attached, ...]:
        loop.call_soon_threadsafe(seeing.set)
        asyncio.run_coroutine_threadsafe(heard.wait(), loop).result()
        return there

    machine.look = slow_look  # type: ignore[method-assign]  # why: a look as slow as the race needs
    hotplug = Hotplug(lambda: machine)
    async with running(hotplug, machine):
        await seeing.wait()
        machine.unplug("1", tell=True)
        await asyncio.sleep(0.01)
        heard.set()
        await first_look(hotplug)
        assert owner(hotplug, WANTED[0]) == "absent"


async def test_what_is_plugged_in_during_the_first_look_is_told_when_it_can_be_asked_for() -> None:
    """Found by the property above: told too early, the owner asked in vain and then waited its backoff out."""
    machine, loop, seeing, heard = Machine(), asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def slow_look() -> tuple[Attached, ...]:
        loop.call_soon_threadsafe(seeing.set)
        asyncio.run_coroutine_threadsafe(heard.wait(), loop).result()
        return tuple(machine.there.values())

    machine.look = slow_look  # type: ignore[method-assign]  # why: a look as slow as the race needs
    hotplug, calls = Hotplug(lambda: machine), list[str]()
    hotplug.tell("usb:A", Kind.PRINTER, lambda: calls.append(owner(hotplug, WANTED[0])))
    async with running(hotplug, machine):
        await seeing.wait()
        machine.plug("1", "A", tell=True)
        await asyncio.sleep(0.01)
        heard.set()
        await first_look(hotplug)
        assert calls == ["/dev/usb/lp0"]


async def test_a_node_that_went_unheard_and_came_back_as_another_printer_has_one_owner() -> None:
    """Found by the property above, with the long profile: lp0 was A's, its going was lost, and the kernel gave lp0 to
    B. What is new is right, and the loss that it proves is looked into at once."""
    machine = Machine()
    machine.plug("1", "A", tell=False)
    hotplug = Hotplug(lambda: machine)
    for wanted in WANTED[:2]:
        hotplug.tell(wanted.link, wanted.kind, lambda: None)
    async with running(hotplug, machine):
        await first_look(hotplug)
        machine.unplug("1", tell=False)
        machine.plug("2", "B", tell=True)
        await looked(machine, 1)
        assert [owner(hotplug, wanted) for wanted in WANTED[:2]] == ["absent", "/dev/usb/lp0"]


async def test_the_same_printer_plugged_in_anew_is_told_even_where_its_going_was_lost() -> None:
    machine = Machine()
    machine.plug("1", "A", tell=False)
    hotplug, calls = Hotplug(lambda: machine), list[str]()
    hotplug.tell("usb:A", Kind.PRINTER, lambda: calls.append(owner(hotplug, WANTED[0])))
    async with running(hotplug, machine):
        await first_look(hotplug)
        machine.unplug("1", tell=False)
        machine.plug("1", "A", tell=True)
        await until(lambda: len(calls) >= 2)
        assert calls == ["/dev/usb/lp0", "/dev/usb/lp0"]


async def test_without_libudev_every_device_has_a_cause_and_a_mend_and_nothing_ends() -> None:
    def missing() -> Machine:
        raise NoUdev("libudev is not installed: No library named udev", "sudo apt install libudev1")

    hotplug = Hotplug(missing, look_s=0.001)
    work = asyncio.create_task(hotplug.run())
    await asyncio.sleep(0.05)
    assert not work.done()
    with pytest.raises(DeviceGone, match=r"no_udev .*sudo apt install libudev1"):
        hotplug.where("usb:A", Kind.PRINTER)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
