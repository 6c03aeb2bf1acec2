"""`luukku check --devices` on keyboards: which one is bound, has it the keys it is for, and who has it already."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from evdev import ecodes as e

from drivers.panels.abilities import Use, codes_of, lacks, useless
from tests.app.test_check_devices import checked, config, entry, scanner
from tests.drivers.udev_world import PAD, World, bitmap, in_a_world

AUDIO_PAD = (e.KEY_UP, e.KEY_DOWN, e.KEY_ENTER, e.KEY_VOLUMEUP, e.KEY_VOLUMEDOWN, e.KEY_HOME)
KEYBOARD = tuple(range(1, 89))


def keypad(link: str, whose: str) -> str:
    return entry("panels", "keys", link, "keypad").rstrip() + f"\n{whose}\n\n"


@pytest.mark.parametrize("codes", [(), (0,), (63, 64), tuple(range(1, 89)), AUDIO_PAD, (248, 0x2FF)])
def test_the_kernels_bitmap_is_read_as_it_is_written(codes: tuple[int, ...]) -> None:
    assert codes_of(bitmap(codes)) == set(codes)


@pytest.mark.parametrize(
    ("use", "codes", "missing", "none_at_all"),
    [
        ("kiosk_keypad", AUDIO_PAD, "", False),
        ("kiosk_keypad", PAD, "volume keys", False),
        ("kiosk_keypad", (e.KEY_VOLUMEUP, e.KEY_VOLUMEDOWN), "arrows or all digits, to choose, enter, home", True),
        ("counter_keypad", PAD, "", False),
        ("counter_keypad", (e.KEY_ENTER, e.KEY_KP3, e.KEY_KP9), "recall (star, 2)", False),
        ("counter_keypad", AUDIO_PAD[:2], "call_next (enter, plus, 1), recall", True),
        ("scanner", KEYBOARD, "", False),
        ("scanner", PAD, "letters and digits: this is no code reader", True),
        ("scanner", sorted({*KEYBOARD} - {e.KEY_ENTER, e.KEY_TAB}), "Enter or Tab, which ends a code", False),
        ("call_button", (e.BTN_0,), "", False),
        ("panic", (), "any key", True),
    ],
)  # fmt: skip
def test_what_a_use_wants_and_a_device_has_not(
    use: Use, codes: tuple[int, ...], missing: str, none_at_all: bool
) -> None:
    said = ", ".join(lacks(use, set(codes)))
    assert said.startswith(missing) and bool(said) is bool(missing)
    assert useless(use, set(codes)) is none_at_all


@in_a_world
def test_a_keypad_that_lacks_some_keys_works_and_is_told_apart_from_one_that_is_none(world: World) -> None:
    world.plug_keyboard("1-3", "PAD-1", full=False, keys=(e.KEY_ENTER, e.KEY_KP2))
    code, out, errors = checked(keypad("usb:PAD-1", 'counter = "1"'))
    assert (code, errors) == (0, [])
    assert "degraded: keys_missing (at /dev/input/event3 = Honeywell Keypad (0c2e:0b61), serial PAD-1, " in out
    assert "it has no key for no_show (minus, 3), end" in out
    code, _, (line,) = checked(scanner("usb:PAD-1"))
    assert code == 1
    assert "out_of_service: wrong_keys" in line and "this is no code reader" in line


@in_a_world
def test_a_keyboard_whose_keys_the_kernel_does_not_tell_is_unknown_and_never_well(world: World) -> None:
    world.plug_keyboard("1-3", "SC-0815")
    for file in Path("/sys/devices").rglob("capabilities/key"):
        file.unlink()
    code, _, (line,) = checked(scanner("usb:SC-0815"))
    assert code == 1
    assert "unknown: keys_unknown" in line


@contextmanager
def held(node: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that has it open."""
    with Path(node).open("rb") as line, subprocess.Popen(["sleep", "60"], stdin=line) as sleeper:
        try:
            yield sleeper
        finally:
            sleeper.kill()


@in_a_world
def test_a_keyboard_that_another_program_has_grabbed_names_the_program_and_the_mend(world: World) -> None:
    """EBUSY is what evdev answers to a second EVIOCGRAB; this kernel has no evdev, so strace answers in its place, to
    the real program, at the real call."""
    node = world.plug_keyboard("1-3", "SC-0815")
    _, theirs = os.openpty()
    Path(node).unlink()
    Path(node).symlink_to(os.ttyname(theirs))
    with held(node) as holder, config(scanner("usb:SC-0815")) as file:
        strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", os.ttyname(theirs), "-e", "trace=ioctl"]
        strace += ["-e", "inject=ioctl:error=EBUSY"]
        done = subprocess.run(
            [*strace, sys.executable, "-m", "controller.app.main", "check", str(file), "--devices"],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "out_of_service: busy (/dev/input/event3 = Honeywell Voyager" in done.stderr
    assert f"sleep (process {holder.pid})" in done.stderr
    assert "mend: end it, or take the device from it" in done.stderr
