"""Plants each bug of the list in a copy of the tree and runs its finders, which must fail there and pass without it.

    python -m tests.planted.plant [--only WORDS] [--jobs N] [--write PAGE]

A finder that cannot even be collected has found nothing: a bug must be found by a test that ran and failed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).parent.parent.parent
FAILED = 1  # pytest's exit code when tests ran and failed


class Found(NamedTuple):
    finder: str
    by: str  # the test that failed, "" for none
    seconds: float


def copy_of_the_tree(to: Path) -> None:
    """What git knows or would know, as it lies in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


@contextmanager
def planted(tree: Path, bug: Bug) -> Iterator[None]:
    """The bug stands in the tree for as long as this lasts."""
    sound = {file: (tree / file).read_text() for file, _, _ in bug.edits}
    for file, old, new in bug.edits:
        text = (tree / file).read_text()
        if text.count(old) != 1:
            raise ValueError(f"{file} has this {text.count(old)} times: {old!r}")
        (tree / file).write_text(text.replace(old, new))
    try:
        yield
    finally:
        for file, text in sound.items():
            (tree / file).write_text(text)


def run(tree: Path, tests: list[str], *options: str) -> tuple[int, list[str], float]:
    """pytest's exit code in the tree, the tests that failed, and the seconds it took."""
    began = time.monotonic()
    environ = os.environ | {
        "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_PROFILE": "mutation",
    }  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-pno:cacheprovider", "--timeout=900", "-m", ""]
    done = subprocess.run(
        [*command, *options, *tests], cwd=tree, env=environ, capture_output=True, text=True, check=False
    )
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode not in {0, FAILED}:
        print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
    return done.returncode, failed, time.monotonic() - began


def hunt(trees: "SimpleQueue[Path]", bug: Bug) -> list[Found]:
    """Each finder's verdict on one bug, planted in a tree that is free."""
    found = []
    tree = trees.get()
    with planted(tree, bug):
        for finder in bug.finders:
            code, failed, seconds = run(tree, [finder], "-x")
            one = Found(finder, failed[0] if code == FAILED and failed else "", seconds)
            print(f"{bug.what}: {one.by or 'NOT FOUND by ' + finder}, {seconds:.0f} s", flush=True)
            found.append(one)
    trees.put(tree)
    return found


def page(results: list[tuple[Bug, list[Found]]], seconds: float) -> str:
    """The result as a page in docs."""
    lines = [
        "# Planted bugs", "",
        f"Made by `python -m tests.planted.plant --write docs/proofs/planted-bugs.md`, "
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in {seconds / 60:.0f} minutes on {os.cpu_count()} CPUs.",
        "Each bug was planted alone in a copy of the tree; each of its finders passed before and failed with it.",
        "[The list](../../tests/planted/bugs.py) has the exact text of each.",
        "The law *video can never delay a ticket* has no room yet, and so no bug.",
        "", f"{len(results)} bugs, {sum(all(one.by for one in found) for _, found in results)} found.",
    ]  # fmt: skip
    law = ""
    for bug, found in results:
        if bug.law != law:
            law = bug.law
            lines += ["", f"## {law[0].upper()}{law[1:]}", "", "| planted | in | found by | s |", "|---|---|---|---:|"]
        files = "<br>".join(dict.fromkeys(f"`{file}`" for file, _, _ in bug.edits))
        by = "<br>".join(f"`{one.by}`" if one.by else f"NOT by `{one.finder}`" for one in found)
        lines.append(f"| {bug.what} | {files} | {by} | {'<br>'.join(f'{one.seconds:.0f}' for one in found)} |")
    return "\n".join([*lines, ""])


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("--only", default="", metavar="WORDS", help="bugs whose description or law has these words")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--write", type=Path, metavar="PAGE")
    wish = asked.parse_args()
    bugs = [one for one in BUGS if wish.only in one.what or wish.only in one.law]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trees = SimpleQueue[Path]()
        for job in range(wish.jobs):
            copy_of_the_tree(tree := Path(folder) / str(job))
            trees.put(tree)
        finders = list(dict.fromkeys(finder for bug in bugs for finder in bug.finders))
        code, failed, seconds = run(tree, finders, "-n", str(wish.jobs), "--dist", "worksteal")
        if code:
            print(f"without a bug: pytest ends with {code}, and these fail: {failed}", file=sys.stderr)
            return 1
        print(f"{len(finders)} finders pass without a bug, {seconds:.0f} s", flush=True)
        with ThreadPoolExecutor(wish.jobs) as pool:
            results = list(zip(bugs, pool.map(lambda bug: hunt(trees, bug), bugs), strict=True))
    if wish.write:
        wish.write.parent.mkdir(parents=True, exist_ok=True)
        wish.write.write_text(page(results, time.monotonic() - began))
    return int(not all(one.by for _, found in results for one in found))


if __name__ == "__main__":
    sys.exit(main())
