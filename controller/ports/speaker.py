"""What the core needs to have a call spoken, and a page read aloud."""

from typing import Protocol

import msgspec


class Announcement(msgspec.Struct, frozen=True):
    """One call to be spoken: `series` "K", `n` 42, `counter` the counter's spoken name per language
    ({"fi": "palvelupiste 2", ...}), `languages` in speaking order (ticket's own first, then the house's)."""

    series: str
    n: int
    counter: dict[str, str]
    languages: tuple[str, ...]


class Clip(msgspec.Struct, frozen=True):
    """One finished sound: chime, then speech. `wav` is 16-bit mono RIFF; `spoken` the languages really heard in
    it, in order (a language without a voice is left out; never claimed)."""

    wav: bytes
    spoken: tuple[str, ...]
    ms: int


class Voice(Protocol):
    async def speak(self, announcement: Announcement) -> Clip:
        """Compose one clip. At most 5 s; with no voice at all it is the chime alone and `spoken` is empty."""


class Reader(Protocol):
    async def read(self, text: str, language: str) -> bytes | None:
        """One text of a page as 16-bit mono RIFF, within some seconds; None where nobody speaks that language. Nothing
        of the text is written anywhere."""
