"""Who owns which device: the names in a link, one owner a device, and any order of plugs, losses and looks."""

import asyncio
import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from drivers.links.link import NOT_FOUND, DeviceGone
from drivers.udev.attached import Attached, Kind, as_serial, port_names
from drivers.udev.hotplug import Hotplug
from drivers.udev.library import Change, Missed, NoUdev
from drivers.udev.roster import Wanted, bind, link_of, resolve

PCI = "pci-0000:00:14.0-usb-0"


def printer(port: str, serial: str = "", node: str = "/dev/usb/lp0") -> Attached:
    return Attached(
        path=f"/devices/usb1/1-{port}/1-{port}:1.0/usbmisc/{node[5:]}", kind=Kind.PRINTER, subsystem="usbmisc",
        node=node, device=f"/devices/usb1/1-{port}", serial=serial,
        ports=port_names(f"{PCI}:{port}:1.0", usb=f"1-{port}"),
    )  # fmt: skip


def why(wanted: Wanted, attached: list[Attached]) -> str:
    with pytest.raises(DeviceGone) as gone:
        resolve(wanted, attached)
    assert gone.value.device == wanted.link
    return gone.value.reason


@pytest.mark.parametrize(
    ("said", "udev"),
    [
        ("TM0001", "TM0001"), ("TM 0001 ", "TM_0001"), ("a  b c", "a_b_c"), ("a\tb", ""), ("X/1\\2", "X_1_2"),
        ("a+b-c.d:e=f@g#h", "a+b-c.d:e=f@g#h"),
        ("Å1", ""), ("1,2", ""), ("", ""), ("  ", ""), ("\x00\x01", ""),
    ],
)  # fmt: skip
def test_a_serial_is_written_as_udev_writes_it(said: str, udev: str) -> None:
    assert as_serial(said) == udev


def test_a_port_has_a_name_for_the_device_one_for_the_interface_and_the_kernels() -> None:
    assert port_names(f"{PCI}:2.1:1.0", usb="1-2.1") == (f"{PCI}:2.1", f"{PCI}:2.1:1.0", "1-2.1")
    assert port_names("", f"{PCI}:2", usb="1-2") == (f"{PCI}:2", "1-2")
    assert port_names("platform-i8042-serio-0") == ("platform-i8042-serio-0",)
    assert port_names("") == ()


def test_any_name_of_a_port_leads_to_it_and_no_other() -> None:
    both = [printer("2", node="/dev/usb/lp0"), printer("2.1", node="/dev/usb/lp1")]
    for one in both:
        for port in one.ports:
            assert resolve(Wanted(f"port:{port}", Kind.PRINTER), both) == one
    assert why(Wanted("port:1-3", Kind.PRINTER), both) == "absent"
    assert why(Wanted("port:1-2", Kind.SERIAL), both) == "absent"
    assert why(Wanted("usb:", Kind.PRINTER), both) == "absent"


def test_a_port_entry_is_not_given_what_another_entry_has_by_its_serial() -> None:
    by_port, by_serial = Wanted("port:1-2", Kind.PRINTER), Wanted("usb:A", Kind.PRINTER)
    owners = bind([by_port, by_serial], [printer("2", "A")])
    assert isinstance(owners[by_serial], Attached)
    refused = owners[by_port]
    assert isinstance(refused, DeviceGone)
    assert (refused.reason, refused.detail) == ("taken", "what is there is usb:A")


def test_the_link_for_a_config_is_the_serial_unless_it_is_missing_or_shared() -> None:
    one, other, none = printer("2", "A"), printer("3", "A", "/dev/usb/lp1"), printer("4", "", "/dev/usb/lp2")
    assert link_of(one, [one, none]) == "usb:A"
    assert link_of(one, [one, other, none]) == f"port:{PCI}:2"
    assert link_of(none, [one, other, none]) == f"port:{PCI}:4"


class Machine:
    """USB as it is and as it is told: a hand plugs, udev may lose the message, netlink may drop what was not read."""

    def __init__(self) -> None:
        self.there: dict[str, Attached] = {}
        self.looks = 0
        self._messages: list[Change | None] = []
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)

    def plug(self, port: str, serial: str, *, tell: bool) -> None:
        used = {one.node for one in self.there.values()}
        node = next(name for n in range(9) if (name := f"/dev/usb/lp{n}") not in used)  # as the kernel numbers them
        self.there[port] = one = printer(port, serial, node)
        if tell:
            self._say(Change(one.path, True, one))

    def unplug(self, port: str, *, tell: bool) -> None:
        gone = self.there.pop(port)
        if tell:
            self._say(Change(gone.path, False, None))

    def drop(self) -> None:
        """The socket was too full: what was in it is gone, and only that is known."""
        if self._messages:
            self._messages = [None]

    def _say(self, change: Change) -> None:
        self._messages.append(change)
        os.write(self._write, b"x")

    def look(self) -> tuple[Attached, ...]:
        self.looks += 1
        return tuple(self.there.values())

    def listen(self) -> "Machine":
        return self

    def fileno(self) -> int:
        return self._read

    def drain(self) -> list[Change]:
        try:
            os.read(self._read, 4096)
        except BlockingIOError:
            return []
        messages, self._messages = self._messages, []
        if None in messages:
            raise Missed("no buffer space available")
        return [one for one in messages if one is not None]

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


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
    work = asyncio.create_task(hotplug.run())
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
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    machine.close()
    for wanted in WANTED:
        right = right_owner(wanted, machine.there)
        assert owner(hotplug, wanted) == right
        if right.startswith("/"):
            assert told[wanted] == right, "whoever owns it was told so"


async def looked(machine: Machine, more: int = 2) -> None:
    """Until so many looks more have begun; all but the last are applied."""
    seen = machine.looks
    while machine.looks < seen + more:
        await asyncio.sleep(0.001)


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
    work = asyncio.create_task(hotplug.run())
    await seeing.wait()
    machine.unplug("1", tell=True)
    await asyncio.sleep(0.01)
    heard.set()
    while not hotplug.looked:
        await asyncio.sleep(0.001)
    assert owner(hotplug, WANTED[0]) == "absent"
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    machine.close()


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
    work = asyncio.create_task(hotplug.run())
    await seeing.wait()
    machine.plug("1", "A", tell=True)
    await asyncio.sleep(0.01)
    heard.set()
    while not hotplug.looked:
        await asyncio.sleep(0.001)
    assert calls == ["/dev/usb/lp0"]
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    machine.close()


async def test_a_node_that_went_unheard_and_came_back_as_another_printer_has_one_owner() -> None:
    """Found by the property above, with the long profile: lp0 was A's, its going was lost, and the kernel gave lp0 to
    B. What is new is right, and the loss that it proves is looked into at once."""
    machine = Machine()
    machine.plug("1", "A", tell=False)
    hotplug = Hotplug(lambda: machine)
    for wanted in WANTED[:2]:
        hotplug.tell(wanted.link, wanted.kind, lambda: None)
    work = asyncio.create_task(hotplug.run())
    while not hotplug.looked:
        await asyncio.sleep(0.001)
    machine.unplug("1", tell=False)
    machine.plug("2", "B", tell=True)
    await looked(machine, 1)
    assert [owner(hotplug, wanted) for wanted in WANTED[:2]] == ["absent", "/dev/usb/lp0"]
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    machine.close()


async def test_the_same_printer_plugged_in_anew_is_told_even_where_its_going_was_lost() -> None:
    machine = Machine()
    machine.plug("1", "A", tell=False)
    hotplug, calls = Hotplug(lambda: machine), list[str]()
    hotplug.tell("usb:A", Kind.PRINTER, lambda: calls.append(owner(hotplug, WANTED[0])))
    work = asyncio.create_task(hotplug.run())
    while not hotplug.looked:
        await asyncio.sleep(0.001)
    machine.unplug("1", tell=False)
    machine.plug("1", "A", tell=True)
    await asyncio.sleep(0.01)
    assert calls == ["/dev/usb/lp0", "/dev/usb/lp0"]
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    machine.close()


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
