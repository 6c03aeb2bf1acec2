"""`python -m controller.central.enlist DIR --id E7 --name Maija --pool kela --language fi`: one more expert of a
central, or a known one with a new code. Prints the sign-in once; only its hash is kept. Central reads the file when it
starts.
"""

import argparse
import secrets
import sys
from pathlib import Path

import msgspec

from controller.central.auth import write_private
from controller.central.experts import Expert, Listed, hashed_code, load

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
LETTERS = 12  # 59 bits: sign-ins that fail are limited, so that it cannot be guessed


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m controller.central.enlist", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DIR", help="central's data directory")
    parser.add_argument("--id", required=True, help="a pseudonym: it goes into the journal")
    parser.add_argument("--name", required=True, help="what the customer sees")
    parser.add_argument("--pool", required=True, action="append", metavar="PROVIDER")
    parser.add_argument("--language", required=True, action="append", metavar="fi")
    asked = parser.parse_args(words)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    made = Expert(
        id=asked.id, name=asked.name, pools=tuple(asked.pool), languages=tuple(asked.language), code=hashed_code(code)
    )
    path = asked.data / "experts.json"
    try:
        msgspec.convert(msgspec.to_builtins(made), type=Expert)  # a constructor does not look at what it is given
        others = tuple(expert for expert in load(path) if expert.id != asked.id)
        asked.data.mkdir(parents=True, exist_ok=True)
        write_private(path, msgspec.json.format(msgspec.json.encode(Listed((*others, made))), indent=2).decode() + "\n")
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"enlist: {wrong}\n")
        return 1
    sys.stdout.write(f"{asked.id}.{code}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
