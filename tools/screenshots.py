"""Pictures of the real pages for docs/screenshots, from a demo of its own: `make screenshots`. Look at them."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

PORT = 18_480
BASE = f"http://127.0.0.1:{PORT}"
OUT = Path(__file__).parents[1] / "docs" / "screenshots"
LANGUAGES = {"fi": "Suomi", "sv": "Svenska", "en": "English", "se": "Davvisámegiella"}
LET_IT_SOUND = "--autoplay-policy=no-user-gesture-required"  # as a kiosk's browser is started (docs/install.md)
PAPERS_S = 12  # until the papers of those who wait are out: the pictures are of a kiosk that is not hurried
WAITING = ("kela-asumistuki", "vero-verokortti", "poliisi-passi", "kela-elake", "dvv-muutto", "tyo-tyonhaku")


def ask(tokens: dict[str, str], role: str, path: str, body: dict[str, Any]) -> Any:
    """One POST of a kiosk or of staff."""
    headers = {"Authorization": f"Bearer {tokens[role]}", "Idempotency-Key": str(uuid.uuid4())}
    request = urllib.request.Request(f"{BASE}/api/v1{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


async def page_of(browser: Browser, path: str, width: int, height: int, wait_ms: int = 2000) -> Page:
    page = await browser.new_page(viewport={"width": width, "height": height})
    await page.goto(BASE + path)
    await page.wait_for_timeout(wait_ms)
    return page


ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", LET_IT_SOUND]
MADE_UP = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # Chromium's own camera


async def take_all(known: dict[str, Any], papers: Path) -> None:
    tokens = known["tokens"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS + MADE_UP)
        for counter in ("2", "3", "4"):
            ask(tokens, "staff", f"/counters/{counter}/open", {"advisor": f"n{counter}"})
        for at, service in enumerate(WAITING):
            ask(tokens, "kiosk", "/tickets", {"service": service, "language": list(LANGUAGES)[at % 4]})
        for counter in ("4", "2"):
            ask(tokens, "staff", f"/counters/{counter}/call-next", {})
        await asyncio.sleep(PAPERS_S)
        await kiosks(browser)
        await asyncio.to_thread(lambda: shutil.copy(max(papers.glob("0*.png")), OUT / "paper-se.png"))  # the last one
        tv = await page_of(browser, "/tv/lobby", 1920, 1080, 3000)
        await tv.screenshot(path=OUT / "tv.png")
        counter_page = await page_of(browser, "/counter/4", 1280, 800)
        await counter_page.screenshot(path=OUT / "counter.png")
        wall = await page_of(browser, "/wall", 1920, 1080, 5000)
        await wall.screenshot(path=OUT / "wall.png")
        await technician(browser)
        await without_paper(browser)
        await remote(browser, known)
        await browser.close()


async def technician(browser: Browser) -> None:
    """The technician's page: all well with kiosk and TV open, the paper out at a desk, an open cover on a phone."""
    desk = await page_of(browser, "/technician", 1280, 900)
    await desk.select_option("header select", "en")
    await desk.get_by_role("button", name="New roll put in").click()
    await desk.wait_for_timeout(1000)
    await desk.screenshot(path=OUT / "technician.png", full_page=True)
    break_printer("paper_out")
    await desk.locator("#printer-lobby .test button").first.click()
    await desk.wait_for_timeout(1500)
    await desk.screenshot(path=OUT / "technician-paper-out.png", full_page=True)
    break_printer("clear")
    phone = await page_of(browser, "/technician", 360, 740)
    break_printer("cover")
    await phone.wait_for_timeout(1000)
    await phone.screenshot(path=OUT / "technician-phone.png")
    break_printer("clear")


async def without_paper(browser: Browser) -> None:
    """The cutter is jammed: what staff read, and what the customer has instead of a paper; and a kiosk by ear."""
    counter = await page_of(browser, "/counter/4", 1280, 800)
    break_printer("jam")
    kiosk = await page_of(browser, "/kiosk/main", 1080, 1920)
    await kiosk.locator("[data-provider=tyo]").click()
    await kiosk.wait_for_timeout(3500)
    await kiosk.screenshot(path=OUT / "ticket-no-paper.png")
    await counter.screenshot(path=OUT / "counter-no-paper.png")
    break_printer("clear")
    await kiosk.locator("[data-done]").click()
    await kiosk.wait_for_timeout(700)
    await kiosk.locator("[data-aid=aloud]").click()
    await kiosk.locator("[data-volume=up]").click()
    await kiosk.wait_for_timeout(700)
    await kiosk.screenshot(path=OUT / "kiosk-aloud.png")


async def remote(browser: Browser, known: dict[str, Any]) -> None:
    """A customer in the booth and an expert at the desk, from the wish to the expert's word."""
    desk = await browser.new_page(viewport={"width": 1280, "height": 900})
    await desk.goto(f"{known['central']}/expert#token={known['tokens']['expert']}")
    await desk.get_by_role("button", name="Olen valmis").click()
    booth = await page_of(browser, "/booth/booth-1", 1280, 800)
    for language, name in LANGUAGES.items():
        await booth.get_by_role("button", name=name, exact=True).click()
        await booth.wait_for_timeout(700)
        await booth.screenshot(path=OUT / f"booth-{language}.png")
    await booth.get_by_role("button", name=LANGUAGES["fi"], exact=True).click()
    await booth.wait_for_timeout(700)
    await booth.locator("[data-service=kela-asumistuki]").click()
    await booth.wait_for_timeout(1000)
    await booth.screenshot(path=OUT / "booth-consent.png")
    await booth.locator("[data-agree]").click()
    await booth.wait_for_timeout(2000)
    await booth.screenshot(path=OUT / "booth-waiting.png")
    await desk.screenshot(path=OUT / "desk-rings.png")
    await desk.locator("button.answer").first.click()
    await booth.locator("video.expert").wait_for()
    await booth.wait_for_timeout(6000)
    await booth.screenshot(path=OUT / "booth-session.png")
    await booth.locator("[data-turn=text]").click()
    await booth.locator("[data-typing]").press_sequentially("Moi! Olen kuuro, kirjoitetaanko?", delay=20)
    await booth.wait_for_timeout(1000)
    await booth.screenshot(path=OUT / "booth-text.png")
    await desk.screenshot(path=OUT / "desk-session.png")
    await desk.get_by_role("button", name="Lopeta", exact=False).last.click()
    await desk.locator("form[data-form=end] [value=completed]").check()
    await desk.wait_for_timeout(1000)
    await desk.screenshot(path=OUT / "desk-end.png")
    await desk.locator("form[data-form=end] [type=submit]").click()
    await booth.wait_for_timeout(2000)
    await booth.screenshot(path=OUT / "booth-ended.png")


def break_printer(kind: str) -> None:
    """A fault of the demo's virtual printer."""
    url = f"http://127.0.0.1:{PORT + 21}/printers/lobby/faults"
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, json.dumps({"kind": kind}).encode(), headers)).read()


async def kiosks(browser: Browser) -> None:
    """Home and ticket in each language, one touch each."""
    for language, name in LANGUAGES.items():
        page = await page_of(browser, "/kiosk/main", 1080, 1920)
        await page.get_by_role("button", name=name, exact=True).click()
        await page.wait_for_timeout(700)
        await page.screenshot(path=OUT / f"kiosk-{language}.png")
        await page.locator("[data-provider=tyo]").click()
        await page.wait_for_timeout(3500)
        await page.screenshot(path=OUT / f"ticket-{language}.png")
        await page.close()


def main() -> None:
    data = Path(tempfile.mkdtemp(prefix="luukku-shots-"))
    command = [Path(sys.executable).with_name("luukku"), "demo", "--port", str(PORT), "--data", data, "--no-browser"]
    demo = subprocess.Popen([str(word) for word in command])
    try:
        while not (data / "demo-credentials.json").exists():
            time.sleep(0.2)
        OUT.mkdir(exist_ok=True)
        asyncio.run(take_all(json.loads((data / "demo-credentials.json").read_bytes()), data / "paper" / "lobby"))
    finally:
        demo.terminate()
        demo.wait(20)
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
