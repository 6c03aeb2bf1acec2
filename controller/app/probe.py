"""Ask one configured device how it is, over its real link; bounded, and an honest `unknown` where nothing can ask."""

import asyncio
from contextlib import suppress
from random import Random

from controller.app.check import Device, Probe
from controller.domain.point import Printer
from controller.ports.printer import PrinterCondition
from drivers import catalogue
from drivers.escpos.conversation import Conversation
from drivers.escpos.health import blocking, causes_of_replies
from drivers.escpos.profiles import profile
from drivers.links.link import DeviceGone, Link

STATUS_S = 2.0  # DLE EOT is answered out of turn, in milliseconds, also by a printer that cannot print


async def probe(device: Device, status_s: float = STATUS_S, where: catalogue.Where | None = None) -> Probe:
    """How is it? Never raises, never waits longer than a connection and one status take (`status_s`).

    `where` finds devices on USB; without it they are unknown.
    """
    scheme = device.link.partition(":")[0]
    if scheme == "sim":
        return Probe(PrinterCondition.READY, (), "simulated: nothing to ask")
    if not isinstance(device, Printer):
        return Probe(PrinterCondition.UNKNOWN, (), f"this version has no driver for {scheme}: links")
    try:
        async with catalogue.opener(device.link, where)() as link:
            return await _ask(device, link, status_s)
    except catalogue.NoDriver as none:
        return Probe(PrinterCondition.UNKNOWN, (), str(none))
    except DeviceGone as gone:
        if gone.reason == "busy":  # it is there, and the daemon itself may be the one that has it
            return Probe(PrinterCondition.UNKNOWN, ("busy_elsewhere",), str(gone))
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
