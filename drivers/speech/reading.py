"""A page read aloud: any short text of a kiosk's page as sound, in the voice of its language, soon and in turn.

Apart from the calls in the hall (`synth`): no chime, its own turn and its own memory, so that a customer who walks
through the page with arrow keys holds up no call.
"""

import asyncio
import re
import unicodedata
from collections import OrderedDict

from . import clips, engines
from .numerals import spoken
from .phrases import letters
from .voices import EngineVoice, Voices

TEXT_MOST = 600  # characters; a ticket with what to have ready is some 300
ENGINE_S = 2.5  # seconds an engine may take: suopuhe takes a tenth of what it says
KEPT_BYTES = 3_000_000  # finished clips kept: the page's questions and choices come again and again
DIGITS = 6  # of one number; a longer one is read digit by digit
PAUSES = ".,?!:;"
_TICKET = re.compile(r"\b([A-ZÅÄÖ]{1,3})[\s\u2009\u00a0]?0*(\d{1,4})\b")


class Reading:
    """Implements `controller.ports.speaker.Reader` with the engines in `voices`."""

    def __init__(self, voices: Voices, *, engine_s: float = ENGINE_S, kept_bytes: int = KEPT_BYTES) -> None:
        self._voices = voices
        self._engine_s = engine_s
        self._limit = kept_bytes
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._turn = asyncio.Semaphore(1)

    async def read(self, text: str, language: str) -> bytes | None:
        """One clip (16-bit mono RIFF); None where no voice speaks the language, or none managed to."""
        said = readable(text, language)
        known = (language, said)
        if known in self._kept:
            self._kept.move_to_end(known)
            return self._kept[known]
        async with self._turn:
            wav = await self._said(said, language) if said else None
        if wav is not None:
            self._keep(known, wav)
        return wav

    async def _said(self, said: str, language: str) -> bytes | None:
        for voice in self._voices.of(language):
            try:
                return await self._try(voice, said)
            except (engines.EngineFault, clips.NotSound):
                continue
        return None

    async def _try(self, voice: EngineVoice, said: str) -> bytes:
        riff = await engines.run(voice.argv, voice.encode(said), self._engine_s)
        return await asyncio.to_thread(lambda: clips.to_wav(clips.speech(riff)))

    def _keep(self, known: tuple[str, str], wav: bytes) -> None:
        self._kept[known] = wav
        while sum(map(len, self._kept.values())) > self._limit:
            self._kept.popitem(last=False)


def readable(text: str, language: str) -> str:
    """`text` as an engine may have it: letters, marks that make a pause, single spaces; "K 042" by its letter and
    number, other numbers as words. Never a control character, a tag or a command."""
    whole = unicodedata.normalize("NFC", text[:TEXT_MOST])
    named = _TICKET.sub(lambda found: f" {letters(found[1], language)}, {spoken(int(found[2]), language)} ", whole)
    lettered = "".join(map(_fit, named))
    worded = re.sub(r"\d+", lambda digits: f" {_number(digits[0], language)} ", lettered)
    return re.sub(rf"\s+([{PAUSES}])", r"\1", " ".join(worded.split()))


def _fit(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind[0] in "LM" or kind == "Nd" or letter in PAUSES:
        return letter
    return "," if letter in "·–—()" else " "


def _number(digits: str, language: str) -> str:
    """In words; a long one, or one that begins with 0, digit by digit: it is a code."""
    if len(digits) > DIGITS or (digits[0] == "0" and len(digits) > 1):
        return " ".join(spoken(int(digit), language) for digit in digits)
    return spoken(int(digits), language)
