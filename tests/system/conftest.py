"""Demos for the strange client: one that all quiet tests share, and one for each violent test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

import tests.pages.patience  # noqa: F401  why: it makes every `expect` wait long enough
from tests.system.stage import Demo, MakeDemo
from tests.system.stranger import Stranger, stranger

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


@pytest.fixture(scope="session")
def shared_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = Demo(tmp_path_factory.mktemp("shared") / "data")
    try:
        yield demo.start()
    finally:
        demo.stop()


@pytest.fixture
async def client(shared_demo: Demo) -> AsyncIterator[Stranger]:
    """A stranger at the demo that all share. Leave it as it was found: counters closed, faults cleared."""
    async with stranger(shared_demo) as somebody:
        yield somebody


@pytest.fixture
def own_demo(tmp_path: Path) -> Iterator[MakeDemo]:
    """Makes demos that end with the test."""
    made: list[Demo] = []

    async def make(**options: Any) -> Demo:
        made.append(Demo(tmp_path / f"data{len(made)}", **options))
        return await asyncio.to_thread(made[-1].start)

    try:
        yield make
    finally:
        for demo in made:
            demo.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        await browser.close()
