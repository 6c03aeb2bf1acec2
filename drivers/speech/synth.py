"""The voice of the box: one clip a call, chime first, then each language that a voice here really speaks.

A voice that fails hands over to the next one of its language; a language that no voice manages in time is
left out of the clip and of `spoken`; the chime always comes.
"""

from __future__ import annotations  # why: array takes no [int] at run time before Python 3.12

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine

from controller.ports.speaker import Announcement, Clip

from . import clips, engines
from .chime import chime
from .phrases import phrase
from .voices import EngineVoice, Voices

ENGINE_S = 1.8  # seconds an engine may take; suopuhe takes 0.4 s here, espeak-ng 0.03 s
WHOLE_S = 4.0  # seconds for all languages together: two slow engines, and 1 s left of the port's 5 s for sums
REST_S = 60.0  # seconds in which a voice that failed is tried last
LANGUAGES = 4  # in one clip; a fifth would make the hall wait half a minute
AT_ONCE = 2  # engines running at the same time: the box has two cores and a screen to draw
KEPT_BYTES = 4_000_000  # finished clips kept for recalls: about ten
AFTER_CHIME_S, BETWEEN_S, TAIL_S = 0.15, 0.4, 0.1

Said = tuple[tuple[str, str], ...]  # (language, phrase) in speaking order


class DebianVoice:
    """`controller.ports.speaker.Voice` with the engines in `voices` (see `voices.discover`)."""

    def __init__(
        self,
        voices: Voices,
        *,
        engine_s: float = ENGINE_S,
        whole_s: float = WHOLE_S,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self._voices = voices
        self._engine_s = engine_s
        self._whole_s = whole_s
        self._clips = _Kept(kept_bytes)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._resting: dict[str, float] = {}  # voice name -> loop time until which it is tried last
        self._faults: dict[str, str] = {}

    @property
    def languages(self) -> frozenset[str]:
        """What can be spoken here; Northern Sami is not among them."""
        return self._voices.languages

    @property
    def faults(self) -> dict[str, str]:
        """Voice name -> why it failed last, for the technician; a voice that spoke again is not in it."""
        return dict(self._faults)

    async def speak(self, announcement: Announcement) -> Clip:
        """Compose one clip, within 5 s. A clip that lacks a language by a fault is not kept for next time."""
        said = self._said(announcement)
        if (kept := self._clips.get(said)) is not None:
            return kept
        deadline = asyncio.get_running_loop().time() + self._whole_s
        heard = await _all([self._say(language, text, deadline) for language, text in said])
        speeches = [(tag, pcm) for (tag, _), pcm in zip(said, heard, strict=True) if pcm is not None]
        clip = await asyncio.to_thread(_compose, speeches)
        if len(clip.spoken) == len(said):
            self._clips.put(said, clip)
        return clip

    def _said(self, announcement: Announcement) -> Said:
        wanted = [tag for tag in dict.fromkeys(announcement.languages) if self._voices.of(tag)]
        return tuple((tag, phrase(announcement, tag)) for tag in wanted[:LANGUAGES])

    async def _say(self, language: str, text: str, deadline: float) -> clips.Pcm | None:
        try:
            async with asyncio.timeout_at(deadline), self._turns:
                for voice in self._rested_first(self._voices.of(language)):
                    if (pcm := await self._try(voice, text)) is not None:
                        return pcm
        except TimeoutError:
            return None
        return None

    async def _try(self, voice: EngineVoice, text: str) -> clips.Pcm | None:
        try:
            riff = await engines.run(voice.argv, voice.encode(text), self._engine_s)
            pcm = await asyncio.to_thread(clips.speech, riff)
        except (engines.EngineFault, clips.NotSound) as fault:
            self._faults[voice.name] = str(fault)
            self._resting[voice.name] = asyncio.get_running_loop().time() + REST_S
            return None
        self._faults.pop(voice.name, None)
        self._resting.pop(voice.name, None)
        return pcm

    def _rested_first(self, voices: tuple[EngineVoice, ...]) -> list[EngineVoice]:
        now = asyncio.get_running_loop().time()
        return sorted(voices, key=lambda voice: self._resting.get(voice.name, now) > now)


class _Kept:
    """Finished clips up to so many bytes; the one not asked for longest goes first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._clips: OrderedDict[Said, Clip] = OrderedDict()

    def get(self, said: Said) -> Clip | None:
        if said in self._clips:
            self._clips.move_to_end(said)
        return self._clips.get(said)

    def put(self, said: Said, clip: Clip) -> None:
        self._clips[said] = clip
        while sum(len(kept.wav) for kept in self._clips.values()) > self._limit:
            self._clips.popitem(last=False)


async def _all(work: list[Coroutine[None, None, clips.Pcm | None]]) -> list[clips.Pcm | None]:
    """Every language at once; if one is cancelled or breaks, none is left running."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
    return [task.result() for task in tasks]


def _compose(speeches: list[tuple[str, clips.Pcm]]) -> Clip:
    parts = [chime()]
    for i, (_, pcm) in enumerate(speeches):
        parts += [clips.silence(BETWEEN_S if i else AFTER_CHIME_S), pcm]
    whole = clips.join([*parts, clips.silence(TAIL_S)])
    return Clip(clips.to_wav(whole), tuple(tag for tag, _ in speeches), clips.length_ms(whole))
