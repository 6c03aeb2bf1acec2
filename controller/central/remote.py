"""Remote service at central, put together: experts, broker, lines, the desk's page."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from controller.central import experts as known
from controller.central import told_later
from controller.central.auth import Doors
from controller.central.broker import Broker
from controller.central.desk_pages import DeskPages, read_desk
from controller.central.engine import P2p
from controller.central.expert_doors import ExpertDoors, load_key
from controller.central.experts import Expert, Experts, Passes
from controller.central.ice import load_turn
from controller.central.lines import Lines
from controller.central.pools import Durations
from controller.central.told_later import Keeper


@asynccontextmanager
async def remote_service(
    data_dir: Path, doors: Doors, experts: Sequence[Expert] | None, frame_ancestors: Sequence[str],
    now_ms: Callable[[], int],
) -> AsyncIterator[tuple[list[web.RouteDef], Lines]]:  # fmt: skip
    """Its routes and its lines, while it runs. `experts` default to those of DIR/experts.json, TURN
    servers come from DIR/turn.json. Raises OSError, ValueError."""
    listed = await asyncio.to_thread(known.load, data_dir / "experts.json") if experts is None else experts
    turn = await asyncio.to_thread(load_turn, data_dir / "turn.json")
    key = await asyncio.to_thread(load_key, data_dir / "expert.key")
    contents = await asyncio.to_thread(read_desk)
    everybody = Experts(listed)
    kept = await asyncio.to_thread(told_later.load, data_dir / "told_later.json")
    steady_s = _steady(now_ms() / 1000)
    broker = Broker(P2p(turn, lambda: now_ms() / 1000), _new_id, steady_s(), Durations(), kept)
    expert_doors = ExpertDoors(everybody, Passes(key, everybody), now_ms, broker.is_in_session)
    lines = Lines(broker, doors, expert_doors, Keeper(data_dir / "told_later.json", kept), steady_s)
    async with lines.ticking():
        yield [*lines.routes(), *expert_doors.routes(), *DeskPages(contents, frame_ancestors).routes()], lines


def _steady(began_s: float) -> Callable[[], float]:
    """Unix seconds of the start, and how long ago that was: whoever sets the clock changes nothing for who waits."""
    began = time.monotonic()
    return lambda: began_s + time.monotonic() - began


def _new_id() -> str:
    return f"b-{secrets.token_hex(12)}"
