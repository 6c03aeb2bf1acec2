"""Nothing of an expert or a customer goes further than it may: captions, screen, voice, and what the next one sees."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from controller.central.experts import hashed_token
from tests.central.desk_rig import desk
from tests.central.line_rig import TOKEN, enlisted
from tests.central.rig import PATIENCE_S, central_process

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LISTENER = """
window.listeners = [];
window.SpeechRecognition = class {
  static available = async () => "available";
  start() { window.listeners.push(this); }
  abort() { window.listeners = window.listeners.filter((one) => one !== this); }
};
window.speak = (one, transcript) => one.onresult({ results: [Object.assign([{ transcript }], { isFinal: true })] });
"""
PICKER = """
navigator.mediaDevices.getDisplayMedia = () => new Promise((choose) => {
  window.choose = () => {
    const stream = document.createElement("canvas").captureStream(1);
    window.chosen = stream.getVideoTracks()[0];
    choose(stream);
  };
});
"""
STILL = """
(async () => {
  const before = await booth.voice();
  await new Promise((done) => setTimeout(done, 400));
  return (await booth.voice()) === before;
})()
"""
DRAWN = "new Promise((done) => setTimeout(done))"  # whatever was begun by a promise has been done


async def until(page: Page, promised: str) -> None:
    """Until what is promised is so: Playwright's own waiting takes any promise for a yes."""
    async with asyncio.timeout(PATIENCE_S):
        while not await page.evaluate(promised):
            await asyncio.sleep(0.05)


async def test_who_is_muted_or_on_hold_is_not_captioned(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central, script=LISTENER) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click("text=Captions")
        await page.evaluate("window.first = listeners[0]; speak(first, 'Good day')")
        await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'caption' && m.text === 'Good day')")
        for key in ("F4", "F8"):
            await page.keyboard.press(key)
            await one.wait("listeners.length === 0")
            await page.evaluate("speak(first, 'a secret')")
            await page.keyboard.press(key)
            await one.wait("listeners.length === 1")
        await page.evaluate("speak(listeners[0], 'Here again')")
        await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'caption' && m.text === 'Here again')")
        said = await booth.page.evaluate("booth.heard.ctl.filter((m) => m.k === 'caption').map((m) => m.text)")
        assert said == ["Good day", "Here again"]


async def test_a_screen_that_is_chosen_when_the_call_is_over_is_nobodys(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central, script=PICKER) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click("text=Share screen")
        await one.wait("Boolean(window.choose)")
        await booth.draw(state="ended", cause="customer_left", expert=None)
        await expect(page.locator(".card.over")).to_be_visible()
        await page.evaluate("choose()")
        await one.wait("chosen.readyState === 'ended'")
        await booth.draw(state="queued", cause=None)
        await one.answer()
        assert await page.locator(".sharing").count() == 0
        await page.click("text=Share screen")
        await page.evaluate("choose()")
        await page.evaluate("window.first = chosen")
        await expect(page.locator(".sharing")).to_be_visible()
        await page.click("text=Stop sharing")
        await one.wait("first.readyState === 'ended'")


async def test_of_two_screens_that_were_chosen_the_first_is_given_back(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central, script=PICKER) as one:
        page = one.page
        await one.sign_in()
        await one.answer()
        await page.click("text=Share screen")
        await page.evaluate("void (window.one = choose)")  # a function would be called
        await page.click("text=Share screen")
        await page.evaluate("one()")
        await page.evaluate("window.first = chosen; choose()")
        await one.wait("first.readyState === 'ended' && chosen.readyState === 'live'")


async def test_on_hold_the_screen_is_not_seen_either(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click("text=Share screen")
        screen = "booth.heard.ctl.findLast((m) => m.k === 'screen')?.on === "
        await booth.page.wait_for_function(screen + "true")
        await page.keyboard.press("F8")
        await booth.page.wait_for_function(screen + "false")
        await page.keyboard.press("F8")
        await booth.page.wait_for_function(screen + "true")


async def test_a_sign_in_that_ran_out_does_not_end_a_call_and_is_asked_for_after_it(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.route("**/api/v1/expert/me", lambda route: route.fulfill(status=401, body="{}"))
        async with page.expect_response("**/api/v1/expert/me"):
            await page.evaluate("dispatchEvent(new Event('online'))")
        await page.evaluate(DRAWN)
        await page.keyboard.press("F8")
        await expect(page.locator(".notice.warning")).to_contain_text("neither hears nor sees")
        await booth.draw(state="ended", cause="customer_left", expert=None)
        await expect(page.locator(".card.over")).to_be_visible()
        await page.evaluate("dispatchEvent(new Event('online'))")
        await expect(page.locator("#token")).to_be_visible()


async def test_who_signs_out_leaves_nothing_for_the_next_at_this_desk(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await booth.draw(state="ended", cause="customer_left", expert=None)
        await expect(page.locator(".card.over")).to_be_visible()
        await page.click("text=Sign out")
        await page.fill("#token", TOKEN + "8")
        await page.keyboard.press("Enter")
        await expect(page.locator(".who")).to_contain_text("Kaisa")
        await expect(page.locator(".card.over")).to_have_count(0)


async def test_an_expert_whose_sign_in_was_taken_back_makes_nobody_else_ready(
    tmp_path: Path, desk_browser: Browser
) -> None:
    enlisted(tmp_path)
    async with central_process(tmp_path) as central, desk(desk_browser, central.url) as one:
        page = one.page
        await one.sign_in()
        await page.keyboard.press("F2")
        await expect(page.locator(".card.state.ready")).to_be_visible()
        await central.stop()
        listed = (tmp_path / "experts.json").read_text()
        (tmp_path / "experts.json").write_text(listed.replace(hashed_token(TOKEN), hashed_token(TOKEN + "new")))
        await central.start()
        await page.fill("#token", TOKEN + "8", timeout=20_000)
        await page.keyboard.press("Enter")
        await expect(page.locator(".who")).to_contain_text("Kaisa")
        await page.evaluate(DRAWN)
        await expect(page.locator("header .ready button >> nth=1")).to_have_attribute("aria-pressed", "true")
        await expect(page.locator(".state button.primary")).to_be_enabled()


async def test_in_the_emergency_the_customer_hears_the_expert_and_at_no_other_time(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await booth.page.evaluate("booth.ctl({k: 'muted', audio: true, video: true})")
        await expect(page.locator(".customer")).to_contain_text("turned the camera off")
        assert await booth.page.evaluate("booth.voice()") == 0
        await booth.page.evaluate("booth.killPage()")
        await booth.draw(state="reconnecting", legs={"page": False, "media": True})
        await expect(page.locator(".banners")).to_contain_text("hears you but does not see")
        await expect(page.locator(".customer")).not_to_contain_text("turned the camera off")
        await until(booth.page, "booth.voice().then((n) => n > 20)")
        await one.shot("emergency")
        await page.keyboard.press("F4")
        await expect(page.locator(".banners")).to_contain_text("neither hears nor sees")
        await until(booth.page, STILL)
