"""`python -m controller.central --listen HOST:PORT --data DIR`: central without the rest of the program.

Prints its address on one line when it takes requests; SIGTERM and SIGINT end it.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import structlog

from controller.central.disk import InUse
from controller.central.main import serve
from controller.central.sink import StorageFull


def _say(url: str) -> None:
    sys.stdout.write(url + "\n")
    sys.stdout.flush()


async def _run(host: str, port: int, data: Path, frames: list[str], open_page: bool) -> None:
    serving = asyncio.ensure_future(serve(host, port, data, frame_ancestors=frames, open_page=open_page, ready=_say))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m controller.central", description="the reference central system")
    parser.add_argument("--listen", default="127.0.0.1:8090", metavar="HOST:PORT")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--frame", action="append", default=[], metavar="ORIGIN", help="may frame the live page")
    parser.add_argument("--open-page", action="store_true", help="show the live page to all, without a token")
    asked = parser.parse_args()
    host, _, port = asked.listen.rpartition(":")
    if not host or not port.isdecimal():
        parser.error(f"--listen {asked.listen}: say HOST:PORT")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        asyncio.run(_run(host.strip("[]"), int(port), asked.data, asked.frame, asked.open_page))
    except (OSError, ValueError, InUse, StorageFull) as error:
        sys.stderr.write(f"central: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
