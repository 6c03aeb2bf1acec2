"""One daemon for all that is thrown at a point; when the last test is done it must still be sound."""

from collections.abc import Iterator

import pytest

from tests.fuzz.rig import Daemon


@pytest.fixture(scope="session")
def thrown_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path_factory.mktemp("fuzzed"))
    try:
        yield daemon
    finally:
        daemon.end()


@pytest.fixture
def daemon(thrown_at: Daemon) -> Iterator[Daemon]:
    """The daemon, unharmed after each test too."""
    yield thrown_at
    thrown_at.unharmed()
