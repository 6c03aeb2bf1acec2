"""What the printer says of itself: its condition as the bytes of DLE EOT, ASB, GS r and the offline response.

Bits: Epson ESC/POS reference, pages dle_eot, gs_la, gs_lr; idle answers 12h and 10 00 00 00.
"""

from dataclasses import dataclass, fields

FIXED_EOT = 0x12  # bits 1 and 4 always on: 0xx1xx10
FIXED_ASB = 0x10  # first ASB byte: 0xx1xx00

NEAR_END_AND_END = 0x0C, 0x60  # DLE EOT 4: bits 2+3 near end, bits 5+6 end


@dataclass(slots=True)
class Condition:
    """The physical truth. Anything but near_end and feed_button takes the printer offline."""

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter_jam: bool = False
    recoverable_error: bool = False  # the cover was opened while it printed
    feed_button: bool = False

    @property
    def offline(self) -> bool:
        return self.paper_out or self.cover_open or self.error

    @property
    def error(self) -> bool:
        return self.cutter_jam or self.recoverable_error

    @property
    def causes(self) -> list[str]:
        return [f.name for f in fields(self) if getattr(self, f.name)]


def realtime_status(c: Condition, n: int) -> bytes:
    """The answer to DLE EOT n, n 1 to 4."""
    low_paper = c.near_end or c.paper_out  # the near-end sensor sees no roll either
    near, end = NEAR_END_AND_END
    bits = {
        1: (c.offline << 3) | (c.feed_button << 6),
        2: (c.cover_open << 2) | (c.feed_button << 3) | (c.paper_out << 5) | (c.error << 6),
        3: (c.recoverable_error << 2) | (c.cutter_jam << 3),
        4: low_paper * near | c.paper_out * end,
    }[n]
    return bytes([FIXED_EOT | bits])


def automatic_status(c: Condition) -> bytes:
    """The four ASB bytes."""
    low_paper = c.near_end or c.paper_out
    return bytes(
        [
            FIXED_ASB | (c.offline << 3) | (c.cover_open << 5) | (c.feed_button << 6),
            (c.recoverable_error << 2) | (c.cutter_jam << 3),
            low_paper * 0x03 | c.paper_out * 0x0C,
            0,
        ]
    )


def watched(asb: bytes, mask: int) -> bytes:
    """The part of the ASB bytes whose change is reported under `GS a mask`."""
    first = (0x28 if mask & 0x02 else 0) | (0x40 if mask & 0x40 else 0)
    return bytes([asb[0] & first, asb[1] if mask & 0x04 else 0, asb[2] if mask & 0x08 else 0])


def paper_sensor(c: Condition) -> bytes:
    """The answer to GS r 1."""
    return bytes([(c.near_end or c.paper_out) * 0x03 | c.paper_out * 0x0C])


def offline_response(c: Condition, with_cause: bool) -> bytes:
    """`37 23 [cause] 00`, sent on going offline after GS ( H fn 49.

    The cause byte is 40h to 7Fh and differs by model; here bit 0 is cover, bit 1 paper, bit 2 error.
    """
    cause = bytes([0x40 | c.cover_open | (c.paper_out << 1) | (c.error << 2)]) if with_cause else b""
    return b"\x37\x23" + cause + b"\0"
