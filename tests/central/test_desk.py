"""The expert's desk in a real Chromium, with a booth whose two ends are real WebRTC (tests/central/desk_rig.py)."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.central.desk_rig import desk
from tests.central.line_rig import TOKEN, enlisted
from tests.central.rig import central_process

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_expert_signs_in_answers_talks_and_ends(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await page.goto(f"{one.url}/expert")
        await page.fill("#token", "E7.wrong")
        await page.keyboard.press("Enter")
        await expect(page.locator("#fault")).to_contain_text("not valid")
        await one.shot("sign-in")
        await page.fill("#token", TOKEN)
        await page.keyboard.press("Enter")
        await expect(page.locator(".nobody")).to_be_visible()
        await one.shot("nobody")
        await booth.draw("r-2", mode="appointment", language="se", number=None, interpreter=True)
        await one.answer()
        await one.shot("talk")
        await expect(page.locator(".about")).to_contain_text("Housing allowance")
        assert await booth.page.evaluate("booth.frames()") > 0
        await page.locator("[data-panel=end]").click()
        await expect(page.locator("form[data-form=end]")).to_be_visible()
        await one.shot("end")
        await asyncio.sleep(0.5)
        await page.keyboard.press("1")
        await page.keyboard.press("F2")
        await expect(page.locator(".card.over")).to_contain_text("recorded")
        [order] = booth.told("end")
        assert (order["outcome"], order["resolution"], order["guidance"]) == ("completed", "first_contact", "none")
        assert order["delivered"] == [{"service": "kela-asumistuki", "qty": 1}]
        assert (
            await page.evaluate(
                "navigator.mediaDevices.enumerateDevices().then(() => document.querySelectorAll('video').length)"
            )
            == 0
        )
        await one.shot("over")


async def test_the_pictures_run_on_whatever_is_drawn_anew(desk_central: str, desk_browser: Browser) -> None:
    """Drawing the page (each second, and at each press) must not begin a video anew."""
    async with desk(desk_browser, desk_central) as one:
        page = one.page
        await one.sign_in()
        await one.answer()
        await page.evaluate(
            "window.begun = 0; document.querySelectorAll('video').forEach((v) => v.onemptied = () => { begun += 1; })"
        )
        await page.keyboard.press("F9")
        await page.keyboard.press("Escape")
        await page.click("#tab-chat")
        await asyncio.sleep(2.5)
        assert await page.evaluate("begun") == 0
        assert await page.locator("video").count() == 3


async def test_text_goes_both_ways_character_by_character_and_messages_vanish(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.locator("#mine").press_sequentially("Hyvää päivää!!")
        await page.keyboard.press("Backspace")
        await booth.page.wait_for_function("booth.heard.text === 'Hyvää päivää!'")
        await booth.page.evaluate("booth.type('Kuulen huonosti')")
        await expect(page.locator(".theirs")).to_have_text("Kuulen huonosti")
        await booth.page.evaluate("booth.ctl({k: 'chat', text: 'Missä käsittely on?'})")
        await expect(page.locator("#tab-chat .news")).to_be_visible()
        await page.click("#tab-chat")
        await page.fill("input[name=message]", "Päätös tulee viikossa.")
        await page.keyboard.press("Enter")
        await booth.page.wait_for_function(
            "booth.heard.ctl.some((m) => m.k === 'chat' && m.text === 'Päätös tulee viikossa.')"
        )
        await one.shot("chat")
        await booth.draw(state="ended", cause="customer_left", expert=None)
        await expect(page.locator(".card.over")).to_contain_text("The customer left")
        assert "Päätös" not in await page.content()


async def test_a_document_is_looked_at_large_and_a_pdf_is_printed(
    desk_central: str, desk_browser: Browser, tmp_path: Path
) -> None:
    pdf = tmp_path / "paatos.pdf"
    pdf.write_bytes(b"%PDF-1.7\n" + b"x" * 1_500_000 + b"\n%%EOF\n")
    (tmp_path / "virus.pdf").write_bytes(b"MZ" + b"x" * 100)
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click(".still")
        await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'still_ask')")
        asked = await booth.page.evaluate("booth.heard.ctl.find((m) => m.k === 'still_ask').id")
        await booth.page.evaluate("(id) => booth.ctl({k: 'still_may', id, ok: true})", asked)
        await page.click("#tab-files")
        await page.click("button.thumb", timeout=30_000)
        await expect(page.locator(".viewer img")).to_be_visible()
        assert await page.evaluate("document.querySelector('.viewer img').naturalWidth") == 1280
        await one.shot("still")
        await page.click("text=200 %")
        await one.shot("still-200")
        await page.keyboard.press("Escape")
        await expect(page.locator(".viewer")).to_have_count(0)

        await page.set_input_files("input[type=file]", tmp_path / "virus.pdf")
        await expect(page.locator(".notice.alert")).to_contain_text("no PDF")
        await page.set_input_files("input[type=file]", pdf)
        await expect(page.locator("li.print [role=status]")).to_contain_text("press Print")
        [print_] = await booth.page.evaluate("booth.heard.prints")
        assert (print_["name"], print_["whole"]) == ("paatos.pdf", True)
        await booth.page.evaluate("(id) => booth.printed(id)", print_["id"])
        await expect(page.locator("li.print.printed [role=status]")).to_have_text("Printed")
        await one.shot("files")


async def test_a_customer_who_says_no_and_a_picture_that_was_tampered_with(
    desk_central: str, desk_browser: Browser
) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.click("#tab-files")
        for ok, why in ((False, "the customer said no"), (True, "damaged on its way")):
            await booth.page.evaluate("booth.lie()")
            await booth.page.evaluate("booth.heard.ctl.length = 0")
            await page.click(".still")
            await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'still_ask')")
            asked = await booth.page.evaluate("booth.heard.ctl.find((m) => m.k === 'still_ask').id")
            await booth.page.evaluate("([id, ok]) => booth.ctl({k: 'still_may', id, ok})", [asked, ok])
            await expect(page.locator(f"[data-file='{asked}'] [role=status]")).to_contain_text(why)


async def test_hold_identity_hand_over_and_what_the_point_refuses(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.keyboard.press("F8")
        await expect(page.locator(".notice.warning")).to_contain_text("neither hears nor sees")
        await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'muted' && m.audio && m.video)")
        await one.shot("held")
        await page.keyboard.press("F8")
        await expect(page.locator(".notice.warning")).to_have_count(0)
        await page.click("text=Identity")
        await page.check("[value=document]")
        await page.check("[value=confirmed]")
        await one.shot("identity")
        await page.click("form button.primary")
        await expect(page.locator("form[data-form=identity]")).to_have_count(0)
        [order] = booth.told("identity")
        told = {name: order[name] for name in order.keys() - {"t", "id", "session", "do"}}
        assert told == {"method": "document", "result": "confirmed"}
        booth.refusals["hand_over"] = "counter-not-open"
        await page.keyboard.press("F9")
        await page.select_option("form select", "1")
        await one.shot("hand-over")
        await page.click("form button.primary")
        await expect(page.locator(".notice.alert")).to_contain_text("The counter is not open.")
        booth.refusals.clear()
        await page.click("form button.primary")
        await expect(page.locator(".card.over")).to_contain_text("handed over")
        assert booth.told("hand_over")[-1]["counter"] == "1"


async def test_a_customer_who_ends_it_leaves_the_words_to_the_expert(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await booth.draw(state="ended", cause="customer", expert="E7")
        await expect(page.locator(".banners")).to_contain_text("Record how it went")
        await expect(page.locator("video")).to_have_count(0)
        await page.keyboard.press("Escape")
        await one.shot("wrap-up")
        await page.get_by_label("Served").check()
        await page.get_by_label("Referred").check()
        await page.click("form button.primary")
        await asyncio.sleep(1.2)  # the order is done, the picture is not there yet, and the page is drawn anew
        booth.sessions.clear()
        await booth.send()
        await expect(page.locator(".card.over")).to_contain_text("recorded")
        assert booth.told("end")[0]["resolution"] == "referred"


async def test_central_is_killed_in_mid_call_and_nobody_loses_anybody(tmp_path: Path, desk_browser: Browser) -> None:
    enlisted(tmp_path)
    async with central_process(tmp_path) as central, desk(desk_browser, central.url) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await central.kill()
        await expect(page.locator(".banners")).to_contain_text("The conversation goes on")
        seen = await one.frames()
        await page.keyboard.press("F8")
        await one.shot("line-lost")
        assert await one.frames() > seen
        await central.start()
        await booth.line_again(one.room)
        await expect(page.locator(".banners")).to_contain_text("On hold")
        assert len(booth.told("hold")) == 1
        await page.keyboard.press("F8")
        await expect(page.locator(".notice")).to_have_count(0)
        assert await booth.page.evaluate("booth.state()") == "up"
        assert booth.told("drop") == []


async def test_a_reload_in_mid_session_joins_again(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await page.reload()
        await expect(page.locator(".customer:not(.dim)")).to_be_visible()
        await expect(page.locator(".document:not(.dim)")).to_be_visible()
        assert booth.told("drop") == []
        assert await booth.page.evaluate("booth.frames()") > 0


async def test_a_page_that_is_given_too_low_a_seat_finds_out_and_joins_above_what_was(
    desk_central: str, desk_browser: Browser
) -> None:
    """Central was restarted, its clock was set back, and then the expert's page is loaded anew: the booth would take
    every word of it for one of long ago."""

    def lower(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def said(message: str | bytes) -> None:
            told = json.loads(message)
            route.send(json.dumps(told | {"seat": 1000}) if told["t"] == "joined" else str(message))

        server.on_message(said)

    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await page.route_web_socket("**/*", lower)
        await page.reload()
        await expect(page.locator(".customer:not(.dim)")).to_be_visible()
        await expect(page.locator(".document:not(.dim)")).to_be_visible()
        assert booth.told("drop") == []


async def test_the_customers_screen_restarts_and_the_desk_says_so(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await booth.page.evaluate("booth.killPage()")
        await booth.draw(state="reconnecting", legs={"page": False, "media": True})
        await expect(page.locator(".banners")).to_contain_text("customer's screen restarts")
        await expect(page.locator(".banners")).to_contain_text("emergency link")
        await one.shot("emergency")


async def test_the_screen_is_shared_and_muting_reaches_the_customer(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        page, booth = one.page, one.booth
        await one.sign_in()
        await one.answer()
        await page.keyboard.press("F4")
        await booth.page.wait_for_function("booth.heard.ctl.at(-1)?.k === 'muted' && booth.heard.ctl.at(-1).audio")
        await page.click("text=Share screen")
        await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'screen' && m.on)")
        await expect(page.locator(".sharing")).to_be_visible()
        await booth.page.wait_for_function("booth.heard.tracks.screen?.getVideoTracks()[0]?.muted === false")
        await one.shot("sharing")
        await page.click("text=Stop sharing")
        await booth.page.wait_for_function("booth.heard.ctl.findLast((m) => m.k === 'screen').on === false")


async def test_two_experts_and_the_slower_one_is_told(desk_central: str, desk_browser: Browser) -> None:
    async with desk(desk_browser, desk_central) as one:
        await one.sign_in()
        other = await one.room.expert(TOKEN + "8")
        await one.booth.draw()
        await expect(one.page.locator(f"[data-session={one.booth.session}]")).to_be_visible()
        one.booth.refusals["answer"] = "wrong-state"
        await one.page.click("button.answer")
        await expect(one.page.locator(".notice.alert")).to_contain_text(re.compile("failed"))
        one.booth.refusals.clear()
        await other.say(t="answer", session=one.booth.session)
        await other.until("joined")
        await expect(one.page.locator(".nobody")).to_be_visible()
        await other.socket.close()
