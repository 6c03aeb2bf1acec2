"""What was done and checked, counted."""

from collections import Counter


class Tally:
    """Counts by name; `step` rises with everything that was checked, and is the same again for the same seed."""

    def __init__(self) -> None:
        self.step = 0
        self._counts: Counter[str] = Counter()

    def count(self, what: str, n: int = 1) -> None:
        self._counts[what] += n

    def __getitem__(self, what: str) -> int:
        return self._counts[what]

    def starting(self, prefix: str) -> dict[str, int]:
        """Every count whose name begins so, without the beginning, most first."""
        found = {name.removeprefix(prefix): n for name, n in self._counts.items() if name.startswith(prefix)}
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def add(self, other: "Tally") -> None:
        self.step += other.step
        self._counts.update(other._counts)
