"""What each command of `luukku` does, once its words are read.

A command's own rooms are imported where it runs: the daemon carries none of the others' weight.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable
from pathlib import Path

import aiohttp
import msgspec

from controller.app.faults import Failed, Misuse
from controller.app.settings import load
from controller.app.source import session, source
from controller.journal import wire

OK, FAILED = 0, 1
PAGE = 1000
FOLLOW_S = 0.5
SOCKET_PATH = 107  # bytes (unix(7))


async def run(config: Path, data: Path) -> None:
    """The daemon of one point."""
    from controller.app.compose import Options, run_point

    read = await asyncio.to_thread(load, config)
    if (over := len(os.fsencode(data / "admin.sock")) - SOCKET_PATH) > 0:
        raise Misuse(f"--data {data}: {over} bytes too long: the path of its admin.sock ends at {SOCKET_PATH}")
    await asyncio.to_thread(data.mkdir, 0o750, True, True)

    def ready(url: str) -> None:
        print(f"luukku: point {read.point.id} at {url}", flush=True)

    await run_point(Options(read, data, config.parent), ready)


async def central(host: str, port: int, data: Path) -> None:
    from controller.central import main as central_system

    def ready(url: str) -> None:
        print(f"luukku: central at {url}, tokens in {data / 'tokens.json'}", flush=True)

    await central_system.serve(host, port, data, ready=ready)


def demo(arguments: argparse.Namespace) -> int:
    from controller.app import demo as demonstration

    return demonstration.main(
        arguments.port, arguments.data, arguments.seed, arguments.day, browser=not arguments.no_browser
    )


def check(file: Path, devices: bool) -> int:
    from controller.app import check as checking
    from controller.app.probe import probe

    return checking.run(file, ask=devices, probe=probe)


def schema(what: str) -> int:
    from controller.app import schema as schemas

    made = {"config": schemas.config_schema, "events": schemas.events_schema, "openapi": _openapi}[what]()
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n")
    return OK


def events(data: Path | None, url: str | None, first: int, *, follow: bool, exact: bool) -> int:
    """List the journal: of a running point through its socket or address, else out of the file."""
    return asyncio.run(_events(data, url, first, follow=follow, exact=exact))


def tokens(data: Path) -> int:
    """Ask the running point for its sign-in tokens, through its admin socket."""

    async def ask() -> bytes:
        async with session(data, None) as asked, asked.get("http://admin/tokens") as answer:
            return await answer.read()

    for known in msgspec.json.decode(asyncio.run(_asked(ask())), type=list[dict[str, str]]):
        print(f"{known['role']:12} {known['id']:16} {known['token']}")
    return OK


def _openapi() -> dict[str, object]:
    from importlib.metadata import version

    from controller.web import openapi

    return openapi.document(version("luukku"))


async def _events(data: Path | None, url: str | None, first: int, *, follow: bool, exact: bool) -> int:
    after = max(0, first - 1)
    async with source(data, url) as journal:
        while True:
            page = await journal.read(after, PAGE)
            for body in page:
                _show(body, exact=exact)
            if page:
                after = int(wire.read(page[-1]).sequence)
            elif follow and journal.runs:
                await asyncio.sleep(FOLLOW_S)
            else:
                return OK


async def _asked(question: Awaitable[bytes]) -> bytes:
    try:
        return await question
    except (aiohttp.ClientError, OSError, TimeoutError) as gone:
        raise Failed(f"no running point answers there: {gone}") from gone


def _show(body: bytes, *, exact: bool) -> None:
    if exact:
        sys.stdout.write(body.decode() + "\n")
        return
    envelope = wire.read(body)
    told = msgspec.json.decode(envelope.data, type=dict[str, object])
    words = " ".join(f"{key}={_brief(value)}" for key, value in told.items())
    sys.stdout.write(
        f"{int(envelope.sequence):>8} {envelope.time} {envelope.actor:16} {wire.name_of(envelope):24} {words}\n"
    )


def _brief(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
