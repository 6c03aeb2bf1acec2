"""What eyes would find: text under something else, cut off or off the screen; and axe's findings."""

from typing import Any

from playwright.async_api import Page

from kiosk_ui import ROOT

AXE = ROOT.parent / "tests" / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Every rectangle of every visible text, scrolled to, must be what a finger at its middle would touch.
OCCLUSION = """() => {
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const dialog = document.querySelector("dialog[open]");
  for (let node; (node = walker.nextNode()); ) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (!text || !parent.checkVisibility({ visibilityProperty: true }) || parent.closest(".only-heard")) continue;
    if (dialog && !dialog.contains(parent)) continue;
    parent.scrollIntoView({ block: "center", behavior: "instant" });
    dispatchEvent(new Event("scroll")); // what hangs on how far the page is scrolled is drawn anew at once
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      const x = box.x + box.width / 2, y = box.y + box.height / 2;
      if (box.left < -0.5 || box.right > innerWidth + 0.5) { faults.push(`off the side: ${text}`); break; }
      const hit = document.elementFromPoint(x, y);
      const own = hit && parent.contains(hit); // an ancestor on top is a cover too, or the text is clipped away
      if (!own) { faults.push(`under ${hit?.className || hit?.tagName}: ${text}`); break; }
    }
    const spare = 0.4 * parseFloat(getComputedStyle(parent).fontSize); // tall letters reach out of a tight line
    const clipped = (one) => /hidden|clip/.test(getComputedStyle(one).overflow)
      && (one.scrollHeight > one.clientHeight + spare || one.scrollWidth > one.clientWidth + 2);
    for (let one = parent; one && one !== document.body; one = one.parentElement) {
      if (clipped(one)) { faults.push(`cut off: ${text}`); break; }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth + 1) faults.push("the page scrolls sideways");
  scrollTo(0, 0);
  return [...new Set(faults)];
}"""

# A word that goes on in the next line without a hyphen, in a name that is short enough to have fitted.
BROKEN_WORDS = """() => {
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    if (!node.parentElement.checkVisibility()) continue;
    for (const { 0: word, index } of node.textContent.matchAll(/[\\p{L}\u00ad]{2,}/gu)) {
      if (word.includes("\u00ad")) continue; // it may break there, with a hyphen
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1);
      const lines = new Set(boxes.map((box) => Math.round(box.top)));
      if (lines.size > 1) faults.push(word);
    }
  }
  return faults;
}"""

SMALL_TARGETS = """(least) => [...document.querySelectorAll("button")]
  .filter((one) => one.checkVisibility())
  .map((one) => ({ box: one.getBoundingClientRect(), text: one.textContent.trim() }))
  .filter(({ box }) => Math.min(box.width, box.height) < least)
  .map(({ box, text }) => `${text}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""


async def occlusion(page: Page) -> list[str]:
    return list(await page.evaluate(OCCLUSION))


async def broken_words(page: Page) -> list[str]:
    return list(await page.evaluate(BROKEN_WORDS))


async def small_targets(page: Page, least: int) -> list[str]:
    return list(await page.evaluate(SMALL_TARGETS, least))


async def axe(page: Page) -> list[str]:
    """Violations, and contrast that axe could not make out, as one line each."""
    await page.evaluate(AXE.read_text())
    found: dict[str, Any] = await page.evaluate(
        "(tags) => axe.run(document, { runOnly: { type: 'tag', values: tags } })", RULES
    )
    unclear = [one for one in found["incomplete"] if one["id"] == "color-contrast"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] + unclear for node in one["nodes"]]
