"""How much room the data directory has left, for the technician's page."""

import asyncio
import os
from pathlib import Path

from controller.app.doctor.disk import ROOM_WARN
from controller.web.site import Disk, Site

EVERY_S = 10.0
STEP = 64 << 20  # bytes: a smaller change is not worth waking the pages


async def watch(site: Site, data: Path) -> None:
    """Keep `site.disk` true to STEP bytes, for ever."""
    while True:
        now = await asyncio.to_thread(room, data)
        before = site.disk
        if before is None or before.low != now.low or abs(before.free - now.free) >= STEP:
            site.disk = now
            site.touch()
        await asyncio.sleep(EVERY_S)


def room(data: Path) -> Disk:
    """Blocks: a network disk may take its time. Raises OSError when the directory is gone."""
    found = os.statvfs(data)
    free = found.f_bavail * found.f_frsize
    return Disk(free, found.f_blocks * found.f_frsize, free < ROOM_WARN)
