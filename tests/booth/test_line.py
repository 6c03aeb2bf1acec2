"""When a page's own line is opened, opened again, replaced and let be: the shared module, in the browser."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.booth.seen import until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# `sockets`: each one that the line asked for, in its order; the test opens and closes them as a server would.
PLAY = """async () => {
  const { Line } = await import("/ui/shared/line.js");
  window.sockets = [];
  window.told = [];
  window.WebSocket = class {
    static OPEN = 1;
    readyState = 0;
    closed = false;
    constructor(address) { this.address = address; sockets.push(this); }
    send(text) { told.push(text); }
    close() { this.readyState = 3; this.closed = true; }
    opens() { this.readyState = 1; this.onopen(); }
    ends(code) { this.readyState = 3; this.onclose({ code }); }
  };
  const on = { opened: () => told.push("opened"), taken: () => told.push("taken"), message: ({ t }) => told.push(t) };
  window.line = new Line("/booths/b1/line", on);
}"""


async def line(open_page: OpenPage) -> Page:
    page = await open_page("/booth/b1")
    await expect(page.locator("[data-service=kela-family]")).to_be_visible()
    await page.evaluate(PLAY)
    return page


async def asked(page: Page) -> int:
    return int(await page.evaluate("sockets.length"))


async def told(page: Page) -> list[str]:
    words: list[str] = await page.evaluate("told")
    return words


async def gone(page: Page) -> Any:
    return await page.evaluate("line.gone(performance.now())")


async def test_a_line_is_opened_when_it_is_wanted_and_again_when_it_breaks(open_page: OpenPage, point: Point) -> None:
    page = await line(open_page)
    assert (await asked(page), await gone(page)) == (0, 0)
    await page.evaluate("line.open(), line.open()")
    assert await page.evaluate("sockets.map((one) => one.address)") == [
        f"{point.url.replace('http', 'ws', 1)}/api/v1/booths/b1/line"
    ]
    assert await page.evaluate("line.send({ t: 'here' })") is False, "what cannot be sent is not kept"
    await page.evaluate(
        "sockets[0].opens(), line.send({ t: 'here' }), sockets[0].onmessage({ data: '{\"t\": \"ice\"}' })"
    )
    assert (await told(page), await gone(page)) == (["opened", '{"t":"here"}', "ice"], 0)
    await page.evaluate("sockets[0].ends(1006)")
    await until(lambda: page.evaluate("sockets.length === 2"), what="another one")
    assert await gone(page) > 200
    await page.evaluate('sockets[0].onmessage({ data: \'{"t": "late"}\' }), sockets[1].opens()')
    assert (await told(page))[3:] == ["opened"], "an old line says nothing"


async def test_a_line_that_is_not_wanted_any_more_stays_closed(open_page: OpenPage, point: Point) -> None:
    page = await line(open_page)
    await page.evaluate("line.open(), sockets[0].opens(), line.close(), sockets[0].ends(1000), line.renew(Infinity)")
    await page.evaluate("line.open(), sockets[1].ends(1006), line.close()")
    await asyncio.sleep(0.5)
    assert (await asked(page), await gone(page), await told(page)) == (2, 0, ["opened"])


async def test_a_line_that_another_page_has_is_opened_only_when_it_is_wanted_anew(
    open_page: OpenPage, point: Point
) -> None:
    page = await line(open_page)
    await page.evaluate("line.open(), sockets[0].opens(), sockets[0].ends(4409), line.renew(Infinity)")
    await asyncio.sleep(0.5)
    assert (await asked(page), await told(page)) == (1, ["opened", "taken"])
    assert await gone(page) > 400
    await page.evaluate("line.open(), sockets[1].opens()")
    assert (await told(page), await gone(page)) == (["opened", "taken", "opened"], 0)


async def test_a_line_that_may_be_dead_is_replaced_and_one_that_is_younger_stays(
    open_page: OpenPage, point: Point
) -> None:
    page = await line(open_page)
    await page.evaluate("window.before = performance.now(), line.open(), sockets[0].opens(), line.renew(before)")
    assert await asked(page) == 1
    await page.evaluate("line.renew(performance.now() + 1)")
    assert await page.evaluate("sockets.map((one) => one.closed)") == [True, False]
    await page.evaluate("sockets[0].ends(1006), line.renew(before)")
    assert await page.evaluate("sockets.map((one) => one.closed)") == [True, True, False], "it had no answer yet"
    await page.evaluate("sockets[2].ends(1006), line.renew(before)")
    assert await asked(page) == 4, "at once"
    await asyncio.sleep(0.5)
    assert await asked(page) == 4, "and once"
