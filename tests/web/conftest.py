"""One running point for each test that asks for it, with the daemon's own log."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from controller.app.observe import set_up_log
from tests.web.rig import Point, point


@pytest.fixture(autouse=True)
def logged() -> Iterator[None]:
    """The log is what the daemon's is."""
    set_up_log(debug=False)
    yield
    structlog.reset_defaults()


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
