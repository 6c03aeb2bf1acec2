"""The only door to python-escpos: its in-memory `Dummy`, never one of its transports.

Its import reads a large YAML file (0.4 s), configures the root logger and leaves a directory in /tmp. So it is
imported when the first ticket is composed, and put right afterwards. Several packages install a top-level
`escpos` over each other: the door refuses the wrong one.
"""

import importlib.metadata
import logging
import shutil
from functools import lru_cache
from typing import Any, Protocol

PACKAGE = "python-escpos"
QR_LEVEL_M = 1  # python-escpos' name for 15 % error correction


class Composer(Protocol):
    """The part of python-escpos' `Dummy` that we use."""

    @property
    def output(self) -> bytes: ...
    def clear(self) -> None: ...
    def set(self, **style: Any) -> None: ...
    def qr(self, content: str, *, ec: int, size: int, native: bool) -> None: ...
    def _raw(self, msg: bytes) -> None: ...


def composer() -> Composer:
    """A fresh, empty composer."""
    made: Composer = _dummy_class()()
    return made


def owners_of_escpos() -> list[str]:
    """The installed distributions that claim the import name `escpos`; right is python-escpos alone."""
    return sorted(set(importlib.metadata.packages_distributions().get("escpos", [])))


@lru_cache(maxsize=1)
def _dummy_class() -> Any:
    if owners_of_escpos() != [PACKAGE]:
        raise ImportError(f"`escpos` comes from {owners_of_escpos()}: install {PACKAGE} alone")
    handlers = list(logging.root.handlers)
    from escpos import capabilities
    from escpos.printer import Dummy

    for added in [handler for handler in logging.root.handlers if handler not in handlers]:
        logging.root.removeHandler(added)
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy
