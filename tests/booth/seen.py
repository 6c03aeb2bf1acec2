"""What two pages really see and hear of each other, looked up in the browser itself."""

import asyncio
from typing import Any

from playwright.async_api import CDPSession, Page

from tests.pages.patience import PATIENCE_S

BOOTH = "video.expert"
EXPERT = "#seen"
# A picture is one when frames come in and not all of it is one colour.
PICTURE = """(selector) => {
  const video = document.querySelector(selector);
  if (!video || !video.videoWidth) return null;
  const canvas = new OffscreenCanvas(64, 36).getContext("2d");
  canvas.drawImage(video, 0, 0, 64, 36);
  const { data } = canvas.getImageData(0, 0, 64, 36);
  let least = 255, most = 0;
  for (let i = 0; i < data.length; i += 4) { least = Math.min(least, data[i]); most = Math.max(most, data[i]); }
  return { frames: video.getVideoPlaybackQuality().totalVideoFrames, width: video.videoWidth, contrast: most - least };
}"""
# Of the youngest connection: the energy of the sound that was decoded and played.
HEARD = """async () => {
  const peer = window.witness.peers.at(-1);
  if (!peer) return 0;
  const all = [...(await peer.getStats()).values()];
  return all.filter((one) => one.type === "inbound-rtp" && one.kind === "audio")
    .reduce((sum, one) => sum + (one.totalAudioEnergy ?? 0), 0);
}"""
LIVE_TRACKS = "() => window.witness.tracks.filter((one) => one.readyState === 'live').length"


async def until(look: Any, within_s: float = PATIENCE_S, what: str = "") -> Any:
    """Wait until what `look()` finds is true, and give it."""
    try:
        async with asyncio.timeout(within_s):
            while not (found := await look()):
                await asyncio.sleep(0.05)
            return found
    except TimeoutError:
        raise AssertionError(f"did not happen within {within_s} s: {what}") from None


async def moving(page: Page, selector: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
    """Wait until new frames of a picture are drawn there; gives the last look."""
    first: dict[str, Any] = await until(lambda: page.evaluate(PICTURE, selector), within_s, f"a picture in {selector}")

    async def more() -> dict[str, Any] | None:
        now: dict[str, Any] = await page.evaluate(PICTURE, selector)
        return now if now and now["frames"] >= first["frames"] + 5 and now["contrast"] > 30 else None

    got: dict[str, Any] = await until(more, within_s, f"a moving picture in {selector}")
    return got


async def hears(page: Page, within_s: float = PATIENCE_S) -> None:
    """Wait until more sound has come than had when we began to listen."""
    before = float(await page.evaluate(HEARD))

    async def louder() -> bool:
        now = float(await page.evaluate(HEARD))
        return now > before + 1e-6 or 0 < now < before

    await until(louder, within_s, "sound")


async def see_and_hear_each_other(booth: Page, expert: Page, within_s: float = PATIENCE_S) -> None:
    await asyncio.gather(
        moving(booth, BOOTH, within_s),
        moving(expert, EXPERT, within_s),
        hears(booth, within_s),
        hears(expert, within_s),
    )


async def epoch(expert: Page) -> int:
    return int(await expert.evaluate("window.expert.talk?.epoch ?? 0"))


async def live_tracks(page: Page) -> int:
    return int(await page.evaluate(LIVE_TRACKS))


async def strike(keys: CDPSession, key: str, brings: str = "") -> None:
    """As Debian's Chromium tells of a key under X11: with the letter, which a dead key before it may have changed."""
    await keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key})
    if brings:
        await keys.send("Input.dispatchKeyEvent", {"type": "char", "key": brings, "text": brings})
    await keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})
