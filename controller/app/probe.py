"""Ask one configured device how it is, over its real link; bounded, and an honest `unknown` where nothing can ask."""

import asyncio
import os
import threading
from contextlib import AbstractAsyncContextManager, suppress
from random import Random

import msgspec

from controller.app import device_keys, nodes, plugged
from controller.app.check import Probe
from controller.app.device_keys import Keys
from controller.app.plugged import Device
from controller.domain.point import Printer
from controller.ports.printer import PrinterCondition
from drivers import catalogue
from drivers.escpos.conversation import Conversation
from drivers.escpos.health import blocking, causes_of_replies
from drivers.escpos.profiles import Profile, profile
from drivers.links.link import DeviceGone, Link
from drivers.udev.library import NoUdev

STATUS_S = 2.0  # DLE EOT is answered out of turn, in milliseconds, also by a printer that cannot print
SILENT = "connected, but it answers no DLE EOT"
FIND_S = 5.0  # to see what is plugged in and try its node: some milliseconds, seconds on a very slow machine


class Found(msgspec.Struct, frozen=True):
    """Where a device is, what it calls itself ("" where nothing tells), and what may be said of its keys."""

    node: str
    words: str = ""
    keys: Keys | None = None

    def __str__(self) -> str:
        return f"{self.node} = {self.words}" if self.words else self.node


async def probe(device: Device, status_s: float = STATUS_S) -> Probe:
    """How is it? Never raises, never waits longer than to find it, to connect and one status take (`status_s`)."""
    scheme = device.link.partition(":")[0]
    if scheme == "sim":
        return Probe(PrinterCondition.READY, (), "simulated: nothing to ask")
    if scheme == "tcp":
        return await _asked(device, Found(""), status_s)
    try:
        async with asyncio.timeout(FIND_S):
            found = await _aside(device)
    except TimeoutError:
        return Probe(PrinterCondition.UNKNOWN, (), f"not found within {FIND_S:g} s: this machine is too busy, or ill")
    return await _asked(device, found, status_s) if isinstance(found, Found) else found


def _aside(device: Device) -> "asyncio.Future[Found | Probe]":
    """`_at_its_node` in a thread that nothing waits for: one that hangs in the kernel must not hold up the end of the
    program, as the loop's own threads would."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found | Probe] = loop.create_future()

    def deliver(found: Found | Probe) -> None:
        if not answer.done():
            answer.set_result(found)

    def work() -> None:
        found = _at_its_node(device)
        with suppress(RuntimeError):  # it came too late: the loop is closed
            loop.call_soon_threadsafe(deliver, found)

    threading.Thread(target=work, name=f"probe {device.id}", daemon=True).start()
    return answer


def _at_its_node(device: Device) -> Found | Probe:
    """The node of a device that hangs on this machine, when it can be opened; else what is missing, and why."""
    try:
        found = _find(device)
    except DeviceGone as gone:
        return Probe(PrinterCondition.DETACHED, (gone.reason,), gone.detail)
    except (NoUdev, OSError) as no:
        return Probe(PrinterCondition.UNKNOWN, ("no_udev",), f"cannot tell what is plugged in: {no}")
    closed = nodes.shut(found.node)
    if closed is None:
        return found
    state = PrinterCondition.DETACHED if closed.cause == "no_node" else PrinterCondition.OUT_OF_SERVICE
    return Probe(state, (closed.cause,), f"{found}; {closed}" if found.words else str(closed), found.node)


def _find(device: Device) -> Found:
    if not device.link.startswith("serial:"):
        one = plugged.node_of(device, plugged.look())
        return Found(one.node, plugged.names(one), device_keys.judge(device, one))
    path = device.link.removeprefix("serial:").rpartition(",")[0]
    if os.path.exists(path):
        return Found(path)
    try:
        there = plugged.look()
    except (NoUdev, OSError):  # what else is plugged in would only be a hint
        there = ()
    raise DeviceGone(device.link, "absent", plugged.missing_line(path, there))


async def _asked(device: Device, found: Found, status_s: float) -> Probe:
    """A printer is asked; of all others it is enough that they can be had, and have the keys that they are for."""
    node, there = found.node, f"at {found}, and opens" if found.node else ""
    if not isinstance(device, Printer):
        keys = found.keys
        if keys is None:
            return Probe(PrinterCondition.READY, (), there, node)
        return Probe(keys.condition, keys.causes, f"{there}; {keys.said}", node)
    try:
        opened = catalogue.opener(device.link, lambda link: node)
    except catalogue.NoDriver as none:
        return Probe(PrinterCondition.UNKNOWN, (), "; ".join(filter(None, (there, str(none)))), node)
    model = await asyncio.to_thread(profile, device.profile)  # the first look reads a file
    try:
        return await _status(model, opened(), found, status_s)
    except DeviceGone as gone:
        if gone.reason == "busy":  # it is there, and the daemon itself may be the one that has it
            return Probe(PrinterCondition.UNKNOWN, ("busy_elsewhere",), str(gone), node)
        return Probe(PrinterCondition.DETACHED, ("no_link",), str(gone), node)


async def _status(model: Profile, opened: AbstractAsyncContextManager[Link], found: Found, status_s: float) -> Probe:
    """One round of DLE EOT 1 to 4."""
    node, at = found.node, f"at {found}" if found.words else ""
    async with opened as link:
        # Random names process IDs only, and none is sent here.
        talk = Conversation(link, model, Random(0), heard=lambda frame: None)  # noqa: S311 why: above
        pump = asyncio.create_task(talk.pump())
        try:
            replies = await talk.status(within=status_s)
        finally:
            pump.cancel()
            with suppress(asyncio.CancelledError, DeviceGone):
                await pump
    if replies is None:
        silent = f"{at}; {SILENT}" if at else SILENT
        return Probe(PrinterCondition.UNKNOWN, ("no_answer",), silent, node)
    causes = causes_of_replies(replies)
    if blocking(causes):
        return Probe(PrinterCondition.OUT_OF_SERVICE, causes, at, node)
    return Probe(PrinterCondition.DEGRADED if causes else PrinterCondition.READY, causes, at, node)
