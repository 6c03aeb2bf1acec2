"""Sound over the kernel's ALSA (its loopback card, snd-aloop): what our loudspeaker plays, our microphone hears."""

import asyncio
import subprocess
from collections.abc import Iterator

import pytest
from av import AudioFrame

from drivers.media.house import has_sound
from drivers.media.sound import AUDIBLE, RATE, Alsa, Loudspeaker, SoundTrack, find_alsa, loudness, piece, tone

PLAYED, HEARD = "hw:Loopback,0", "hw:Loopback,1"


@pytest.fixture(scope="module", autouse=True)
def loopback() -> Iterator[None]:
    subprocess.run(["modprobe", "snd-aloop", "pcm_substreams=1"], check=True)
    subprocess.run(["udevadm", "settle"], check=False)
    assert has_sound()
    find_alsa()
    yield
    subprocess.run(["modprobe", "-r", "snd-aloop"], check=False)


async def test_what_is_played_is_heard_and_both_devices_are_let_go() -> None:
    loudspeaker, microphone = Loudspeaker(PLAYED), SoundTrack(Alsa(HEARD))
    playing = asyncio.create_task(play(loudspeaker))
    try:
        async with asyncio.timeout(20):
            loud = 0
            while loud < 5:
                frame = await microphone.recv()
                assert isinstance(frame, AudioFrame) and frame.sample_rate == RATE
                loud += loudness(frame) >= AUDIBLE
    finally:
        playing.cancel()
        await asyncio.wait([playing])
        assert all(await asyncio.gather(microphone.let_go(), loudspeaker.let_go()))
    again = SoundTrack(Alsa(HEARD))
    await again.recv()
    assert await again.let_go()


async def test_a_microphone_that_is_not_there_is_silence_and_comes_to_an_end() -> None:
    microphone = SoundTrack(Alsa("hw:Nobody"))
    waiting = asyncio.ensure_future(microphone.recv())
    await asyncio.sleep(1.0)
    assert not waiting.done() and await microphone.let_go()
    await asyncio.wait([waiting])
    assert waiting.exception() is not None


async def play(loudspeaker: Loudspeaker) -> None:
    while True:
        for begin in range(0, RATE, RATE // 50):
            loudspeaker.put(piece(tone(begin)))
            await asyncio.sleep(0.02)
