"""The screens of the booth, each brought about on a real page."""

from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page, expect

from tests.booth import states
from tests.booth.point import Point
from tests.pages.conftest import pass_time, tap
from tests.pages.stage import problem

AGREED = {"consent": "2026-11"}

Scene = Callable[[Page, Point], Awaitable[None]]


def of_session(**more: Any) -> Scene:
    async def scene(page: Page, point: Point) -> None:
        await point.begin(**(AGREED | more))
        await expect(page.locator("main.waiting, main.stage, main.consent").first).to_be_visible()

    return scene


async def home(page: Page, point: Point) -> None:
    await expect(page.locator("[data-service=kela-family]")).to_be_visible()


async def booked(page: Page, point: Point) -> None:
    await point.push({"booked": "12.15"})
    await expect(page.locator("main")).to_contain_text("12.15")


async def many(page: Page, point: Point) -> None:
    """As many matters as the demo's point has."""
    first = point.state["services"][0]
    await point.push({"services": [first | {"id": f"kela-{n}"} for n in range(8)]})
    await expect(page.locator("[data-service=kela-7]")).to_be_visible()


async def consent(page: Page, point: Point) -> None:
    await tap(page, "[data-service=kela-family]")


async def refused(page: Page, point: Point) -> None:
    await tap(page, "[data-service=kela-family]")
    point.answers = [problem("too-many", 429)]
    await tap(page, "[data-agree]")
    await expect(page.locator("[data-retry]")).to_be_visible()


async def closed(page: Page, point: Point) -> None:
    await point.push({"services": [one | {"open": False} for one in point.state["services"]]})
    await expect(page.locator(".plain")).to_be_visible()


async def not_in_use(page: Page, point: Point) -> None:
    await point.push({"services": []})
    await expect(page.locator(".plain")).to_be_visible()


async def text(page: Page, point: Point) -> None:
    await of_session(state="connected")(page, point)
    await page.click("[data-turn=text]")
    for letter in "hei ":
        await page.click(".space" if letter == " " else f'[data-letter="{letter}"]')


FILES = [
    states.document(), states.document(id="f2", state="ready"),
    states.document(id="f3", kind="still", name="still-1", state="ready"),
    states.document(id="f4", name="asumistukipaatos-liitteineen-2026.pdf", state="printed"),
]  # fmt: skip


async def files(page: Page, point: Point) -> None:
    await of_session(state="connected", files=FILES)(page, point)


async def text_files(page: Page, point: Point) -> None:
    """All at once: documents, and both devices turned off."""
    await text(page, point)
    await point.push({"session": {"files": FILES}})
    await page.click("[data-turn=microphone]")
    await page.click("[data-turn=camera]")
    await expect(page.locator("[data-all]")).to_be_visible()


async def one_file(page: Page, point: Point) -> None:
    await of_session(state="connected", files=[states.document(state="ready")])(page, point)


async def code(page: Page, point: Point) -> None:
    await page.click("[data-way=appointment]")
    await page.click("[data-key='4']")
    await expect(page.locator(".card.code")).to_have_text("4")


async def long_break(page: Page, point: Point) -> None:
    await of_session(state="reconnecting")(page, point)
    await pass_time(page, 31)
    await expect(page.locator(".status p")).to_have_count(3)


async def ending(page: Page, point: Point) -> None:
    await of_session(state="connected")(page, point)
    await page.click("[data-end]")
    await expect(page.locator("dialog[open]")).to_be_visible()


def ended(outcome: str) -> Scene:
    async def scene(page: Page, point: Point) -> None:
        await of_session()(page, point)
        await point.order("end", outcome=outcome, number="K042", waits=outcome != "completed")
        await expect(page.locator("main.ended")).to_be_visible()

    return scene


SCENES: dict[str, Scene] = {
    "home": home, "booked": booked, "many": many, "consent": consent, "refused": refused, "closed": closed,
    "not_in_use": not_in_use,
    "waiting": of_session(ready=0, number="K042"), "ringing": of_session(state="ringing"),
    "connecting": of_session(state="connected"), "held": of_session(state="held"),
    "interrupted": of_session(state="reconnecting"), "long_break": long_break, "code": code,
    "text": text, "files": files, "one_file": one_file, "text_files": text_files,
    "ending": ending,
    "ended": ended("completed"), "onward": ended("transferred"), "failed": ended("technical_failure"),
}  # fmt: skip
