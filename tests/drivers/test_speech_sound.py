"""Chime and clips as samples: no click, one rate, one loudness, no clipping."""

import io
import math
import struct
import wave
from array import array
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.speech import clips
from drivers.speech.chime import LENGTH_S, chime
from drivers.speech.clips import RATE, NotSound


def tone(seconds: float, amplitude: float, rate: int = RATE, hz: float = 440) -> "array[int]":
    peak = amplitude * 32767
    return array("h", (round(peak * math.sin(2 * math.pi * hz * i / rate)) for i in range(round(seconds * rate))))


def riff(pcm: "array[int]", rate: int = RATE, channels: int = 1, stated: int | None = None) -> bytes:
    data = pcm.tobytes()
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 * channels, 2 * channels, 16)
    size = len(data) if stated is None else stated
    return (
        b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0" + form + b"LIST\x03\0\0\0abc\0data" + struct.pack("<I", size) + data
    )


def test_the_chime_starts_and_ends_in_silence_and_never_jumps() -> None:
    sound = chime()
    assert len(sound) == round(LENGTH_S * RATE)
    assert abs(sound[0]) <= 1
    assert abs(sound[-1]) <= 1
    assert max(abs(b - a) for a, b in pairwise(sound)) < 0.2 * 32768
    assert 0.45 < max(map(abs, sound)) / 32768 < 0.55


def test_the_chime_is_two_tones_a_falling_third_apart() -> None:
    def power(hz: float, start_s: float) -> float:
        part = chime()[round(start_s * RATE) : round((start_s + 0.2) * RATE)]
        real = sum(s * math.cos(2 * math.pi * hz * i / RATE) for i, s in enumerate(part))
        imaginary = sum(s * math.sin(2 * math.pi * hz * i / RATE) for i, s in enumerate(part))
        return math.hypot(real, imaginary)

    assert power(659.26, 0.05) > 10 * power(523.25, 0.05)
    assert power(523.25, 0.4) > 2 * power(659.26, 0.4)


def test_a_header_that_does_not_know_its_length_is_read_to_the_end() -> None:
    pcm = tone(0.1, 0.5)
    assert clips.decode(riff(pcm, stated=0x7FFFF000)) == (pcm, RATE)


def test_of_two_channels_the_first_is_heard() -> None:
    both = array("h", [1, 2, 3, 4, 5, 6])
    assert clips.decode(riff(both, channels=2))[0] == array("h", [1, 3, 5])


@given(junk=st.binary(max_size=80), head=st.sampled_from([b"", b"RIFF----WAVE", b"RIFF----WAVEfmt \x10\0\0\0"]))
def test_bytes_that_are_no_sound_are_refused_by_name(junk: bytes, head: bytes) -> None:
    with pytest.raises(NotSound):
        clips.speech(head + junk.replace(b"data", b""))


def test_silence_is_not_taken_for_speech() -> None:
    with pytest.raises(NotSound, match="nothing to be heard"):
        clips.speech(riff(clips.silence(1)))


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_another_rate_keeps_length_and_pitch(rate: int) -> None:
    ours = clips.resample(tone(0.5, 0.5, rate), rate)
    assert clips.length_ms(ours) == pytest.approx(500, abs=2)
    crossings = sum(1 for a, b in pairwise(ours) if a < 0 <= b)
    assert crossings == pytest.approx(220, abs=2)


@settings(max_examples=15, deadline=None)
@given(amplitude=st.floats(0.005, 1.0), pause=st.floats(0, 0.5))
def test_quiet_and_loud_engines_end_equally_loud_and_unclipped(amplitude: float, pause: float) -> None:
    said = clips.join([clips.silence(0.3), tone(0.2, amplitude), clips.silence(pause), tone(0.2, amplitude)])
    ready = clips.speech(riff(said))
    assert clips.loudness(ready) == pytest.approx(clips.LOUDNESS, abs=1)
    assert max(map(abs, ready)) < 0.9 * 32768


def test_one_loud_click_in_quiet_speech_does_not_clip() -> None:
    said = tone(1, 0.01)
    said[1000] = -32768
    assert max(map(abs, clips.level(said))) < 0.9 * 32768


def test_silence_at_the_ends_is_cut_and_endless_speech_is_bounded() -> None:
    ready = clips.speech(riff(clips.join([clips.silence(2), tone(0.5, 0.5), clips.silence(2)])))
    assert 490 <= clips.length_ms(ready) <= 570
    assert ready[0] == ready[-1] == 0
    long = clips.trim(array("h", [9000]) * int(RATE * (clips.SPEECH_S + 5)))
    assert clips.length_ms(long) == 1000 * clips.SPEECH_S


def test_what_is_written_is_16_bit_mono_riff() -> None:
    with wave.open(io.BytesIO(clips.to_wav(tone(0.1, 0.5)))) as read:
        assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (1, 2, RATE)
        assert read.getnframes() == 2205
