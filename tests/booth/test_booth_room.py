"""What the customer reads and presses in a session has its room, on a panel of 1280 x 800 too."""

import pytest
from playwright.async_api import Page, expect

from kiosk_ui.messages import Messages
from tests.booth import states
from tests.booth.conftest import OpenPage
from tests.booth.point import Point
from tests.booth.scenes import FILES, SCENES, text, text_files
from tests.booth.seen import until
from tests.pages import audit
from tests.pages.conftest import tap

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

T = Messages("fi")
PANEL = (1280, 800)
# Of what an element shows at once: lines of its own text.
LINES = """(selector) => {
  const one = document.querySelector(selector), style = getComputedStyle(one);
  const room = one.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  return room / parseFloat(style.lineHeight);
}"""
# Every press in reach that a key does, with the digit that stands in it.
DIGITS_SHOWN = """() => [...(document.querySelector("dialog[open]") ?? document.body)
  .querySelectorAll("[data-digit]:enabled")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.dataset.digit, one.querySelector(".score, [data-keys] .digit")?.textContent
    ?? getComputedStyle(one, "::before").content.split('"')[1] ?? "none"])"""


@pytest.mark.parametrize(("size", "percent", "least"), [
    (PANEL, "100", 6), ((1920, 1080), "100", 6), ((1080, 1920), "100", 6), (PANEL, "140", 5), (PANEL, "200", 3),
])  # fmt: skip
async def test_what_the_expert_writes_has_room_to_be_read(
    open_page: OpenPage, point: Point, size: tuple[int, int], percent: str, least: int
) -> None:
    page = await open_page("/booth/b1", *size)
    while await page.evaluate("document.documentElement.dataset.text") != percent:
        await page.click("[data-aid=text]")
    await text(page, point)
    assert await page.evaluate(LINES, "[data-theirs]") >= least
    assert await page.evaluate(LINES, "[data-mine]") >= (1 if least < 6 else 2) - 0.05


async def test_documents_take_one_row_and_all_of_them_are_one_press_away(open_page: OpenPage, point: Point) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await text_files(page, point)
    rows = page.locator(".files .file")
    await expect(rows).to_have_count(1)
    await expect(rows).to_have_attribute("data-file", "f2")  # it waits for a press; another comes, two are done
    for one in ("[data-end]", "[data-turn=text]", "[data-print]", "[data-all]"):
        await expect(page.locator(one)).to_be_in_viewport(ratio=1)
    await tap(page, "[data-all]")
    await expect(page.locator(".listed .file")).to_have_count(len(FILES))
    found = await audit.axe(page)  # which cannot tell the contrast of what the list covers
    assert [one for one in found if not one.startswith("color-contrast")] == []
    await page.locator(".listed .file", has_text="asumistukipaatos").get_by_role("button").click()
    await until(lambda: wanted(point, "f4"), what="the document is to be printed")
    await page.keyboard.press("Escape")
    await expect(page.locator(".listed")).not_to_be_visible()
    await expect(page.locator(".text-panel")).to_be_visible()


async def wanted(point: Point, file: str) -> bool:
    return {"t": "print", "session": "r-1", "file": file} in point.heard


async def test_a_document_of_the_list_that_is_shut_is_not_printed_by_a_key(open_page: OpenPage, point: Point) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await point.begin(state="connected", consent="2026-11",
                      files=[states.document(id=f"f{n}", state="printed") for n in range(4)])  # fmt: skip
    await expect(page.locator(".files .file")).to_have_count(2)
    await expect(page.locator("[data-file=f3]")).to_be_visible()  # the youngest
    await page.keyboard.press("8")
    assert point.said("print") == []
    await page.keyboard.press("7")
    await expect(page.locator(".listed")).to_be_visible()


async def test_signs_and_one_capital_come_from_the_keyboard_on_the_glass(open_page: OpenPage, point: Point) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await text(page, point)
    await page.click(".shift")
    for letter in "Åx":
        await page.click(f'[data-letter="{letter}"]')
    await page.click(".signs")
    for letter in "1@:/":
        await page.click(f'[data-letter="{letter}"]')
    await page.click(".signs")
    await page.click('[data-letter="q"]')
    await expect(page.locator("[data-mine] p")).to_have_text("hei Åx1@:/q", use_inner_text=True)


@pytest.mark.parametrize("size", [PANEL, (1080, 1920)])
async def test_each_letter_of_each_language_is_as_large_as_a_finger(
    open_page: OpenPage, point: Point, size: tuple[int, int]
) -> None:
    page = await open_page("/booth/b1", *size)
    for language in ("fi", "se"):
        await page.click(f"[data-language={language}]")
        await text(page, point)
        letters = await page.locator(".letter").all_inner_texts()
        assert set("áčđŋšŧž") <= set(letters) or language != "se"
        assert await audit.small_targets(page, 76) == []
        await page.click(".signs")
        assert await audit.small_targets(page, 76) == []
        await page.click(".shut")


async def test_what_is_turned_off_is_told_in_words_and_signs(open_page: OpenPage, point: Point) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await text(page, point)
    for device in ("microphone", "camera"):
        button = page.locator(f"[data-turn={device}]")
        await expect(button).to_have_text(T.text(f"booth-{device}-off"), use_inner_text=True)
        await expect(button.locator(".under")).to_have_count(0)
        await button.click()
        await expect(button).to_have_text(T.text(f"booth-{device}-on"), use_inner_text=True)
        await expect(button.locator(".under")).to_have_count(1)
    lights = page.locator(".lights")
    await expect(lights).to_have_text(T.text("booth-devices-off"), use_inner_text=True)
    await expect(lights).to_be_in_viewport(ratio=1)
    await expect(lights.locator(".under")).to_have_count(2)


async def all_shown(page: Page) -> bool:
    pairs = await page.evaluate(DIGITS_SHOWN)
    return bool(pairs) and all(digit == shown for digit, shown in pairs)


@pytest.mark.parametrize("scene", ["home", "consent", "waiting", "files", "ending", "failed"])
async def test_each_key_that_does_something_is_shown_once_keys_are_used(
    open_page: OpenPage, point: Point, scene: str
) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await SCENES[scene](page, point)
    await page.keyboard.press("Shift")
    await until(lambda: all_shown(page), what="each key in its place")
    assert not await hint(page)


async def test_where_more_is_below_the_edge_it_says_so_and_a_press_brings_it(open_page: OpenPage, point: Point) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await SCENES["waiting"](page, point)
    assert not await hint(page)
    await page.click("[data-aid=text]")
    await page.click("[data-aid=text]")
    await expect(page.locator(".below")).to_be_visible()
    for _ in range(20):  # a busy machine scrolls slowly
        if await hint(page):
            await page.locator(".below").click()
            await page.wait_for_timeout(700)
    await expect(page.locator(".below")).to_be_hidden()
    await expect(page.locator("[data-aid=contrast]")).to_be_in_viewport(ratio=1)


async def hint(page: Page) -> bool:
    return await page.locator(".below").is_visible()


async def test_the_first_choices_fill_the_height_of_a_wide_screen(open_page: OpenPage, point: Point) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await SCENES["home"](page, point)
    gap = await page.evaluate("""document.querySelector("footer").getBoundingClientRect().top
      - document.querySelector("[data-way=general]").getBoundingClientRect().bottom""")
    assert gap < 40
    assert (
        await page.evaluate("parseFloat(getComputedStyle(document.querySelector('[data-service] .hint')).fontSize)")
        >= 19
    )


async def test_the_screen_for_the_code_is_written_as_the_others_are(open_page: OpenPage, point: Point) -> None:
    page = await open_page("/booth/b1", *PANEL)
    await SCENES["code"](page, point)
    assert await page.evaluate("getComputedStyle(document.querySelector('main .big-text')).letterSpacing") == "normal"
