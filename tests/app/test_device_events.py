"""A contact that flickers fills neither the disk nor the line to central, and how it is at last is told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.app import device_events
from controller.domain.event_words import DeviceState
from tests.journal.rig import HandClock, a_point


class Flickering:
    """A sensor with a loose contact."""

    def __init__(self) -> None:
        self.state: DeviceState = "ready"
        self.news = asyncio.Event()

    def now(self) -> tuple[DeviceState, tuple[str, ...]]:
        return self.state, () if self.state == "ready" else ("paper_out",)

    async def changed(self) -> None:
        await self.news.wait()
        self.news.clear()

    def flip(self) -> None:
        self.state = "ready" if self.state != "ready" else "out_of_service"
        self.news.set()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_events, "EVERY_S", 0.5)


@pytest.fixture
async def told(tmp_path: Path, quick: None) -> AsyncIterator[tuple[Flickering, list[DeviceState]]]:
    """The device, and each of its states in the journal."""
    device, states = Flickering(), list[DeviceState]()
    async with a_point(tmp_path / "j.db", HandClock()) as ledger:
        work = asyncio.create_task(
            device_events.journal(ledger, "lobby", "printer", simulated=True, now=device.now, changed=device.changed)
        )

        async def follow() -> None:
            while True:
                known = ledger.state.devices.get("lobby")
                if known is not None and states[-1:] != [known.state]:
                    states.append(known.state)
                await asyncio.sleep(0.001)

        eye = asyncio.create_task(follow())
        yield device, states
        for task in (work, eye):
            task.cancel()
        await asyncio.gather(work, eye, return_exceptions=True)


async def test_four_hundred_changes_in_two_seconds_are_some_two_dozen_events_and_the_last_is_told(
    told: tuple[Flickering, list[DeviceState]],
) -> None:
    device, states = told
    loop = asyncio.get_running_loop()
    began = loop.time()
    flips = 0
    while flips < 401 or len(states) <= device_events.BURST / 2 or device.state == "ready":  # a slow disk takes longer
        device.flip()
        await asyncio.sleep(0.005)
        flips += 1
    flickered_s = loop.time() - began
    async with asyncio.timeout(60):
        while states[-1] != "out_of_service":
            await asyncio.sleep(0.01)
    assert device_events.BURST / 2 < len(states) <= device_events.BURST + flickered_s / device_events.EVERY_S + 2
    await asyncio.sleep(3 * device_events.EVERY_S)
    assert states[-1] == device.state == "out_of_service", "it has come to rest, and so has what is said of it"


async def test_what_changes_as_devices_do_is_told_at_once(told: tuple[Flickering, list[DeviceState]]) -> None:
    device, states = told
    for n in range(10):
        async with asyncio.timeout(60):
            while len(states) <= n:
                await asyncio.sleep(0.001)
        device.flip()
    assert len(states) == 10
