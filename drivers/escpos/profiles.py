"""What we know of each printer model: dots, speed, buffer, code pages, and how it can prove a ticket."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

FONT_A_DOTS = 12
MM_PER_INCH = 25.4


Voice = Literal["full", "port", "none"]  # how it tells how it is: by answers, by its USB port's status only, not at all


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One printer model. `speed_mm_s` is the slowest usual speed: deadlines come from it."""

    name: str
    dots: int  # printable width
    dpi: int
    speed_mm_s: float
    cut_ms: int
    head_to_cutter_mm: float
    rx_buffer: int  # bytes the printer takes while it cannot print
    code_pages: dict[str, int]  # Python codec -> n of ESC t, the preferred one first; none: every line is drawn
    native_qr: bool = True  # obeys GS ( k; else the QR is drawn
    process_id: bool  # answers GS ( H: tier T1
    cut_counter: bool  # answers GS g 2 178: tier T2
    asb: bool = True  # sends automatic status
    real_time_clear: bool = True  # obeys DLE DC4 8 and says 37 25 00
    nv_graphics: bool = False  # keeps a logo by key (GS ( L 64, 67, 69)
    user_letters: bool = False  # prints letters that it is taught (ESC &)
    voice: Voice = "full"
    two_byte_letters: bool = False  # wakes up in a Chinese mode: FS . before any text
    partial_cut: bool = True
    source: str = ""

    def mute(self) -> "Profile":
        """This model where nothing that it may say is to be waited for: the config calls it blind."""
        return msgspec.structs.replace(
            self, voice="none", process_id=False, cut_counter=False, asb=False, real_time_clear=False
        )

    @property
    def columns(self) -> int:
        return self.dots // FONT_A_DOTS

    def seconds_for(self, dots: int) -> float:
        """The least time a paper of so many dots needs: feed to the cutter, and the cut."""
        return self.mm_for(dots) / self.speed_mm_s + self.cut_ms / 1000

    def mm_for(self, dots: int) -> float:
        """The paper that leaves the roll for so many dots and the way to the cutter."""
        return dots / self.dpi * MM_PER_INCH + self.head_to_cutter_mm


@lru_cache(maxsize=1)
def profiles() -> dict[str, Profile]:
    """Every model by its key in `profiles.json`."""
    text = files("drivers.escpos").joinpath("profiles.json").read_text("utf-8")
    return {key: msgspec.convert(value, Profile) for key, value in json.loads(text).items()}


def profile(key: str) -> Profile:
    """One model; an unknown key names those that are allowed."""
    known = profiles()
    if key not in known:
        raise ValueError(f"printer profile {key!r} is not known; allowed: {', '.join(sorted(known))}")
    return known[key]
