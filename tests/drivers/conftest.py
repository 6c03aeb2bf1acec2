"""What the tests of drivers share: time that a busy machine does not make jump, and patience with threads."""

import pytest

from drivers.links import serial, usblp
from drivers.panels import nodes
from tests.drivers.steady import UNHURRIED_S, steady_loop, steady_time

__all__ = ["steady_loop", "steady_time"]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that opens or asks a device may get no processor for seconds. Who tests the bound sets it again."""
    for module in (serial, usblp, nodes):
        monkeypatch.setattr(module, "OPEN_S", UNHURRIED_S)
    monkeypatch.setattr(usblp, "STATUS_S", UNHURRIED_S)
