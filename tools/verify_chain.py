#!/usr/bin/env python3
"""Is a journal whole? Reads `luukku events --json` (a file, or standard input) and trusts nothing but the contract:
sequence from 1 without gaps, ids, the hash chain of section 4, one journal. Standard library only, no Luukku.

    luukku events --data DIR --json | tools/verify_chain.py
    tools/verify_chain.py events.jsonl

Exit code 0: whole; 1: the first bad line is named; 2: misuse.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable

GENESIS = "0" * 64
TAIL = re.compile(rb',"chain":"([0-9a-f]{64})"\}$')
SOURCE = re.compile(r"^/points/([^/]+)/journals/([^/]+)$")


class Bad(Exception):
    """What is wrong with a line."""


class Verifier:
    """What is known after each line: the chain so far, and counts."""

    def __init__(self) -> None:
        self.chain, self.seq, self.source = GENESIS, 0, ""
        self.names: Counter[str] = Counter()
        self.days: Counter[str] = Counter()

    def take(self, line: bytes) -> None:
        """The next event. Raises Bad."""
        event = self._read(line)
        self._is_next(event)
        self._is_chained(line)
        self.names[event["type"]] += 1
        self.days[event.get("businessdate", "none")] += 1

    def _read(self, line: bytes) -> dict[str, str]:
        try:
            event = json.loads(line)
        except ValueError as bad:
            raise Bad(f"is not JSON: {bad}") from bad
        needed = {"id", "source", "type", "sequence", "chain"}
        if not isinstance(event, dict) or not needed <= event.keys():
            raise Bad("is no event: id, source, type, sequence or chain is missing")
        return event

    def _is_next(self, event: dict[str, str]) -> None:
        self.seq += 1
        if event["sequence"] != f"{self.seq:020d}":
            raise Bad(f"has sequence {event['sequence']!r}, {self.seq:020d} should follow")
        self.source = self.source or event["source"]
        named = SOURCE.match(event["source"])
        if named is None or event["source"] != self.source:
            raise Bad(f"has source {event['source']!r}, not {self.source!r}")
        if event["id"] != f"{named[2]}-{self.seq}":
            raise Bad(f"has id {event['id']!r}, not {named[2]}-{self.seq}")

    def _is_chained(self, line: bytes) -> None:
        tail = TAIL.search(line)
        if tail is None:
            raise Bad("does not end with its chain")
        self.chain = hashlib.sha256(self.chain.encode() + b"\n" + line[: tail.start()] + b"}").hexdigest()
        if tail[1].decode() != self.chain:
            raise Bad(f"has chain {tail[1].decode()[:16]}..., its bytes give {self.chain[:16]}...")


def verify(lines: Iterable[bytes]) -> int:
    """Prints counts, or the first bad line; gives the exit code."""
    verifier = Verifier()
    for number, line in enumerate(lines, 1):
        try:
            verifier.take(line.rstrip(b"\n"))
        except Bad as bad:
            print(f"verify_chain: line {number} {bad}", file=sys.stderr)
            return 1
    print(f"{verifier.seq} events of {verifier.source or 'nobody'}, chain {verifier.chain}")
    for day, count in sorted(verifier.days.items()):
        print(f"  {day}: {count}")
    for name, count in sorted(verifier.names.items()):
        print(f"  {name}: {count}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", 1)[0])
    parser.add_argument("file", nargs="?", help="one event a line (standard input)")
    named = parser.parse_args().file
    if named is None:
        return verify(sys.stdin.buffer)
    try:
        with open(named, "rb") as file:
            return verify(file)
    except OSError as unreadable:
        print(f"verify_chain: {named}: {unreadable.strerror}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
