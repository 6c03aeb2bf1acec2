"""What dies, freezes or is cut off, and that it comes back by itself."""

import asyncio
import signal

import pytest

from controller.ports.media import Hello, Leg
from tests.media.daemon import Daemon, MediaProcess
from tests.media.expert import Expert

pytestmark = [pytest.mark.long, pytest.mark.system]


async def test_killed_and_started_again_it_asks_for_a_new_epoch_and_shows_pictures(
    daemon: Daemon, media: MediaProcess
) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await expert.pictures_come(5)
        await media.kill()
        mark = daemon.mark
        await media.start()
        await daemon.wait(Hello, since=mark)
        daemon.configure()
        daemon.open("r-1")
        await expert.until(lambda: "begun" in expert.renewals)
        await expert.connect()
        await expert.pictures_come(5)


async def test_frozen_and_thawed_it_goes_on(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await expert.pictures_come(5)
        media.send(signal.SIGSTOP)
        await asyncio.sleep(2)
        media.send(signal.SIGCONT)
        await expert.pictures_come(30)
        assert expert.k == 1, "in the same epoch"


async def test_the_points_death_is_not_noticed_in_the_leg(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await daemon.stop()
        await expert.pictures_come(30)
        mark = daemon.mark
        await daemon.start()
        await daemon.wait(Hello, since=mark)
        daemon.configure()
        daemon.open("r-1")
        leg = await daemon.wait(Leg, lambda leg: bool(leg.stats), since=mark)
        assert leg.up
        await expert.pictures_come(5)
        assert expert.k == 1


async def test_a_session_that_the_point_no_longer_names_is_ended(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await daemon.stop()
        mark = daemon.mark
        await daemon.start()
        await daemon.wait(Hello, since=mark)
        daemon.configure()
        await expert.until(lambda: expert.peer is not None and expert.peer.connectionState in {"closed", "failed"})
        assert media.logged("media_not_named")


async def test_a_dead_expert_is_noticed_and_the_next_epoch_works(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        assert expert.peer is not None
        mark = daemon.mark
        await expert.leave()
        await daemon.wait(Leg, lambda leg: not leg.up, since=mark)
        await expert.until(lambda: "failed" in expert.renewals)
        await expert.connect()
        await expert.pictures_come(3)


async def test_at_the_end_everything_is_closed_and_the_expert_knows(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        await expert.pictures_come(3)
        daemon.close_session("r-1")
        await expert.until(lambda: expert.peer is not None and expert.peer.connectionState == "closed")
        await expert.until(lambda: bool(media.logged("media_closed")))
        assert media.open_devices() == []


async def test_sigterm_ends_it_in_the_middle_of_a_session(daemon: Daemon, media: MediaProcess) -> None:
    daemon.open("r-1")
    async with Expert(daemon) as expert:
        await expert.connect()
        media.send(signal.SIGTERM)
        assert await media.wait() == 0
