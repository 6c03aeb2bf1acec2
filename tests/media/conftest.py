"""A test daemon and the real media process beside it."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.media import letting_go
from tests.media.daemon import PATIENCE_S, Daemon, MediaProcess


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device's thread may get no processor for seconds. Who tests one that hangs sets it again."""
    monkeypatch.setattr(letting_go, "LET_GO_S", PATIENCE_S)


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    async with Daemon(tmp_path / "media.sock") as daemon:
        yield daemon


@pytest.fixture
async def media(daemon: Daemon) -> AsyncIterator[MediaProcess]:
    """It has said hello, and knows its booth."""
    async with MediaProcess(daemon.path) as media:
        await daemon.ready()
        yield media
    sys.stderr.write(media.log.read_text())
