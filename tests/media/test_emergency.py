"""While the booth's browser is away, the media process shows and plays; and never else."""

import asyncio

import pytest

from controller.ports.media import Leg
from drivers.media.sound import SoundTrack, Tone
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import Expert

pytestmark = [pytest.mark.long, pytest.mark.system]


async def test_the_emergency_begins_with_the_browsers_death_and_ends_with_its_return(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with Expert(daemon, voice=SoundTrack(Tone())) as expert:
        await expert.connect()
        await expert.pictures_come(10)
        assert expert.emergency == 0 and expert.sounds == 0, "nobody is watched or heard before it"
        daemon.talk("r-1", up=False)
        await expert.until(lambda: expert.emergency > 10 and expert.sounds > 10)
        leg = await daemon.wait(Leg, lambda leg: bool(leg.stats) and leg.emergency and leg.stats.heard)
        assert leg.up
        assert (await expert.told("beat"))["emergency"]
        daemon.talk("r-1", up=True)
        await daemon.wait(Leg, lambda leg: not leg.emergency, since=daemon.mark - 1)
        await asyncio.sleep(1.0)  # what was on its way
        seen, heard = expert.emergency, expert.sounds
        await expert.pictures_come(30)
        assert (expert.emergency, expert.sounds) == (seen, heard)
        daemon.talk("r-1", up=False)
        await expert.until(lambda: expert.emergency > seen + 5 and expert.sounds > heard)


async def test_an_emergency_goes_on_in_a_new_epoch(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        daemon.talk("r-1", up=False)
        for _ in range(2):
            await expert.connect()
            seen, heard = expert.emergency, expert.sounds
            await expert.until(lambda s=seen, h=heard: expert.emergency > s + 5 and expert.sounds > h + 5)


async def test_the_end_of_the_session_ends_the_emergency(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        daemon.talk("r-1", up=False)
        await expert.until(lambda: expert.emergency > 5)
        daemon.close_session("r-1")
        await expert.until(lambda: bool(media.logged("media_closed")))
        assert not media.logged("media_device_stuck") and media.open_devices() == []
