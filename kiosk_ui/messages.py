"""The same words on paper, in speech and on the pages: the Fluent tree of `i18n/`, read from Python."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from kiosk_ui import ROOT

TREE = ROOT / "i18n"
HOUSE = "fi"
REMEMBERED = 256  # sentences: most that are said were said a moment ago


class MessageFault(Exception):
    """A message that is in no language asked, or one that cannot be said with these arguments."""


class Messages:
    """Everything said in one language, falling back to the house language for what it has not."""

    def __init__(self, language: str, house: str = HOUSE) -> None:
        self.language = language
        self._spoken = tuple(name for name in dict.fromkeys((language, house)) if name in languages())
        for name in self._spoken:
            bundle(name)  # read now: whoever warms it up does so where it may block

    def text(self, message: str, **arguments: str | int | float) -> str:
        return _said(self._spoken, message, tuple(arguments.items()))


@lru_cache(maxsize=REMEMBERED)
def _said(spoken: tuple[str, ...], message: str, arguments: tuple[tuple[str, str | int | float], ...]) -> str:
    for name in spoken:
        if bundle(name).has_message(message):
            return _say(bundle(name), message, dict(arguments))
    raise MessageFault(f"no message {message!r} in {spoken} (the language asked for, then the house language)")


def _say(spoken: FluentBundle, message: str, arguments: dict[str, str | int | float]) -> str:
    pattern = spoken.get_message(message).value
    if pattern is None:
        raise MessageFault(f"{message!r} has no text of its own")
    text, faults = spoken.format_pattern(pattern, arguments)
    if faults:
        raise MessageFault(f"{message!r}: {faults[0]}")
    return str(text)


@cache
def languages(tree: Path = TREE) -> tuple[str, ...]:
    return tuple(sorted(folder.name for folder in tree.iterdir() if folder.is_dir()))


@cache
def bundle(language: str, tree: Path = TREE) -> FluentBundle:
    """One language's files together; no isolating marks, since paper has no bidirectional text engine."""
    spoken = FluentBundle([language], use_isolating=False)
    for path in sorted((tree / language).glob("*.ftl")):
        spoken.add_resource(FluentResource(path.read_text(encoding="utf-8")))
    return spoken
