"""For technicians: hear what a call will sound like. `python -m drivers.speech K 42 2 fi,sv out.wav`"""

import argparse
import asyncio
import sys
from pathlib import Path

from controller.ports.speaker import Announcement, Clip

from .phrases import counter_name
from .synth import DebianVoice
from .voices import discover


def main(argv: list[str] | None = None) -> int:
    """0: written, every language spoken. 1: written, a language missing. 2: wrong use, or not writable."""
    wanted = _parser().parse_args(argv)
    announcement = Announcement(
        series=wanted.series,
        n=wanted.n,
        counter={tag: _counter(wanted.counter, tag) for tag in wanted.languages},
        languages=wanted.languages,
    )
    clip, faults = asyncio.run(_speak(announcement))
    try:
        wanted.out.write_bytes(clip.wav)
    except OSError as cause:
        sys.stderr.write(f"{wanted.out}: cannot be written: {cause.strerror}\n")
        return 2
    sys.stdout.write(f"{wanted.out}: {clip.ms} ms, spoken: {', '.join(clip.spoken) or 'chime only'}\n")
    return _missing(announcement, clip, faults)


async def _speak(announcement: Announcement) -> tuple[Clip, dict[str, str]]:
    voice = DebianVoice(await discover())
    return await voice.speak(announcement), voice.faults


def _missing(announcement: Announcement, clip: Clip, faults: dict[str, str]) -> int:
    missing = [tag for tag in announcement.languages if tag not in clip.spoken]
    for name, fault in faults.items():
        sys.stderr.write(f"{name}: {fault}\n")
    if missing:
        sys.stderr.write(f"not spoken, no voice here: {', '.join(missing)}\n")
    return 1 if missing else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m drivers.speech", description="Write one call as a WAV file.")
    parser.add_argument("series", help='letter of the queue, such as "K"')
    parser.add_argument("n", type=_number, help="number on the ticket, such as 42")
    parser.add_argument("counter", help='number of the counter, or its spoken name, such as 2 or "huone A"')
    parser.add_argument("languages", type=_languages, help="in speaking order, such as fi,sv")
    parser.add_argument("out", type=Path, help="file to write, such as out.wav")
    return parser


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a ticket number (0 to 999999999)")
    return int(text)


def _languages(text: str) -> tuple[str, ...]:
    tags = tuple(tag.strip() for tag in text.split(","))
    if not all(tag.replace("-", "").isalnum() for tag in tags):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of language codes such as fi,sv")
    return tags


def _counter(text: str, language: str) -> str:
    return counter_name(int(text), language) if text.isascii() and text.isdigit() else text


if __name__ == "__main__":
    sys.exit(main())
