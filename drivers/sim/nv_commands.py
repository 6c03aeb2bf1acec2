"""The commands of the NV memory: `GS ( L` functions 48, 51 and 64 to 69, and the old FS q and FS p.

A write takes time, in which the printer reads nothing, and is lost with the power that goes meanwhile. After a list
of key codes the printer waits for the host: ACK for the next block or the end, NAK to hear the last again, CAN to stop.
"""

from collections.abc import Callable
from functools import partial

from PIL import Image

from drivers.sim.mechanism import Mechanism
from drivers.sim.nv_graphics import CAPACITY, HIGHEST, NUMBERS, WIDEST, NvGraphics, NvPicture, from_columns
from drivers.sim.symbols import rows_image

ACK, NAK = b"\x06", b"\x15"
KEYS_A_BLOCK = 40  # TM-T90, fn 64
MORE, LAST = b"\x41", b"\x40"  # status of a block
WRITE_S = 0.3  # assumed: Epson only promises 60 s for fifty pictures (TM-T81)
MONOCHROME, COLOUR_1 = 48, 49

PlacePicture = Callable[[Image.Image], None]


class NvCommands:
    """Each method takes a command's parameters and says False where this printer makes nothing of them."""

    def __init__(
        self, memory: NvGraphics, mechanism: Mechanism, say: Callable[[bytes], None], reset: Callable[[], None]
    ) -> None:
        self._memory = memory
        self._mechanism = mechanism
        self._say = say
        self._reset = reset
        self._blocks: list[bytes] = []  # of a list that is being sent, the one that waits for its ACK first

    @property
    def waits_for_host(self) -> bool:
        return bool(self._blocks)

    def forget_list(self) -> None:
        self._blocks.clear()

    def host_says(self, byte: bytes) -> None:
        """The response code after a block; whatever is neither ACK nor NAK stops the list (TM-T88III, p. 218)."""
        if byte == NAK:
            self._say(self._blocks[0])
        elif byte == ACK and len(self._blocks) > 1:
            del self._blocks[0]
            self._say(self._blocks[0])
        else:
            self._blocks.clear()

    def graphics(self, args: bytes, *, at_line_start: bool, place: PlacePicture) -> bool:
        """`GS ( L` and `GS 8 L`: m, fn and what belongs to it. Writes count only at the start of a line."""
        if args[:1] != b"0":
            return False
        fn, rest = args[1], args[2:]
        match fn:
            case 0 | 48 if not rest:
                self._say(b"\x37\x30%d\0" % CAPACITY)
            case 3 | 51 if not rest:
                self._say(b"\x37\x31%d\0" % self._memory.free)
            case 64 if rest == b"KC":
                self._send_keys()
            case 65 if rest == b"CLR" and at_line_start:
                self._mechanism.store(WRITE_S, self._memory.delete_all)
            case 66 if _is_key(rest) and at_line_start:
                self._mechanism.store(WRITE_S, partial(self._memory.delete, rest))
            case 67 | 68 if at_line_start:
                return self._define(rest, by_columns=fn == 68)
            case 69:
                return self._print(rest, place)
            case _:
                return False
        return True

    def define_images(self, args: bytes, *, at_line_start: bool) -> bool:
        """FS q: n, then for each xL xH yL yH in bytes and its columns. The printer resets itself when it is done."""
        images: list[NvPicture] = []
        rest = args[1:]
        while len(rest) >= 4:
            width, height = (rest[0] + 256 * rest[1]) * 8, (rest[2] + 256 * rest[3]) * 8
            size = width * height // 8
            if not 0 < width <= WIDEST or not 0 < height <= HIGHEST or size > CAPACITY:
                return False
            images.append(from_columns(width, height, rest[4 : 4 + size]))
            rest = rest[4 + size :]
        if not at_line_start or not 0 < len(images) <= NUMBERS:
            return False

        def write() -> None:
            self._memory.define_images(images)
            self._reset()

        self._mechanism.store(WRITE_S, write)
        return True

    def print_image(self, args: bytes, *, at_line_start: bool, place: PlacePicture) -> bool:
        """FS p: n and m; only where the line is empty."""
        n, mode = args[0], args[1] % 48
        if not at_line_start or mode > 3 or not 1 <= n <= len(self._memory.images):
            return False
        self._put(self._memory.images[n - 1], 1 + (mode & 1), 1 + (mode >> 1), place)
        return True

    def _send_keys(self) -> None:
        keys = list(self._memory.pictures)
        blocks = [keys[at : at + KEYS_A_BLOCK] for at in range(0, len(keys), KEYS_A_BLOCK)] or [[]]
        last = len(blocks) - 1
        self._blocks = [
            b"\x37\x72" + (LAST if at == last else MORE) + b"".join(block) + b"\0" for at, block in enumerate(blocks)
        ]
        self._say(self._blocks[0])

    def _define(self, rest: bytes, *, by_columns: bool) -> bool:
        """a kc1 kc2 b xL xH yL yH c d1..dk; one colour."""
        if len(rest) < 10:
            return False
        key, dots = rest[1:3], rest[9:]
        width, height = rest[4] + 256 * rest[5], rest[6] + 256 * rest[7]
        plain = (rest[0], rest[3], rest[8]) == (MONOCHROME, 1, COLOUR_1)
        size = width * ((height + 7) // 8) if by_columns else (width + 7) // 8 * height
        fits = 0 < width <= WIDEST and 0 < height <= HIGHEST and len(dots) == size <= CAPACITY
        if not plain or not fits or not _is_key(key):
            return False
        picture = from_columns(width, height, dots) if by_columns else NvPicture(width, height, dots)
        self._mechanism.store(WRITE_S, partial(self._memory.define, key, picture))
        return True

    def _print(self, rest: bytes, place: PlacePicture) -> bool:
        """kc1 kc2 x y."""
        picture = self._memory.pictures.get(rest[:2])
        if len(rest) != 4 or picture is None or not {rest[2], rest[3]} <= {1, 2}:
            return False
        self._put(picture, rest[2], rest[3], place)
        return True

    def _put(self, picture: NvPicture, across: int, down: int, place: PlacePicture) -> None:
        self._memory.prints += 1
        place(rows_image(picture.width, picture.height, picture.rows, across, down))


def _is_key(key: bytes) -> bool:
    return len(key) == 2 and all(0x20 <= byte <= 0x7E for byte in key)
