"""Debian's Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): as much of it as a test needs."""

import asyncio
import base64
import contextlib
import itertools
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PREFERENCES = {
    "media.navigator.streams.fake": True,  # a camera and a microphone of its own making
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.loopback": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
}


class Firefox:
    """One window."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.context = ""

    async def call(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(60):
            while True:
                said = await self._socket.receive_json()
                if said.get("id") == number:
                    assert said["type"] == "success", said
                    return said["result"]

    async def goto(self, url: str) -> None:
        await self.call("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """What a JavaScript expression gives: a string, number, boolean or null."""
        told = await self.call(
            "script.evaluate", expression=expression, target={"context": self.context}, awaitPromise=True,
            userActivation=True,
        )  # fmt: skip
        assert told["type"] == "success", told
        return told["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait for it to be true. Raises TimeoutError."""
        async with asyncio.timeout(40):
            while not await self.evaluate(f"Boolean({expression})"):
                await asyncio.sleep(0.2)

    async def key(self, value: str) -> None:
        strokes = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        actions = [{"type": "key", "id": "keyboard", "actions": strokes}]
        await self.call("input.performActions", context=self.context, actions=actions)

    async def shot(self, path: Path) -> None:
        told = await self.call("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(told["data"]))


@asynccontextmanager
async def firefox(profile: Path, size: tuple[int, int] = (1366, 768)) -> AsyncIterator[Firefox]:
    """Started with a fresh profile, ended with everything that it started."""
    lines = [f'user_pref("{name}", {str(value).lower()});' for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines) + "\n")
    process = await asyncio.create_subprocess_exec(
        "firefox-esr", "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, start_new_session=True,
        env={**os.environ, "HOME": str(profile)},
    )  # fmt: skip
    try:
        address = await _address(process)
        async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
            browser = Firefox(socket)
            await browser.call("session.new", capabilities={})
            tree = await browser.call("browsingContext.getTree")
            browser.context = tree["contexts"][0]["context"]
            await browser.call(
                "browsingContext.setViewport", context=browser.context, viewport={"width": size[0], "height": size[1]}
            )
            yield browser
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while line := await process.stderr.readline():
            if found := re.search(rb"WebDriver BiDi listening on (ws://\S+)", line):
                return found[1].decode() + "/session"
    raise RuntimeError(f"Firefox ended with {await process.wait()}")
