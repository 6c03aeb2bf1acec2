"""Buttons, keypads and code readers on the kernel's own event devices: grabbed; a loss holds and makes up nothing."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from random import Random

import pytest
from evdev import InputDevice
from evdev import ecodes as e

from controller.ports.inputs import Input, Pressed, Scan, Told, Unrecognised
from drivers import inputs
from drivers.udev.attached import Kind
from drivers.udev.hotplug import Hotplug
from tests.rig.kernel.fingers import Keyboard
from tests.rig.kernel.hid import a_hid_keyboard, taps
from tests.rig.kernel.world import an_ear, place, task, until

CODE = "ABCDEFGHIJKLMNOP"  # what a ticket's code looks like: 16 of A-Z and 2-7


@asynccontextmanager
async def heard_of(device: Input, hotplug: Hotplug | None = None, link: str = "") -> AsyncIterator[list[Told]]:
    told: list[Told] = []
    if hotplug is not None:
        hotplug.tell(link, Kind.KEYBOARD, device.reconnect_now)
    async with task(device.run(told.append)):
        await until(lambda: device.presence.state == "ready", f"{device.id} ready")
        yield told


def keypad(link: str, hotplug: Hotplug | None = None, node: str = "") -> Input:
    where = (lambda _: node) if hotplug is None else partial(hotplug.where, kind=Kind.KEYBOARD)
    return inputs.panel("keys", "keypad", link, where, for_kiosk=True, random=Random(1))


def reader(link: str, hotplug: Hotplug) -> Input:
    where = partial(hotplug.where, kind=Kind.KEYBOARD)
    return inputs.keyboard_scanner("reader", link, where, "https://jono.example", "us", random=Random(1))


async def test_a_keypads_keys_come_to_us_and_to_nobody_else() -> None:
    async with a_hid_keyboard("KP1") as keys, an_ear() as hotplug:
        device = keypad("usb:KP1", hotplug)
        async with heard_of(device, hotplug, "usb:KP1") as told:
            with closing(InputDevice(hotplug.where("usb:KP1", Kind.KEYBOARD))) as leak:
                os.set_blocking(leak.fd, False)
                with pytest.raises(OSError) as busy:
                    leak.grab()
                assert busy.value.errno == errno.EBUSY
                for key in (e.KEY_1, e.KEY_7, e.KEY_ENTER):
                    await keys.tap(key)
                await until(lambda: len(told) == 3)
                assert told == [Pressed("1"), Pressed("7"), Pressed("enter")]
                with pytest.raises(BlockingIOError):
                    list(leak.read())


async def test_a_keypad_that_somebody_else_holds_is_busy_and_ours_again_when_let_go() -> None:
    async with a_hid_keyboard("KP1") as keys, an_ear() as hotplug:
        node = await until(lambda: place(hotplug, "usb:KP1", Kind.KEYBOARD))
        device = keypad("usb:KP1", hotplug)
        with closing(InputDevice(node)) as other:
            other.grab()
            told: list[Told] = []
            async with task(device.run(told.append)):
                await until(lambda: device.presence.causes == ("busy_elsewhere",))
                other.ungrab()
                await until(lambda: device.presence.state == "ready", within=10.0)
                await keys.tap(e.KEY_5)
                await until(lambda: told == [Pressed("5")])


async def test_a_code_reader_reads_a_ticket_and_lets_no_personal_code_through() -> None:
    async with (
        a_hid_keyboard("SC1", product="LUUKKU-SIM-READER") as keys,
        an_ear() as hotplug,
        heard_of(reader("usb:SC1", hotplug), hotplug, "usb:SC1") as told,
    ):
        await keys.type(f"https://jono.example/t/{CODE}")
        await until(lambda: told)
        assert told == [Scan("ticket", CODE)]
        await asyncio.sleep(2.0)
        await keys.type("131052-308T")
        await until(lambda: len(told) == 2)
        assert told[1] == Unrecognised("other", 11)


async def test_a_reader_unplugged_in_the_middle_of_a_code_gives_no_half_of_it() -> None:
    async with a_hid_keyboard("SC1") as keys, an_ear() as hotplug:
        device = reader("usb:SC1", hotplug)
        async with heard_of(device, hotplug, "usb:SC1") as told:
            for letter in CODE[:9]:
                await keys.tap(getattr(e, f"KEY_{letter}"), shift=True)
            await keys.pull()
            await until(lambda: device.presence.state == "detached")
            await keys.plug()
            await until(lambda: device.presence.state == "ready")
            await keys.tap(e.KEY_ENTER)
            await asyncio.sleep(2.0)
            assert [one for one in told if isinstance(one, Scan)] == []
            await keys.type(CODE)
            await until(lambda: told and told[-1] == Scan("ticket", CODE))


async def test_a_key_that_is_held_when_its_cable_is_pulled_is_held_by_nobody() -> None:
    """No key-up comes from the kernel: the stuck call would go on for ever."""
    async with a_hid_keyboard("KP1") as keys, an_ear() as hotplug:
        device = keypad("usb:KP1", hotplug)
        async with heard_of(device, hotplug, "usb:KP1") as told:
            await keys.report(e.KEY_3)
            await until(lambda: told == [Pressed("3")])
            await keys.pull()
            await until(lambda: device.presence.state == "detached")
            await asyncio.sleep(40.0)  # longer than what is stuck
            assert device.presence.state == "detached"
            loop = asyncio.get_running_loop()
            plugged = loop.time()
            await keys.plug()
            await until(lambda: device.presence.state == "ready")
            assert loop.time() - plugged < 1.0
            await keys.tap(e.KEY_4)
            await until(lambda: told == [Pressed("3"), Pressed("4")])


async def test_two_thousand_keys_at_once_drop_some_and_leave_none_stuck() -> None:
    """The kernel's buffer runs over (SYN_DROPPED): what was lost is not made up, and the next key is right."""
    fingers = await asyncio.to_thread(Keyboard, "burst", [e.KEY_1, e.KEY_2, e.KEY_9])
    device = keypad("port:burst", node=fingers.node)
    async with heard_of(device) as told:
        fingers.send(taps([e.KEY_1, e.KEY_2] * 1000))
        await asyncio.sleep(1.0)
        assert len(told) < 2000, "nothing was dropped: the burst was too small"
        count = len(told)
        fingers.tap(e.KEY_9)
        await until(lambda: len(told) == count + 1)
        assert told[-1] == Pressed("9")
        await asyncio.sleep(40.0)
        assert device.presence.state == "ready"
    await asyncio.to_thread(fingers.close)


async def test_a_reader_whose_keys_were_dropped_gives_no_code_of_what_is_left() -> None:
    fingers = await asyncio.to_thread(Keyboard, "burst", list(range(1, 60)))
    device = inputs.keyboard_scanner(
        "reader", "port:burst", lambda _: fingers.node, "https://jono.example", "us", random=Random(1)
    )
    letters = [getattr(e, f"KEY_{letter}") for letter in CODE]
    async with heard_of(device) as told:
        fingers.send(taps([e.KEY_Q] * 1000 + letters + [e.KEY_ENTER]))
        await asyncio.sleep(3.0)
        assert [one for one in told if isinstance(one, Scan)] == []
    await asyncio.to_thread(fingers.close)
