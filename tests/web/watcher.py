"""A page that shows nothing: it follows the stream by the contract alone and proves each step of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from tests.web.rig import PATIENCE_S, Point

SURFACE = {"kiosk": ("kiosk", "main"), "tv": ("tv", "lobby"), "counter": ("staff", "1"), "wall": ("staff", ""),
           "technician": ("technician", ""), "booth": ("booth", "b1")}  # fmt: skip


class Watcher:
    """`state` is what the page would show; a gap in `from` fails the test where it happens."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, state: dict[str, Any], seq: int) -> None:
        self.socket, self.state, self.seq = socket, state, seq
        self.epoch = ""
        self.kinds: list[str] = []
        self.said: list[dict[str, Any]] = []  # clips that the page was told to play
        self.beats: list[dict[str, Any]] = []

    async def hear(self, seconds: float = PATIENCE_S) -> str:
        """Take one message; gives its kind."""
        told = msgspec.json.decode(await self.socket.receive_str(timeout=seconds))
        self.kinds.append(told["t"])
        if told["t"] == "snap":
            assert set(told) == {"t", "epoch", "seq", "state"}
            self.epoch, self.seq, self.state = told["epoch"], told["seq"], told["state"]
        elif told["t"] == "delta":
            assert set(told) == {"t", "from", "seq", "patch"}
            assert told["from"] == self.seq, "a gap: the page cannot have what this change is made from"
            assert told["seq"] >= told["from"]
            self.seq, self.state = told["seq"], merge(self.state, told["patch"])
        elif told["t"] == "hb":
            assert told["seq"] == self.seq, "a heartbeat names the last seq sent"
            self.beats.append(told)
        else:
            self.said.append(told)
        return str(told["t"])

    async def until(self, seq: int) -> None:
        """Follow until the page has `seq`."""
        while self.seq < seq:
            await self.hear()

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(msgspec.json.encode(message).decode())


@asynccontextmanager
async def watching(
    here: Point, view: str, id_: str | None = None, *, since: object = None, epoch: str | None = None,
    had: dict[str, Any] | None = None,
) -> AsyncIterator[Watcher]:  # fmt: skip
    """A page that has just come, with its first message taken; `had` is what it still shows from before."""
    role, own = SURFACE[view]
    id_ = own if id_ is None else id_
    query = {"view": view, "id": id_} | ({"since": str(since)} if since is not None else {})
    query |= {"epoch": epoch} if epoch is not None else {}
    url = f"{here.url}/api/v1/stream"
    surface = id_ if role in {"kiosk", "tv", "booth"} else ""
    headers = {"Authorization": f"Bearer {here.token(role, surface)}"}
    async with here.http.ws_connect(url, params=query, headers=headers) as socket:
        page = Watcher(socket, had or {}, since if isinstance(since, int) else 0)
        await page.hear()
        yield page


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2, word for word; not the one of the program."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged
