"""A point that is started anew, or gets another address, in the middle of a conversation."""

import asyncio
from pathlib import Path

from controller.readers.booth import Booths
from tests.remote.stage import WAIT_S, Media, Page, answered, booth_point


async def test_the_expert_s_name_is_shown_again_though_central_has_forgotten_the_answer(tmp_path: Path) -> None:
    page = Page()
    async with booth_point(tmp_path) as (here, broker), page.connected(here):
        id_ = await answered(here, broker)
        await page.say(t="talk", session=id_, up=True)
        await broker.shows("connected")
        assert here.site.exchange is not None and here.site.exchange.seen("b1", id_).expert == "Aino"
    async with booth_point(tmp_path) as (here, broker):
        exchange = here.site.exchange
        assert exchange is not None and exchange.seen("b1", id_).expert == "", "no journal keeps it"
        await broker.say(t="ice", session=id_, servers=[], relay_only=False, expert="x2", name="Somebody else")
        await broker.say(t="ice", session=id_, servers=[], relay_only=False, expert="x1", name="Aino")
        async with asyncio.timeout(WAIT_S):
            while exchange.seen("b1", id_).expert != "Aino":
                assert exchange.seen("b1", id_).expert == "", "only its own expert's"
                await asyncio.sleep(0.01)


async def test_a_point_with_another_address_tells_both_ends_of_what_runs_and_nobody_else(tmp_path: Path) -> None:
    page, media = Page(), Media()
    async with booth_point(tmp_path) as (here, broker), page.connected(here), media.connected(tmp_path):
        exchange = here.site.exchange
        assert isinstance(exchange, Booths)
        await exchange.moved()
        id_ = await answered(here, broker)
        await media.until(lambda m: m["t"] == "open")
        await exchange.moved()
        told = await page.until(lambda m: m["t"] == "moved")
        assert told == {"t": "moved", "session": id_} and len(page.of("moved")) == 1, "before, nothing ran"
        await media.until(lambda m: m["t"] == "moved")
