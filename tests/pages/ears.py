"""Ears at a page: how loud it really is, in the browser's own samples, and since when it is silent."""

import asyncio

from playwright.async_api import Page

from tests.pages.patience import PATIENCE_S

AUDIBLE = 0.001  # of full scale
LET_IT_SOUND = "--autoplay-policy=no-user-gesture-required"
FORBID = "--autoplay-policy=document-user-activation-required"
# Whatever a page connects to its loudspeaker is also connected to an analyser of ours. `peak` is the loudest sample
# since it was last asked for.
EARS = """
window.ears = { peak: 0 };
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode) {
    const ear = this.context.createAnalyser();
    ear.fftSize = 2048;
    connect.call(this, ear);
    const samples = new Float32Array(ear.fftSize);
    setInterval(() => {
      ear.getFloatTimeDomainData(samples);
      for (const one of samples) window.ears.peak = Math.max(window.ears.peak, Math.abs(one));
    }, 10);
  }
  return connect.call(this, to, ...more);
};
"""


async def peak(page: Page, ms: int) -> float:
    """The loudest sample (0 to 1) of so many milliseconds from now on."""
    await page.evaluate("window.ears.peak = 0")
    await page.wait_for_timeout(ms)
    return float(await page.evaluate("window.ears.peak"))


async def sounds(page: Page, within_s: float = PATIENCE_S) -> None:
    """Wait until something is heard."""
    await page.evaluate("window.ears.peak = 0")
    await sounded(page, within_s)


async def sounded(page: Page, within_s: float = PATIENCE_S) -> None:
    """The same, for a sound that may be over: what was heard since anybody asked counts too."""
    async with asyncio.timeout(within_s):
        while await page.evaluate("window.ears.peak") < AUDIBLE:
            await page.wait_for_timeout(50)


async def loudness(page: Page, within_s: float = PATIENCE_S) -> float:
    """The loudest sample of a quarter of a second in the midst of a long sound: not of the end of the one before."""
    before = 0.0
    async with asyncio.timeout(within_s):
        while (now := await peak(page, 250)) < AUDIBLE or before < AUDIBLE:
            before = now
    return now


async def falls_silent(page: Page, within_s: float = PATIENCE_S) -> None:
    """Wait until a quarter of a second has no sound in it."""
    async with asyncio.timeout(within_s):
        while await peak(page, 250) >= AUDIBLE:
            pass
