"""Picture and sound of the booth while its browser is away: two tracks that are there from the first offer and silent
until then, and what the expert says, played here.
"""

import asyncio

import structlog
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

from drivers.media.capture import Camera
from drivers.media.sound import RATE, Loudspeaker, Microphone, SoundTrack
from drivers.media.tracks import GateTrack, PictureTrack

FPS = 12
WIDEST = 640  # 360p: 0.03 of a core
VIDEO_RATE = 90_000

log = structlog.get_logger("media")


class Emergency:
    """One booth's. `camera` and `microphone` None: the booth has none, and that track stays silent."""

    def __init__(self, camera: Camera | None, microphone: Microphone | None, speaker: str | None) -> None:
        self._camera, self._microphone, self._speaker = camera, microphone, speaker
        self._gates: tuple[GateTrack, GateTrack] | None = None
        self._sounds: list[SoundTrack] = []  # the one of now, and those before whose device may not be closed yet
        self._loudspeaker: Loudspeaker | None = None
        self._sealed = False
        self._seen, self._spoken = True, True
        self.is_on = False
        self.heard = 0  # pieces of the expert's sound that were played, and were sound

    def tracks(self) -> tuple[GateTrack, GateTrack]:
        """Sound and picture for a new connection; those of the one before end."""
        self._shut()
        self._gates = GateTrack("audio", RATE), GateTrack("video", VIDEO_RATE)
        if self.is_on:
            self._feed()
        return self._gates

    def seal(self) -> None:
        """Its session is over: whatever is still asked for, nothing is opened any more."""
        self._sealed = True
        if self._camera is not None:
            self._camera.seal()

    def begin(self, *, camera: bool = True, microphone: bool = True) -> None:
        """`camera`, `microphone`: False for what the customer has turned off."""
        if self.is_on or self._sealed:
            return
        self.is_on = True
        self._seen, self._spoken = camera, microphone
        log.info("media_emergency", on=True)
        self._loudspeaker = Loudspeaker(self._speaker)
        self._feed()

    async def end(self) -> bool:
        """Whether every device was let go in time: the browser comes back and wants them."""
        self.is_on = False
        if self._gates is not None:
            for gate in self._gates:
                gate.shut()
        sounds, self._sounds = self._sounds, []
        loudspeaker, self._loudspeaker = self._loudspeaker, None
        waits = [sound.let_go() for sound in sounds]
        if loudspeaker is not None:
            waits.append(loudspeaker.let_go())
        if self._camera is not None:
            waits.append(self._camera.close())
        return all(await asyncio.gather(*waits))

    async def listen(self, track: MediaStreamTrack) -> None:
        """Take what the expert says, always: nothing may queue up at a track. It is played while the emergency is."""
        try:
            while True:
                frame = await track.recv()
                if self._loudspeaker is not None and isinstance(frame, AudioFrame):
                    before = self._loudspeaker.heard
                    self._loudspeaker.put(frame)
                    self.heard += self._loudspeaker.heard - before
        except MediaStreamError:
            return

    def _feed(self) -> None:
        if self._gates is None or self._sealed:
            return
        gate, picture = self._gates
        if self._microphone is not None and self._spoken:
            sound = SoundTrack(self._microphone)
            self._sounds = [*(one for one in self._sounds if not one.is_ended), sound]
            gate.put(sound)
        if self._camera is not None and self._seen:
            picture.put(PictureTrack(self._camera, FPS, WIDEST))

    def _shut(self) -> None:
        if self._gates is not None:
            for gate in self._gates:
                gate.stop()
