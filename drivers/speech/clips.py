"""Sound as samples: read an engine's RIFF, bring it to one rate and one loudness, join, write RIFF.

Pure arithmetic of tens of milliseconds: callers on the event loop use a thread.
"""

import io
import math
import struct
import wave
from array import array
from collections.abc import Iterable
from typing import TypeAlias

RATE = 22050  # Hz; what espeak-ng and suopuhe speak in, so that usually nothing is resampled
LOUDNESS = -20.0  # dB of full scale, gated RMS: loud for a hall, with room for speech's 15 dB peaks
KNEE, CEILING = 0.6, 0.88  # of full scale: above the knee peaks are bent, none reaches the ceiling
FRAME = RATE // 50  # 20 ms, the grain in which silence is told from speech
GATE_DB = 35.0  # frames this far below the loudest are pauses, not speech
SPEECH_S = 20.0  # seconds; longer speech is cut, whatever a config called its counter
EDGE = RATE // 200  # 5 ms fade where sound was cut out of silence

Pcm: TypeAlias = "array[int]"  # 16-bit signed, mono


class NotSound(ValueError):
    """Bytes that are not 16-bit PCM RIFF, or that hold nothing to be heard."""


def speech(riff: bytes) -> Pcm:
    """An engine's output made ready: our rate, silence trimmed, our loudness."""
    pcm, rate = decode(riff)
    return level(trim(resample(pcm, rate)))


def decode(riff: bytes) -> tuple[Pcm, int]:
    """Samples (mono) and rate. Lenient in one thing: a streaming engine does not know its length and writes
    nonsense into the header, so the data end where the bytes end."""
    if riff[:4] != b"RIFF" or riff[8:12] != b"WAVE":
        raise NotSound("no RIFF WAVE header")
    form, rate, at = None, 0, 12
    while at + 8 <= len(riff):
        kind, size = riff[at : at + 4], struct.unpack_from("<I", riff, at + 4)[0]
        if kind == b"fmt " and at + 24 <= len(riff):
            *form, rate = struct.unpack_from("<HHI", riff, at + 8)
            form.append(struct.unpack_from("<H", riff, at + 22)[0])
        elif kind == b"data":
            return _samples(riff[at + 8 : at + 8 + size], form), rate
        at += 8 + size + size % 2
    raise NotSound("no data chunk")


def resample(pcm: Pcm, rate: int) -> Pcm:
    """To RATE, by straight lines between samples."""
    if rate == RATE or not pcm:
        return pcm
    if not 4000 <= rate <= 192_000:
        raise NotSound(f"{rate} Hz is no speech")
    last, step = len(pcm) - 1, rate / RATE
    out = array("h", bytes(2 * int(len(pcm) / step)))
    for i in range(len(out)):
        left = min(int(i * step), last)
        right = min(left + 1, last)
        out[i] = round(pcm[left] + (pcm[right] - pcm[left]) * (i * step - left))
    return out


def trim(pcm: Pcm) -> Pcm:
    """Without the silence at its ends (one frame of it is kept), faded in and out there, at most SPEECH_S."""
    powers = _powers(pcm)
    floor = _floor(powers)
    heard = [i for i, power in enumerate(powers) if power > floor]
    if not heard:
        raise NotSound("nothing to be heard")
    start, end = max(heard[0] - 1, 0) * FRAME, (heard[-1] + 2) * FRAME
    return fade(pcm[start : min(end, start + int(SPEECH_S * RATE))])


def fade(pcm: Pcm) -> Pcm:
    edge = min(EDGE, len(pcm) // 2)
    for i in range(edge):
        pcm[i] = pcm[i] * i // edge
        pcm[-1 - i] = pcm[-1 - i] * i // edge
    return pcm


def level(pcm: Pcm) -> Pcm:
    """At LOUDNESS, with its peaks bent below CEILING."""
    gain = 10 ** ((LOUDNESS - loudness(pcm)) / 20) / 32768
    return array("h", (round(32768 * _bend(sample * gain)) for sample in pcm))


def loudness(pcm: Pcm) -> float:
    """dB of full scale: the RMS of what is not pause. `-inf` for silence."""
    powers = _powers(pcm)
    floor = _floor(powers)
    heard = [power for power in powers if power > floor]
    return 10 * math.log10(sum(heard) / len(heard) / 32768**2) if heard else -math.inf


def silence(seconds: float) -> Pcm:
    return array("h", bytes(2 * round(seconds * RATE)))


def join(parts: Iterable[Pcm]) -> Pcm:
    whole = array("h")
    for part in parts:
        whole.extend(part)
    return whole


def to_wav(pcm: Pcm) -> bytes:
    """16-bit mono RIFF at RATE."""
    out = io.BytesIO()
    with wave.open(out, "wb") as riff:
        riff.setnchannels(1)
        riff.setsampwidth(2)
        riff.setframerate(RATE)
        riff.writeframes(pcm.tobytes())
    return out.getvalue()


def length_ms(pcm: Pcm) -> int:
    return round(1000 * len(pcm) / RATE)


def _samples(data: bytes, form: list[int] | None) -> Pcm:
    """Mono samples of `data` under (format, channels, bits); of several channels the first is taken."""
    if form is None or form[0] != 1 or form[2] != 16 or form[1] < 1:
        raise NotSound(f"not 16-bit PCM: {form}")
    return array("h", data[: len(data) - len(data) % (2 * form[1])])[:: form[1]]


def _powers(pcm: Pcm) -> list[float]:
    """Mean square of each frame."""
    frames = (pcm[at : at + FRAME] for at in range(0, len(pcm), FRAME))
    return [sum(sample * sample for sample in frame) / len(frame) for frame in frames]


def _floor(powers: list[float]) -> float:
    """The power that divides pause from speech; never below one step of the quantiser."""
    return max(max(powers, default=0.0) / 10 ** (GATE_DB / 10), 1.0)


def _bend(x: float) -> float:
    """x itself up to KNEE, then ever less, never CEILING."""
    size = abs(x)
    if size <= KNEE:
        return x
    room = CEILING - KNEE
    return math.copysign(KNEE + room * math.tanh((size - KNEE) / room), x)
