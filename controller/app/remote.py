"""The remote service of a point, put together: the hub, the media process's door, the line to central's broker."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from random import Random

from controller.app.browser_socket import open_browser_door
from controller.app.media_socket import open_media_door
from controller.app.supervise import keep_running
from controller.domain.point import Central
from controller.ledger import Ledger
from controller.readers.booth import Booths
from controller.readers.booth_check import BoothCheck
from controller.uplink.signals import run_signals
from controller.web.site import Site


async def start(
    stack: AsyncExitStack, tasks: asyncio.TaskGroup, ledger: Ledger, site: Site, central: Central, token: str,
    data: Path, random: Random,
) -> None:  # fmt: skip
    """Nothing for a point without a booth. Without a central there is nobody to meet: the booth says so."""
    if not ledger.config.booths:
        return
    booths = Booths(ledger)
    booths.touch = site.touch
    site.exchange = booths
    await stack.enter_async_context(open_media_door(booths, data))
    await stack.enter_async_context(open_browser_door(booths.dark, ledger.config, data))
    tasks.create_task(keep_running("booths", booths.run, random))
    check = BoothCheck(ledger, booths)
    site.try_booth = check.try_booth
    tasks.create_task(keep_running("booths' self-test", check.run, random))
    if central.url:
        line = partial(run_signals, central.url, token, ledger.journal.point, booths, random=random)
        tasks.create_task(keep_running("broker", line, random))
