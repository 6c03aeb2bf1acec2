"""The voice with real engines: Debian's own, and shell scripts that hang, flood, lie and fail."""

import asyncio
import io
import os
import shutil
import subprocess
import wave
from array import array
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.ports.speaker import Announcement, Clip, Voice
from drivers.speech import clips, engines
from drivers.speech.chime import chime
from drivers.speech.engines import EngineFault
from drivers.speech.synth import DebianVoice
from drivers.speech.voices import EngineVoice, Voices, arrange, discover, espeak_voices

HOSTILE = [
    '"; (system "touch /tmp/luukku-was-here") $(touch /tmp/luukku-was-here) `reboot` [[k\'o:]]',
    "<speak><break time='600s'/></speak> --stdin -w /etc/passwd\n\r\0\x1b[2J\u202e",
    "x" * 10_000,
    "99999999999999999999 " * 500,
]
UNHURRIED_S = 60.0  # seconds, where a busy test machine shall not decide which voice is heard
COUNTER = {"fi": "palvelupiste 2", "sv": "disk 2", "en": "counter 2"}


@pytest.fixture(autouse=True)
async def nothing_is_left() -> AsyncIterator[None]:
    """No engine and no memory file outlives its call, whatever became of it."""
    files, others = len(os.listdir("/proc/self/fd")), set(children())  # another room's test may keep a process
    yield
    async with asyncio.timeout(UNHURRIED_S):  # killed they are, and a busy machine takes its time to bury
        while len(os.listdir("/proc/self/fd")) > files or not set(children()) <= others:
            await asyncio.sleep(0.01)


@pytest.fixture
async def voices() -> Voices:
    return await discover()


def call(*languages: str, n: int = 42, counter: dict[str, str] | None = None) -> Announcement:
    return Announcement("K", n, COUNTER if counter is None else counter, languages)


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


def alive(mark: str) -> list[str]:
    """Processes whose command line holds `mark`."""
    seen = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if mark.encode() in line:
            seen.append(entry.parent.name)
    return seen


async def gone(mark: str) -> None:
    """Wait for the end of every process with `mark`: killed they are, and a busy machine takes its time to bury."""
    async with asyncio.timeout(UNHURRIED_S):
        while await asyncio.to_thread(alive, mark):
            await asyncio.sleep(0.01)


def script(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def engine(path: Path, language: str = "fi", *arguments: str) -> EngineVoice:
    return EngineVoice("script", path.name, language, (str(path), *arguments))


def samples(clip: Clip) -> "array[int]":
    with wave.open(io.BytesIO(clip.wav)) as read:
        assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (1, 2, clips.RATE)
        return array("h", read.readframes(read.getnframes()))


def voice(*found: EngineVoice, engine_s: float = 1.8, whole_s: float = 4.0) -> DebianVoice:
    return DebianVoice(arrange(list(found)), engine_s=engine_s, whole_s=whole_s)


def unhurried(*found: EngineVoice) -> DebianVoice:
    return voice(*found, engine_s=UNHURRIED_S, whole_s=UNHURRIED_S)


def real(voices: Voices, **how: int) -> DebianVoice:
    """The voices of this machine, with all the time that they want."""
    return DebianVoice(voices, engine_s=UNHURRIED_S, whole_s=UNHURRIED_S, **how)


async def test_finnish_swedish_and_english_are_found_and_northern_sami_is_not(voices: Voices) -> None:
    assert {"fi", "sv", "en"} <= voices.languages
    assert not {"se", "smn", "sms"} & voices.languages


async def test_finnish_prefers_the_recorded_voice_and_falls_back_to_the_other(voices: Voices) -> None:
    engines_tried = [found.engine for found in voices.of("fi")]
    assert engines_tried[0] == "festival"
    assert engines_tried[-1] == "espeak-ng"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
async def test_a_call_is_chime_then_speech_of_plausible_length_and_unclipped(voices: Voices, language: str) -> None:
    port: Voice = real(voices)
    clip = await port.speak(call(language))
    pcm = samples(clip)
    assert clip.spoken == (language,)
    assert pcm[: len(chime())] == chime()
    assert 2500 < clip.ms < 7000
    assert clip.ms == clips.length_ms(pcm)
    assert max(map(abs, pcm)) < 0.9 * 32768


async def test_all_voices_are_within_3_db_of_each_other(voices: Voices) -> None:
    loud = []
    for found in (*voices.of("fi"), *voices.of("sv"), *voices.of("en")):
        pcm = samples(await unhurried(found).speak(call(found.language)))
        loud.append(clips.loudness(pcm[len(chime()) :]))
    assert max(loud) - min(loud) < 3


async def test_sox_reads_what_was_made_and_sees_no_clipping(voices: Voices, tmp_path: Path) -> None:
    if (sox := await asyncio.to_thread(shutil.which, "sox")) is None:
        pytest.fail("sox, Debian's, is needed as the second opinion on a clip")
    clip = await real(voices).speak(call("fi", "sv", "en"))
    (tmp_path / "call.wav").write_bytes(clip.wav)
    told = await asyncio.to_thread(run, [sox, str(tmp_path / "call.wav"), "-n", "stat"])
    assert told.returncode == 0
    figures = dict(line.split(":", 1) for line in told.stderr.splitlines() if ":" in line)
    assert float(figures["Length (seconds)"]) == pytest.approx(clip.ms / 1000, abs=0.01)
    assert float(figures["Maximum amplitude"]) < 0.9
    assert float(figures["Minimum amplitude"]) > -0.9
    assert "WARN" not in told.stderr


async def test_languages_are_spoken_once_each_in_the_order_asked(voices: Voices) -> None:
    assert (await real(voices).speak(call("sv", "fi", "sv"))).spoken == ("sv", "fi")


async def test_northern_sami_is_never_claimed(voices: Voices) -> None:
    spoken = real(voices)
    assert (await spoken.speak(call("se", "fi"))).spoken == ("fi",)
    assert (await spoken.speak(call("se"))).spoken == ()
    assert "se" not in spoken.languages


def test_lule_sami_in_the_list_is_not_northern_sami() -> None:
    listing = "Pty Language Age/Gender VoiceName File Other Languages\n 5  smj  --/M  Lule_Saami  urj/smj\n"
    assert [found.language for found in espeak_voices(listing, "espeak-ng")] == ["smj"]


async def test_with_no_voice_at_all_the_chime_still_comes() -> None:
    clip = await voice().speak(call("fi", "sv"))
    assert clip.spoken == ()
    assert samples(clip)[: len(chime())] == chime()
    assert clip.ms == pytest.approx(1000, abs=50)


async def test_a_recall_gets_the_same_clip_without_an_engine(voices: Voices, tmp_path: Path) -> None:
    count = tmp_path / "runs"
    counting = script(tmp_path, "counting", f"echo run >> {count}\nexec espeak-ng -v fi --stdin --stdout")
    spoken = unhurried(engine(counting))
    first = await spoken.speak(call("fi"))
    assert await spoken.speak(call("fi")) is first
    assert count.read_text().split() == ["run"]
    assert await spoken.speak(call("fi", n=43)) != first


async def test_kept_clips_stay_below_their_bound(voices: Voices) -> None:
    one = await real(voices).speak(call("en"))
    spoken = real(voices, kept_bytes=int(2.5 * len(one.wav)))
    clip = await spoken.speak(call("en", n=1))
    for n in (2, 3, 4):
        await spoken.speak(call("en", n=n))
    assert await spoken.speak(call("en", n=1)) is not clip


async def test_an_engine_that_hangs_is_killed_with_its_children_and_the_next_one_speaks(
    voices: Voices, tmp_path: Path
) -> None:
    hanging = engine(script(tmp_path, "hanging", "sleep 617 & sleep 617"))
    spoken = DebianVoice(Voices({"fi": (hanging, *voices.of("fi"))}), engine_s=2.0, whole_s=UNHURRIED_S)
    start = asyncio.get_running_loop().time()
    clip = await spoken.speak(call("fi"))
    assert asyncio.get_running_loop().time() - start < UNHURRIED_S
    assert clip.spoken == ("fi",)
    assert "no answer in 2 s" in spoken.faults["hanging"]
    await gone("sleep\x00617")


async def test_a_voice_that_failed_rests_and_is_not_waited_for_again(voices: Voices, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    hanging = engine(script(tmp_path, "hanging", f"echo run >> {runs}; sleep 616"))
    spoken = DebianVoice(Voices({"fi": (hanging, *voices.of("fi"))}), engine_s=2.0, whole_s=UNHURRIED_S)
    for n in (1, 2, 3):
        assert (await spoken.speak(call("fi", n=n))).spoken == ("fi",)
    assert "no answer in 2 s" in spoken.faults["hanging"]
    assert not runs.exists() or runs.read_text().split() == ["run"], "it may have been killed before its first word"


async def test_when_every_engine_hangs_the_chime_comes_within_the_bound(tmp_path: Path) -> None:
    path = script(tmp_path, "stuck", "trap '' TERM INT HUP; sleep 618")
    found = [engine(path, tag, str(i)) for tag in ("fi", "sv", "en", "ru", "et") for i in range(3)]
    start = asyncio.get_running_loop().time()
    clip = await voice(*found, engine_s=UNHURRIED_S, whole_s=0.7).speak(call("fi", "sv", "en", "ru", "et"))
    assert asyncio.get_running_loop().time() - start < UNHURRIED_S / 2
    assert clip.spoken == ()
    await gone("sleep\x00618")


async def test_a_cancelled_call_leaves_no_engine_behind(tmp_path: Path) -> None:
    stuck = script(tmp_path, "stuck", "sleep 619")
    speaking = asyncio.create_task(unhurried(engine(stuck)).speak(call("fi")))
    while not await asyncio.to_thread(alive, "sleep\x00619"):
        await asyncio.sleep(0.01)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    await gone("sleep\x00619")


async def test_a_call_that_is_cancelled_while_its_engine_starts_leaves_nothing_of_it_behind(tmp_path: Path) -> None:
    """asyncio itself kills a program that is not wholly started, but not the programs that it has started."""
    stuck = script(tmp_path, "stuck", "sleep 620 & sleep 620 & sleep 620")
    for after_ms in range(0, 40, 2):
        running = asyncio.create_task(engines.run((str(stuck),), b"", 600))
        await asyncio.sleep(after_ms / 1000)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    await gone("sleep\x00620")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("exit 3", "exit status 3"),
        ("exec cat /dev/zero", "exit status"),
        ("head -c 3000000 /dev/zero", "more than"),
        ("echo no voice", "no RIFF"),
        ("kill -9 $$", "exit status -9"),
    ],
)
async def test_an_engine_that_fails_floods_or_lies_is_named_and_passed_over(
    voices: Voices, tmp_path: Path, body: str, fault: str
) -> None:
    bad = engine(script(tmp_path, "bad", body))
    spoken = real(Voices({"fi": (bad, *voices.of("fi"))}))
    assert (await spoken.speak(call("fi"))).spoken == ("fi",)
    assert fault in spoken.faults["bad"]


async def test_an_engine_that_is_not_there_is_a_fault_not_a_crash() -> None:
    with pytest.raises(EngineFault, match="/nowhere/engine"):
        await engines.run(("/nowhere/engine",), b"", 1)


async def test_a_clip_that_lacks_a_language_by_a_fault_is_not_kept(tmp_path: Path) -> None:
    flaky = script(tmp_path, "flaky", f"test -e {tmp_path}/well || exit 1\nexec espeak-ng -v fi --stdin --stdout")
    spoken = unhurried(engine(flaky))
    assert (await spoken.speak(call("fi"))).spoken == ()
    (tmp_path / "well").touch()
    assert (await spoken.speak(call("fi"))).spoken == ("fi",)
    assert spoken.faults == {}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_counter_name_is_spoken_harmlessly_by_every_engine(
    voices: Voices, tmp_path: Path, name: str
) -> None:
    for found in (*voices.of("fi"), *voices.of("en")):
        clip = await unhurried(found).speak(call(found.language, counter={found.language: name}))
        assert clip.spoken == (found.language,)
        assert clip.ms < 1000 * (clips.SPEECH_S + 2)
    assert not Path("/tmp/luukku-was-here").exists()


async def test_text_goes_by_stdin_and_never_into_the_arguments(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    spy = script(tmp_path, "spy", f"printf '%s|' \"$@\" > {seen}; cat >> {seen}; exit 1")
    await unhurried(engine(spy, "fi", "fixed")).speak(call("fi", counter={"fi": "Sali 3 $(touch /tmp/x)"}))
    assert seen.read_text() == "fixed|Vuoronumero koo, neljäkymmentäkaksi, Sali kolme touch tmp x.\n"


def test_letters_that_an_engine_lacks_lose_their_accent() -> None:
    suopuhe = EngineVoice("festival", "suopuhe", "fi", (), "iso8859-1")
    assert suopuhe.encode("Šaltto ääni 中 ő") == "Saltto ääni  o\n".encode("iso8859-1")
