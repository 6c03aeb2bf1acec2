"""`python -m drivers.media.sim expert|booths ...`: simulated people; a JSON document a line says what happens.

expert --central URL --token TOKEN… [--manner JSON]        an expert for each token, until SIGTERM
booths --point URL --token TOKEN [--calls S] [--text] ID…  so many booths, each calling again S seconds after a call
"""

import argparse
import asyncio
import contextlib
import signal
import sys
import time
from typing import Any

import aiohttp
import msgspec

from drivers.media.sim.booth import Booth
from drivers.media.sim.expert import Expert, Manner


def notice(what: str, **facts: Any) -> None:
    line = msgspec.json.encode({"at": round(time.time(), 3), "what": what, **facts}) + b"\n"
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


async def expert(arguments: argparse.Namespace) -> None:
    manner = msgspec.json.decode(arguments.manner, type=Manner)
    async with asyncio.TaskGroup() as group:
        for token in arguments.token:
            group.create_task(Expert(arguments.central, {"token": token}, manner, notice).run())


async def booths(arguments: argparse.Namespace) -> None:
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
        for name in arguments.booths:
            group.create_task(_booth(http, name, arguments))


async def _booth(http: aiohttp.ClientSession, name: str, arguments: argparse.Namespace) -> None:
    """Calls, stays until the session is over, waits, calls again."""
    async with Booth(http, arguments.point, arguments.token, name, notice=notice, media=not arguments.text) as booth:
        while True:
            await booth.line.wait()
            try:
                session = await booth.ask(arguments.service, arguments.language)
            except (ValueError, aiohttp.ClientError) as problem:
                notice("refused", booth=name, why=str(problem))
            else:
                notice("asked", booth=name, session=session)
                await booth.over(session)
            await asyncio.sleep(arguments.calls)


async def until_told(work: Any) -> None:
    """SIGTERM and SIGINT end it in order."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.media.sim", description=__doc__)
    parts = parser.add_subparsers(dest="who", required=True)
    one = parts.add_parser("expert")
    one.add_argument("--central", required=True)
    one.add_argument("--token", required=True, nargs="+")
    one.add_argument("--manner", default="{}")
    many = parts.add_parser("booths")
    many.add_argument("--point", required=True)
    many.add_argument("--token", required=True)
    many.add_argument("--service", required=True)
    many.add_argument("--language", default="fi")
    many.add_argument("--calls", type=float, default=10.0)
    many.add_argument("--text", action="store_true")
    many.add_argument("booths", nargs="+", metavar="ID")
    arguments = parser.parse_args()
    try:
        asyncio.run(until_told(expert(arguments) if arguments.who == "expert" else booths(arguments)))
    except msgspec.DecodeError as problem:
        print(f"--manner: {problem}", file=sys.stderr)  # noqa: T201  # why: its command line's one word
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
