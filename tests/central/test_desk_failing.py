"""What fails at the desk is said, passes by itself where it can, and is never waited for without an end."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.central.desk_rig import desk

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

IMPATIENT = """
const later = window.setTimeout;
window.patience = 300;
window.setTimeout = (then, ms, ...more) => later(then, ms === 60_000 ? patience : ms, ...more);
"""
QUIET = """
window.quiet = true;
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (!window.quiet || !this.matches(".customer > video")) return play.call(this);
  return Promise.reject(new DOMException("no press yet", "NotAllowedError"));
};
"""
UNREADABLE = """
for (const way of ["text", "arrayBuffer"]) {
  const read = Blob.prototype[way];
  Blob.prototype[way] = function () {
    return window.gone === way ? Promise.reject(new DOMException("it was deleted", "NotFoundError")) : read.call(this);
  };
}
"""
LOUDSPEAKERS = """
window.sinks = [];
Object.defineProperty(HTMLMediaElement.prototype, "sinkId", { get() { return sinks.at(-1) ?? ""; } });
HTMLMediaElement.prototype.setSinkId = async (id) => { sinks.push(id); };
"""
HANGING = """
window.hung = 0;
const take = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (description) {
  const isBooth = this.getTransceivers()[0]?.direction === "recvonly";
  if (!isBooth || window.hung) return take.call(this, description);
  window.hung += 1;
  return new Promise(() => {});
};
"""
COUNTED = """
import("/ui/shared/talk.js").then(({ Talk }) => {
  const opened = Talk.prototype.lineOpened;
  window.opened = 0;
  Talk.prototype.lineOpened = function () {
    window.opened += 1;
    return opened.call(this);
  };
})
"""
NEWEST_IN_SIGHT = """
(() => {
  const box = document.querySelector(".theirs");
  const lowest = (element) => element.getBoundingClientRect().bottom;
  return box.scrollHeight > box.clientHeight && lowest(box.firstElementChild) <= lowest(box);
})()
"""
PDF = {"name": "paatos.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n" + b"x" * 2000 + b"\n%%EOF\n"}


async def test_a_picture_that_nobody_answers_for_is_given_up(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central, script=IMPATIENT) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click("#tab-files")
        asked = await one.still_asked()
        await expect(page.locator(f"[data-file='{asked}'] [role=status]")).to_contain_text("did not answer")
        await expect(page.locator(".document .still")).to_be_enabled()
        await booth.page.evaluate("booth.deaf()")
        await page.evaluate("window.patience = 60_000")
        asked = await one.still_asked()
        await page.evaluate("window.patience = 300")
        await booth.page.evaluate("(id) => booth.ctl({k: 'still_may', id, ok: true})", asked)
        await expect(page.locator(f"[data-file='{asked}'] [role=status]")).to_contain_text("the connection broke")
        await expect(page.locator(".document .still")).to_be_enabled()


async def test_when_the_point_is_reached_again_what_nobody_heard_is_said_again_at_once(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.evaluate(COUNTED)
        await booth.line.socket.close()
        await expect(page.locator(".banners")).to_contain_text("controller is not connected")
        assert await page.evaluate("window.opened") == 0
        await booth.line_again(one.room)
        await one.wait("window.opened === 1")


async def test_a_customer_whose_page_dies_is_asked_for_no_picture_any_more(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click("#tab-files")
        asked = await one.still_asked()
        await booth.page.evaluate("booth.killPage()")
        status = page.locator(f"[data-file='{asked}'] [role=status]")
        await expect(status).to_contain_text("the connection broke")


async def test_on_hold_the_booth_gives_no_picture_and_the_desk_says_why(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click("#tab-files")
        await booth.page.evaluate("booth.deaf()")
        asked = await one.still_asked()
        await booth.page.evaluate("(id) => booth.ctl({k: 'still_may', id, ok: true})", asked)
        await one.wait("document.querySelector('.document .still').disabled")
        await booth.page.evaluate("(id) => booth.refuse(id, 'held')", asked)
        await expect(page.locator(f"[data-file='{asked}'] [role=status]")).to_contain_text("on hold")


async def test_the_sound_is_played_at_a_press_and_then_nobody_asks_any_more(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central, script=QUIET) as one:
        page = one.page
        await one.sign_in()
        await one.answer()
        await page.click("text=Play sound")
        await expect(page.locator("text=Play sound")).to_be_visible()
        await page.evaluate("window.quiet = false")
        await page.click("text=Play sound")
        await expect(page.locator("text=Play sound")).to_have_count(0)


async def test_a_file_that_cannot_be_read_is_said_so(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central, script=UNREADABLE) as one:
        page = one.page
        await one.sign_in()
        await one.answer()
        await page.click("#tab-files")
        await page.evaluate("window.gone = 'text'")
        await page.set_input_files("input[type=file]", PDF)  # type: ignore[arg-type]  # why: a TypedDict
        await expect(page.locator(".notice.alert")).to_contain_text("can not be read")
        await page.evaluate("window.gone = 'arrayBuffer'")
        await page.set_input_files("input[type=file]", PDF)  # type: ignore[arg-type]  # why: a TypedDict
        await expect(page.locator("li.print.failed [role=status]")).to_contain_text("can not be read")


async def test_another_loudspeaker_is_heard_at_once(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central, script=LOUDSPEAKERS) as one:
        page = one.page
        await one.sign_in()
        await one.answer()
        await page.click("header [data-panel=devices]")
        choice = page.locator(".devices select").nth(2)
        wanted = await choice.locator("option").last.get_attribute("value")
        assert wanted
        await choice.select_option(wanted)
        await one.wait(f"sinks.at(-1) === {wanted!r}")


async def test_a_connection_to_the_booth_that_hangs_holds_up_none_after_it(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central, script=HANGING) as one:
        await one.sign_in()
        await one.answer()  # with a document on it
        assert await one.page.evaluate("hung") == 1


async def test_the_focus_comes_back_to_where_it_was_and_what_is_typed_is_read_in_words(
    desk_central: str, desk_browser: Browser, tmp_path: Path
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.focus("#mine")
        await page.keyboard.press("F9")
        await expect(page.locator("form[data-form=hand_over]")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#mine")).to_be_focused()
        await booth.page.evaluate("booth.type('rivi\\u2028'.repeat(60) + 'viimeinen')")
        await expect(page.locator("[role=status].only-heard")).to_contain_text("viimeinen")
        assert await page.evaluate(NEWEST_IN_SIGHT)
        await page.keyboard.press("Shift+F4")
        await booth.page.wait_for_function("booth.heard.ctl.findLast((m) => m.k === 'muted')?.video === true")
        asked = await one.still_asked()
        await booth.page.evaluate("(id) => booth.ctl({k: 'still_may', id, ok: true})", asked)
        await page.click("#tab-files")
        await page.click("button.thumb", timeout=30_000)
        await expect(page.locator("dialog.viewer:modal")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("button.thumb")).to_be_focused()
