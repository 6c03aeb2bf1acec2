"""The info-TV in a real browser: true or dark, each call seen, hostile names harmless."""

import asyncio
import math
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.pages import audit, scenes
from tests.pages.conftest import OpenPage, pass_time, stop_time
from tests.pages.patience import PATIENCE_S, TRIES, in_time
from tests.pages.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SIZES = [(1920, 1080), (3840, 2160), (1080, 1920), (640, 360), (1280, 1024)]
DIGITS = """() => [...document.documentElement.innerText.matchAll(/\\p{N}/gu)].length
  + /\\p{N}/u.test(document.title) + [...document.querySelectorAll("[title],[aria-label],[alt]")].length"""
ROWS = "[...document.querySelectorAll('.called li')].map((row) => row.innerText.replace(/\\s+/g, ' ').trim())"
PULSING = "document.querySelectorAll('.called li.pulsing').length"
NO_LOOKS_BY_TIMER = """() => {
  const later = window.setTimeout;
  for (let id = later(() => 0, 0); id > 0; id -= 1) clearInterval(id);  // no turn of the languages either
  window.setTimeout = (what, ...more) => what.name === "see" ? 0 : later(what, ...more);
}"""
PULSES = """(ms) => new Promise((done) => {
  const grounds = [];
  const look = () => grounds.push(getComputedStyle(document.querySelector(".called li")).backgroundColor);
  const looking = setInterval(look, 20);
  setTimeout(() => { clearInterval(looking); done(grounds); }, ms);
})"""


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(state=scenes.tv(sound=False))
    await stage.start()
    yield stage
    await stage.stop()


async def until(page: Page, expression: str) -> None:
    """Asks again and again; the pages' own rules forbid Playwright's way of waiting for an expression."""
    async with asyncio.timeout(PATIENCE_S):
        while not await page.evaluate(expression):
            await asyncio.sleep(0.05)


async def tv(open_page: OpenPage, size: tuple[int, int] = (1920, 1080)) -> Page:
    return await open_page("/tv/lobby", *size, ready="header .clock:not(:empty)")


async def test_a_number_that_is_called_to_a_booth_stands_with_its_whole_name(open_page: OpenPage, stage: Stage) -> None:
    booth = {"counter": "", "booth": "b1", "counter_label": "Etäpalveluhuone"}
    stage.state = scenes.tv(sound=False, called=[scenes.call("K042", "") | booth, *stage.state["called"]])
    page = await tv(open_page)
    assert (await page.evaluate(ROWS))[0] == "K 042 Vuorosi Etäpalveluhuone"
    label = page.locator(".called li").first.locator(".counter")
    assert await label.evaluate("(one) => one.firstElementChild.getClientRects().length") == 1, "no word is broken"


async def test_called_numbers_stand_with_their_counters_and_the_newest_stands_out(open_page: OpenPage) -> None:
    page = await tv(open_page)
    rows = await page.evaluate(ROWS)
    assert rows[0] == "T 013 Vuorosi 2"
    assert rows[1] == "P 017 Din tur, nytt anrop 4"
    assert await page.locator(".fresh").count() == 1
    assert await page.locator(".called h2").inner_text() == "Nyt palvellaan · Nu betjänas"


async def test_no_digit_is_left_when_the_link_only_goes_silent(open_page: OpenPage, stage: Stage) -> None:
    page = await tv(open_page)
    clock = asyncio.get_running_loop().time

    async def silent() -> float:
        stage.silent = False
        await until(page, f"({DIGITS})() > 0")
        stage.silent, began = True, clock()
        await until(page, f"({DIGITS})() === 0")
        return clock() - began

    await in_time(6.5, silent)
    text = await page.inner_text("body")
    for words in ("Näyttö ei ole ajan tasalla", "Skärmen är inte", "This screen is not", "Šearbma ii leat"):
        assert words in text
    await page.wait_for_timeout(3000)
    assert await page.evaluate(f"({DIGITS})()") == 0
    assert await audit.occlusion(page) == []


async def test_no_digit_is_left_when_the_daemon_dies_and_the_right_ones_come_back(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await tv(open_page)
    port = int(stage.url.rsplit(":", 1)[1])
    clock, back = asyncio.get_running_loop().time, list[float]()

    async def dies() -> float:
        began = clock()
        await stage.stop()
        await until(page, f"({DIGITS})() === 0")
        blank = clock() - began
        stage.state = scenes.tv(sound=False, called=[scenes.call("K077", "3")])
        stage.seq, stage._sockets, began = 1, {}, clock()
        await stage.start(port)
        await until(page, f"{ROWS}[0] === 'K 077 Vuorosi 3'")
        back.append(clock() - began)
        return blank if back[-1] <= 5.5 else math.inf

    await in_time(6.5, dies)


async def test_a_missed_change_is_fetched_anew_not_guessed(open_page: OpenPage, stage: Stage) -> None:
    page = await tv(open_page)
    stage.state = scenes.tv(sound=False, called=[scenes.call("V099", "1")])
    stage.seq = 7
    await stage.say_all({"t": "delta", "from": 6, "seq": 7, "patch": {"called": []}})
    await until(page, f"{ROWS}[0] === 'V 099 Vuorosi 1'")
    async with asyncio.timeout(PATIENCE_S):  # said once it is painted
        while {"t": "shown", "seq": 7} not in stage.heard:
            await asyncio.sleep(0.05)


async def test_a_recall_pulses_again_and_says_so(open_page: OpenPage, stage: Stage) -> None:
    page = await tv(open_page)
    await stop_time(page)
    await stage.push({"called": [scenes.call("K050", "1")]})
    await until(page, f"{PULSING} > 0")
    turns = [0]
    while len(turns) <= TRIES and turns[-1] < 3:  # a busy machine draws few of them
        grounds = await page.evaluate(PULSES, 3000)
        assert len(set(grounds)) <= 2, "two grounds take turns"
        turns.append(sum(one != other for one, other in pairwise(grounds)))
    assert turns[-1] >= 3 and max(turns) <= 8, "about one pulse a second, no flash"
    await pass_time(page, 5.1)
    await until(page, f"{PULSING} === 0")
    assert await page.locator(".fresh").count() == 1, "it stands out longer than it pulses"
    await stage.push({"called": [scenes.call("K050", "1", 2)]})
    await until(page, f"{PULSING} > 0")
    assert (await page.evaluate(ROWS))[0] == "K 050 Vuorosi, uusi kutsu 1"


async def test_a_row_stops_pulsing_also_when_a_heartbeat_looks_before_the_timer(
    open_page: OpenPage, stage: Stage
) -> None:
    page = await tv(open_page)
    await page.evaluate(NO_LOOKS_BY_TIMER)
    await stop_time(page)
    await stage.push({"called": [scenes.call("K050", "1")]})
    await until(page, f"{PULSING} > 0")
    await pass_time(page, 5.1)
    await until(page, f"{PULSING} === 0")
    assert await page.locator(".fresh").count() == 1


async def test_a_call_stands_out_for_at_least_twelve_seconds_then_rests(open_page: OpenPage, stage: Stage) -> None:
    page = await tv(open_page)
    await stop_time(page)
    await stage.push({"called": [scenes.call("K050", "1")]})
    await page.wait_for_selector(".fresh")
    await pass_time(page, 12)
    await page.wait_for_timeout(1500)  # a heartbeat looks
    assert await page.locator(".fresh").count() == 1
    await pass_time(page, 3.1)
    await page.wait_for_selector(".fresh", state="detached")


async def test_an_old_call_is_not_announced_by_a_page_that_starts_later(open_page: OpenPage, stage: Stage) -> None:
    stage.state = scenes.tv(sound=False, called=[scenes.call("K050", "1", at=scenes.LONG_AGO)])
    page = await tv(open_page)
    await page.wait_for_timeout(1500)
    assert await page.locator(".fresh").count() == 0


async def test_nothing_moves_for_those_who_asked_for_no_motion(open_page: OpenPage, stage: Stage) -> None:
    page = await tv(open_page)
    await stop_time(page)
    await stage.push({"called": [scenes.call("K050", "1")]})
    await until(page, f"{PULSING} > 0")
    await page.emulate_media(reduced_motion="reduce")
    await page.wait_for_timeout(200)
    assert await page.evaluate("document.getAnimations().length") == 0
    assert await page.locator(".fresh.pulsing").count() == 1
    assert len(set(await page.evaluate(PULSES, 1500))) == 1


async def test_a_thousand_calls_leave_the_page_as_small_as_before(open_page: OpenPage, stage: Stage) -> None:
    page = await tv(open_page)

    async def calls(first: int, last: int) -> int:
        for n in range(first, last):
            rows = [scenes.call(f"K{k:03}", str(k % 4 + 1), k // 10 + 1) for k in range(n, n - 4, -1)]
            await stage.push({"called": rows, "next": [f"K{n + 1:03}", f"K{n + 2:03}"]})
            if n % 50 == 0:
                await asyncio.sleep(0.02)
        await until(page, f"{ROWS}[0]?.startsWith('K {last - 1:03}')")
        return int(await page.evaluate("document.querySelectorAll('*').length"))

    before = await calls(10, 14)
    assert await calls(14, 1014) == before


async def test_hostile_names_neither_run_nor_push_numbers_away(open_page: OpenPage, stage: Stage) -> None:
    bad = scenes.HOSTILE
    stage.state = scenes.tv(
        sound=False, message={"fi": bad}, point={"id": "x", "name": {"fi": bad}}, date_text={"fi": bad},
        called=[scenes.call("K042", "2"), scenes.call("K043", bad, 2)],
        queues=[scenes.queue(f"q{n}", {"fi": bad}, 99, 9000) for n in range(7)],
    )  # fmt: skip
    for size in SIZES:
        page = await tv(open_page, size)
        assert await page.title() == "Luukku"
        assert await page.locator("img").count() == 0
        assert (await page.evaluate(ROWS))[0] == "K 042 Vuorosi 2"
        for selector in (".called .number", ".clock", "td.count", ".next li:first-child"):
            for box in [await one.bounding_box() for one in await page.locator(selector).all()]:
                assert box and box["x"] >= 0 and box["x"] + box["width"] <= size[0], (size, selector)
                assert box["y"] >= 0 and box["y"] + box["height"] <= size[1], (size, selector)
        await page.context.close()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_word_is_seen_whole_in_every_language(
    open_page: OpenPage, stage: Stage, size: tuple[int, int]
) -> None:
    letters = zip("KVTDPNMH", range(1, 9), strict=True)
    many = [scenes.call(f"{c}0{n}7", str(n + 5), n % 3, lang="sv") for c, n in letters]
    page = await tv(open_page, size)
    for lang in scenes.LANGUAGES:
        for state in (
            scenes.tv(sound=False), scenes.tv(sound=False, called=many, next=[f"K{n:03}" for n in range(10)]),
            scenes.tv(sound=False, called=[], next=[]), scenes.tv(sound=False, issuing="closed"),
            scenes.tv(sound=False, issuing="closed", called=[], next=[]),
            scenes.tv(sound=False, issuing="journal_full"),
            scenes.tv(sound=False, issuing="clock_not_set"),
        ):  # fmt: skip
            await stage.push(state | {"languages": [lang]})
            await until(page, f"!document.querySelector('.date') || document.querySelector('.date').lang === '{lang}'")
            await page.wait_for_timeout(60)
            assert await audit.occlusion(page) == [], (lang, state["issuing"])
            assert await audit.broken_words(page) == [], lang


async def test_states_without_numbers_say_why(open_page: OpenPage, stage: Stage) -> None:
    stage.state = scenes.tv(sound=False, issuing="clock_not_set")
    page = await open_page("/tv/lobby", 1920, 1080, ready=".notices")
    await page.get_by_text("Kellonaika ei ole varma").wait_for()
    assert await page.evaluate(f"({DIGITS})()") == 0
    await stage.push({"issuing": "closed", "called": [], "next": []})
    await page.get_by_text("Avataan maanantaina 23.11. klo 8.00").wait_for()


async def test_a_page_that_is_not_signed_in_says_so_to_a_technician(open_page: OpenPage, stage: Stage) -> None:
    stage.authorised = False
    page = await open_page("/tv/lobby", 1920, 1080, ready=".notices")
    await page.get_by_text("Tätä näyttöä ei ole kirjattu sisään").wait_for()


CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll(".called li :is(.number, .word, .counter)")].map((one) => {
    const pair = [getComputedStyle(one).color, getComputedStyle(one.closest("li")).backgroundColor].map(light);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  });
}"""


async def test_axe_finds_nothing_and_called_rows_have_strong_contrast_while_they_pulse(open_page: OpenPage) -> None:
    page = await tv(open_page)
    assert [one for one in await audit.axe(page) if not one.startswith("color-contrast: <b")] == []
    for _ in range(12):
        found = await page.evaluate(CONTRAST)
        assert len(found) == 12 and min(found) >= 5.5
        await page.wait_for_timeout(90)
