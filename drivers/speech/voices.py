"""Which offline voices this machine has, and which of them is tried first for a language.

A language is claimed only when an engine lists a voice under exactly that code: Lule Sami (smj) is not
Northern Sami (se), and espeak-ng 1.51 has no voice for se, smn or sms.
"""

import asyncio
import re
import shutil
import unicodedata
from collections.abc import Iterator

import msgspec

from . import engines

LISTING_S = 10.0  # seconds; `festival -b` takes 0.25 s, but all of a box starts at the same time
ESPEAK_RATE = 150  # words a minute; 175 is espeak-ng's default and too fast for an echoing hall

# Festival's own names of the Finnish voices that Debian packages, best first: festvox-suopuhe-lj, -mv.
SUOPUHE = ("suo_fi_lj_diphone", "hy_fi_mv_diphone")

# Suopuhe is cut from recorded speech and moves its pitch; espeak-ng's Finnish is formants with gaps.
PREFERENCE = {"fi": ("festival", "espeak-ng")}

# Where several accents share a code, the one meant here.
ACCENTS = {"en": "en-gb", "pt": "pt-pt"}


class EngineVoice(msgspec.Struct, frozen=True):
    """One way to speak one language: run `argv` with the text on stdin in `encoding`; RIFF comes out."""

    engine: str
    name: str
    language: str
    argv: tuple[str, ...]
    encoding: str = "utf-8"

    def encode(self, text: str) -> bytes:
        """`text` in this engine's letters: one it lacks loses its accent (š -> s) or is left out."""
        return "".join(_spelt(letter, self.encoding) for letter in text).encode(self.encoding) + b"\n"


class Voices(msgspec.Struct, frozen=True):
    """The voices of this machine, per language in the order they are tried."""

    by_language: dict[str, tuple[EngineVoice, ...]]

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self.by_language)

    def of(self, language: str) -> tuple[EngineVoice, ...]:
        return self.by_language.get(language, ())


async def discover() -> Voices:
    """Ask the engines that are installed what they speak. A missing or failing engine has none."""
    found = await asyncio.gather(_festival(), _espeak())
    return arrange([voice for voices in found for voice in voices])


def arrange(found: list[EngineVoice]) -> Voices:
    """Group by language; within one, the preferred engine first, otherwise as found."""
    by_language: dict[str, list[EngineVoice]] = {}
    for voice in found:
        by_language.setdefault(voice.language, []).append(voice)
    return Voices({tag: tuple(sorted(few, key=_rank)) for tag, few in by_language.items()})


def espeak_voices(listing: str, program: str) -> Iterator[EngineVoice]:
    """The voices of an `espeak-ng --voices` table: its columns are priority, language, gender, name, file
    and, in brackets, further codes that the voice answers to. One voice a code: the lowest priority number."""
    best: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines()[1:]:
        for code, priority, voice in _codes(line):
            if code not in best or priority < best[code][0]:
                best[code] = (priority, voice)
    for code, (_, voice) in best.items():
        argv = (
            program,
            "-v",
            ACCENTS.get(code, voice),
            "-s",
            str(ESPEAK_RATE),
            "-b",
            "1",
            "--stdin",
            "--stdout",
        )
        yield EngineVoice("espeak-ng", f"espeak-ng {argv[2]}", code, argv)


def festival_voices(listing: str, program: str) -> Iterator[EngineVoice]:
    """The Finnish voices in festival's `(voice.list)`; suopuhe reads ISO 8859-1 only."""
    installed = set(re.findall(r"[\w-]+", listing))
    for name in SUOPUHE:
        if name in installed:
            argv = (program, "-eval", f"(voice_{name})")
            yield EngineVoice("festival", f"festival {name}", "fi", argv, "iso8859-1")


async def _festival() -> list[EngineVoice]:
    festival, text2wave = await asyncio.gather(_path("festival"), _path("text2wave"))
    if festival is None or text2wave is None:
        return []
    listing = await _listing((festival, "-b", "(print (voice.list))"))
    return list(festival_voices(listing, text2wave))


async def _espeak() -> list[EngineVoice]:
    program = await _path("espeak-ng")
    if program is None:
        return []
    return list(espeak_voices(await _listing((program, "--voices")), program))


async def _path(name: str) -> str | None:
    return await asyncio.to_thread(shutil.which, name, path=engines.ENVIRONMENT["PATH"])


async def _listing(argv: tuple[str, ...]) -> str:
    try:
        return (await engines.run(argv, b"", LISTING_S)).decode("utf-8", "replace")
    except engines.EngineFault:
        return ""


def _codes(line: str) -> Iterator[tuple[str, int, str]]:
    """(code, priority, voice to ask for) of one line of the espeak-ng table."""
    columns = line.split()
    if len(columns) < 5 or not columns[0].isdigit():
        return
    own = columns[1]
    yield own, int(columns[0]), own
    for code, priority in re.findall(r"\(([\w-]+) (\d+)\)", line):
        yield code, int(priority), own


def _rank(voice: EngineVoice) -> int:
    preferred = PREFERENCE.get(voice.language, ())
    return preferred.index(voice.engine) if voice.engine in preferred else len(preferred)


def _spelt(letter: str, encoding: str) -> str:
    """`letter`, or what is left of it in `encoding`."""
    for form in (letter, unicodedata.normalize("NFKD", letter)):
        kept = form.encode(encoding, "ignore").decode(encoding)
        if kept:
            return kept
    return ""
