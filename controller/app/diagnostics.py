"""`luukku export-diagnostics`: what may be asked. What gathers is only imported to gather: the daemon carries none."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from controller.app.doctor.finding import CONFIG, DATA, Box

OK, FAILED = 0, 1


def add(verbs: Any) -> None:
    """Add the verb `export-diagnostics` to the command line."""
    verb = verbs.add_parser("export-diagnostics", help="a bundle for support, without secrets or personal data")
    verb.add_argument("file", type=Path, metavar="FILE", help="a new .tar.gz")
    verb.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"({CONFIG})")
    verb.add_argument("--data", type=Path, default=DATA, metavar="DIR", help=f"({DATA})")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0 done, 1 it failed. Never writes over a file."""
    from controller.app.bundle import pack

    file: Path = arguments.file
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"luukku export-diagnostics: {file} is there already; name a new file", file=sys.stderr)
        return FAILED
    try:
        with os.fdopen(handle, "wb") as out:
            count = pack(Box(arguments.config, arguments.data), out)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    print(f"{file}: {count} files, {file.stat().st_size // 1024 + 1} KiB; MANIFEST.txt in it says what was left out")
    return OK
