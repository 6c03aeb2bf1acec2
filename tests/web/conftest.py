"""One running point for each test that asks for it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.rig import Point, point


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Point]:
    """A point that is no demo; people come in by the device door."""
    async with point(tmp_path) as running:
        yield running


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Point]:
    """The same as a demo: with the wall."""
    async with point(tmp_path, demo=True) as running:
        yield running
