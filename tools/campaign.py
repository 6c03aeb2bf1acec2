"""One campaign of planted faults: pytest collects the tests once, then this runs them against each fault in turn.

For each fault a child is forked that gives one function its faulty code and runs the tests that pass that line,
likeliest killer first, until one fails. A faulty constant is put where the sound one stands. A fault in the body of a
class or in what events are made of needs a fresh import: that child is a Python of its own. A child may burn
CPU_LIMIT_S of CPU, so that a busy machine turns nothing into an endless loop, and starts no further test after
BUDGET_S: what only a longer look would find counts as not found.
"""

import importlib
import inspect
import os
import pickle
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol
from mutants import Mutant, mutants

ROOT = Path(__file__).parent.parent
CORE = ROOT / "controller" / "domain"
CPU_LIMIT_S, BUDGET_S = 30, 4
PINS = "tests/domain/test_shapes.py"  # looks at what is defined, and so passes no line of the core
KILLED, SURVIVED, ENDLESS = "killed", "survived", "endless"


class Verdict(NamedTuple):
    mutant: Mutant
    what: str
    by: str  # the test that failed


class Campaign:
    """A pytest plugin that stands in for its loop: pytest collects, this runs."""

    def __init__(self, modules: list[Path], jobs: int) -> None:
        self.modules = modules
        self.jobs = jobs
        self.verdicts: list[Verdict] = []
        self.killers: dict[str, list[str]] = defaultdict(list)  # function -> what found faults in it, newest last
        self.cpu_s = 0.0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise pytest.UsageError("the tests cannot be collected")
        self.items = {item.nodeid: item for item in session.items}
        self.seconds, self.covers = measured(session.items)
        print(f"{len(self.seconds)} tests, {sum(self.seconds.values()):.0f} s of CPU", flush=True)
        for module in self.modules:
            began, self.cpu_s = time.monotonic(), 0.0
            found = list(self.of_module(module))
            self.verdicts += found
            left = [one.mutant for one in found if one.what == SURVIVED]
            took = f"{time.monotonic() - began:.0f} s, {self.cpu_s:.0f} s of CPU"
            print(f"{module.name}: {len(found)} faults, {len(left)} not found, {took}", flush=True)
            for one in left:
                print(f"  {one.path}:{one.line}: {one.old}\n      -> {one.new}", flush=True)
        return True

    def of_module(self, module: Path) -> Iterator[Verdict]:
        """Every fault of one module, `jobs` at a time."""
        running: dict[int, tuple[Mutant, Any]] = {}
        for mutant in mutants(module, ROOT):
            if len(running) == self.jobs:
                yield self.next_of(running)
            said = tempfile.TemporaryFile()  # noqa: SIM115  # why: it lives as long as the child
            running[self.child(mutant, said)] = mutant, said
        while running:
            yield self.next_of(running)

    def next_of(self, running: dict[int, tuple[Mutant, Any]]) -> Verdict:
        pid, status, used = os.wait4(-1, 0)
        self.cpu_s += used.ru_utime + used.ru_stime
        mutant, said = running.pop(pid)
        with said:
            said.seek(0)
            by = said.read().decode()
        if by:
            self.killers[mutant.function] = [one for one in self.killers[mutant.function] if one != by] + [by]
        code = os.waitstatus_to_exitcode(status)
        return Verdict(mutant, ENDLESS if code < 0 else KILLED if code else SURVIVED, by)

    def order(self, mutant: Mutant) -> list[str]:
        """The tests that pass this fault, likeliest killer first."""
        passing = self.covers.get(mutant.path.name, {})
        chosen = passing.get(mutant.line, set()) | passing.get(mutant.first, set())
        if not mutant.function:
            pins = {id_ for id_ in self.seconds if id_.startswith(PINS)}
            chosen = (self.passing_by_name(mutant) or set(self.seconds)) | pins
        killers = self.killers[mutant.function][::-1]
        return sorted(chosen, key=lambda id_: (killers.index(id_) if id_ in killers else 1000, self.seconds[id_]))

    def passing_by_name(self, mutant: Mutant) -> set[str]:
        """The tests that pass any line of the core that names what the faulty statement defines."""
        name = re.search(r"^(?:class )?(\w+)", mutant.old)
        word = re.compile(rf"\b{name[1]}\b" if name else "$.")
        found: set[str] = set()
        for module in CORE.glob("*.py"):
            lines = [at for at, line in enumerate(module.read_text().splitlines(), 1) if word.search(line)]
            found = found.union(*(self.covers.get(module.name, {}).get(line, set()) for line in lines))
        return found

    def child(self, mutant: Mutant, said: Any) -> int:
        tests = self.order(mutant)
        pid = os.fork()
        if pid:
            return pid
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))
            silence()
            if mutant.function or constant(mutant):
                plant(mutant)
                by = first_failure([self.items[id_] for id_ in tests], BUDGET_S)
            else:
                by = afresh(mutant, tests)
            os.write(said.fileno(), by.encode())
            os._exit(1 if by else 0)
        finally:  # whatever it is, this child must not go on as a second campaign
            os._exit(99)


def silence() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def first_failure(items: Iterable[pytest.Item], budget_s: float) -> str:
    """The test that fails first, "" for none."""
    until = time.process_time() + budget_s
    for item in items:
        if time.process_time() > until:
            break
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
            return item.nodeid
    return ""


def constant(mutant: Mutant) -> str:
    """The name of the constant that the fault is in; "" for none. Other modules build on those of events.py."""
    named = re.match(r"([A-Z][A-Z0-9_]+)(?: =|:)", mutant.old)
    return named[1] if named and not mutant.function and mutant.path.name != "events.py" else ""


def plant(mutant: Mutant) -> None:
    """Put the faulty function or constant where the sound one stands; caches that hold old answers are emptied."""
    module = importlib.import_module(".".join(mutant.path.with_suffix("").parts))
    if name := constant(mutant):
        faulty: dict[str, Any] = {"__name__": module.__name__}
        exec(mutant.code, faulty)
        sound = getattr(module, name)
        for one in list(sys.modules.values()):
            if getattr(one, "__name__", "").startswith("controller.") and vars(one).get(name) is sound:
                setattr(one, name, faulty[name])
        return
    owner: Any = module
    for part in mutant.function.split("."):
        owner = inspect.getattr_static(owner, part)
    function = inspect.unwrap(owner.fget if isinstance(owner, property) else owner)
    function.__code__ = code_named(mutant.code, mutant.function)
    for known in list(vars(module).values()):
        if hasattr(known, "cache_clear"):
            known.cache_clear()


def code_named(code: CodeType, name: str) -> CodeType:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == name:
                return constant
            if name.startswith(f"{constant.co_qualname}."):
                return code_named(constant, name)
    raise LookupError(name)


def afresh(mutant: Mutant, tests: list[str]) -> str:
    """What fails first in a Python that imports the faulty module; "" for nothing."""
    command = [sys.executable, "tools/mutate.py", str(mutant.path), "--plant", str(mutant.index)]
    done = subprocess.run(command, input="\n".join(tests).encode(), capture_output=True, check=False, cwd=ROOT)
    if done.returncode == 0:
        return ""
    told = done.stdout.decode().splitlines()
    return next((line.split()[1] for line in told if line.startswith(("FAILED ", "ERROR "))), "its import")


def measured(items: list[pytest.Item]) -> tuple[dict[str, float], dict[str, dict[int, set[str]]]]:
    """CPU seconds of every test that passes on the sound core, and per module: line -> tests that pass it."""
    with tempfile.TemporaryFile() as told:
        pid = os.fork()
        if not pid:
            silence()
            try:
                os.write(told.fileno(), pickle.dumps(measure(items)))
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        told.seek(0)
        seconds, covers, failed = pickle.loads(told.read())
    for id_ in failed:
        print(f"left out, it fails without a fault: {id_}", flush=True)
    return seconds, covers


def measure(items: list[pytest.Item]) -> tuple[dict[str, float], dict[str, dict[int, set[str]]], list[str]]:
    import coverage

    cover = coverage.Coverage(data_file=None, include=[f"{CORE}/*"], config_file=False)
    seconds: dict[str, float] = {}
    failed: list[str] = []
    cover.start()
    for item in items:
        began = time.process_time()
        cover.switch_context(item.nodeid)
        if first_failure([item], CPU_LIMIT_S):
            failed.append(item.nodeid)
        else:
            seconds[item.nodeid] = time.process_time() - began
    cover.stop()
    data = cover.get_data()
    covers = {
        Path(file).name: {
            line: {id_ for id_ in tests if id_ in seconds} for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    return seconds, covers, failed
