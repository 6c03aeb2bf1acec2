"""What commands and answers mean, in a few words: Epson's ESC/POS command reference, as this printer obeys it."""

COMMANDS: dict[str, str] = {
    "text": "text, line feeds",
    "ESC @": "initialise; automatic status is off after it",
    "ESC !": "print modes in one byte", "ESC E": "bold", "ESC G": "double strike", "ESC -": "underline",
    "ESC M": "font", "ESC a": "align: 0 left, 1 centre, 2 right", "ESC t": "code page", "ESC R": "national letters",
    "ESC &": "teach it letters", "ESC %": "print taught letters, or not", "ESC ?": "forget a taught letter",
    "ESC 2": "default line spacing", "ESC 3": "line spacing, dots", "ESC J": "print and feed, dots",
    "ESC d": "print and feed, lines", "ESC D": "tab stops", "ESC $": "position from the left",
    "ESC \\": "position from here", "ESC {": "upside down", "ESC *": "bit image, by columns",
    "ESC i": "cut, one point left", "ESC m": "cut, three points left", "ESC p": "drawer pulse: nothing here",
    "GS !": "letter size", "GS B": "white on black", "GS b": "smooth letters", "GS L": "left margin",
    "GS W": "print area", "GS P": "motion units", "GS V": "cut", "GS v 0": "raster picture", "GS k": "bar code",
    "GS ( k": "two-dimensional code: QR", "GS ( L": "graphics and NV graphics", "GS 8 L": "graphics, long form",
    "GS a": "automatic status on (FF) or off (00)", "GS r": "status, in its turn", "GS I": "who the printer is",
    "GS g": "maintenance counter", "GS ( H": "process ID, or answer when off line",
    "FS q": "define NV bit images", "FS p": "print an NV bit image", "FS .": "one-byte letters",
    "DLE EOT (real time)": "status, at once", "DLE ENQ (real time)": "recover, at once",
    "DLE DC4 (real time)": "clear the buffers, at once", "response": "the host's answer to a block of a list",
}  # fmt: skip

FUNCTIONS: dict[str, dict[int, str]] = {
    "GS ( k": {65: "QR: model", 67: "QR: dots a module", 69: "QR: error correction", 80: "QR: store", 81: "QR: print"},
    "GS ( L": {
        48: "how large is the NV memory", 51: "how much of it is free", 64: "which NV pictures are there",
        65: "erase all NV pictures", 66: "erase an NV picture", 67: "store an NV picture", 68: "store an NV picture",
        69: "print an NV picture", 50: "print the graphics of the buffer", 112: "graphics into the buffer",
    },
    "GS ( H": {48: "say when all before is printed", 49: "say when going off line"},
}  # fmt: skip
FN_AT = {"GS ( k": 6, "GS ( L": 6, "GS ( H": 5}  # where the function's number stands in the bytes

HEADED = (
    (b"\x37\x22", "printed: process ID"),
    (b"\x37\x23", "went off line"),
    (b"\x37\x25", "buffers are cleared"),
    (b"\x37\x30", "NV memory, bytes"),
    (b"\x37\x31", "NV memory free, bytes"),
    (b"\x37\x72", "NV key codes"),
    (b"\x5f", "answer to GS I or GS g"),
)
ASB_BITS = (
    (0, 0x08, "off line"), (0, 0x20, "cover open"), (0, 0x40, "feed button"),
    (1, 0x04, "recoverable error"), (1, 0x08, "cutter error"), (2, 0x03, "paper near end"), (2, 0x0C, "paper out"),
)  # fmt: skip


def command_says(name: str, data: bytes) -> str:
    """`data`: the command's bytes, or their beginning."""
    at = FN_AT.get(name, len(data))
    function = FUNCTIONS[name].get(data[at], "") if at < len(data) else ""
    if name == "GS v 0" and len(data) >= 8:
        return f"raster picture, {(data[4] + 256 * data[5]) * 8} x {data[6] + 256 * data[7]} dots"
    return function or COMMANDS.get(name, "")


def answer_says(data: bytes) -> str:
    """By its form alone, as a host must tell answers apart."""
    for head, meaning in HEADED:
        if data.startswith(head):
            text = data[len(head) :].rstrip(b"\0").decode("ascii", "replace")
            return f"{meaning} {text}".rstrip()
    if len(data) == 4 and data[0] & 0x93 == 0x10:
        set_bits = [word for at, bits, word in ASB_BITS if data[at] & bits]
        return "automatic status: " + (", ".join(set_bits) or "all well")
    if len(data) == 1 and data[0] & 0x93 == 0x12:
        return "real-time status: " + ("all well" if data[0] == 0x12 else "look at its bits")
    return "status" if len(data) == 1 else ""
