"""The point of the office: the daemon's own parts as compose.py puts them together, without its web pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

from controller.app.clock import SystemClock
from controller.app.compose import read_words
from controller.app.devices import FIRST_LOOK_S, open_devices
from controller.app.inputs import open_inputs
from controller.domain.point import Config
from controller.journal import replay
from controller.journal.hand import LoopsOwn
from controller.journal.store import Journal
from controller.ledger import Ledger
from controller.ports.inputs import Where
from drivers import catalogue
from drivers.links.link import Backoff
from drivers.udev.hotplug import Hotplug
from tests.rig.kernel.office.lobby import KioskPage

LOOK_S = 86_400.0  # the ear looks each minute; here once a day: 43,200 looks cost more than the month

OFF = Backoff(0.02, 60.0)  # of a printer that is switched off: 10,000 tries a night, each as dear as a ticket's tenth


@asynccontextmanager
async def an_office(config: Config, data: Path, where: Where, page: KioskPage) -> AsyncIterator[Ledger]:
    """Journal, ledger, hotplug, printer with its paper reader, panels: everything runs."""
    random = Random(1)
    async with AsyncExitStack() as stack:
        await asyncio.to_thread(read_words, config)
        journal = await stack.enter_async_context(Journal(config.point.id, data / "journal.db", hand=LoopsOwn))
        clock = SystemClock(0)
        ledger = Ledger(journal, await replay.load(journal), config, clock, set(await journal.answer_keys()))
        page.ledger = ledger
        hotplug = Hotplug(look_s=LOOK_S)
        catalogue.FAST = OFF
        devices = await open_devices(stack, config, ledger, data, {}, random, hotplug)
        inputs = await open_inputs(stack, config, ledger, page, data, data, where=where, random=random)
        mine = asyncio.all_tasks()
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        heart = tasks.create_task(ledger.run())
        devices.start(tasks, ledger, random)
        inputs.start(tasks, ledger, random, partial(hotplug.first_look, FIRST_LOOK_S))
        try:
            yield ledger
        finally:
            await ledger.settled()
            for one in asyncio.all_tasks() - mine:
                one.cancel()
            heart.cancel()
