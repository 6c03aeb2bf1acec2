"""The rig's first tier: `python -m tests.rig.kernel [PYTEST'S WORDS]`, the tests in one guest and the month in others.

Without words, everything; with words, pytest alone is run with them (`-k yank`, a file). Exit code: pytest's, or 1 when
the month broke a law.
"""

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.rig.kernel import guest
from tests.rig.kernel.office import months

BEGINS = datetime(2027, 3, 15, 6, tzinfo=UTC)
TESTS_S = 900.0  # of real time, on a machine that others use too
HERE = "tests/rig/kernel"
PYTEST = ("-m", "pytest", "-p", "no:cacheprovider", "-m", "", "--basetemp=/run/tmp/pytest", "--color=yes")
ENVIRON = {"LUUKKU_RIG": "kernel", "HYPOTHESIS_STORAGE_DIRECTORY": "/run/tmp/hypothesis"}


def main(words: Sequence[str]) -> int:
    named = any(Path(word.partition("::")[0]).exists() for word in words)
    code = tests([*words] if named else [HERE, *words])
    if words:
        return code
    return months.main() or code


def tests(words: Sequence[str]) -> int:
    """pytest in a guest; gives its exit code."""
    command = (guest.python(), *PYTEST, *words)
    with tempfile.TemporaryDirectory(prefix="luukku-rig-") as keep:
        return guest.run(command, begins=BEGINS, limit_s=TESTS_S, say=say, keep=Path(keep), environ=ENVIRON)


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
