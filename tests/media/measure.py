"""What the media process costs, in shares of one core: idle, connected with channels only, H.264 passed on, VP8 encoded
here, the emergency. By hand: `python -m tests.media.measure [SECONDS]`; figures of one quiet machine, asserted nowhere.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from controller.ports.media import Leg
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import Expert

SETTLE_S = 3.0


async def share(media: MediaProcess, seconds: float) -> float:
    await asyncio.sleep(SETTLE_S)
    began, before = time.monotonic(), media.cpu_s()
    await asyncio.sleep(seconds)
    return (media.cpu_s() - before) / (time.monotonic() - began)


def rss_mb(media: MediaProcess) -> int:
    status = Path(f"/proc/{media.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


async def leg(daemon: Daemon, media: MediaProcess, seconds: float, name: str, layout: str, *, h264: bool = True,
              emergency: bool = False) -> None:  # fmt: skip
    daemon.open(f"r-{name}")
    async with Expert(daemon, f"r-{name}", h264=h264) as expert:
        await expert.connect(layout)
        if emergency:
            daemon.talk(f"r-{name}", up=False)
        before, began = len(expert.pictures), time.monotonic()
        cost = await share(media, seconds)
        fps = (len(expert.pictures) - before) / (time.monotonic() - began)
        stats = [said.stats for said in daemon.said if isinstance(said, Leg) and said.stats]
        print(f"{name:12} {cost:.3f} core  {fps:4.1f} pictures/s  {stats[-1].kbps:5} kbit/s  {rss_mb(media)} MB")
    daemon.close_session(f"r-{name}")


async def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Daemon(Path(folder) / "media.sock") as daemon, MediaProcess(daemon.path) as media:
            await daemon.ready()
            print(f"{'idle':12} {await share(media, seconds):.3f} core {'':34} {rss_mb(media)} MB")
            await leg(daemon, media, seconds, "channels", "d")
            await leg(daemon, media, seconds, "h264", "vd")
            await leg(daemon, media, seconds, "whole", "vavd")
            await leg(daemon, media, seconds, "vp8", "vd", h264=False)
            await leg(daemon, media, seconds, "emergency", "vavd", emergency=True)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))
