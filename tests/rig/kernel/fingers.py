"""Fingers on keys that the kernel itself has: devices made by uinput, read by whoever opens their event node."""

import fcntl
import os
import struct
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from evdev import UInput
from evdev import ecodes as e

from drivers.sim.inputs import SYNC, Event

EVENT = struct.Struct("llHHi")  # linux/input.h: struct input_event; the kernel writes the time itself
NODE_S = 5.0
UI_GET_SYSNAME = 0x8040552C  # linux/uinput.h: UI_GET_SYSNAME(64)


class Keyboard:
    """A keyboard without a USB cable, with these keys. Blocks while it is made; `close` unplugs it."""

    def __init__(self, name: str, keys: Sequence[int]) -> None:
        subprocess.run(["modprobe", "-a", "uinput", "evdev"], check=True)
        self._made = UInput({e.EV_KEY: list(keys)}, name=name)
        self.node = _node(self._made)

    def send(self, events: Iterable[Event]) -> None:
        """In one write, so without a pause between them."""
        os.write(self._made.fd, b"".join(EVENT.pack(0, 0, *event) for event in events))

    def tap(self, key: int) -> None:
        self.send([(e.EV_KEY, key, 1), SYNC, (e.EV_KEY, key, 0), SYNC])

    def press(self, key: int) -> None:
        self.send([(e.EV_KEY, key, 1), SYNC])

    def close(self) -> None:
        self._made.close()


def _node(made: UInput) -> str:
    """Its event node, by the kernel's own word; devtmpfs has it at once."""
    buffer = bytearray(64)
    fcntl.ioctl(made.fd, UI_GET_SYSNAME, buffer)
    name = buffer.split(b"\0")[0].decode()
    until = time.monotonic() + NODE_S
    while not (found := list(Path(f"/sys/devices/virtual/input/{name}").glob("event*"))):
        assert time.monotonic() < until, f"{name} has no event node"
        time.sleep(0.005)
    return f"/dev/input/{found[0].name}"
