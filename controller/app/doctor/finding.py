"""What a check is: it looks at one thing of this box and says what it saw and how to mend it."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from controller.app.settings import ConfigError, load
from controller.domain.point import Config

Verdict = Literal["ok", "warn", "fail", "unknown"]
CONFIG, DATA = Path("/etc/luukku/point.toml"), Path("/var/lib/luukku")
CHECK_S = 2.0  # no check takes longer; one that would is `unknown`


class Finding(msgspec.Struct, frozen=True):
    """`unknown`: it could not be seen; never the same as ok. `mend` is empty only where nothing is to be done."""

    verdict: Verdict
    seen: str
    mend: str = ""


class Box:
    """What the checks share: where the point's config and data are."""

    def __init__(self, config: Path, data: Path) -> None:
        self.file = config
        self.data = data

    @cached_property
    def config(self) -> Config | None:
        """The point's config; None when it is wrong, which is a check of its own."""
        try:
            return load(self.file)
        except ConfigError:
            return None

    @property
    def socket(self) -> Path:
        return self.data / "admin.sock"


Check = Callable[[Box], Finding]  # blocking, in a thread of its own


def ok(seen: str) -> Finding:
    return Finding("ok", seen)


def warn(seen: str, mend: str) -> Finding:
    return Finding("warn", seen, mend)


def fail(seen: str, mend: str) -> Finding:
    return Finding("fail", seen, mend)


def unknown(seen: str, mend: str) -> Finding:
    return Finding("unknown", seen, mend)
