"""The panels and scanners of a point: opened, watched, and each led to its counter, its kiosk's page or the alarm."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

import msgspec
import structlog

from controller.app import device_events
from controller.app.pressed import Act, Talks, no_talks
from controller.app.supervise import keep_running
from controller.domain.event_words import DeviceState
from controller.domain.point import Config
from controller.ledger import Ledger
from controller.ports.inputs import Input, Told, Where
from controller.web.kiosk_pages import KioskPages

WAITING_MOST = 32  # presses that wait for the journal; who presses more often is not waiting for an answer

log = structlog.get_logger("inputs")


Seen = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """There is nothing to wait for."""


class Attended(msgspec.Struct):
    """One device, what it is called in events, and what becomes of what it says."""

    device: Input
    kind: str
    simulated: bool
    act: Act


class Inputs:
    """All panels and scanners by id."""

    def __init__(self, attended: Mapping[str, Attended]) -> None:
        self._attended = attended

    def start(self, tasks: asyncio.TaskGroup, ledger: Ledger, random: Random, seen: Seen = at_once) -> None:
        """`seen` waits until it is known what is plugged in: an attempt before would fail, and be told as a loss."""
        for id_, one in self._attended.items():
            inbox: asyncio.Queue[Told] = asyncio.Queue(WAITING_MOST)
            tasks.create_task(keep_running(f"input {id_}", partial(_read, one, inbox, seen), random))
            tasks.create_task(keep_running(f"presses {id_}", partial(_act, one, inbox), random))
            tasks.create_task(_watch(ledger, one))

    def reconnect_now(self, id_: str) -> None:
        """It was plugged in: look for it now. Raises KeyError for an unknown one."""
        self._attended[id_].device.reconnect_now()

    async def test(self, id_: str, paper: bool, now: datetime) -> dict[str, object]:
        """How it is now: a button cannot be asked, only pressed. Raises KeyError for an unknown one."""
        presence = self._attended[id_].device.presence
        ok = presence.state in {"ready", "attached"}
        return {"id": id_, "state": presence.state, "ok": ok, "cause": next(iter(presence.causes), "")}


async def open_inputs(
    stack: AsyncExitStack, config: Config, ledger: Ledger, pages: KioskPages, data: Path, sims: Path | None, *,
    where: Where | None, random: Random, line: Where | None = None, talks: Talks = no_talks,
) -> Inputs:  # fmt: skip
    """Make every configured panel and scanner. `sims`: the folder where simulated ones listen already; None: they
    start in this process. `where` finds the input device behind a USB link, `line` the serial line; None: such devices
    are reported as away."""
    if not config.panels and not config.scanners:
        return Inputs({})
    from controller.app import input_devices  # a point without any carries none of this

    if sims is None:
        sims = await input_devices.simulate(stack, config, data)
    life = f"{random.getrandbits(48):012x}"
    nowhere = input_devices.unplaced
    maker = input_devices.Maker(config, ledger, pages, sims, where or nowhere, line or nowhere, life, random, talks)
    panels = {panel.id: maker.panel(panel) for panel in config.panels}
    return Inputs(panels | {scanner.id: maker.scanner(scanner) for scanner in config.scanners})


async def _read(one: Attended, inbox: asyncio.Queue[Told], seen: Seen) -> None:
    await seen()

    def heard(told: Told) -> None:
        if not inbox.full():
            inbox.put_nowait(told)

    await one.device.run(heard)


async def _act(one: Attended, inbox: asyncio.Queue[Told]) -> None:
    while True:
        await one.act(await inbox.get())


async def _watch(ledger: Ledger, one: Attended) -> None:
    """Journal every change of a device's presence."""
    device = one.device

    def now() -> tuple[DeviceState, tuple[str, ...]]:
        return device.presence.state, device.presence.causes

    await device_events.journal(
        ledger, device.id, one.kind, simulated=one.simulated, now=now, changed=device.presence_changed
    )
