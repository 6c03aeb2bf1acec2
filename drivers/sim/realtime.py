"""Real-time commands: found in the stream at the moment of reception, before any buffer.

Epson obeys them wherever the pattern stands, even inside picture data, so this does too (`devices.md` 1.6): a driver
that sends an unfiltered raster learns it here.
"""

import re
from collections.abc import Iterator

CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # Epson DLE DC4 fn 8
CLEAR_ANSWER = b"\x37\x25\x00"
LONGEST = len(CLEAR_BUFFERS)

_PATTERN = re.compile(rb"\x10\x04[\x01-\x04]|\x10\x05[\x00-\x02]|" + re.escape(CLEAR_BUFFERS), re.DOTALL)


class RealtimeEar:
    """Splits what arrives at the end of each real-time command; remembers a torn one across chunks."""

    def __init__(self) -> None:
        self._tail = b""

    def split(self, chunk: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Pairs (bytes to take into the buffer, real-time command that ends there or b"")."""
        seen, offset, start = self._tail + chunk, len(self._tail), 0
        for match in _PATTERN.finditer(seen):
            end = match.end() - offset
            self._tail = b""
            yield chunk[start:end], match.group()
            start = end
        rest = seen[start + offset :] if start else seen
        self._tail = rest[-(LONGEST - 1) :]
        if chunk[start:]:
            yield chunk[start:], b""

    def forget(self) -> None:
        self._tail = b""
