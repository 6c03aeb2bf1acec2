"""Small words: a text in the right language, a moment as text."""

from datetime import UTC, datetime
from functools import lru_cache


def pick(texts: dict[str, str], language: str, house: str) -> str:
    """The text in `language`, else in the house language, else any there is; "" for none."""
    return texts.get(language) or texts.get(house) or next(iter(texts.values()), "")


def moment(ms: int) -> str:
    """UTC milliseconds since 1970 as RFC 3339 text with exactly three decimals."""
    seconds, rest = divmod(ms, 1000)
    return f"{_second(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=64)  # what happens together, happens in the same second
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"
