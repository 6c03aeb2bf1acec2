"""A simulated booth and a simulated expert meet as real WebRTC peers, through a server that only stands between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from drivers.media.sim.booth import Booth
from drivers.media.sim.expert import GREETING, Expert, Manner
from tests.media_sim.between import LOGIN, TOKEN, Between

pytestmark = pytest.mark.long

PATIENCE_S = 60.0


class Scene:
    """One server between, and whoever comes."""

    def __init__(self, stack: AsyncExitStack, between: Between, url: str, http: aiohttp.ClientSession) -> None:
        self.between, self.url = between, url
        self.noticed: list[tuple[str, dict[str, Any]]] = []
        self._stack, self._http = stack, http

    def notice(self, what: str, **facts: Any) -> None:
        self.noticed.append((what, facts))

    def count(self, what: str) -> int:
        return sum(one == what for one, _ in self.noticed)

    async def booth(self, name: str = "b1", *, media: bool = False) -> Booth:
        booth = Booth(self._http, self.url, TOKEN, name, notice=self.notice, media=media)
        await self._stack.enter_async_context(booth)
        return booth

    async def expert(self, **manner: Any) -> Expert:
        expert = Expert(self.url, LOGIN, Manner(**{"media": False, **manner}), self.notice)
        task = asyncio.create_task(expert.run())
        self._stack.push_async_callback(ended, task)
        return expert

    async def until(self, holds: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.02)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        between = await stack.enter_async_context(Between())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        scene = Scene(stack, between, await between.open(), http)
        yield scene
    assert not scene.count("fault") and not scene.count("unknown"), scene.noticed


async def test_a_call_from_the_button_to_the_last_word(scene: Scene) -> None:
    """Asked for, answered, text letter by letter, ended by the expert, everything closed."""
    booth, _ = await scene.booth(), await scene.expert(talks_s=3.0)
    await booth.line.wait()
    session = await booth.ask("passport")
    async with asyncio.timeout(PATIENCE_S):
        leg = await booth.leg(session)
        await leg.up.wait()
    await scene.until(lambda: leg.heard.get("rtt") == GREETING)
    assert leg.write("rtt", "Päivää")
    await scene.until(lambda: scene.between.sessions[session].outcome)
    assert scene.between.sessions[session].outcome == "completed"
    await scene.until(lambda: not booth._legs)
    assert leg.pc is None and scene.between.sessions[session].talks[0] == {
        "t": "talk", "session": session, "up": True, "why": "connected"
    }  # fmt: skip


async def test_signals_that_were_lost_with_the_line_are_said_again(scene: Scene) -> None:
    """The relay loses what it has and every line, in the middle of the first words."""
    scene.between.swallow = True
    booth, _ = await scene.booth(), await scene.expert()
    await booth.line.wait()
    session = await booth.ask("passport")
    await scene.until(lambda: scene.between.sessions[session].expert)
    await asyncio.sleep(0.3)
    scene.between.swallow = False
    async with asyncio.timeout(PATIENCE_S):
        await (await booth.leg(session)).up.wait()


async def test_a_call_goes_on_while_nobody_stands_between(scene: Scene) -> None:
    booth, expert = await scene.booth(), await scene.expert(greets=False)
    await booth.line.wait()
    session = await booth.ask("passport")
    async with asyncio.timeout(PATIENCE_S):
        leg = await booth.leg(session)
        await leg.up.wait()
    await scene.until(lambda: leg.channels.get("rtt"))
    await scene.between.cut()
    assert leg.write("rtt", "kuuletko?")
    await scene.until(lambda: expert.legs and expert.legs["talk"].heard.get("rtt") == "kuuletko?")


async def test_an_expert_whose_page_is_gone_comes_back_into_the_same_session(scene: Scene) -> None:
    booth, expert = await scene.booth(), await scene.expert(talks_s=0.5, ends="drops", back_s=0.2)
    await booth.line.wait()
    session = await booth.ask("passport")
    await scene.until(lambda: scene.between.sessions[session].seat >= 2)
    async with asyncio.timeout(PATIENCE_S):
        leg = await booth.leg(session)
    await scene.until(lambda: leg.wire.epoch >= 2000)
    await leg.up.wait()
    assert expert.session == session


async def test_one_who_never_answers_and_one_who_dawdles(scene: Scene) -> None:
    booth = await scene.booth()
    await scene.expert(answers=False)
    await booth.line.wait()
    session = await booth.ask("passport")
    await asyncio.sleep(0.5)
    assert scene.between.sessions[session].state == "ringing"
    await scene.expert(dawdles_s=0.3)
    async with asyncio.timeout(PATIENCE_S):
        await (await booth.leg(session)).up.wait()


async def test_a_customer_who_leaves_ends_it_for_both(scene: Scene) -> None:
    booth, expert = await scene.booth(), await scene.expert()
    await booth.line.wait()
    session = await booth.ask("passport")
    async with asyncio.timeout(PATIENCE_S):
        await (await booth.leg(session)).up.wait()
    await booth.end(session)
    await scene.until(lambda: expert.session is None and not expert.legs)
    assert scene.between.sessions[session].outcome == "customer_left"


async def test_an_expert_whose_answer_was_refused_answers_the_next_ring(scene: Scene) -> None:
    scene.between.refuses = 2
    booth, _ = await scene.booth(), await scene.expert()
    await booth.line.wait()
    session = await booth.ask("passport")
    await scene.until(lambda: scene.between.sessions[session].expert is not None)
    assert (scene.count("refused"), scene.count("answer")) == (2, 3)
    await scene.until(lambda: scene.count("connected") >= 2)
    await booth.end(session)


async def test_what_nobody_foresaw_on_an_experts_line_ends_it_with_its_reason(scene: Scene) -> None:
    """Not in silence, as if the line had broken."""
    expert = Expert(scene.url, LOGIN, Manner(media=False), scene.notice)
    task = asyncio.create_task(expert.run())
    await scene.until(lambda: scene.between._experts)
    [line] = scene.between._experts
    await line.send_json({"t": "joined"})
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(KeyError):
            await task


async def test_a_booth_whose_line_is_dead_opens_another(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.media.sim.booth.HEARTBEAT_S", 0.2)
    scene.between.deaf = 1
    booth = await scene.booth()
    await scene.until(lambda: scene.between.booths_came == 2)
    await booth.line.wait()
