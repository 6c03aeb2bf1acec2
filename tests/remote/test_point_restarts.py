"""A point that is started anew in the middle of a conversation: what its journal does not keep, central tells again."""

import asyncio
from pathlib import Path

from tests.remote.stage import Page, booth_point
from tests.remote.test_point_side import answered


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
        async with asyncio.timeout(10):
            while exchange.seen("b1", id_).expert != "Aino":
                assert exchange.seen("b1", id_).expert == "", "only its own expert's"
                await asyncio.sleep(0.01)
