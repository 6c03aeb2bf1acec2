"""The booth's own sound: whatever a device raises or does, it is let go, or said not to be."""

import asyncio
import threading
from collections.abc import Iterator

import av
import pytest

from drivers.media import letting_go, sound
from drivers.media.emergency import Emergency
from drivers.media.sound import Loudspeaker, SoundTrack, Tone, piece
from tests.media.daemon import PATIENCE_S


class Odd:
    """Raises what nobody foresaw, once; then it gives pieces until it `hangs`."""

    is_made = False

    def __init__(self) -> None:
        self.raises, self.hangs = True, threading.Event()
        self.opened = 0

    def pieces(self, until: threading.Event) -> Iterator[av.AudioFrame]:
        self.opened += 1
        if self.raises:
            self.raises = False
            raise ValueError("nobody foresaw it")
        while not until.wait(0.002):
            yield piece(bytes(2 * sound.PIECE))


class Hanging:
    """Its device is not let go before `free` is set."""

    is_made = False

    def __init__(self) -> None:
        self.hangs, self.free = threading.Event(), threading.Event()

    def pieces(self, until: threading.Event) -> Iterator[av.AudioFrame]:
        yield piece(bytes(2 * sound.PIECE))
        self.hangs.set()
        self.free.wait()


async def test_a_microphone_that_raises_anything_is_tried_again_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "AGAIN_S", 0.01)
    odd = Odd()
    track = SoundTrack(odd)
    await track.recv()
    assert odd.opened == 2 and await track.let_go() and track.is_ended


async def test_a_loudspeaker_that_raises_anything_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(self: Loudspeaker, name: str) -> None:
        raise ValueError("nobody foresaw it")

    monkeypatch.setattr(Loudspeaker, "_sound", odd)
    assert await Loudspeaker("default").let_go()


async def test_every_microphone_of_an_emergency_is_waited_for_not_only_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second connection came while the first one's device hung."""
    monkeypatch.setattr(letting_go, "LET_GO_S", 0.1)
    hanging = Hanging()
    emergency = Emergency(None, hanging, None)
    first, _ = emergency.tracks()
    emergency.begin()
    await first.recv()
    await asyncio.to_thread(hanging.hangs.wait)
    emergency._microphone = Tone()
    second, _ = emergency.tracks()
    await second.recv()
    assert not await emergency.end()
    hanging.free.set()
    monkeypatch.setattr(letting_go, "LET_GO_S", PATIENCE_S)
    assert await emergency.end()


async def test_a_sealed_emergency_opens_nothing() -> None:
    odd = Odd()
    emergency = Emergency(None, odd, None)
    emergency.seal()
    emergency.begin()
    emergency.tracks()
    assert not emergency.is_on and odd.opened == 0 and await emergency.end()


async def test_made_sound_is_never_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letting_go, "LET_GO_S", 0.05)
    hanging = Hanging()
    hanging.is_made = True
    track = SoundTrack(hanging)
    await track.recv()
    await asyncio.to_thread(hanging.hangs.wait)
    assert await track.let_go()
    hanging.free.set()
