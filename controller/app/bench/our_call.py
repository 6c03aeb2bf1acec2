"""Our call: the point's daemon, its media process and the booth's page at the near end, the expert's desk at the far
one, central at a third; answered as a person answers."""

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from controller.app.bench.call import SEEING, Call, Screen, Seeing, playing, screen
from controller.app.bench.kept import Kept, kept
from controller.app.bench.stage import LUUKKU, Running, point_toml, program, run_words, tokens, write_toml
from controller.central.experts import Expert, hashed_token
from drivers.sim.network.network import Network

BOOTH = "booth-1"
PORT = 8090
MEDIA = (sys.executable, "-m", "drivers.media")
EXPERT, CUSTOMER = "video.expert", ".customer > video"  # whom each page shows large
DOCUMENT, LOOP_MS = ".document video", 4000  # drivers/media/synthetic.py: its stamps begin anew every 4 s
SHOWN_S = 0.6  # a press that follows a new screen sooner belongs to the old one (kiosk_ui/kiosk/session.js)
PATIENCE_MS, MEDIA_S = 30_000.0, 90.0


class Box(msgspec.Struct, frozen=True):
    """What runs at the point beside the browser."""

    daemon: Running
    media: Kept


class House(msgspec.Struct, frozen=True):
    """A point with a booth, and central, at their ends of the network. `door`: the booth page's address, with its
    token; `expert`: the token of one who answers for every provider."""

    central: str
    expert: str
    point: str
    booth: str
    data: Path
    box: Box

    @property
    def door(self) -> str:
        return f"{self.point}/booth/{BOOTH}#token={self.booth}"


class OurCall(Call):
    """`box` and the browser are what a booth costs."""

    def __init__(self, near: Screen, far: Screen, first_ms: float, box: Box) -> None:
        super().__init__(near, far, first_ms)
        self.box = box


@asynccontextmanager
async def our_call(net: Network, folder: Path, *, how: Seeing = SEEING) -> AsyncIterator[OurCall]:
    """A customer and an expert see and hear each other; needs the ends "near", "far" and "centre"."""
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(house(net, folder))
        playwright = await stack.enter_async_context(playing())
        trusted = [f"--unsafely-treat-insecure-origin-as-secure={at.central}"]  # a real central has a certificate
        near = await stack.enter_async_context(screen(playwright, net.end("near"), folder, how=how))
        far = await stack.enter_async_context(screen(playwright, net.end("far"), folder, how=how, more=trusted))
        await far.page.goto(f"{at.central}/expert#token={at.expert}")
        await far.page.wait_for_selector("header .who")
        await far.page.keyboard.press("F2")  # ready
        await near.page.goto(at.door)
        await _ask(near)
        await far.page.wait_for_selector("button.answer.rings", timeout=PATIENCE_MS)
        await asyncio.sleep(SHOWN_S)
        began_ms = time.time() * 1000
        await far.page.click("button.answer.rings")
        firsts = await asyncio.gather(near.watch(EXPERT), far.watch(CUSTOMER))
        yield OurCall(near, far, max(firsts) - began_ms, at.box)


@asynccontextmanager
async def house(net: Network, folder: Path) -> AsyncIterator[House]:
    """Daemon and media process at the end "near", central at "centre"."""
    token, expert = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    async with _central(net, folder, token, expert) as central, _box(net, folder, central, token) as (box, url, booth):
        yield House(central, expert, url, booth, folder / "data", box)


async def _ask(near: Screen) -> None:
    """The customer's two presses: the matter, and yes to being seen."""
    for press in ("[data-service]:not([disabled])", "[data-agree]"):
        await near.page.wait_for_selector(press, timeout=PATIENCE_MS)
        await asyncio.sleep(SHOWN_S)
        await near.page.click(f"{press} >> nth=0")


@asynccontextmanager
async def _central(net: Network, folder: Path, box_token: str, expert_token: str) -> AsyncIterator[str]:
    """Its URL."""
    centre, data = net.end("centre"), folder / "central"
    await asyncio.to_thread(write_central, data, box_token, expert_token)
    words = (*LUUKKU, "central", "--listen", f"{centre.address}:{PORT}", "--data", str(data))
    async with program(centre.command(*words), "central at", folder / "central.log") as central:
        yield central.said.partition(" at ")[2].partition(",")[0].strip()


def write_central(data: Path, box_token: str, expert_token: str) -> None:
    pools = [one["id"] for one in point_toml()["providers"]]
    expert = Expert(
        id="E1", name="Bench", pools=tuple(pools), languages=("fi", "sv", "en"), token=hashed_token(expert_token)
    )
    data.mkdir(parents=True)
    (data / "experts.json").write_bytes(msgspec.json.encode({"experts": [expert]}))
    (data / "tokens.json").write_bytes(msgspec.json.encode({"box": box_token, "central": secrets.token_urlsafe(24)}))


@asynccontextmanager
async def _box(net: Network, folder: Path, central: str, token: str) -> AsyncIterator[tuple[Box, str, str]]:
    """The daemon and its media process, its URL, and the booth's token."""
    near, config, data = net.end("near"), folder / "point.toml", folder / "data"
    await asyncio.to_thread(lambda: write_toml(config, point_toml(central=central)))
    await asyncio.to_thread((folder / "token").write_text, token)
    async with program(near.command(*run_words(config, data)), " at http", folder / "point.log") as daemon:
        words = near.command(*MEDIA, "--socket", str(data / "media.sock"), "--simulated")
        async with kept(words, folder / "media.log") as media:
            await is_here(folder / "point.log")
            yield Box(daemon, media), daemon.said.rpartition(" at ")[2].strip(), (await tokens(data))["booth"]


async def is_here(log: Path) -> None:
    """The media process has come: it makes its film first."""
    async with asyncio.timeout(MEDIA_S):
        while not await asyncio.to_thread(_says, log):  # noqa: ASYNC110  why: another process writes it
            await asyncio.sleep(0.1)


def _says(log: Path) -> bool:
    return "media process is here" in log.read_text(encoding="utf-8")
