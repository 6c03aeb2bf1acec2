"""No camera and no microphone without consent; and what stands there when there is none, or no service."""

import pytest
from playwright.async_api import Page, expect

from kiosk_ui.messages import Messages
from tests.booth import states
from tests.booth.conftest import OpenPage
from tests.booth.meeting import agree
from tests.booth.point import Point
from tests.booth.seen import live_tracks, until
from tests.pages.conftest import tap
from tests.pages.ears import falls_silent, sounds
from tests.pages.stage import problem

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")


async def test_no_device_is_opened_before_consent_and_ringing(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=kela-family]")
    await expect(booth.locator(".consent-text")).to_contain_text("Kuvaa ja ääntä ei tallenneta.")
    assert point.posts("/booths/b1/sessions") == [], "nothing is asked for without consent"
    await tap(booth, "[data-agree]")
    await expect(booth.locator("main.waiting")).to_contain_text("Edelläsi on 1 asiakas.")
    await expect(booth.locator("main.waiting")).to_contain_text(T.text("booth-devices-off"))
    asked = point.posts("/booths/b1/sessions")
    assert [one.body for one in asked] == [{"service": "kela-family", "language": "fi"}] and asked[0].key
    assert point.said("here")[-1] == {
        "t": "here",
        "consent": "2026-11",
        "session": "r-1",
        "devices": {"camera": True, "microphone": True, "speaker": True},
    }
    assert await booth.evaluate("window.witness.tracks.length") == 0, "the wait is private"
    await point.order("ring")
    await until(lambda: live_tracks(booth), what="devices open from ringing on")
    await expect(booth.locator("main.waiting")).to_contain_text(T.text("booth-devices-on"))


async def test_who_needs_an_interpreter_says_into_which_language(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-language=sv]")
    await tap(booth, "[data-service=kela-family]")
    await booth.click("[data-interpreter]")
    await expect(booth.locator("[data-interpreter]")).to_have_attribute("aria-pressed", "true")
    await tap(booth, "[data-agree]")
    await expect(booth.locator("main.waiting")).to_be_visible()
    assert [one.body for one in point.posts("/booths/b1/sessions")] == [
        {"service": "kela-family", "language": "sv", "interpreter": "sv"}]  # fmt: skip


@pytest.mark.parametrize("then", ["a session made elsewhere", "an appointment's code"])
async def test_who_agreed_to_a_session_that_never_began_agreed_to_none_of_the_next(
    open_page: OpenPage, point: Point, then: str
) -> None:
    """A consent without a session goes with the customer who leaves by Home."""
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=kela-family]")
    point.answers = [problem("too-many", 429)]
    await tap(booth, "[data-agree]")
    await expect(booth.locator("[data-home]")).to_be_visible()
    await tap(booth, "[data-home]")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    if then == "a session made elsewhere":
        await point.begin()
    else:
        await tap(booth, "[data-way=appointment]")
        for key in ("1", "3", "Enter"):
            await booth.keyboard.press(key)
    await expect(booth.locator(".consent-text")).to_be_visible()
    await point.order("ring")
    await until(lambda: _state(booth, "consent"), what="the question stands")
    assert await booth.evaluate("window.witness.tracks.length") == 0
    assert {one["consent"] for one in point.said("here")} == {None}


async def _state(booth: Page, screen: str) -> bool:
    return bool(await booth.evaluate("(one) => document.documentElement.dataset.screen === one", screen))


async def test_of_a_session_that_follows_at_once_upon_another_the_customer_is_asked_and_finds_nothing_of_the_last(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="connected")
    await agree(booth)
    await until(lambda: live_tracks(booth), what="devices of the first")
    await booth.click("[data-turn=microphone]")
    await booth.click("[data-turn=text]")
    for letter in "oma":
        await booth.click(f'[data-letter="{letter}"]')
    await expect(booth.locator("[data-mine]")).to_contain_text("oma")
    await point.push({"session": states.session(id="r-2", state="connected", language="sv")})
    await expect(booth.locator(".consent-text")).to_be_visible()
    assert await live_tracks(booth) == 0 and await booth.evaluate("sessionStorage.length") == 0
    assert "r-2" not in {one["session"] for one in point.said("here")}
    await agree(booth)
    await until(lambda: live_tracks(booth), what="devices of the second")
    await expect(booth.locator(".text-panel")).to_have_count(0)
    await expect(booth.locator("[data-turn=microphone]")).not_to_have_attribute("data-off", "")
    await until(lambda: booth.evaluate("window.witness.tracks.slice(2).every((one) => one.enabled)"), what="sound")
    await booth.click("[data-turn=text]")
    await expect(booth.locator("[data-mine]")).not_to_contain_text("oma")


async def test_a_session_made_elsewhere_still_asks_the_customer_first(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="connected")
    await expect(booth.locator(".consent-text")).to_be_visible()
    await booth.wait_for_timeout(500)
    assert await booth.evaluate("window.witness.tracks.length") == 0
    await tap(booth, "[data-decline]")
    await expect(booth.locator("html[data-screen=ended]")).to_be_attached()
    assert [one.body for one in point.posts("/sessions/r-1/end")] == [{"declined": True}], "the number is kept"
    assert await booth.evaluate("window.witness.tracks.length") == 0


async def test_consent_to_one_text_is_none_to_another(open_page: OpenPage, point: Point) -> None:
    point.state["session"] = states.session(state="connected", consent="2025-01")
    booth = await open_page("/booth/b1")
    await expect(booth.locator(".consent-text")).to_be_visible()
    assert await booth.evaluate("window.witness.tracks.length") == 0


async def test_who_does_not_agree_goes_back_and_nothing_was_asked_for(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-service=vero-tax]")
    await tap(booth, "[data-decline]")
    await expect(booth.locator("[data-service=vero-tax]")).to_be_visible()
    assert point.posts("/booths/b1/sessions") == []


async def test_the_consent_is_said_to_everybody_in_the_chosen_language_and_a_touch_cuts_it(
    open_page: OpenPage, point: Point
) -> None:
    point.speech = True
    booth = await open_page("/booth/b1")
    await tap(booth, "[data-language=sv]")
    await tap(booth, "[data-service=kela-family]")
    await sounds(booth)
    said = point.posts("/speech")[-1].body
    assert said["language"] == "sv" and "Bild och ljud sparas inte." in said["text"]
    await booth.click("header")
    await falls_silent(booth)
    await tap(booth, "[data-listen]")
    await sounds(booth)
    await tap(booth, "[data-agree]")
    await falls_silent(booth)


NOTHING = {
    "not_in_use": ({"services": []}, "booth-not-in-use-title"),
    "closed": ({"services": [one | {"open": False} for one in states.booth()["services"]]}, "booth-closed-title"),
}


@pytest.mark.parametrize("name", NOTHING)
async def test_what_cannot_be_had_is_said_plainly(open_page: OpenPage, point: Point, name: str) -> None:
    patch, words = NOTHING[name]
    point.state |= patch
    booth = await open_page("/booth/b1")
    await expect(booth.locator("h1")).to_have_text(T.text(words))


async def test_a_full_queue_stays_in_sight_and_says_that_it_is_full(open_page: OpenPage, point: Point) -> None:
    first, *others = point.state["services"]
    point.state["services"] = [first | {"full": True}, *others]
    booth = await open_page("/booth/b1")
    row = booth.locator(f"[data-service={first['id']}]")
    await expect(row).to_be_disabled()
    await expect(row).to_contain_text(T.text("kiosk-full"))
    await booth.keyboard.press("1")
    await expect(booth.locator("h1")).to_have_text(T.text("booth-question"))
    await expect(booth.locator(f"[data-service={others[0]['id']}]")).to_be_enabled()


async def test_a_booth_without_camera_and_microphone_is_out_of_order_and_one_without_camera_goes_on(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    await booth.evaluate("""() => {
      navigator.mediaDevices.enumerateDevices = async () => [{ kind: "audiooutput" }];
      navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    }""")
    await expect(booth.locator("h1")).to_have_text(T.text("booth-out-title"))
    await booth.evaluate("""() => {
      navigator.mediaDevices.enumerateDevices = async () => [{ kind: "audioinput" }, { kind: "audiooutput" }];
      navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    }""")
    await expect(booth.locator("h1")).to_have_text(T.text("booth-question"))
    assert point.said("here")[-1]["devices"] == {"camera": False, "microphone": True, "speaker": True}


async def test_a_camera_that_is_pulled_out_leaves_the_sound_and_is_opened_again(
    open_page: OpenPage, point: Point
) -> None:
    booth = await open_page("/booth/b1")
    await point.begin(state="ringing", consent="2026-11")
    await until(lambda: live_tracks(booth), what="devices")
    await booth.evaluate("""() => {
      const camera = window.witness.tracks.find((one) => one.kind === "video");
      camera.stop();
      camera.dispatchEvent(new Event("ended"));
    }""")
    live_cameras = "window.witness.tracks.filter((one) => one.kind === 'video' && one.readyState === 'live').length"
    await until(lambda: booth.evaluate(f"{live_cameras} === 1"))
    await until(lambda: _is(booth, 2), what="the old microphone was given back")


async def _is(booth: Page, n: int) -> bool:
    return await live_tracks(booth) == n


async def test_a_frozen_point_takes_the_page_away_before_a_session(open_page: OpenPage, point: Point) -> None:
    booth = await open_page("/booth/b1")
    await expect(booth.locator("[data-service=kela-family]")).to_be_visible()
    point.silent = True
    await expect(booth.locator("section[lang=se]")).to_be_visible()
