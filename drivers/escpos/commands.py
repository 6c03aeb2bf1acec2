"""The printer's orders that are not text: Epson ESC/POS, by the name of their reference page."""

INITIALISE = b"\x1b@"  # also switches ASB off (UB-E02 guide 4.4)
ASB_ON = b"\x1da\xff"
ONE_BYTE_LETTERS = b"\x1c."  # FS . ends the two-byte mode some printers wake up in
SMOOTH_LARGE_LETTERS = b"\x1db\x01"
FEED_TO_CUTTER_PARTIAL = b"\x1dVB\x00"
FEED_TO_CUTTER_FULL = b"\x1dVA\x00"
CUT_COUNT = b"\x1dg2\x00\xb2\x00"  # cumulative autocutter count -> 5F "1234" 00
BARRIER = b"\x1dr1"  # answered when everything before it is processed
CLEAR_NOW = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8, real time -> 37 25 00
RECOVER_AND_CLEAR_NOW = b"\x10\x05\x02"  # DLE ENQ 2, real time: out of a recoverable error, buffers cleared
TAUGHT_LETTERS, OWN_LETTERS = b"\x1b%\x01", b"\x1b%\x00"  # ESC %: those that it was taught; its own
ASK_PICTURES = b"\x1d(L\x04\x000@KC"  # GS ( L function 64: the key codes of the pictures in NV memory -> 37 72 .. 00
NEXT_BLOCK = b"\x06"  # ACK: what the printer waits for after each block of them
LONGEST_COMMAND = 24 * 72 + 8  # the largest band we send: so many NULs end whatever was torn
END_OF_TORN_COMMAND = bytes(LONGEST_COMMAND)
# Before the first question on a link: a torn command that still wants its head would read it out of the question (the
# 10h of DLE EOT as a length of 4,096 and more), and swallow all that follows. 05h: as a length it ends within
# END_OF_TORN_COMMAND; to GS V it is no cut (00h would be one, through the ticket that hangs), to DLE EOT and GS r no
# question. GS v 0 has the longest head, 8 bytes.
END_OF_TORN_HEAD = b"\x05" + bytes(7)


def ask_status(n: int) -> bytes:
    """DLE EOT, real time: 1 printer, 2 why off line, 3 errors, 4 paper."""
    return bytes((0x10, 0x04, n))


def say_when_printed(job: str) -> bytes:
    """GS ( H function 48: the printer answers 37 22 `job` 00 when all before it is on paper."""
    ident = job.encode("ascii")
    if len(ident) != 4 or not all(0x20 <= byte <= 0x7E for byte in ident):
        raise ValueError(f"a process ID is 4 printable ASCII characters, not {job!r}")
    return b"\x1d(H\x06\x0000" + ident


def name(n: int) -> bytes:
    """GS I: who it is; 66 the maker, 67 the model, 68 the serial number -> 5F text 00."""
    return bytes((0x1D, 0x49, n))


def store_picture(key: str, width_bytes: int, rows: int, dots: bytes) -> bytes:
    """GS ( L function 67: keep a picture of one colour in NV memory under two letters. The memory wears out."""
    width = width_bytes * 8
    head = b"0C0" + key.encode("ascii") + bytes((1, width & 255, width >> 8, rows & 255, rows >> 8)) + b"1"
    size = len(head) + len(dots)
    return b"\x1d(L" + bytes((size & 255, size >> 8)) + head + dots


def print_picture(key: str) -> bytes:
    """GS ( L function 69: print a picture of NV memory at its own size."""
    return b"\x1d(L\x06\x000E" + key.encode("ascii") + b"\x01\x01"


def teach_letter(code: int, columns: bytes) -> bytes:
    """ESC &: from now on `code` is a letter of font A, 12 columns of 24 dots, three bytes each from the top."""
    return bytes((0x1B, 0x26, 3, code, code, len(columns) // 3)) + columns


def code_page(n: int) -> bytes:
    return bytes((0x1B, 0x74, n))


def letter_size(across: int, down: int) -> bytes:
    """GS !: times the font's own size, 1 to 8."""
    return bytes((0x1D, 0x21, (across - 1) << 4 | (down - 1)))


def line_pitch(dots: int) -> bytes:
    return bytes((0x1B, 0x33, dots))


def dots_as_unit(dpi: int) -> bytes:
    """GS P: distances are given in dots of this printer."""
    return bytes((0x1D, 0x50, dpi, dpi))


def feed(dots: int) -> bytes:
    return bytes((0x1B, 0x4A, dots))
