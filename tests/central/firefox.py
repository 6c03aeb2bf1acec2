"""Debian's Firefox, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): as much of it as a test needs."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
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
    """One window. `errors`: what its pages complained of until the last call."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self.context = ""
        self.errors: list[str] = []

    async def call(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(60):
            while True:
                said = await self._socket.receive_json()
                if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                    self.errors.append(str(said["params"]["text"]))
                if said.get("id") == number:
                    assert said["type"] == "success", said
                    return said["result"]

    async def goto(self, url: str) -> None:
        await self.call("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def before(self, script: str) -> None:
        """Run this in every page, before its own scripts."""
        await self.call("script.addPreloadScript", functionDeclaration=f"() => {{{script}}}")

    async def reload(self) -> None:
        await self.call("browsingContext.reload", context=self.context, wait="complete")

    async def evaluate(self, expression: str, *, pressed: bool = True) -> Any:
        """What a JavaScript expression gives: a string, number, boolean or null. `pressed`: the page takes it for a
        press of its user, after which it may sound."""
        told = await self.call(
            "script.evaluate", expression=expression, target={"context": self.context}, awaitPromise=True,
            userActivation=pressed,
        )  # fmt: skip
        assert told["type"] == "success", told
        return told["result"].get("value")

    async def until(self, expression: str) -> None:
        """Wait for it to be true. Raises TimeoutError."""
        async with asyncio.timeout(40):
            while not await self.evaluate(f"Boolean({expression})", pressed=False):
                await asyncio.sleep(0.2)

    async def click(self, selector: str) -> None:
        """With the mouse, in the middle of it, once it can be pressed."""
        there = f"document.querySelector({json.dumps(selector)})"
        await self.until(f"{there} && !{there}.disabled")
        await self.evaluate(f"{there}.scrollIntoView({{block: 'nearest'}})", pressed=False)
        told = await self.call("browsingContext.locateNodes", context=self.context,
                               locator={"type": "css", "value": selector}, maxNodeCount=1)  # fmt: skip
        element = {"type": "element", "element": {"sharedId": told["nodes"][0]["sharedId"]}}
        strokes = [{"type": "pointerMove", "x": 0, "y": 0, "origin": element},
                   {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]  # fmt: skip
        await self.call("input.performActions", context=self.context,
                        actions=[{"type": "pointer", "id": "mouse", "actions": strokes}])  # fmt: skip

    async def key(self, value: str) -> None:
        strokes = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        actions = [{"type": "key", "id": "keyboard", "actions": strokes}]
        await self.call("input.performActions", context=self.context, actions=actions)

    async def shot(self, path: Path) -> None:
        told = await self.call("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(told["data"]))


@asynccontextmanager
async def firefox(
    profile: Path, size: tuple[int, int] = (1366, 768), preferences: Mapping[str, bool | int] = MappingProxyType({})
) -> AsyncIterator[Firefox]:
    """Started with a fresh profile and these preferences beside ours, ended with everything that it started."""
    wanted = {**PREFERENCES, **preferences}
    lines = [f'user_pref("{name}", {str(value).lower()});' for name, value in wanted.items()]
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
            await browser.call("session.subscribe", events=["log.entryAdded"])
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
