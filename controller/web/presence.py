"""Which surfaces have their page on the line, and since when. A page is a device too: without one a screen is dark."""

from collections import Counter
from collections.abc import Callable

SURFACES = frozenset({"kiosk", "tv", "booth"})


class Presence:
    """Counts the pages of each surface. Only the surface's own page counts, not a person who looks at its view."""

    def __init__(self, now_ms: Callable[[], int], changed: Callable[[], None]) -> None:
        self._now_ms = now_ms
        self._changed = changed
        self._pages: Counter[tuple[str, str]] = Counter()
        self._since: dict[tuple[str, str], int] = {}
        self._began = now_ms()

    def came(self, view: str, id_: str) -> None:
        self._pages[view, id_] += 1
        if self._pages[view, id_] == 1:
            self._turned(view, id_)

    def left(self, view: str, id_: str) -> None:
        self._pages[view, id_] -= 1
        if self._pages[view, id_] == 0:
            self._turned(view, id_)

    def here(self, view: str, id_: str) -> bool:
        return self._pages[view, id_] > 0

    def since(self, view: str, id_: str) -> int:
        """UTC ms of the last coming or going; the daemon's start when nobody came yet."""
        return self._since.get((view, id_), self._began)

    def _turned(self, view: str, id_: str) -> None:
        self._since[view, id_] = self._now_ms()
        self._changed()
