"""Do the core's tests bite? Plants each small fault of `mutants.py` in controller/domain and counts what they find.

    tools/mutate.py [MODULE ...] [--jobs N] [--least PERCENT] [--write PAGE] [--list] [--tests ...]

`campaign.py` says how a fault is tried. Faults that change nothing stand, each with its reason, in
`equivalent_mutants.toml`; one that is not there any more, or that a test finds, fails the run.
"""

import argparse
import importlib.util
import os
import sys
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from campaign import BUDGET_S, CORE, ENDLESS, ROOT, SURVIVED, Campaign, Verdict
from mutants import Mutant, mutants

TESTS = ["tests/domain", "tests/journal/test_ledger_model.py"]
NOT_ON_TIME = ["tests/domain/test_hours.py::test_asking_again_costs_microseconds"]  # a fault of speed is none of ours
STARTING_S = 3  # of CPU, to import and collect
EQUIVALENT = ROOT / "tools" / "equivalent_mutants.toml"
QUIET = ["-pno:cacheprovider", "-pno:xdist", "-pno:schemathesis", "-pno:playwright", "--tb=no", "--timeout=120"]


class Planted:
    """Imports one module with a fault in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = ".".join(mutant.path.with_suffix("").parts)

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name == self.name:
            return importlib.util.spec_from_loader(name, self, origin=str(ROOT / self.mutant.path))  # type: ignore[arg-type]  # why: a loader by its two methods
        return None

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(self.mutant.code, module.__dict__)


class Hurry:
    """Ends a pytest run after the budget: what was not found by then counts as not found."""

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        if time.process_time() > BUDGET_S + STARTING_S:
            item.session.shouldstop = "out of time"


def run_planted(path: Path, index: int) -> int:
    """pytest on the tests named on stdin, with this fault of the module in place."""
    mutant = next(one for one in mutants(path.resolve(), ROOT) if one.index == index)
    sys.path.insert(0, str(ROOT))
    sys.meta_path.insert(0, Planted(mutant))  # type: ignore[arg-type]  # why: a finder by its one method
    code = pytest.main(["-x", "-q", *QUIET, *sys.stdin.read().split("\n")], plugins=[Hurry()])
    return 0 if code == pytest.ExitCode.INTERRUPTED else int(code)


def excused() -> dict[tuple[str, ...], str]:
    """Faults that change nothing, and why."""
    known = tomllib.loads(EQUIVALENT.read_text())["mutant"] if EQUIVALENT.exists() else []
    return {(one["file"], one["function"], one["old"], one["new"]): one["why"] for one in known}


def page(verdicts: list[Verdict], reasons: dict[tuple[str, ...], str], seconds: float) -> str:
    """The result as a page in docs."""
    names = sorted({one.mutant.path.name for one in verdicts})
    rows = [row(name, [one for one in verdicts if one.mutant.path.name == name], reasons) for name in names]
    survived = [one for one in verdicts if one.what == SURVIVED]
    kept = [f"{said(one)}: {reasons[one.mutant.name]}" for one in survived if one.mutant.name in reasons]
    left = [said(one) for one in survived if one.mutant.name not in reasons]
    return "\n".join([
        "# Mutation testing of the core", "",
        f"Made by `tools/mutate.py --write docs/proofs/mutation.md`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in "
        f"{seconds / 60:.0f} minutes on {os.cpu_count()} CPUs.",
        "A fault is one operator turned, one statement gone or one value off in `controller/domain`",
        "([mutants.py](../../tools/mutants.py) says which); it is found when a test fails, or runs on without end.",
        "The share counts a fault that changes nothing as not found.", "",
        "| module | faults | found | of them endless | change nothing | not found | share found |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *rows, row("**all**", verdicts, reasons), "",
        "## Faults that change nothing", "", *(kept or ["None is known."]), "",
        "## Not found", "", *(left or ["None."]), "",
    ])  # fmt: skip


def said(one: Verdict) -> str:
    return f"- `{one.mutant.path.name}` {one.mutant.function}: `{one.mutant.old}` -> `{one.mutant.new}`"


def row(name: str, of: list[Verdict], reasons: dict[tuple[str, ...], str]) -> str:
    survived = [one for one in of if one.what == SURVIVED]
    endless = sum(one.what == ENDLESS for one in of)
    same = sum(one.mutant.name in reasons for one in survived)
    found = len(of) - len(survived)
    share = 100 * found / max(1, len(of))
    return f"| {name} | {len(of)} | {found} | {endless} | {same} | {len(survived) - same} | {share:.1f} % |"


def judged(verdicts: list[Verdict], least: float, write: Path | None, seconds: float) -> int:
    """1 if too much was not found, or if an excuse no longer holds."""
    reasons = excused()
    survived = [one for one in verdicts if one.what == SURVIVED]
    left = [one for one in survived if one.mutant.name not in reasons]
    looked, equal = {one.mutant.path.name for one in verdicts}, {one.mutant.name for one in survived}
    stale = [name for name in reasons if name[0] in looked and name not in equal]
    for name in stale:
        print(f"no fault that changes nothing any more, take it out of {EQUIVALENT.name}: {name}")
    share = 100 * (len(verdicts) - len(survived)) / max(1, len(verdicts))
    print(f"{len(verdicts)} faults, {share:.1f} % found, {len(left)} not found and not explained, {seconds:.0f} s")
    if write:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(page(verdicts, reasons, seconds))
    return int(share < least or bool(stale))


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("modules", nargs="*", type=Path, metavar="MODULE", help="files of the core; default: all")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--least", type=float, default=0, metavar="PERCENT", help="fail below this share found")
    asked.add_argument("--write", type=Path, metavar="PAGE")
    asked.add_argument("--tests", nargs="+", default=TESTS, help="what has to find them; default: %(default)s")
    asked.add_argument("--list", action="store_true", help="name the faults, run nothing")
    asked.add_argument("--plant", type=int, help=argparse.SUPPRESS)
    wish = asked.parse_args()
    modules = [module.resolve() for module in wish.modules] or sorted(CORE.glob("*.py"))
    if wish.plant is not None:
        return run_planted(modules[0], wish.plant)
    if wish.list:
        every = (one for module in modules for one in mutants(module, ROOT))
        print(*(f"{one.path}:{one.line} {one.old} -> {one.new}" for one in every), sep="\n")
        return 0
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = "mutation"
    began = time.monotonic()
    campaign = Campaign(modules, wish.jobs)
    leave = [f"--deselect={test}" for test in NOT_ON_TIME]
    code = pytest.main(["-q", "--no-header", *QUIET, *leave, *wish.tests], plugins=[campaign])
    if code != pytest.ExitCode.OK:
        return int(code)
    return judged(campaign.verdicts, wish.least, wish.write, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
