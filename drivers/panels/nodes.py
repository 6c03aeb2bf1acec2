"""The ways to an input device: a kernel node behind a USB link, or a simulator's socket."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from evdev import InputDevice

from controller.ports.inputs import Where
from drivers.links.aside import aside
from drivers.links.fd import OPEN_S, gone
from drivers.links.link import DeviceGone
from drivers.links.local import connect
from drivers.panels.events import Node, Source, Wire, open_node

SourceOpener = Callable[[], AbstractAsyncContextManager[Source]]


def at_node(device: str, link: str, where: Where) -> SourceOpener:
    """The node that `where` finds behind `link`, grabbed."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Source]:
        node = await _opened(device, where(link))
        try:
            yield Node(node)
        finally:
            node.close()

    return opened


async def _opened(device: str, path: str) -> InputDevice[str]:
    try:
        return await aside(partial(open_node, path), within=OPEN_S, late=InputDevice.close)
    except TimeoutError as error:
        raise DeviceGone(device, "unreachable", f"{path} did not open in {OPEN_S:g} s") from error
    except OSError as error:
        raise gone(device, error) from error


def at_socket(device: str, path: Path) -> SourceOpener:
    """A simulator's socket: packets of whole `struct input_event`, as the kernel gives them, so no event is torn."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Source]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as wire:
            wire.setblocking(False)
            try:
                await connect(wire, path)
            except OSError as error:
                raise DeviceGone(device, "unreachable", f"{path}: {error.strerror or error}") from error
            yield Wire(wire.fileno())

    return opened


def unplaced(link: str) -> str:
    """`Where` of a point that cannot look for USB devices: none is there."""
    raise DeviceGone(link, "unreachable", "this version does not look for USB devices")
