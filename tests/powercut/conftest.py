"""Where disks are made and thrown away by the thousand: in memory, if there is such a place."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with TemporaryDirectory(
        prefix="luukku-", dir=SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else tmp_path
    ) as made:
        yield Path(made)
