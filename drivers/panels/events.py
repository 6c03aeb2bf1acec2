"""Key events of one input device, from the kernel or from a simulator, with nothing held for ever.

The wire is the kernel's `struct input_event` (Documentation/input/event-codes.rst), decoded by evdev itself.
`async_read_loop` of that library is not used: under a timeout it loses events (python-evdev #101, #248).
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NoReturn, Protocol

import msgspec
from evdev import InputDevice, InputEvent, ecodes
from evdev.eventio import EvdevError, EventIO

from drivers.links.link import DeviceGone

UP, DOWN = 0, 1  # value of EV_KEY; 2 is the kernel's autorepeat of a held key


class Move(msgspec.Struct, frozen=True):
    """One key by its code (linux/input-event-codes.h). `at`: seconds, by the device's own clock: it tells the pause
    between two keys also when we were late to read them. 0.0: nobody's clock, we made this move up."""

    code: int
    down: bool
    at: float = 0.0


class Lost(msgspec.Struct, frozen=True):
    """The kernel's buffer ran over: keys that went down and up meanwhile were never seen. `at` as of a move."""

    at: float


Heard = Move | Lost


class Source(Protocol):
    """An open input device. `fd` is non-blocking; its owner closes it."""

    @property
    def fd(self) -> int: ...

    def read(self) -> Iterable[InputEvent]: ...

    def held(self) -> Iterable[int]:
        """The codes that are down now. Raises OSError when the device is gone."""

    def light(self, on: bool) -> None:
        """Its first light on or off; nothing where it has none."""


class Wire(EventIO):
    """`struct input_event` from any descriptor. Nobody can be asked what is held: nothing is."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @property
    def fd(self) -> int:
        return self._fd

    def held(self) -> Iterable[int]:
        return ()

    def light(self, on: bool) -> None:
        pass


class Node:
    """A device node of the kernel, ours alone: no key of it reaches a page or a console."""

    def __init__(self, device: InputDevice[str]) -> None:
        self._device = device
        self.fd: int = device.fd

    def read(self) -> Iterable[InputEvent]:
        return self._device.read()

    def held(self) -> Iterable[int]:
        return list(self._device.active_keys())

    def light(self, on: bool) -> None:
        if self._device.fd < 0:
            return  # closed meanwhile
        lamps = self._device.capabilities().get(ecodes.EV_LED, ())
        if lamps:
            with suppress(EvdevError):  # a node that we may read only has no light for us
                self._device.set_led(lamps[0], int(on))


class Keys:
    """Which keys are down, as events come; pure. Every down that it gives is followed by exactly one up."""

    def __init__(self) -> None:
        self._down: set[int] = set()
        self._dropping = False

    def take(self, event: InputEvent, held: Callable[[], Iterable[int]]) -> Iterator[Heard]:
        """What one event means. `held` is asked after a loss only; what it raises is passed on."""
        if event.type == ecodes.EV_SYN and event.code == ecodes.SYN_DROPPED:
            self._dropping = True
        elif self._dropping:
            if event.type == ecodes.EV_SYN and event.code == ecodes.SYN_REPORT:
                self._dropping = False
                yield Lost(event.timestamp())
                yield from self._resync(set(held()))
        elif event.type == ecodes.EV_KEY and event.value in {UP, DOWN}:
            yield from self._key(event.code, event.value == DOWN, event.timestamp())

    def release(self) -> Iterator[Move]:
        """The device is gone: nobody holds anything any more."""
        down, self._down = sorted(self._down), set()
        return iter([Move(code, False) for code in down])

    def _key(self, code: int, down: bool, at: float) -> Iterator[Move]:
        if code in self._down:
            self._down.discard(code)
            yield Move(code, False, at)
        elif not down:
            return  # it went down before we looked
        if down:
            self._down.add(code)
            yield Move(code, True, at)

    def _resync(self, held: set[int]) -> Iterator[Move]:
        """Releases that were lost. A press that was lost is not made up: nobody knows how long ago it was."""
        for code in sorted(self._down - held):
            self._down.discard(code)
            yield Move(code, False)


async def listen(device: str, source: Source, heard: Callable[[Heard], None]) -> NoReturn:
    """Call `heard` with what happens until the device is lost: then all keys are released, and DeviceGone is raised.
    Cancelled, it releases them too."""
    loop, keys = asyncio.get_running_loop(), Keys()
    gone: asyncio.Future[str] = loop.create_future()

    def ready() -> None:
        at_end = True
        try:
            for event in source.read():
                at_end = False
                for one in keys.take(event, source.held):
                    heard(one)
        except BlockingIOError:
            return  # woken for nothing
        except OSError as error:
            _end(gone, error.strerror or str(error))
            return
        if at_end:
            _end(gone, "end of the stream")

    loop.add_reader(source.fd, ready)
    try:
        detail = await gone
    finally:
        loop.remove_reader(source.fd)
        for move in keys.release():
            heard(move)
    raise DeviceGone(device, "closed", detail)


def open_node(path: str) -> InputDevice[str]:
    """Open and grab a node, so that nobody else hears its keys; blocks. Raises OSError."""
    node = InputDevice(path)
    try:
        node.grab()
    except OSError:
        node.close()
        raise
    return node


def _end(gone: asyncio.Future[str], why: str) -> None:
    if not gone.done():
        gone.set_result(why)
