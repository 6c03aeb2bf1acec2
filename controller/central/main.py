"""The reference central system, put together: one process, one store, one port.

`serve` runs until it is cancelled; what it gets is all it uses.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from aiohttp import web

from controller.central.auth import Doors, load_tokens
from controller.central.experts import Expert
from controller.central.live import Feed
from controller.central.operators import Operators
from controller.central.orders import Orders
from controller.central.pages import Pages, read_files
from controller.central.problems import is_ours, problems
from controller.central.receiver import BODY_LIMIT, Receiver
from controller.central.remote import remote_service
from controller.central.reports import Reports
from controller.central.store import Store

RECALLED = 2_000  # newest events read at start, so that the page knows their numbers
IDLE_S = 75.0  # a line on which no whole request comes is closed
LINGER_S = 2.0  # for the rest of a body that was refused
SHUTDOWN_S = 2.0  # how long a request under way may take when central ends

log = structlog.get_logger()


def _utc_ms() -> int:
    return time.time_ns() // 1_000_000


def _new_id() -> str:
    return f"c-{secrets.token_hex(12)}"


async def serve(
    listen_host: str,
    listen_port: int,
    data_dir: Path,
    *,
    frame_ancestors: Sequence[str] = (),
    tokens: Mapping[str, str] | None = None,
    experts: Sequence[Expert] | None = None,
    open_page: bool = False,
    ready: Callable[[str], None] | None = None,
    now_ms: Callable[[], int] = _utc_ms,
    new_id: Callable[[], str] = _new_id,
) -> None:
    """Serve until cancelled. `tokens` (roles `box` and `central`) default to those in DIR/tokens.json, made at the
    first start, `experts` to those in DIR/experts.json. `frame_ancestors` are the origins whose pages may frame the
    live page and the experts' desk; `open_page` shows the live page to all without a token, else only to browsers on
    this machine. `ready` is called with the URL when requests are taken; port 0 takes a free one.
    Raises OSError (address, directory), ValueError (tokens, experts, TURN), InUse, StorageFull."""
    await asyncio.to_thread(data_dir.mkdir, parents=True, exist_ok=True)
    if tokens is None:
        tokens = await asyncio.to_thread(load_tokens, data_dir / "tokens.json")
    contents = await asyncio.to_thread(read_files)
    doors = Doors(tokens, open_page)
    async with (
        Store(data_dir / "central.db", now_ms) as store,
        remote_service(data_dir, doors, experts, frame_ancestors, _utc_ms) as (remote_routes, lines),
    ):
        orders, feed = Orders(store.disk, now_ms, new_id), Feed()
        feed.recall(await store.newest(RECALLED))
        receiver = Receiver(doors, store, orders, now_ms, feed.taken)
        operators = Operators(doors, store, orders, receiver.heard, now_ms)
        pages = Pages(doors, feed, operators, contents, frame_ancestors)
        app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
        app.add_routes([*receiver.routes(), *operators.routes(), *Reports(doors, store).routes(), *pages.routes()])
        app.add_routes(remote_routes)
        async with _listening(app, listen_host, listen_port) as url:
            log.info("central listens", url=url, data=str(data_dir))
            if ready is not None:
                ready(url)
            try:
                await asyncio.Event().wait()
            finally:
                pages.closing = True
                lines.end()
                orders.wake_all()


@asynccontextmanager
async def _listening(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    logging.getLogger("aiohttp.server").addFilter(is_ours)
    runner = web.AppRunner(
        app, handle_signals=False, access_log=None, shutdown_timeout=SHUTDOWN_S, keepalive_timeout=IDLE_S,
        lingering_time=LINGER_S,
    )  # fmt: skip
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{bound}"
    finally:
        await runner.cleanup()
