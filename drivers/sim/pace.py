"""How fast bytes come over a serial line."""

BITS_A_BYTE = 10  # 8N1: a start bit, eight, a stop bit


class Pace:
    """One direction of a line at `baud` bits a second; times are the loop's, in seconds."""

    def __init__(self, baud: int) -> None:
        self._bytes_a_second = baud / BITS_A_BYTE
        self._done_s = 0.0  # when the last byte was over

    def begin(self, now_s: float) -> None:
        """Bytes wait to be sent from now on."""
        self._done_s = max(self._done_s, now_s)

    def due(self, now_s: float) -> int:
        """How many have come over since, and were not taken yet."""
        return int((now_s - self._done_s) * self._bytes_a_second)

    def take(self, count: int) -> None:
        self._done_s += count / self._bytes_a_second
