"""Ask one configured device how it is, over its real link; bounded, and an honest `unknown` where nothing can ask."""

import asyncio
from contextlib import suppress
from random import Random

from controller.app.check import Device, Probe
from controller.domain.point import Printer
from controller.ports.printer import PrinterCondition
from drivers.escpos.conversation import Conversation
from drivers.escpos.health import blocking, causes_of_replies
from drivers.escpos.profiles import profile
from drivers.links.link import DeviceGone, Link
from drivers.links.tcp import open_tcp

STATUS_S = 2.0  # DLE EOT is answered out of turn, in milliseconds, also by a printer that cannot print


async def probe(device: Device, status_s: float = STATUS_S) -> Probe:
    """How is it? Never raises, never waits longer than a connection and one status take (`status_s`)."""
    scheme, _, rest = device.link.partition(":")
    if scheme == "sim":
        return Probe(PrinterCondition.READY, (), "simulated: nothing to ask")
    if not isinstance(device, Printer) or scheme != "tcp":
        return Probe(PrinterCondition.UNKNOWN, (), f"this version has no driver for {scheme}: links")
    host, _, port = rest.rpartition(":")
    try:
        async with open_tcp(host, int(port)) as link:
            return await _ask(device, link, status_s)
    except DeviceGone as gone:
        return Probe(PrinterCondition.DETACHED, ("no_link",), str(gone))


async def _ask(printer: Printer, link: Link, status_s: float) -> Probe:
    """One round of DLE EOT 1 to 4."""
    # Random names process IDs only, and none is sent here.
    talk = Conversation(link, profile(printer.profile), Random(0), heard=lambda frame: None)  # noqa: S311 why: above
    pump = asyncio.create_task(talk.pump())
    try:
        replies = await talk.status(within=status_s)
    finally:
        pump.cancel()
        with suppress(asyncio.CancelledError, DeviceGone):
            await pump
    if replies is None:
        return Probe(PrinterCondition.UNKNOWN, ("no_answer",), "connected, but it answers no DLE EOT")
    causes = causes_of_replies(replies)
    if blocking(causes):
        return Probe(PrinterCondition.OUT_OF_SERVICE, causes)
    return Probe(PrinterCondition.DEGRADED if causes else PrinterCondition.READY, causes)
