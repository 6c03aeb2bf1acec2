"""A simulated expert: signs in at central, is ready, answers or does not, talks, and goes as people go."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import aiohttp
import msgspec
from aiortc import RTCDataChannel, RTCPeerConnection
from msgspec import Meta

from controller.ports.signalling import MESSAGE_MOST, IceConfig, Leg, Message, Wire, read_signal, tell
from drivers.media.sim.leg import LegEnd, Notice
from drivers.media.sim.synthetic import Camera, Microphone

BACK_S, OPEN_S = 0.5, 5.0
HEARTBEAT_S = 3.0  # a line on which nothing comes back for so long is opened anew
GREETING = "Hei, olen simuloitu asiantuntija. "
Seconds = Annotated[float, Meta(ge=0, le=86_400)]


class Manner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an expert is. `dawdles_s`: from the ring to the answer. `talks_s`: from the answer to the end. `ends`: orders
    it; `drops`: the page is gone once without a word, and comes back after `back_s`, never if that is None; `stays`.
    `media`: picture and sound, not only text."""

    answers: bool = True
    dawdles_s: Seconds = 0.0
    talks_s: Seconds = 30.0
    ends: Literal["ends", "drops", "stays"] = "ends"
    back_s: Seconds | None = None
    media: bool = True
    greets: bool = True


class Dropped(Exception):
    """The page is gone."""


class Expert:
    """`run` it until it is cancelled. `legs` are those of the session it has, by name."""

    def __init__(self, central: str, credential: dict[str, str], manner: Manner, notice: Notice) -> None:
        """`credential`: the body of the login."""
        self._url, self._credential, self._manner = central.rstrip("/"), credential, manner
        self._notice = notice
        self.session: str | None = None
        self.legs: dict[Leg, LegEnd] = {}
        self.joined = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._answering: asyncio.Task[None] | None = None
        self._talking: asyncio.Task[None] | None = None
        self._orders = 0
        self._has_dropped = False

    async def run(self) -> None:
        jar = aiohttp.CookieJar(unsafe=True)  # a central that is known by its number has cookies too
        fresh = aiohttp.TCPConnector(force_close=True)  # a kept connection may be one from an address of before
        async with aiohttp.ClientSession(cookie_jar=jar, connector=fresh) as http:
            try:
                while await self._connected(http):  # noqa: ASYNC110  why: a pause, no waiting
                    await asyncio.sleep(BACK_S)
            finally:
                await self._hang_up()

    async def _connected(self, http: aiohttp.ClientSession) -> bool:
        """One line, as long as it lasts; False when the expert does not come back."""
        try:
            async with asyncio.timeout(OPEN_S):
                await self._sign_in(http)
                line = await http.ws_connect(
                    f"{self._url}/api/v1/expert/line", max_msg_size=MESSAGE_MOST, heartbeat=HEARTBEAT_S
                )
            async with line:
                await self._speak(line)
        except Dropped:
            await self._hang_up(forget=False)
            if self._manner.back_s is None:
                return False
            await asyncio.sleep(self._manner.back_s)
        except (aiohttp.ClientError, TimeoutError) as problem:
            self._notice("no_line", why=repr(problem))
        return True

    async def _sign_in(self, http: aiohttp.ClientSession) -> None:
        address = f"{self._url}/api/v1/expert/login"
        async with http.post(address, json=self._credential) as answer:
            if answer.status not in {200, 204}:
                raise aiohttp.ClientError(f"login: {answer.status} {await answer.text()}")

    async def _speak(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        self._tell({"t": "join", "session": self.session} if self.session else {"t": "ready", "ready": True})
        for leg in self.legs.values():
            leg.again()
        sending = asyncio.create_task(self._send(line))
        hearing = asyncio.create_task(self._listen(line))
        try:
            await asyncio.wait([sending, hearing], return_when=asyncio.FIRST_COMPLETED)
            for task in (sending, hearing):
                if task.done():
                    task.result()
        finally:
            self._line = None
            self._forget_answer()  # whoever did not get it on this line answers anew on the next
            for task in (sending, hearing):
                task.cancel()
            await asyncio.wait([sending, hearing])

    async def _listen(self, line: aiohttp.ClientWebSocketResponse) -> None:
        async for message in line:
            if message.type is not aiohttp.WSMsgType.TEXT:
                return  # aiohttp's word that nothing came for HEARTBEAT_S
            await self._hear(message.data)

    async def _send(self, line: aiohttp.ClientWebSocketResponse) -> None:
        while text := await self._out.get():
            with contextlib.suppress(ConnectionError):
                await line.send_str(text)
        raise Dropped

    async def _hear(self, text: str) -> None:
        told = msgspec.json.decode(text)
        match told["t"]:
            case "signal" | "ack":
                message = read_signal(text)
                leg = self.legs.get(message.leg)
                if leg is not None:
                    leg.hear(message)
            case "waiting":
                self._look(told["sessions"])
            case "joined":
                await self._join(told)
            case "session" if told["brief"]["state"] == "ended":
                await self._over("ended")
            case "lost":
                await self._over(told["why"])
            case "refused":
                self._notice("refused", why=told["why"])
                self._forget_answer()
            case "you" | "session" | "done":
                return
            case _:
                self._notice("unknown", t=told["t"])

    def _look(self, waiting: list[dict[str, Any]]) -> None:
        """Somebody waits."""
        rings = [one["session"] for one in waiting if one.get("rings", True)]
        if rings and self._manner.answers and self.session is None and self._answering is None:
            self._answering = asyncio.create_task(self._answer(rings[0]))

    async def _answer(self, session: str) -> None:
        await asyncio.sleep(self._manner.dawdles_s)
        self._notice("answer", session=session)
        self._tell({"t": "answer", "session": session})

    def _forget_answer(self) -> None:
        """It came to nothing: the next ring is answered."""
        if self._answering is not None:
            self._answering.cancel()
            self._answering = None

    async def _join(self, told: dict[str, Any]) -> None:
        await self._hang_up(forget=False)
        self.session = told["session"]
        ice, seat = msgspec.convert(told["ice"], IceConfig), int(told["seat"])
        furnishings = {"talk": self._furnish_talk, "booth": self._furnish_booth}
        names: tuple[Leg, ...] = ("talk", "booth")
        for name in names:
            leg = LegEnd(
                Wire(told["session"], name, "expert", begins=True), seat=seat, ice=ice, furnish=furnishings[name],
                say=self._say, notice=lambda what, **facts: self._notice(what, session=told["session"], **facts),
            )  # fmt: skip
            self.legs[name] = leg
            self._tasks.append(asyncio.create_task(leg.run()))
        self._talking = asyncio.create_task(self._talk(self.legs["talk"], told["session"]))
        self._notice("joined", session=told["session"], seat=seat)
        self.joined.set()

    async def _talk(self, leg: LegEnd, session: str) -> None:
        began_s = asyncio.get_running_loop().time()
        await leg.up.wait()
        while self._manner.greets and not leg.write("rtt", GREETING[0]):  # noqa: ASYNC110  why: the channel comes later
            await asyncio.sleep(0.05)
        for letter in GREETING[1:] if self._manner.greets else "":
            await asyncio.sleep(0.02)
            leg.write("rtt", letter)
        await asyncio.sleep(max(0.0, began_s + self._manner.talks_s - asyncio.get_running_loop().time()))
        match self._manner.ends:
            case "ends":
                self._orders += 1
                end = {"outcome": "completed", "resolution": "first_contact", "guidance": "none"}
                self._tell({"t": "order", "id": f"{session}-{self._orders}", "session": session, "do": "end", **end})
            case "drops" if not self._has_dropped:
                self._has_dropped = True
                self._out.put_nowait("")
            case _:
                return

    def _furnish_talk(self, pc: RTCPeerConnection) -> Iterable[RTCDataChannel]:
        if self._manner.media:
            pc.addTrack(Microphone())
            pc.addTrack(Camera())
        return [pc.createDataChannel(name) for name in ("rtt", "ctl")]

    def _furnish_booth(self, pc: RTCPeerConnection) -> Iterable[RTCDataChannel]:
        for kind in ("video", "audio", "video"):  # document camera, and the emergency's sound and picture
            pc.addTransceiver(kind, direction="recvonly")
        return [pc.createDataChannel(name) for name in ("ctl", "file")]

    async def _over(self, why: str) -> None:
        self._notice("over", session=self.session, why=why)
        await self._hang_up()
        self._tell({"t": "ready", "ready": True})

    async def _hang_up(self, *, forget: bool = True) -> None:
        tasks = [task for task in (*self._tasks, self._talking, self._answering) if task is not None]
        self._tasks, self._talking, self._answering, self.legs = [], None, None, {}
        self.joined.clear()
        if forget:
            self.session = None
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _say(self, message: Message) -> None:
        if self._line is not None:
            self._out.put_nowait(tell(message))

    def _tell(self, message: dict[str, Any]) -> None:
        self._out.put_nowait(tell(message))
