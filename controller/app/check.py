"""`luukku check FILE [--devices]`: is this config right, and does every device in it answer?"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path as File
from typing import TextIO

import msgspec

from controller.app import point_logo
from controller.app.faults import plain
from controller.app.plugged import Device, devices
from controller.app.settings import ConfigError, load
from controller.domain.point import Config, Service
from controller.ports.printer import PrinterCondition
from drivers.escpos.logo import BadLogo

OK, DEVICE_FAILS, CONFIG_WRONG = 0, 1, 2  # exit codes (contract, section 1)


class Probe(msgspec.Struct, frozen=True):
    """What a device said when it was asked: how it is, why, where that was learnt; and at which node, "" for none."""

    condition: PrinterCondition
    causes: tuple[str, ...] = ()
    detail: str = ""
    node: str = ""

    @property
    def works(self) -> bool:
        """Unknown is never shown as working."""
        return self.condition in {PrinterCondition.READY, PrinterCondition.DEGRADED}


Prober = Callable[[Device], Awaitable[Probe]]


def run(file: File, *, ask: bool, probe: Prober, out: TextIO | None = None, err: TextIO | None = None) -> int:
    """Print what is right to `out` (stdout), each fault on one line to `err` (stderr); give the exit code."""
    out, err = out or sys.stdout, err or sys.stderr
    try:
        config = load(file)
    except ConfigError as wrong:
        for fault in wrong.faults:
            print(fault, file=err)
        return CONFIG_WRONG
    for line in summary(file, config):
        print(line, file=out)
    return asyncio.run(_ask_all(file, config, probe, out, err)) if ask else OK


def summary(file: File, config: Config) -> Iterator[str]:
    """What the config holds, and what in it is allowed but surely not meant."""
    point = config.point
    yield f"{plain(file)}: ok"
    yield f"  point {point.id}: {plain(point.name[point.house])}; {', '.join(point.languages)}; {point.timezone}"
    yield f"  {_count(config.services, 'service')} of {_count(config.providers, 'provider')}"
    series = ", ".join(queue.series or "-" for queue in config.queues)
    yield f"  {_count(config.queues, 'queue')}: {series}"
    yield f"  {_count(config.counters, 'counter')}: {', '.join(plain(one.label) for one in config.counters)}"
    places = (_count(config.kiosks, "kiosk"), _count(config.screens, "screen"), _count(config.booths, "booth"))
    yield f"  {', '.join(places)}"
    yield f"  {_count(devices(config), 'device')}"
    for device in devices(config):
        yield f"    {_name(device)}: {device.link}"
    yield from (f"  note: {note}" for note in (*_notes(config), *_logo_notes(config, file.parent)))


def _notes(config: Config) -> Iterator[str]:
    for service in config.services:
        if not any(not counter.services or service.id in counter.services for counter in config.counters):
            yield f'no counter serves "{service.id}"'
        if service.kiosk and config.kiosks and not _offered(config, service):
            yield f'no kiosk offers "{service.id}"'
    for queue in config.queues:
        if not any(service.queue == queue.id for service in config.services):
            yield f'no service leads to the queue "{queue.id}"'


def _logo_notes(config: Config, base: File) -> Iterator[str]:
    try:
        point_logo.read(config, base)
    except BadLogo as bad:
        yield plain(str(bad))


def _offered(config: Config, service: Service) -> bool:
    return any(not kiosk.services or service.id in kiosk.services for kiosk in config.kiosks)


def _name(device: Device) -> str:
    return f'[[{type(device).__name__.lower()}s]] "{device.id}"'


def _count(things: tuple[object, ...], name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


async def _ask_all(file: File, config: Config, probe: Prober, out: TextIO, err: TextIO) -> int:
    """All at once: a dozen silent devices take no longer than one."""
    asked = devices(config)
    answers = _each_its_own(asked, await asyncio.gather(*(probe(device) for device in asked)))
    for device, answer in zip(asked, answers, strict=True):
        causes = f": {', '.join(answer.causes)}" if answer.causes else ""
        detail = f" ({plain(answer.detail)})" if answer.detail else ""
        line = f"{_name(device)} at {device.link}: {answer.condition.value}{causes}{detail}"
        if answer.works:
            print(f"  {line}", file=out)
        else:
            print(f"{plain(file)}: {line}", file=err)
    return OK if all(answer.works for answer in answers) else DEVICE_FAILS


def _each_its_own(asked: tuple[Device, ...], answers: list[Probe]) -> list[Probe]:
    """Two entries may lead to one device by two of its names: only the first can have it."""
    owners: dict[str, Device] = {}
    found = []
    for device, answer in zip(asked, answers, strict=True):
        owner = owners.setdefault(os.path.realpath(answer.node), device) if answer.node else device
        taken = Probe(PrinterCondition.OUT_OF_SERVICE, ("taken",), f"{answer.node} is {_name(owner)} already")
        found.append(answer if owner is device else taken)
    return found
