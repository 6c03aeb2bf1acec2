"""The only door to python-escpos: its in-memory `Dummy`, never one of its transports.

Its import reads a database of printers as YAML, configures the root logger and leaves a directory in /tmp. So it is
given a small database (`library.json`: the whole costs 0.4 s and 4 MiB, and nothing of it is used here), imported when
the first ticket is composed, and put right afterwards. Several packages install a top-level `escpos` over each other:
the door refuses the wrong one.
"""

import importlib.metadata
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

DATABASE = "ESCPOS_CAPABILITIES_FILE"  # python-escpos' own setting
PACKAGE = "python-escpos"
QR_LEVEL_M = 1  # python-escpos' name for 15 % error correction

_loading = threading.Lock()  # several printers are warmed at once, each on a thread; the import is set up once


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
    with _loading:
        dummy = _dummy_class()
    made: Composer = dummy()
    return made


def owners_of_escpos() -> list[str]:
    """The installed distributions that claim the import name `escpos`; right is python-escpos alone."""
    return sorted(set(importlib.metadata.packages_distributions().get("escpos", [])))


@lru_cache(maxsize=1)
def _dummy_class() -> Any:
    if owners_of_escpos() != [PACKAGE]:
        raise ImportError(f"`escpos` comes from {owners_of_escpos()}: install {PACKAGE} alone")
    handlers = list(logging.root.handlers)
    with _small_database():
        from escpos import capabilities
        from escpos.printer import Dummy

    for added in [handler for handler in logging.root.handlers if handler not in handlers]:
        logging.root.removeHandler(added)
    shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy


@contextmanager
def _small_database() -> Iterator[None]:
    """Where python-escpos looks for its printers while it is imported."""
    before = os.environ.get(DATABASE)
    os.environ[DATABASE] = str(Path(__file__).with_name("library.json"))
    try:
        yield
    finally:
        del os.environ[DATABASE]
        if before is not None:
            os.environ[DATABASE] = before
