"""A test daemon and the real media process beside it."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.media.daemon import Daemon, MediaProcess


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
