"""`luukku booth-test BOOTH`: its cameras, its paths to the experts, its page; asked of the running daemon."""

import argparse
import asyncio
import sys
import uuid
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from controller.app.faults import Failed, plain
from controller.app.source import runs, session

OK, FAILED = 0, 1
DATA = Path("/var/lib/luukku")
LOOK_S = 90.0
LIGHTS = {"green": "all is well", "yellow": "it works, by a detour or a poor path", "red": "no session would work here"}


def add(verbs: Any) -> None:
    """Add the verb `booth-test` to the command line."""
    verb = verbs.add_parser("booth-test", help="look at a booth's cameras, paths and page, and say what was found")
    verb.add_argument("booth", metavar="BOOTH", help="its id in the config")
    verb.add_argument("--data", type=Path, default=DATA, metavar="DIR", help=f"of the running point ({DATA})")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0: a session would work now, 1: not."""
    told = asyncio.run(_asked(arguments.booth, arguments.data))
    name, found = plain(arguments.booth), told.get("found", {})
    light = (told.get("light") or "red") if told["ok"] else "red"  # a page that is not there is no camera's fault
    print(f"{name}: {light}: {LIGHTS[light]}")
    for camera, seen in found.get("cameras", {}).items():
        size = "x".join(map(str, seen["size"] or ())) or "no picture"
        how = "black" if seen["black"] else "moving" if seen["moving"] else "still"
        print(f"  {camera}: {seen['state']}, {size}, {seen['fps']:g} pictures a second, {how}")
    for path in found.get("paths", ()):
        how = f"{path['rtt_ms']:.0f} ms, {100 * (path['loss'] or 0):.1f} % lost" if path["ok"] else path["why"]
        print(f"  {plain(path['url'])}: {how}")
    if not told["ok"]:
        why = ", ".join(dict.fromkeys([*found.get("causes", ()), told["cause"]])).strip(", ")
        print(f"luukku booth-test: {name}: {why or 'nothing was proven'}", file=sys.stderr)
    return OK if told["ok"] else FAILED


async def _asked(id_: str, data: Path) -> dict[str, Any]:
    if not await runs(data):
        raise Failed(f"no daemon runs on {data}: start luukku first, it has the booth's line to its media process")
    url, key = f"http://admin/api/v1/devices/{id_}/test", str(uuid.uuid4())
    asking: dict[str, Any] = {"json": {"kind": "booth"}, "headers": {"Idempotency-Key": key}}
    patience = aiohttp.ClientTimeout(total=LOOK_S)
    async with session(data, None) as asked, asked.post(url, **asking, timeout=patience) as answer:
        told: dict[str, Any] = msgspec.json.decode(await answer.read())
        if answer.status != 200:
            raise Failed(str(told.get("detail", told)))
        return told
