"""`bench media`: customer and expert in two real Chromiums, beside a plain pair of them in the same run.

Both pairs meet over the same simulated network (drivers/sim/network) with the same synthetic cameras; nothing of ours
is in the plain pair's way. Needs root, for the network.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from controller.app.bench.call import Call, Screen, Seeing, window
from controller.app.bench.call_figures import Seen, figures
from controller.app.bench.call_story import RTT_40, SETTLE_S, story
from controller.app.bench.figures import Ask, Figures, Measured, Target, Tell
from controller.app.bench.machine import QUEUED_MOST, Queue
from controller.app.bench.our_call import DOCUMENT, LOOP_MS, Box, OurCall, our_call
from controller.app.bench.plain_call import plain_call
from controller.app.bench.stage import NotStarted
from drivers.sim.network.network import Network, NoNetwork

CPU_S = 15.0
ROUNDS = 2
WHOLE = 0.5
LEAST_S, LOOK_S = 2.0, 3.0
DOCUMENT_NAME = "document"
HARDLY = 0.01  # of sound or time: less than this is no reason to compare
SMALL = ("small_p50_ms", "small_p95_ms")
PAIRS = (
    "clear_p50_ms",
    "clear_p95_ms",
    *SMALL,
    "loss5_concealed",
    "rtt200_concealed",
    "narrow_concealed",
    "narrow_frozen",
)
TARGETS = (
    Target("ratio", "clear_p50_ms", 1.1, "ratio"),
    Target("ratio", "clear_p95_ms", 1.1, "ratio"),
    Target("ratio", "small_p50_ms", 1.1, "ratio"),
    Target("ratio", "small_p95_ms", 1.1, "ratio"),
    Target("ratio", "loss5_concealed", 1.2, "ratio"),
    Target("ours", "first_picture_ms", 1000, "absolute"),
    Target("ours", "clear_offset_p95_ms", 100, "absolute"),
    Target("ours", "outage10_back_ms", 1500, "absolute"),
    Target("ours", "outage40_back_ms", 3000, "absolute"),
    Target("ours", "moved_back_ms", 3000, "absolute"),
    Target("ours", "booth_cores", 0.6, "absolute"),
    Target("ours", "media_cores", 0.05, "absolute"),
    Target("ours", "document_p95_ms", 60, "absolute"),
)
HOW = (
    "from the camera's picture to the glass, read off the pictures, both ways, in two headless Chromiums that draw "
    "without a graphics card, over a simulated network: clear, 5 % loss at a round trip of 40 ms, a round trip of 200 "
    "ms, 500 kbit/s, outages of 10 and 40 s, another address (30 000 ms: not back in 30 s); processor time of all of "
    "the booth's processes, without stamps; small: clear, with pictures of 640 x 480, in turns, judged by their own "
    "wait for a processor (small_queued); beside it a plain pair of browsers (floor)"
)
Opened = Callable[..., AbstractAsyncContextManager[Call]]


async def measure(ask: Ask, tell: Tell) -> Measured:
    """All of it; about ten minutes. Raises NotStarted where root, the TUN device or a browser is missing."""
    queue = Queue()
    try:
        async with _looking(queue), Network("near", "far", "centre") as net:
            floor = await _side(plain_call, net, ask, "floor", lambda done: tell(0.45 * done))
            ours = await _side(our_call, net, ask, "ours", lambda done: tell(0.45 + 0.45 * done))
            small_queued = await _small(net, ask, floor, ours)
            late_ms = (await net.counts()).late_most_ms
    except NoNetwork as missing:
        raise NotStarted(str(missing)) from missing
    spread = max(floor.pop("spread"), ours.pop("spread"))
    about = {"network_late_most_ms": late_ms, "queued": queue.share, "small_queued": small_queued}
    fit = frozenset(SMALL) if small_queued <= QUEUED_MOST else frozenset[str]()
    ratio = {name: round(max(ours[name], HARDLY) / max(floor[name], HARDLY), 3) for name in PAIRS}
    return Measured(ours, floor, ratio, spread, HOW, about=about, starved=queue.why(), fit=fit)


@asynccontextmanager
async def _looking(queue: Queue) -> AsyncIterator[None]:
    async def look() -> None:
        while True:
            await asyncio.to_thread(queue.look)
            await asyncio.sleep(LOOK_S)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _side(opened: Opened, net: Network, ask: Ask, name: str, tell: Tell) -> Figures:
    """A small measuring (in tests) does not call a second time without stamps."""
    near, folder = net.end("near"), ask.folder / name
    await near.set(RTT_40)
    await asyncio.to_thread(folder.mkdir, parents=True)
    async with opened(net, folder) as call:
        found = await story(call, near, ask.size, lambda done: tell(0.8 * done))
        if isinstance(call, OurCall):
            found |= await _document(call, ask.size)
        if ask.size < WHOLE:
            found |= await _cost(call, LEAST_S)
    if ask.size >= WHOLE:
        await near.set()
        async with opened(net, await _fresh(folder, "without-stamps"), how=Seeing(stamping=False)) as call:
            found |= await _cost(call, CPU_S * ask.size)
    tell(1.0)
    return found


async def _small(net: Network, ask: Ask, floor: Figures, ours: Figures) -> float:
    """With pictures that are light to encode: what the programs add, rather than what four ends wait for on a few
    processors. In turns. Adds to the figures; gives how much of their time they stood in line all the same."""
    queue, seen = Queue(), {"floor": list[Seen](), "ours": list[Seen]()}
    await net.end("near").set()
    for turn in range(ROUNDS):
        for name, opened in (("floor", plain_call), ("ours", our_call)):
            folder = await _fresh(ask.folder / name, f"small-{turn}")
            async with opened(net, folder, how=Seeing(small=True)) as call:
                await asyncio.sleep(SETTLE_S * ask.size)
                await asyncio.to_thread(queue.look)
                seen[name] += await window(call.screens, max(LEAST_S, 15 * ask.size))
                await asyncio.to_thread(queue.look)
    for told, side in ((floor, "floor"), (ours, "ours")):
        found = figures(seen[side])
        told |= {f"small_{name}": found[name] for name in ("p50_ms", "p95_ms", "fps")}
    return queue.share


async def _fresh(folder: Path, name: str) -> Path:
    found = folder / name
    await asyncio.to_thread(found.mkdir)
    return found


async def _document(call: OurCall, size: float) -> Figures:
    """The document camera at the expert's page, by the stamps that the synthetic one has."""
    await asyncio.sleep(SETTLE_S * size)  # the call has just moved: both legs are new
    await call.far.watch(DOCUMENT, DOCUMENT_NAME, LOOP_MS)
    seen = figures(await window([call.far], max(LEAST_S, 10 * size), name=DOCUMENT_NAME))
    return {f"document_{name}": seen[name] for name in ("p50_ms", "p95_ms", "fps")}


async def _cost(call: Call, seconds: float) -> Figures:
    """Cores in use at the booth while two people talk and nobody measures their pictures."""
    await asyncio.sleep(LEAST_S)
    box = call.box if isinstance(call, OurCall) else None
    before = await _spent(call.near, box)
    await asyncio.sleep(seconds)
    after = await _spent(call.near, box)
    browser, daemon, media = (round((late - early) / seconds, 4) for early, late in zip(before, after, strict=True))
    told = {"browser_cores": browser, "booth_cores": round(browser + daemon + media, 4)}
    return told | ({"daemon_cores": daemon, "media_cores": media} if box else {})


async def _spent(screen: Screen, box: Box | None) -> tuple[float, float, float]:
    """Processor seconds so far: browser, daemon, media process."""
    browser = await screen.cpu_s()
    return (browser, box.daemon.cpu_s(), box.media.cpu_s()) if box else (browser, 0.0, 0.0)
