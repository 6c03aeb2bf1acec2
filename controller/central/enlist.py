"""`python -m controller.central.enlist DIR --id E7 --name Maija --pool kela --language fi`: one more expert of a
central, or a known one with a new code. Prints the sign-in once; only its hash is kept. `DIR --id E7 --remove`: no
longer one. Central reads the file when it starts.
"""

import argparse
import secrets
import sys
from pathlib import Path

import msgspec

from controller.central.auth import write_private
from controller.central.experts import Expert, Listed, hashed_code, load

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
FILE = "experts.json"
LETTERS = 12  # 59 bits: sign-ins that fail are limited, so that it cannot be guessed


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m controller.central.enlist", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DIR", help="central's data directory")
    parser.add_argument("--id", required=True, help="a pseudonym: it goes into the journal")
    parser.add_argument("--name", help="what the customer sees")
    parser.add_argument("--pool", action="append", metavar="PROVIDER")
    parser.add_argument("--language", action="append", metavar="fi")
    parser.add_argument("--remove", action="store_true", help="this one signs in no more, once central has restarted")
    asked = parser.parse_args(words)
    if not asked.remove and not (asked.name and asked.pool and asked.language):
        parser.error("an expert has --name, --pool and --language")
    try:
        said = _remove(asked) if asked.remove else _enlist(asked)
    except (OSError, ValueError) as wrong:
        sys.stderr.write(f"enlist: {wrong}\n")
        return 1
    sys.stdout.write(said)
    return 0


def _enlist(asked: argparse.Namespace) -> str:
    """The sign-in. Who was known keeps the token: that is a machine's, and none of the code's business."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    listed = {expert.id: expert for expert in load(asked.data / FILE)}
    known = listed.get(asked.id)
    made = Expert(
        id=asked.id, name=asked.name, pools=tuple(asked.pool), languages=tuple(asked.language), code=hashed_code(code),
        token=known.token if known is not None else None,
    )  # fmt: skip
    msgspec.convert(msgspec.to_builtins(made), type=Expert)  # a constructor does not look at what it is given
    asked.data.mkdir(parents=True, exist_ok=True)
    _write(asked.data, {**listed, asked.id: made})
    return f"{asked.id}.{code}\n"


def _remove(asked: argparse.Namespace) -> str:
    listed = {expert.id: expert for expert in load(asked.data / FILE)}
    if listed.pop(asked.id, None) is None:
        raise ValueError(f"{asked.data / FILE}: nobody is {asked.id}")
    _write(asked.data, listed)
    return ""


def _write(data: Path, listed: dict[str, Expert]) -> None:
    text = msgspec.json.format(msgspec.json.encode(Listed(tuple(listed.values()))), indent=2).decode()
    write_private(data / FILE, text + "\n")


if __name__ == "__main__":
    sys.exit(main())
