"""A simulated customer in a booth: speaks the page's line to the point, and is the booth's end of the talk leg."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any

import aiohttp
import msgspec
from aiortc import RTCDataChannel, RTCPeerConnection

from controller.ports.signalling import MESSAGE_MOST, IceConfig, Message, Signal, Wire, read_signal, tell
from drivers.media.sim.leg import LegEnd, Notice
from drivers.media.sim.synthetic import Camera, Microphone

BACK_S = 0.5  # before a line that was lost is opened again
HEARTBEAT_S = 3.0


class Booth:
    """`async with Booth(...) as booth: session = await booth.ask("passport"); await booth.leg(session).up.wait()`"""

    def __init__(
        self, http: aiohttp.ClientSession, point: str, token: str, booth: str, *, notice: Notice, media: bool = True,
        consent: str | None = "1",
    ) -> None:  # fmt: skip
        """`point`: its URL; `token`: the booth's; `media`: False for the text only, which costs next to nothing."""
        self._http, self._url, self._booth = http, point.rstrip("/"), booth
        self._headers = {"Authorization": f"Bearer {token}"}
        self._media, self._consent, self._notice = media, consent, notice
        self.line = asyncio.Event()  # set while the line to the point is open
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._known: set[str] = set()  # sessions that are not over
        self._legs: dict[str, LegEnd] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ice: dict[str, IceConfig] = {}
        self._changed = asyncio.Condition()
        self._out: asyncio.Queue[str] = asyncio.Queue()

    async def __aenter__(self) -> "Booth":
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._running.cancel()
        await asyncio.wait([self._running])
        for session in list(self._legs):
            await self._end(session)

    async def ask(self, service: str, language: str = "fi", **more: Any) -> str:
        """Press the button: the id of the session. Raises ValueError with the point's words when it says no."""
        key = msgspec.json.encode([self._booth, id(more), asyncio.get_running_loop().time()]).hex()
        body = {"service": service, "language": language, **more}
        address = f"{self._url}/api/v1/booths/{self._booth}/sessions"
        async with self._http.post(address, json=body, headers=self._headers | {"Idempotency-Key": key}) as answer:
            if answer.status not in {200, 201}:
                raise ValueError(f"{self._booth}: {answer.status} {await answer.text()}")
            told = await answer.json()
        self._known.add(told["id"])
        self._out.put_nowait(tell(self._here()))
        return str(told["id"])

    async def end(self, session: str) -> None:
        """The customer leaves."""
        address = f"{self._url}/api/v1/sessions/{session}/end"
        async with self._http.post(
            address, json={}, headers=self._headers | {"Idempotency-Key": f"end-{session}"}
        ) as answer:
            if answer.status not in {200, 204, 409}:
                raise ValueError(f"{self._booth}: {answer.status} {await answer.text()}")
        await self._end(session)

    async def leg(self, session: str) -> LegEnd:
        """Its end of the talk leg, once somebody called."""
        async with self._changed:
            await self._changed.wait_for(lambda: session in self._legs)
        return self._legs[session]

    async def over(self, session: str) -> None:
        """Until the point has ended it."""
        async with self._changed:
            await self._changed.wait_for(lambda: session not in self._known)

    async def _run(self) -> None:
        address = f"{self._url}/api/v1/booths/{self._booth}/line"
        while True:
            try:
                async with self._http.ws_connect(
                    address, headers=self._headers, max_msg_size=MESSAGE_MOST, heartbeat=HEARTBEAT_S
                ) as line:
                    await self._speak(line)
            except aiohttp.ClientError as problem:
                self._notice("no_line", booth=self._booth, why=str(problem))
            await asyncio.sleep(BACK_S)

    async def _speak(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        await line.send_json(self._here())
        self.line.set()
        for leg in self._legs.values():
            leg.again()
        saying = asyncio.create_task(self._send(line))
        try:
            async for message in line:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return  # aiohttp's word that nothing came for HEARTBEAT_S
                await self._hear(message.data)
        finally:
            self._line = None
            self.line.clear()
            saying.cancel()
            await asyncio.wait([saying])

    def _here(self) -> dict[str, Any]:
        """The customer agrees to whatever session there is."""
        devices = {"camera": self._media, "microphone": self._media, "speaker": self._media}
        session = next(iter(self._known), None)
        consent = self._consent if session else None
        return {"t": "here", "session": session, "consent": consent, "devices": devices}

    async def _send(self, line: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            text = await self._out.get()
            with contextlib.suppress(ConnectionError):  # the reading side sees it too
                await line.send_str(text)

    async def _hear(self, text: str) -> None:
        told = msgspec.json.decode(text)
        match told["t"]:
            case "signal" | "ack":
                await self._signal(read_signal(text))
            case "ice":
                self._ice[told["session"]] = msgspec.convert(
                    {"servers": told["servers"], "relay_only": told["relay_only"]}, IceConfig
                )
            case "end":
                await self._end(told["session"])
                self._out.put_nowait(tell({"t": "off", "session": told["session"]}))
            case _:
                self._notice("unknown", booth=self._booth, t=told["t"])

    async def _signal(self, message: Message) -> None:
        if message.leg != "talk":
            return
        leg = self._legs.get(message.session)
        if leg is None and isinstance(message, Signal):
            leg = await self._begin(message.session)
        if leg is not None:
            leg.hear(message)

    async def _begin(self, session: str) -> LegEnd:
        leg = LegEnd(
            Wire(session, "talk", "booth", begins=False), seat=None, ice=self._ice.get(session, IceConfig()),
            furnish=self._furnish, say=self._say, notice=self._told(session),
        )  # fmt: skip
        self._legs[session] = leg
        self._tasks[session] = asyncio.create_task(leg.run())
        async with self._changed:
            self._changed.notify_all()
        return leg

    def _told(self, session: str) -> Notice:
        """Tells the point how the leg is, as the page does, and whoever watches the simulation."""

        def notice(what: str, **facts: Any) -> None:
            self._notice(what, booth=self._booth, session=session, **facts)
            if what in {"connected", "failed", "closed"}:
                up = what == "connected"
                self._out.put_nowait(tell({"t": "talk", "session": session, "up": up, "why": what}))

        return notice

    def _furnish(self, pc: RTCPeerConnection) -> Iterable[RTCDataChannel]:
        if self._media:
            pc.addTrack(Microphone())
            pc.addTrack(Camera())
        return ()

    def _say(self, message: Message) -> None:
        if self._line is not None:
            self._out.put_nowait(tell(message))

    async def _end(self, session: str) -> None:
        self._legs.pop(session, None)
        self._ice.pop(session, None)
        task = self._tasks.pop(session, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])  # not `await task`: whoever is told to end in the midst would not hear it
        self._known.discard(session)
        async with self._changed:
            self._changed.notify_all()
