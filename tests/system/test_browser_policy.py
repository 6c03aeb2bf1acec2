"""The policy that we ship for the screens' Chromium, read by the real one from where Debian's reads it."""

import asyncio
import json
import os
import shlex
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

POLICY = Path(__file__).parents[2] / "systemd" / "chromium-policy.json"
SHIPPED_FOR = "http://127.0.0.1:8080"
PATIENCE_S = 60.0
ASKS = """<!doctype html><meta charset="utf-8"><script>
const may = (what) => Promise.race([
  what.then(() => "may", (error) => error.name),
  new Promise((done) => setTimeout(done, 20000, "asks somebody")),
]);
const sound = () => {
  const context = new AudioContext();
  return context.resume().then(() => context.state === "running" || Promise.reject(new Error("silent")));
};
addEventListener("load", async () => {
  const told = { camera: await may(navigator.mediaDevices.getUserMedia({ video: true })),
                 microphone: await may(navigator.mediaDevices.getUserMedia({ audio: true })),
                 sound: await may(sound()) };
  await fetch("/told", { method: "POST", body: JSON.stringify(told) });
  location.href = "ELSEWHERE";
});
</script>"""


class Site:
    """A page that tries what a booth's page needs, tells it, and then goes elsewhere. Anything else is only counted."""

    def __init__(self, elsewhere: str = "") -> None:
        self.told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.visits = 0
        self.address = ""
        self._page = ASKS.replace("ELSEWHERE", elsewhere) if elsewhere else ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Site"]:
        app = web.Application()
        app.router.add_get("/", self._show)
        app.router.add_post("/told", self._hear)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield self
        finally:
            await runner.cleanup()

    async def _show(self, _request: web.Request) -> web.Response:
        self.visits += 1
        return web.Response(text=self._page, content_type="text/html")

    async def _hear(self, request: web.Request) -> web.Response:
        self.told.put_nowait(await request.json())
        return web.Response()


@asynccontextmanager
async def chromium(folder: Path, policy: dict[str, Any], address: str) -> AsyncIterator[None]:
    """Debian's, under that policy and no other, with a pretended camera and nobody who answers a question."""
    managed = folder / "etc" / "policies" / "managed"
    managed.mkdir(parents=True)
    (managed / "luukku.json").write_text(json.dumps(policy))
    browser = shlex.join([
        "/usr/bin/chromium", "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--use-fake-device-for-media-stream", *(["--no-sandbox"] if os.geteuid() == 0 else []),
        f"--user-data-dir={folder / 'profile'}", address,
    ])  # fmt: skip
    own = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    script = f"mount --bind {shlex.quote(str(folder / 'etc'))} /etc/chromium && exec {browser}"
    process = await asyncio.create_subprocess_exec(
        *own, "sh", "-c", script, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def policy_for(address: str) -> dict[str, Any]:
    """As it is shipped, for a door that has another address."""
    shipped: dict[str, Any] = json.loads(POLICY.read_text().replace(SHIPPED_FOR, address))
    return shipped


@pytest.mark.browser
@pytest.mark.system
async def test_the_points_own_page_has_camera_and_sound_unasked_and_leads_nowhere_else(tmp_path: Path) -> None:
    async with Site().open() as elsewhere, Site(elsewhere.address).open() as door:
        async with chromium(tmp_path, policy_for(door.address), door.address), asyncio.timeout(PATIENCE_S):
            assert await door.told.get() == dict.fromkeys(("camera", "microphone", "sound"), "may")
            await asyncio.sleep(1.0)
        assert elsewhere.visits == 0


@pytest.mark.browser
@pytest.mark.system
async def test_another_page_has_neither_camera_nor_microphone_even_where_it_could_be_opened(tmp_path: Path) -> None:
    async with Site().open() as elsewhere, Site(elsewhere.address).open() as stranger:
        policy = policy_for("http://127.0.0.1:1") | {"URLBlocklist": []}
        async with chromium(tmp_path, policy, stranger.address), asyncio.timeout(PATIENCE_S):
            told = await stranger.told.get()
            assert (told["camera"], told["microphone"]) == ("NotAllowedError", "NotAllowedError")
            while not elsewhere.visits:  # so the visit that did not come above would have been seen
                await asyncio.sleep(0.01)
