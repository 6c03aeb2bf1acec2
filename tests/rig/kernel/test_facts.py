"""What real drivers taught (devices.md, rig.md section 6), as far as no other test here holds it.

1 modules and DeviceAllow, 2 the node before udev: test_udev.py. 3 how an unplugged device says so: test_usb_printer.py,
test_serial_printer.py, and here for keys. 4 a jam, 5 usblp stays bound, 7 plug and unplug: test_usb_printer.py.
8 television power by CEC: this version has no driver for it. 9 pyudev's deprecated calls: every warning is an error.
"""

import asyncio
import errno
import os
import subprocess
import sys
from contextlib import closing

import pytest
from evdev import InputDevice
from evdev import ecodes as e

from drivers.udev.attached import Kind
from tests.rig.kernel.hid import a_hid_keyboard
from tests.rig.kernel.world import an_ear, place, until


async def test_an_event_device_that_was_unplugged_says_enodev() -> None:
    """Fact 3, at a keyboard: ENODEV to who reads; test_inputs.py has what becomes of it."""
    async with a_hid_keyboard("KP1") as keys, an_ear() as hotplug:
        node = await until(lambda: place(hotplug, "usb:KP1", Kind.KEYBOARD))
        with closing(InputDevice(node)) as device:
            os.set_blocking(device.fd, False)
            await keys.tap(e.KEY_1)
            await keys.pull()
            await until(lambda: not place(hotplug, "usb:KP1", Kind.KEYBOARD))
            with pytest.raises(OSError) as error:
                for _ in range(3):
                    list(device.read())
            assert error.value.errno == errno.ENODEV


def test_the_daemon_is_ready_to_start_without_having_loaded_the_composer() -> None:
    """Fact 6: python-escpos costs most of a second to load; it is loaded beside the start, by the first printer."""
    said = subprocess.run(
        [sys.executable, "-c", "import sys, controller.app.compose; print('escpos' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "False"


EPOLL_SLACK_S = 0.1  # a long wait may end so late (fs/select.c, MAX_SLACK): 100.002 ms were seen


@pytest.mark.timeout(7200)
async def test_time_stands_still_while_the_guest_computes_and_jumps_while_it_waits() -> None:
    """What all other figures here rest on."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    sum(range(2_000_000))
    assert loop.time() - began < 0.001
    await asyncio.sleep(3600.0)
    assert 3600.0 <= loop.time() - began < 3600.0 + EPOLL_SLACK_S + 0.01
