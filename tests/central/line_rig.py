"""Real lines to a real central: a point's and an expert's page's, as programs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp
import msgspec

from controller.central.experts import Expert, hashed_code, hashed_token
from tests.central.rig import BOX, PATIENCE_S

TOKEN = "expert-token-of-the-tests-E7"
EXPERTS = (
    Expert(id="E7", name="Maija", pools=("kela",), languages=("fi", "sv"), token=hashed_token(TOKEN)),
    Expert(id="E8", name="Kaisa", pools=("kela",), languages=("fi",), token=hashed_token(TOKEN + "8")),
    Expert(id="E9", name="Aino", pools=("vero",), languages=("fi",), code=hashed_code("kesäkuu")),
)


def enlisted(data: Path) -> None:
    """Write DIR/experts.json of a central that has not started."""
    listed = {"experts": [msgspec.to_builtins(one) for one in EXPERTS]}
    (data / "experts.json").write_bytes(msgspec.json.encode(listed))


class Line:
    """What came is kept in `heard`; `until` waits for what is awaited."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []

    async def say(self, text: str = "", **message: Any) -> None:
        await self.socket.send_str(text or msgspec.json.encode(message).decode())

    async def until(self, t: str, **members: Any) -> dict[str, Any]:
        """The next message of this type with these members, also one that came before and was not taken."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for n, message in enumerate(self.heard):
                    if message["t"] == t and all(message.get(name) == value for name, value in members.items()):
                        return self.heard.pop(n)
                said = await self.socket.receive()
                assert said.type is aiohttp.WSMsgType.TEXT, (said, self.heard)
                self.heard.append(msgspec.json.decode(said.data))

    async def code(self) -> int:
        """How the line was closed."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.socket.closed:
                said = await self.socket.receive()
                if said.type is aiohttp.WSMsgType.TEXT:
                    self.heard.append(msgspec.json.decode(said.data))
        assert self.socket.close_code is not None
        return self.socket.close_code


class Room:
    """A central and whoever opens lines to it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url
        self.lines: list[Line] = []

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str) -> AsyncIterator[Self]:
        jar = aiohttp.DummyCookieJar()  # each page brings its own
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            room = cls(session, url)
            yield room
            for line in room.lines:
                await line.socket.close()

    async def point(self, point: str = "sodankyla", *pictures: str) -> Line:
        line = Line(await self.session.ws_connect(f"{self.url}/api/v1/points/{point}/line", headers=BOX))
        self.lines.append(line)
        for one in pictures:
            await line.say(one)
        return line

    async def login(self, token: str, **headers: str) -> tuple[int, str]:
        """Status, and the cookie as a browser would send it."""
        async with self.session.post(
            f"{self.url}/api/v1/expert/login", json={"token": token}, headers=headers
        ) as answer:
            cookie = answer.cookies.get("central_expert")
            return answer.status, f"central_expert={cookie.value}" if cookie else ""

    async def expert(self, token: str = TOKEN, cookie: str = "") -> Line:
        if not cookie:
            status, cookie = await self.login(token)
            assert status == 200
        line = Line(await self.session.ws_connect(f"{self.url}/api/v1/expert/line", headers={"Cookie": cookie}))
        self.lines.append(line)
        await line.until("you")
        return line
