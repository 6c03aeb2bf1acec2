"""Pictures that a printer keeps without power: NV graphics by key code, and NV bit images by number of old.

Sizes and rules: Epson TM-T81 and TM-T88III specifications, `GS ( L` functions 48 to 69 and `FS q`. Defining one kind
deletes the other. Flash wears out: Epson asks for fewer than ten writes a day, so they are counted.
"""

import base64
from dataclasses import dataclass, field

CAPACITY = 256 * 1024  # bytes (TM-T81)
CONTROL_BYTES = 24  # that each picture takes beside its dots (TM-T81)
WIDEST, HIGHEST = 8192, 2304  # dots (TM-T81)
NUMBERS = 255  # FS q counts its images in one byte

Key = bytes  # two letters, 20h to 7Eh


@dataclass(frozen=True, slots=True)
class NvPicture:
    """`rows`: packed, one bit a dot, 1 is ink."""

    width: int
    height: int
    rows: bytes

    @property
    def size(self) -> int:
        return len(self.rows) + CONTROL_BYTES


@dataclass(slots=True)
class NvGraphics:
    """What is kept. `writes`: since the printer was built; `prints`: how often one of them was printed."""

    pictures: dict[Key, NvPicture] = field(default_factory=dict)
    images: list[NvPicture] = field(default_factory=list)
    writes: int = 0
    prints: int = 0

    @property
    def free(self) -> int:
        """Bytes."""
        kept = [*self.pictures.values(), *self.images]
        return CAPACITY - sum(picture.size for picture in kept)

    def define(self, key: Key, picture: NvPicture) -> bool:
        """False: there is no room, and nothing was changed."""
        there = self.pictures.get(key)
        if picture.size > CAPACITY - sum(p.size for p in self.pictures.values()) + (there.size if there else 0):
            return False
        self.images = []
        self.pictures[key] = picture
        self.writes += 1
        return True

    def define_images(self, images: list[NvPicture]) -> bool:
        """All of FS q in one; False: they are larger than the memory, and nothing was changed."""
        if sum(image.size for image in images) > CAPACITY:
            return False
        self.pictures, self.images = {}, images
        self.writes += 1
        return True

    def delete(self, key: Key) -> bool:
        """False: it was not there, which costs no write."""
        if self.pictures.pop(key, None) is None:
            return False
        self.writes += 1
        return True

    def delete_all(self) -> None:
        self.pictures = {}
        self.writes += 1

    def erase(self) -> None:
        """Nothing is in it any more: another printer's memory, as new."""
        self.pictures, self.images = {}, []
        self.writes = self.prints = 0

    def as_dict(self) -> dict[str, object]:
        """For a JSON file; keys in hex."""
        pictures = [{"key": key.hex()} | _as_dict(picture) for key, picture in self.pictures.items()]
        images = [_as_dict(image) for image in self.images]
        return {"writes": self.writes, "prints": self.prints, "pictures": pictures, "images": images}

    @classmethod
    def from_dict(cls, kept: dict[str, object]) -> "NvGraphics":
        """What `as_dict` gave. Raises ValueError, KeyError or TypeError for anything else."""
        pictures, images = kept["pictures"], kept["images"]
        writes, prints = kept["writes"], kept["prints"]
        if not (isinstance(pictures, list) and isinstance(images, list)):
            raise TypeError("pictures and images are lists")
        if not (isinstance(writes, int) and isinstance(prints, int)):
            raise TypeError("writes and prints are whole numbers")
        by_key = {bytes.fromhex(one["key"]): _picture(one) for one in pictures}
        return cls(by_key, [_picture(one) for one in images], writes, prints)


def from_columns(width: int, height: int, columns: bytes) -> NvPicture:
    """A picture that came column by column, the top dot first (fn 68, FS q)."""
    column_bytes, row_bytes = (height + 7) // 8, (width + 7) // 8
    rows = bytearray(row_bytes * height)
    for x in range(width):
        column = int.from_bytes(columns[x * column_bytes : (x + 1) * column_bytes])
        for y in range(height):
            if column >> (column_bytes * 8 - 1 - y) & 1:
                rows[y * row_bytes + x // 8] |= 0x80 >> (x % 8)
    return NvPicture(width, height, bytes(rows))


def _as_dict(picture: NvPicture) -> dict[str, object]:
    rows = base64.b64encode(picture.rows).decode()
    return {"width": picture.width, "height": picture.height, "rows": rows}


def _picture(kept: dict[str, object]) -> NvPicture:
    width, height, rows = kept["width"], kept["height"], base64.b64decode(str(kept["rows"]), validate=True)
    if not (isinstance(width, int) and isinstance(height, int)) or len(rows) != (width + 7) // 8 * height:
        raise ValueError("a picture's rows do not fit its size")
    return NvPicture(width, height, rows)
