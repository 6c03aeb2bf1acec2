"""The advisor's side of a talk with an expert, in a real Chromium with its fake camera and microphone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.booth.conftest import FAKE
from tests.booth.seen import moving, until
from tests.pages.conftest import ARGUMENTS
from tests.remote.support_scene import PANEL, advisor

pytestmark = [pytest.mark.long, pytest.mark.browser]

NO_DEVICES = """
const none = async () => { throw new DOMException("none", "NotFoundError"); };
const nothing = { getUserMedia: none, enumerateDevices: async () => [] };
if (navigator.mediaDevices) Object.assign(navigator.mediaDevices, nothing);
"""
ONLY_SOUND = """
const asked = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (asked) navigator.mediaDevices.getUserMedia = async (wish) => {
  if (wish.video) throw new DOMException("no camera", "NotFoundError");
  return asked(wish);
};
"""
INSECURE = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*ARGUMENTS, *FAKE])
        yield browser
        await browser.close()


async def test_an_advisor_asks_waits_meets_an_expert_writes_and_ends_it(chromium: Browser, tmp_path: Path) -> None:
    async with advisor(chromium, tmp_path) as one:
        page = one.page
        id_ = await one.ask()
        await one.stage("asked")
        await one.broker.say(t="outlook", session=id_, ahead=2, ready=1)
        await expect(page.locator(PANEL)).to_contain_text("Edellä on 2.")
        assert (await one.broker.order(id_, "ring"))["ok"]
        await one.stage("rings")
        assert await page.evaluate("window.witness.tracks.length") == 0, "nothing is opened before somebody answers"
        await one.answer(id_)
        await one.stage("talk")
        await expect(page.locator(f"{PANEL} h2")).to_have_text("Asiantuntija: Aino")
        await moving(page, f"{PANEL} video.expert")
        await moving(page, f"{PANEL} video.self")
        await moving(one.expert, "#seen")
        await expect(page.locator(".lights.on")).to_have_text("Kamera ja mikrofoni ovat päällä.")
        await one.broker.shows("connected", session=id_)

        await page.locator("[data-typing]").fill("Onko hakemus tullut?")
        await one.expert.wait_for_function("expert.text === 'Onko hakemus tullut?'")
        await page.locator("[data-typing]").fill("Onko hakemus tulossa?")
        await one.expert.wait_for_function("expert.text === 'Onko hakemus tulossa?'")
        await one.expert.evaluate("expert.talk.ctl({k: 'chat', text: 'Katson.'}), expert.talk.type('On tullut.')")
        await expect(page.locator(".theirs")).to_contain_text("Katson.")
        await expect(page.locator(".theirs .typed")).to_have_text("On tullut.")

        await page.click("[data-turn=video]")
        await one.expert.wait_for_function("expert.ctl.findLast((m) => m.k === 'muted').video === true")
        await expect(page.locator(".lights")).to_have_text("Mikrofoni on päällä, kamera ei.")
        await page.click("[data-turn=video]")
        await one.expert.evaluate("expert.share()")
        await moving(page, f"{PANEL} video.shared")

        await page.locator(f"{PANEL} .end").click()
        await expect(page.locator(PANEL)).to_have_count(0)
        await one.no_devices()
        await one.over()
        assert await one.outcomes() == ["completed"]
        await expect(page.locator(".current.serving")).to_be_visible()
        assert "tullut" not in await page.content()
        await expect(page.locator(".ask button")).to_be_enabled()


async def test_the_desk_goes_on_beside_the_talk_and_what_is_typed_presses_nothing(
    chromium: Browser, tmp_path: Path
) -> None:
    async with advisor(chromium, tmp_path) as one:
        page = one.page
        await one.meet()
        await page.locator("[data-typing]").press("F8")
        await page.locator("[data-typing]").press("F2")
        await expect(page.get_by_role("button", name="Lopeta palvelu")).to_be_visible()
        events = (await one.here.get("/events?limit=300", role="technician")).json["events"]
        assert not any(event["type"] == "luukku.service.held.v1" for event in events)
        await page.locator(".current").click()
        await page.locator("body").press("F2")
        await expect(page.get_by_role("button", name="Kirjaa ja lopeta")).to_be_visible()
        await asyncio.sleep(0.45)  # counter.js: a second press within 0.4 s is a slip
        await page.get_by_role("button", name="Kirjaa ja lopeta").click()
        await expect(page.locator(PANEL)).to_have_count(0)
        await one.no_devices()
        await one.over()
        assert await one.outcomes() == ["completed"]
        await expect(page.locator(".banners")).not_to_contain_text("asiantuntij")


async def test_an_end_by_the_expert_is_said_and_closes_camera_and_microphone(chromium: Browser, tmp_path: Path) -> None:
    async with advisor(chromium, tmp_path) as one:
        id_ = await one.meet()
        assert await one.open_devices() == 2
        assert (await one.broker.order(id_, "end", outcome="completed"))["ok"]
        await expect(one.page.locator(".banners")).to_contain_text("päättyi. Palvelu jatkuu.")
        await expect(one.page.locator(PANEL)).to_have_count(0)
        await one.no_devices()


async def test_a_page_that_is_loaded_anew_goes_on_and_a_second_one_takes_it_only_on_a_press(
    chromium: Browser, tmp_path: Path
) -> None:
    async with advisor(chromium, tmp_path) as one:
        id_ = await one.meet()
        await one.page.reload()
        await one.stage("talk")
        await moving(one.page, f"{PANEL} video.expert")
        other = await one.context.new_page()
        await other.goto(f"{one.way.url}/counter/1")
        await expect(other.locator(PANEL)).to_contain_text("auki toisessa ikkunassa")
        assert await one.open_devices(other) == 0
        await other.get_by_role("button", name="Jatka tässä").click()
        await moving(other, f"{PANEL} video.expert")
        await one.stage("elsewhere")
        await one.no_devices()
        await one.broker.shows("connected", session=id_)
        assert await one.outcomes() == []


async def test_the_point_s_pages_go_silent_and_the_talk_stays_in_sight(chromium: Browser, tmp_path: Path) -> None:
    deaf = """
    const Real = WebSocket;
    window.WebSocket = class extends Real {
      set onmessage(then) {
        super.onmessage = (event) => window.deaf && this.url.includes("stream") ? undefined : then(event);
      }
    };
    """
    async with advisor(chromium, tmp_path, script=deaf) as one:
        await one.meet()
        await one.page.evaluate("window.deaf = true")
        await expect(one.page.locator("main.stale")).to_be_visible()
        await one.stage("talk")
        await moving(one.page, f"{PANEL} video.expert")


async def test_a_network_that_died_without_a_word_is_missed_with_the_point_and_the_line_is_another(
    chromium: Browser, tmp_path: Path
) -> None:
    """No end is told that its connection is dead: what the browser still takes for a line leads nowhere."""
    async with advisor(chromium, tmp_path) as one:
        id_ = await one.meet()
        one.way.die()
        await expect(one.page.locator("main.stale")).to_be_visible()
        await expect(one.page.locator("main.stale")).to_have_count(0)
        await one.expert_anew(id_)
        await until(lambda: one.page.evaluate("window.witness.peers.length === 2"), what="the expert is heard again")
        await one.stage("talk")
        await moving(one.page, f"{PANEL} video.expert")
        await moving(one.expert, "#seen")


@pytest.mark.parametrize(
    ("script", "words", "open_"),
    [(NO_DEVICES, "Kameraa ja mikrofonia ei ole käytössä: kirjoita.", 0),
     (INSECURE, "Kameraa ja mikrofonia ei ole käytössä: kirjoita.", 0),
     (ONLY_SOUND, "Mikrofoni on päällä, kamera ei.", 1)],
    ids=["none", "insecure", "sound"],
)  # fmt: skip
async def test_a_counter_that_lacks_camera_or_both_is_heard_or_writes(
    chromium: Browser, tmp_path: Path, script: str, words: str, open_: int
) -> None:
    async with advisor(chromium, tmp_path, script=script) as one:
        await one.meet()
        await expect(one.page.locator(".lights")).to_have_text(words)
        assert await one.open_devices() == open_
        await expect(one.page.locator("[data-turn=video]")).to_be_disabled()
        await moving(one.page, f"{PANEL} video.expert")
        await one.page.locator("[data-typing]").fill("Hei")
        await one.expert.wait_for_function("expert.text === 'Hei'")


async def test_an_expert_who_leaves_is_waited_for_without_camera_and_another_one_is_met(
    chromium: Browser, tmp_path: Path
) -> None:
    async with advisor(chromium, tmp_path) as one:
        id_ = await one.meet()
        assert (await one.broker.order(id_, "drop", why="expert_left"))["ok"]
        await one.stage("asked")
        await one.no_devices()
        await one.expert.evaluate("expert.talk.close()")
        await one.answer(id_)
        await one.stage("talk")
        await moving(one.page, f"{PANEL} video.expert")


async def test_a_request_is_withdrawn_and_an_end_that_the_point_does_not_hear_is_said_again(
    chromium: Browser, tmp_path: Path
) -> None:
    async with advisor(chromium, tmp_path) as one:
        await one.meet()
        await one.page.route("**/api/v1/sessions/*/end", lambda route: route.abort())
        await one.page.locator(f"{PANEL} .end").click()
        await expect(one.page.locator(PANEL)).to_have_count(0)
        await one.no_devices()
        await one.page.unroute("**/api/v1/sessions/*/end")
        await one.over()
        assert await one.outcomes() == ["completed"]
        await one.ask()
        await one.page.get_by_role("button", name="Peru pyyntö").click()
        await expect(one.page.locator(PANEL)).to_have_count(0)
        await one.over()
        assert await one.outcomes() == ["completed", "customer_left"]
        assert await one.open_devices() == 0
