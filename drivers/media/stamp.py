"""A number in a picture, by which a receiver knows when it was made: 32 blocks side by side in the uppermost 32/720 of
the picture, white for 1. 24 bits of the number, most significant first, then 8 bits that prove it.
"""

BITS = 32
HEIGHT = 32 / 720  # of the picture's height
WHITE_FROM = 128  # luma
PROOF = 0xA5


def bits(number: int) -> list[bool]:
    """The blocks of a number of 24 bits, from the left."""
    word = (number & 0xFFFFFF) << 8 | proof(number)
    return [bool(word >> (BITS - 1 - place) & 1) for place in range(BITS)]


def proof(number: int) -> int:
    return (number >> 16 ^ number >> 8 ^ number ^ PROOF) & 0xFF


def read(row: bytes, width: int) -> int | None:
    """The number in one row of luma through the middle of the blocks; None when it is not whole."""
    word = 0
    for place in range(BITS):
        word = word << 1 | (row[(2 * place + 1) * width // (2 * BITS)] >= WHITE_FROM)
    number = word >> 8
    return number if word & 0xFF == proof(number) else None


def middle_row(height: int) -> int:
    """The row to read, of so many."""
    return max(0, round(height * HEIGHT / 2))
