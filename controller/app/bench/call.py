"""Two real browsers that see and hear each other over a simulated network, and what each saw of the other.

Whatever pages they show, meter.js is put into them first; so ours and the plain pair are measured alike. Each browser
is a process tree of its own in a network namespace of its own.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from controller.app.bench.call_figures import Seen
from controller.app.bench.glass import ARGUMENTS, CHROMIUM
from controller.app.bench.machine import family_cpu_s
from controller.app.bench.stage import NotStarted
from drivers.sim.network.network import End

if TYPE_CHECKING:
    from playwright.async_api import Page, Playwright

PAGES = Path(__file__).parent / "media_pages"
MARK = "--luukku-bench="
FAKES = [
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream=fps=30",
    "--autoplay-policy=no-user-gesture-required", "--disable-sync", "--no-first-run",
    # a page behind another one, or one that nobody looks at, is drawn as often as any: there is no screen here
    "--disable-renderer-backgrounding", "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
]  # fmt: skip
WANTED = {"audio": True, "video": {"width": 1280, "height": 720, "frameRate": 30}}
WIDTH, HEIGHT = 1280, 720
FAR = "far"  # the picture of whom one talks with
NOTHING: dict[str, Any] = {"video": {}, "audio": {}}
FIRST_S = 30.0
SAMPLE_S = 1.0


class Seeing(msgspec.Struct, frozen=True):
    """How the cameras see. `stamping`: the moment is in each picture; `small`: pictures that are light to encode."""

    stamping: bool = True
    small: bool = False

    def words(self) -> str:
        camera = {"width": 640, "height": 480, "frameRate": 30} if self.small else None
        return msgspec.json.encode({"stamping": self.stamping, "camera": camera}).decode()


SEEING = Seeing()


class Call:
    """Two ends that see and hear each other. `first_ms`: from the answer to the first picture at both."""

    def __init__(self, near: "Screen", far: "Screen", first_ms: float) -> None:
        self.near, self.far, self.first_ms = near, far, first_ms

    @property
    def screens(self) -> list["Screen"]:
        return [self.near, self.far]


class Screen:
    """One end of a call: a browser with one page."""

    def __init__(self, page: "Page", mark: str, *, stamping: bool) -> None:
        self.page, self._mark, self.stamping = page, mark, stamping

    async def evaluate(self, words: str, *given: Any) -> Any:
        return await self.page.evaluate(words, *given)

    async def cpu_s(self) -> float:
        """Processor seconds of all of this browser's processes since it began."""
        pid = await asyncio.to_thread(_root, self._mark)
        return await asyncio.to_thread(family_cpu_s, pid)

    async def watch(self, selector: str, name: str = FAR, loop_ms: int = 2**24) -> float:
        """From now on that picture is followed; UTC ms of the first one that shows now."""
        await self.page.wait_for_selector(selector, state="attached")
        await self.evaluate("([name, selector, loop]) => bench.watch(name, selector, loop)", [name, selector, loop_ms])
        async with asyncio.timeout(FIRST_S):
            while True:
                told = await self.take(name)
                live = [at for at, ago in told["shown"] if ago is not None or not self.stamping]
                if live:
                    return float(live[0])
                await asyncio.sleep(0.05)

    async def live_after(self, since_ms: float, patience_s: float) -> float | None:
        """UTC ms at which the first picture was seen that was captured after that moment; None: there was none."""
        ends_s = time.monotonic() + patience_s
        while time.monotonic() < ends_s:
            for at, ago in (await self.take())["shown"]:
                if ago is not None and at - ago >= since_ms:
                    return float(at)
            await asyncio.sleep(0.1)
        return None

    async def take(self, name: str = FAR) -> dict[str, Any]:
        """What was shown since it was last asked."""
        told: dict[str, Any] = await self.evaluate("(name) => bench.take(name)", name)
        return told

    async def sums(self, name: str = FAR) -> dict[str, Any]:
        """The browser's own; of a picture that is not there, nothing."""
        told: dict[str, Any] | None = await self.evaluate("(name) => bench.sums(name)", name)
        return told or NOTHING


@asynccontextmanager
async def playing() -> AsyncIterator["Playwright"]:
    """Playwright. Raises NotStarted where it is missing."""
    try:
        api = await asyncio.to_thread(import_module, "playwright.async_api")
    except ImportError as missing:
        raise NotStarted("this needs Playwright and Debian's chromium: `make setup-test` brings both") from missing
    async with api.async_playwright() as playwright:
        yield playwright


@asynccontextmanager
async def screen(
    playwright: "Playwright", end: End, folder: Path, *, how: Seeing, more: Sequence[str] = ()
) -> AsyncIterator[Screen]:
    """A browser at that end of the network, its camera and microphone Chromium's own synthetic ones."""
    mark = f"{MARK}{end.name}-{time.monotonic_ns()}"
    wrapper = await asyncio.to_thread(end.wrapper, folder, CHROMIUM)
    browser = await playwright.chromium.launch(executable_path=wrapper, args=[*ARGUMENTS, *FAKES, *more, mark])
    try:
        context = await browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        page = await context.new_page()
        await page.add_init_script(await asyncio.to_thread((PAGES / "meter.js").read_text, encoding="utf-8"))
        await page.add_init_script(f"Object.assign(bench, {how.words()});")
        yield Screen(page, mark, stamping=how.stamping)
    finally:
        await browser.close()


async def window(screens: list[Screen], seconds: float, name: str = FAR) -> list[Seen]:
    """What each end saw for so long."""
    before = [await one.sums(name) for one in screens]
    for one in screens:
        await one.take(name)
    began_ms = time.time() * 1000
    offsets: list[list[float]] = [[] for _ in screens]
    ends_s = time.monotonic() + seconds
    while (left_s := ends_s - time.monotonic()) > 0:
        await asyncio.sleep(min(SAMPLE_S, left_s))
        for one, known in zip(screens, offsets, strict=True):
            known.extend(_offset(await one.sums(name)))
    seen = []
    for one, earlier, found in zip(screens, before, offsets, strict=True):
        told, after = await one.take(name), await one.sums(name)
        shown = [(float(at), ago) for at, ago in told["shown"]]
        seen.append(
            Seen(began_ms, time.time() * 1000, shown, told["missed"], tuple(told["size"]), earlier, after, found)
        )
    return seen


def _offset(sums: dict[str, Any]) -> list[float]:
    """How much later the sound is than the picture, when both are known."""
    picture, sound = (sums[kind].get("estimatedPlayoutTimestamp") for kind in ("video", "audio"))
    return [picture - sound] if picture and sound else []


def _root(mark: str) -> int:
    """The browser's first process: the one of this mark whose parent has it not."""
    found: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (path / "cmdline").read_bytes().split(b"\0"):
                found[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    roots = [pid for pid, parent in found.items() if parent not in found]
    if len(roots) != 1:
        raise NotStarted(f"there are {len(roots)} browsers with {mark}")
    return roots[0]
