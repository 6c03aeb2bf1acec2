"""The media process: `python -m drivers.media --socket DIR/media.sock [--simulated]`.

It connects to the point's socket, again and again, and ends at SIGTERM or SIGINT with every device closed. Exit codes:
0 ended by a signal, 2 misuse, 75 (EX_TEMPFAIL) a device was not let go in time: the kernel does that when a process
ends, and whoever supervises it starts it anew.
"""

import argparse
import asyncio
import faulthandler
import logging
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from random import Random

import structlog

from controller.ports.media import Hello
from drivers.media import hooks
from drivers.media.control import Control
from drivers.media.house import House
from drivers.media.sound import find_alsa
from drivers.media.synthetic import OVER, prepare
from drivers.supervisor import SIGNS, period_s, tell

ENCODERS = 2  # threads that decode and encode pictures
STUCK = 75  # sysexits.h, EX_TEMPFAIL

log = structlog.get_logger("media")


def main(argv: Sequence[str] | None = None) -> int:
    """See the module."""
    args = _arguments(argv)
    faulthandler.enable()
    _log_to_stderr()
    hooks.lower_floors()
    find_alsa()
    asyncio.run(_serve(args.socket, args.simulated))
    return 0


async def _serve(socket: Path, simulated: bool) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(ENCODERS, thread_name_prefix="media-encoder"))
    control = Control(socket, Hello(version=_version(), pid=os.getpid()), Random())  # noqa: S311  why: jitter
    house = House(control.say, simulated=simulated, stuck=_stuck)
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    tasks = [asyncio.create_task(work) for work in (control.run(house), house.run(), _signs())]
    films = asyncio.create_task(prepare()) if simulated else None
    ended = asyncio.create_task(over.wait())
    await asyncio.wait([*tasks, ended], return_when=asyncio.FIRST_COMPLETED)
    OVER.set()
    await house.close()
    for task in [*tasks, ended]:
        task.cancel()
    if films is not None:
        await asyncio.wait([films])
    failures = [f for f in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(f, Exception)]
    if failures:
        raise failures[0]


async def _signs() -> None:
    """Tell systemd that this process runs, and its loop turns: a frozen one is started anew."""
    tell("READY=1")
    while True:
        tell("WATCHDOG=1")
        await asyncio.sleep(period_s() / SIGNS)


def _stuck() -> None:
    """Privacy before comfort: what cannot be closed is closed by the kernel."""
    log.error("media_device_stuck", what="a camera or microphone was not let go in time; this process ends")
    os._exit(STUCK)


def _version() -> str:
    try:
        return version("luukku")
    except PackageNotFoundError:
        return "unknown"


def _log_to_stderr() -> None:
    """JSON lines, as the daemon's. aiortc's own words are kept to warnings: they name addresses."""
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR, format="%(name)s: %(levelname)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m drivers.media", description="The booth's own peer in remote sessions."
    )
    parser.add_argument("--socket", type=Path, required=True, help="the point's media socket, DIR/media.sock")
    parser.add_argument("--simulated", action="store_true", help="no device is opened: pictures and sound are made")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
