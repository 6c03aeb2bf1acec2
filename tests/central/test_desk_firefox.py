"""The expert's desk in a real Firefox, with a booth that is a real Chromium: both legs, documents, text."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.central.desk_rig import SHOTS, booth_of
from tests.central.firefox import firefox
from tests.central.line_rig import TOKEN, Room

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_expert_with_firefox_answers_sees_a_document_types_and_ends(
    desk_central: str, desk_browser: Browser, tmp_path: Path
) -> None:
    async with (
        Room.of(desk_central) as room,
        booth_of(desk_browser, desk_central, room) as booth,
        firefox(tmp_path) as page,
    ):
        await page.goto(f"{desk_central}/expert?lang=en#token={TOKEN}")
        await page.until("document.querySelector('.state button.primary')?.disabled === false")
        await booth.draw()
        await page.key("\ue032")  # F2
        await page.until("document.querySelector('li.rings button.answer')")
        await page.evaluate("document.querySelector('li.rings button.answer').click()")
        await booth.page.evaluate("(s) => booth.begin(s)", booth.session)
        await page.until("document.querySelector('.customer:not(.dim)')")
        await page.until("document.querySelector('.document:not(.dim)')")
        await booth.draw(state="connected", cause="")
        assert await booth.page.evaluate("booth.frames()") > 0
        before = await page.evaluate("document.querySelector('.customer > video').currentTime")
        await page.until(f"document.querySelector('.customer > video').currentTime > {before} + 0.5")

        await page.evaluate("document.querySelector('#mine').focus()")
        await page.key("h")
        await page.key("i")
        await booth.page.wait_for_function("booth.heard.text === 'hi'")
        await booth.page.evaluate("booth.type('terve')")
        await page.until("document.querySelector('.theirs').textContent === 'terve'")

        await page.evaluate("document.querySelector('.still').click()")
        await booth.page.wait_for_function("booth.heard.ctl.some((m) => m.k === 'still_ask')")
        asked = await booth.page.evaluate("booth.heard.ctl.find((m) => m.k === 'still_ask').id")
        await booth.page.evaluate("(id) => booth.ctl({k: 'still_may', id, ok: true})", asked)
        await page.evaluate("document.querySelector('#tab-files').click()")
        await page.until("document.querySelector('button.thumb img')?.naturalWidth === 1280")
        if SHOTS:
            await page.shot(Path(SHOTS) / "desk-firefox.png")

        await page.key("\ue032")
        await page.until("document.querySelector('form[data-form=end]')")
        await asyncio.sleep(0.5)
        await page.key("1")
        await page.key("\ue032")
        await page.until("document.querySelector('.card.over')")
        assert booth.told("end")[0]["outcome"] == "completed"
