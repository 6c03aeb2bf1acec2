"""The keeper of a booth's browser: `python -m drivers.browser --booth ID --socket DIR/browser.sock -- COMMAND ...`.

COMMAND is the browser with its options; `{profile}` in it is a new folder at each start. It ends at SIGTERM or SIGINT,
and the browser with it. Exit codes: 0 ended by a signal, 2 misuse.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from drivers.browser.keeper import Keeper, found
from drivers.browser.process import adopt_orphans


def main(argv: Sequence[str] | None = None) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m drivers.browser", description="Keeps the browser of a booth.")
    parser.add_argument("--booth", required=True, help="its id in the config")
    parser.add_argument("--socket", type=Path, required=True, help="the point's browser socket, DIR/browser.sock")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="after --: the browser and its options")
    args = parser.parse_args(argv)
    if not found(args.command):
        parser.error(f"there is no program {args.command[0]!r}")
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )  # fmt: skip
    adopt_orphans()
    asyncio.run(_serve(Keeper(args.booth, args.socket, args.command)))
    return 0


async def _serve(keeper: Keeper) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    tasks = [asyncio.create_task(work) for work in (keeper.run(), keeper.listen(), over.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await keeper.close()
    failures = [one for one in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(one, Exception)]
    if failures:
        raise failures[0]


if __name__ == "__main__":
    sys.exit(main())
