"""Simulated people at the real thing: daemon, media process and central as processes of their own, over a network."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from controller.app.bench.our_call import BOOTH, house
from drivers.sim.network.network import Network
from tests.app.cli import LUUKKU
from tests.media_sim.people import people

pytestmark = [pytest.mark.long, pytest.mark.system, pytest.mark.timeout(180)]


async def events(data: Path) -> list[bytes]:
    words = (*LUUKKU, "events", "--data", str(data), "--json")
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return said.splitlines()


async def test_a_simulated_expert_and_a_simulated_booth_meet_at_a_real_point_and_central(tmp_path: Path) -> None:
    """Both legs stand: with the booth, and with the media process, whose document is seen."""
    async with Network("near", "far", "centre") as net, house(net, tmp_path) as at:
        booths = ("booths", "--point", at.point, "--token", at.booth, "--service", "kela-asumistuki", BOOTH)
        experts = ("expert", "--central", at.central, "--token", at.expert, "--manner", '{"talks_s": 8}')
        async with (
            people(*booths, run=net.end("near").command) as booth,
            people(*experts, run=net.end("far").command) as expert,
        ):
            await expert.saw("joined")
            await booth.saw("connected", leg="talk")
            await expert.saw("connected", leg="booth")
            await expert.saw("flows", leg="booth", kind="video")
            await expert.saw("flows", leg="talk", kind="video")
            await booth.saw("flows", leg="talk", kind="audio")
            await expert.saw("over")
        told = [msgspec.json.decode(line) for line in await events(at.data)]
    [asked] = [one["session"] for one in booth.noticed if one["what"] == "asked"][:1]
    ends = [one["data"] for one in told if one["type"] == "luukku.remote.ended.v1" and one["data"]["session"] == asked]
    assert [one["outcome"] for one in ends] == ["completed"]
