"""What the media process has: booths and their devices, one leg a session; it does what the point says."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from controller.ports.media import (
    BoothConfig,
    BoothHealth,
    Close,
    Config,
    Health,
    Hold,
    Moved,
    Open,
    Print,
    Talk,
    ToMedia,
    TriedOut,
    TryOut,
)
from controller.ports.signalling import Ack, Signal
from drivers.media import selftest
from drivers.media.capture import Camera, Device
from drivers.media.emergency import Emergency
from drivers.media.errands import Errands
from drivers.media.leg import BoothLeg, Outfit, Say
from drivers.media.nodes import SIMULATED, state_of
from drivers.media.peer import CLOSE_S
from drivers.media.printing import CALLED_BACK_S
from drivers.media.sound import Alsa, Microphone, Tone
from drivers.media.synthetic import SyntheticCamera
from drivers.media.v4l2 import V4l2

LOOK_S = 5.0  # between two looks at what is plugged in
NAMED_S = 10.0  # after `config`: a session that the point did not name again is over
SESSIONS_MOST = 32
END_S = CLOSE_S + CALLED_BACK_S + 1.0  # for a session's connection, and for papers that are not out

log = structlog.get_logger("media")


class House:
    """`stuck` is called when a device was not let go in time; it must not return."""

    def __init__(self, say: Say, *, simulated: bool, stuck: Callable[[], None]) -> None:
        self._say, self._stuck = say, stuck
        self._forced = self._simulated = simulated
        self._booths: dict[str, BoothConfig] = {}
        self._legs: dict[str, BoothLeg] = {}
        self._unnamed: set[str] = set()  # sessions that the point has not named since its line came back
        self._named_by: float | None = None
        self._health: Health | None = None
        self._errands = Errands("media-house")
        self._tests = Errands("media-test")
        self._looks: dict[asyncio.Task[dict[str, Any]], str] = {}  # tests that have cameras, and of which booth

    # --- control.House ---

    def opened(self) -> None:
        self._unnamed, self._named_by = set(self._legs), None
        for leg in self._legs.values():
            leg.line(True)

    def lost(self) -> None:
        self._unnamed, self._named_by = set(), None
        for leg in self._legs.values():
            leg.line(False)

    def heard(self, message: ToMedia) -> None:
        match message:
            case Config():
                self._configure(message)
            case Open():
                self._open(message)
            case Close(session=session):
                self._close(session)
            case Talk(session=session):
                if (leg := self._legs.get(session)) is not None:
                    self._errands.begin(self._talk(leg, message))
            case Moved():
                for leg in self._legs.values():
                    leg.moved()
            case Hold(session=session, on=on):
                if (leg := self._legs.get(session)) is not None:
                    leg.hold(on)
                    self._errands.begin(self._darken(leg))
            case Print(session=session, file=file):
                if (leg := self._legs.get(session)) is not None:
                    leg.print(file)
            case TryOut():
                self._tests.begin(self._test(message))
            case Signal() | Ack():
                if message.leg == "booth" and (leg := self._legs.get(message.session)) is not None:
                    leg.heard(message)

    # --- its own time ---

    async def run(self) -> None:
        """Looks at devices and at forgotten sessions, for ever."""
        while True:
            await asyncio.sleep(LOOK_S)
            self._tell_health()
            for session in [name for name, leg in self._legs.items() if leg.is_forgotten]:
                log.info("media_forgotten", session=session)
                self._close(session)
            if self._named_by is not None and asyncio.get_running_loop().time() > self._named_by:
                for session in self._unnamed & self._legs.keys():
                    log.info("media_not_named", session=session)
                    self._close(session)
                self._unnamed, self._named_by = set(), None

    async def close(self) -> None:
        """Every session and every test, at once; papers that are not out are called back."""
        for session in list(self._legs):
            self._close(session)
        self._tests.cancel()
        await self._tests.ended()
        await self._errands.ended(END_S)

    # --- what is said ---

    def _configure(self, config: Config) -> None:
        self._booths = {booth.id: booth for booth in config.booths}
        self._simulated = config.simulated or self._forced
        self._named_by = asyncio.get_running_loop().time() + NAMED_S
        self._health = None
        self._tell_health()

    def _open(self, message: Open) -> None:
        self._unnamed.discard(message.session)
        if (leg := self._legs.get(message.session)) is not None:
            leg.opened_again(message.ice)
            return
        booth = self._booths.get(message.booth)
        if booth is None or len(self._legs) >= SESSIONS_MOST:
            log.warning("media_open_refused", booth=message.booth, why="too_many" if booth else "unknown_booth")
            return
        for session in [name for name, leg in self._legs.items() if leg.booth == message.booth]:
            self._close(session)  # a booth has one session at a time
        for look in [look for look, name in self._looks.items() if name == message.booth]:
            look.cancel()  # the customer's devices are the customer's
        self._legs[message.session] = BoothLeg(
            message.session, message.booth, message.ice, self._outfit(booth), self._say
        )
        log.info("media_open", session=message.session, booth=message.booth)

    def _close(self, session: str) -> None:
        leg = self._legs.pop(session, None)
        if leg is not None:
            self._errands.begin(self._end(leg))

    async def _end(self, leg: BoothLeg) -> None:
        if not await leg.let_go():
            self._stuck()
        await leg.close()
        log.info("media_closed", session=leg.session)

    async def _talk(self, leg: BoothLeg, told: Talk) -> None:
        if not await leg.talk(told):
            self._stuck()

    async def _darken(self, leg: BoothLeg) -> None:
        if not await leg.is_dark():
            self._stuck()

    async def _test(self, message: TryOut) -> None:
        looks = await self._look(message.booth)
        paths = await selftest.paths_of(message.ice)
        self._say(TriedOut(id=message.id, result=selftest.result(looks, paths)))

    async def _look(self, name: str) -> dict[str, dict[str, Any]]:
        """What the booth's cameras give; they are let go behind it, however it ends. Nothing while a session runs, or
        when one opened meanwhile: never open a device that a customer's session has."""
        booth = self._booths.get(name)
        if booth is None or any(leg.booth == name for leg in self._legs.values()):
            return {}
        cameras = self._cameras(booth)
        looking = asyncio.create_task(selftest.looks_at(cameras), name="media-look")
        self._looks[looking] = name
        try:
            await asyncio.wait([looking])
        finally:
            del self._looks[looking]
            looking.cancel()
            await self._leave(list(cameras.values()))
        return {} if looking.cancelled() else looking.result()

    async def _leave(self, cameras: list[Camera]) -> None:
        for camera in cameras:
            camera.seal()
        if not all(await asyncio.gather(*(camera.close() for camera in cameras))):
            self._stuck()

    # --- devices ---

    def _outfit(self, booth: BoothConfig) -> Outfit:
        cameras = self._cameras(booth)
        microphone: Microphone | None = None
        if self._is_made(booth.microphone):
            microphone = Tone()
        elif booth.microphone:
            microphone = Alsa(booth.microphone)
        speaker = None if self._is_made(booth.speaker) else booth.speaker or "default"
        emergency = Emergency(cameras.get("camera"), microphone, speaker)
        return Outfit(cameras.get("document_camera"), emergency, booth.printer or None, self._is_made(booth.printer))

    def _cameras(self, booth: BoothConfig) -> dict[str, Camera]:
        named = {"document_camera": booth.document_camera, "camera": booth.camera}
        found: dict[str, Camera] = {}
        for name, node in named.items():
            device: Device | None = None
            if self._is_made(node):
                device = SyntheticCamera(name)
            elif node:
                device = V4l2(node)
            if device is not None:
                found[name] = Camera(f"{booth.id}.{name}", device)
        return found

    def _is_made(self, name: str | None) -> bool:
        return self._simulated or name == SIMULATED

    def _tell_health(self) -> None:
        booths = tuple(self._health_of(booth) for booth in self._booths.values())
        health = Health(booths=booths)
        if health != self._health:
            self._health = health
            self._say(health)

    def _health_of(self, booth: BoothConfig) -> BoothHealth:
        if self._simulated:
            return BoothHealth(id=booth.id, document_camera="simulated", camera="simulated", microphone="simulated")
        return BoothHealth(
            id=booth.id,
            document_camera=state_of(booth.document_camera),
            camera=state_of(booth.camera),
            microphone=sound_state(booth.microphone),
        )


def sound_state(name: str | None) -> str:
    if not name:
        return "none"
    if name == SIMULATED:
        return "simulated"
    return "ready" if has_sound() else "absent"


def has_sound() -> bool:
    return any(Path("/dev/snd").glob("pcm*c"))
