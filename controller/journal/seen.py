"""Which idempotency keys have a stored answer, in a fixed 128 KiB: as words a week of a busy point costs megabytes.

A Bloom filter: a key that is stored is always found; one that is not is taken for stored once in some thousand times,
and then the disk says no. Nothing can be taken out: `tending` makes a new one when old answers go.
"""

import hashlib
from collections.abc import Iterable

BITS = 1 << 20
PROBES = 5  # at 50,000 keys one false yes in some 2,400


class Seen:
    """A set of words that only grows."""

    def __init__(self, keys: Iterable[str] = ()) -> None:
        self._bits = bytearray(BITS // 8)
        self.update(keys)

    def update(self, keys: Iterable[str]) -> None:
        for key in keys:
            for at in _places(key):
                self._bits[at >> 3] |= 1 << (at & 7)

    def __contains__(self, key: str) -> bool:
        return all(self._bits[at >> 3] & 1 << (at & 7) for at in _places(key))


def _places(key: str) -> list[int]:
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4 * PROBES).digest()
    return [int.from_bytes(digest[n : n + 4], "little") % BITS for n in range(0, 4 * PROBES, 4)]
