"""The button in the booth: a press ends the session there, and only there."""

import asyncio
from pathlib import Path

from controller.app.pressed import AtBooth, Presses
from controller.domain import commands as c
from controller.ports.inputs import Pressed
from tests.remote.stage import Media, Page, booth_point


async def test_a_press_ends_the_session_of_its_booth_and_both_of_the_booth_s_own_ends_are_told(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        wish = c.RequestSession(service="asumistuki", language="fi", booth="b1")
        id_ = (await here.ledger.submit(wish)).subject
        await broker.shows("queued")
        await broker.order(id_, "ring")
        await broker.order(id_, "answer", expert="x1", name="Aino")
        await page.say(t="talk", session=id_, up=True, stats={"rtt_ms": 40, "audio": True, "video": True})
        await broker.shows("connected")
        button = AtBooth(here.ledger, "leave-1", "b1", Presses("leave-1", "life"), lambda: here.site.exchange)
        loop = asyncio.get_running_loop()
        pressed = loop.time()
        await button(Pressed("leave"))
        await page.until(lambda m: m == {"t": "end", "session": id_})
        await media.until(lambda m: m == {"t": "close", "session": id_})
        print(f"both were told {1000 * (loop.time() - pressed):.0f} ms after the press")
        events = (await here.get("/events?limit=100", role="technician")).json["events"]
        (over,) = [one["data"] for one in events if one["type"] == "luukku.remote.ended.v1"]
        assert (over["outcome"], over["quality"]["rtt_p95_ms"]) == ("completed", 40)
        await button(Pressed("leave"))  # nobody is there: nothing happens
        assert len([s for s in here.ledger.state.sessions.values() if s.outcome is None]) == 0


async def test_a_press_in_one_booth_leaves_another_booth_alone(tmp_path: Path) -> None:
    async with booth_point(tmp_path) as (here, _):
        id_ = (await here.ledger.submit(c.RequestSession(service="asumistuki", language="fi", booth="b1"))).subject
        await AtBooth(here.ledger, "leave-2", "b2", Presses("leave-2", "life"))(Pressed("leave"))
        assert here.ledger.state.sessions[id_].outcome is None
