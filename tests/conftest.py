"""The gates that every test passes through: what a test leaves behind or holds up fails that test.

A task, thread or process left running, a blocking call in the loop, an exception nobody took, a resource never
closed. (Warnings are errors by pyproject.toml.) `tests/house/test_gates.py` shows each gate shutting.
"""

import asyncio
import gc
import inspect
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import blockbuster
import hypothesis
import pytest
import structlog

import controller
import drivers

RUN = "LUUKKU_TEST_RUN"  # every process that a test starts inherits this name, also when its parent is gone
WORKER = "exec(eval(sys.stdin.readline()))"  # how xdist (execnet) starts a worker
LOOP_TURNS = 5  # turns of the loop in which a task that was told to end may end
PATIENCE_S = float(os.environ.get("LUUKKU_TEST_PATIENCE_S", "30"))  # with a thread or a process that is to end
# Blocking on these is a fault in a test too; on files only when our own code does it: a test may read one.
NEVER_IN_A_LOOP = ("time.", "socket.", "ssl.", "sqlite3.", "builtins.")

hypothesis.settings.register_profile("default", deadline=None, print_blob=True)
hypothesis.settings.register_profile("long", deadline=None, print_blob=True, max_examples=2000)
hypothesis.settings.register_profile(  # tools/mutate.py: for every fault the same examples, and none made smaller
    "mutation", deadline=None, derandomize=True, database=None, max_examples=50,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)  # fmt: skip
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def is_async(test: Callable[..., Any]) -> bool:
    """Whether a test runs in a loop; Hypothesis hides the test that it wraps."""
    inner = getattr(getattr(test, "hypothesis", None), "inner_test", test)
    return inspect.iscoroutinefunction(inner)


@pytest.fixture(autouse=True)
def no_leaked_threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """A thread that the test started must have ended with it; those in which a loop has work done end with the loop,
    which may be one for many tests."""
    loop = request.node.get_closest_marker("asyncio")
    lasts = loop is not None and loop.kwargs.get("loop_scope") == "session"
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + PATIENCE_S
    leaked = [thread for thread in threading.enumerate() if thread not in before]
    leaked = [thread for thread in leaked if not (lasts and thread.name.startswith("asyncio_"))]
    for thread in leaked:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in leaked if thread.is_alive()]
    if left:
        pytest.fail(f"leaked threads: {', '.join(left)}")


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """A test that set the log up leaves none of it to the next."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def loop_gates(no_leaked_threads: None, request: pytest.FixtureRequest) -> None:
    """The gates of a test that runs in a loop; other tests have no loop to watch."""
    function = getattr(request, "function", None)
    if function is not None and is_async(function):
        request.getfixturevalue("no_leaked_tasks")
        request.getfixturevalue("no_blocking_calls")


@pytest.fixture
async def no_leaked_tasks() -> AsyncIterator[None]:
    """A task must have ended and its exception must have been taken; what is garbage now is looked at now."""
    loop = asyncio.get_running_loop()
    before = asyncio.all_tasks()
    untaken: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: untaken.append(context))
    yield
    leaked = await still_running(before)
    gc.collect()
    await asyncio.sleep(0)
    if leaked:
        pytest.fail("leaked tasks: " + "; ".join(repr(task) for task in leaked))
    if untaken:
        pytest.fail("nobody took: " + "; ".join(f"{one['message']}: {one.get('exception')!r}" for one in untaken))


async def still_running(before: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """The tasks that are newer than `before` and do not end by themselves within a few turns."""
    known = before | {asyncio.current_task()}
    for _ in range(LOOP_TURNS):
        if not asyncio.all_tasks() - known:
            break
        await asyncio.sleep(0)
    return asyncio.all_tasks() - known


@pytest.fixture
def no_blocking_calls() -> Iterator[None]:
    """A call that blocks raises `BlockingError` where it stands, while a loop runs in this thread."""
    anywhere = blockbuster.BlockBuster()
    in_ours = blockbuster.BlockBuster(scanned_modules=[controller, drivers])
    shut = [function for name, function in anywhere.functions.items() if name.startswith(NEVER_IN_A_LOOP)]
    shut += [function for name, function in in_ours.functions.items() if not name.startswith(NEVER_IN_A_LOOP)]
    for function in shut:
        function.activate()
    yield
    for function in shut:
        function.deactivate()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Names this run in the environment, so that its processes can be told from all others. xdist's workers share
    the name of the run that started them, and leave the looking to it."""
    if not is_worker(session):
        os.environ[RUN] = f"{os.getpid()}-{time.time_ns()}"


def is_worker(session: pytest.Session) -> bool:
    return hasattr(session.config, "workerinput")


def pytest_collection_finish() -> None:
    """Sets aside what importing made, so that looking for garbage after each test is cheap."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process that outlives the tests fails the run, is named, and is ended."""
    left = {} if is_worker(session) else processes_left()
    if not left:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    for pid, command in left.items():
        if reporter is not None:
            reporter.write_line(f"\nleaked process {pid}: {command}", red=True)
        os.kill(pid, signal.SIGKILL)
    session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the tests that passed have counted, by `record_property`, in one line."""
    counted = Counter[str]()
    for report in terminalreporter.getreports("passed"):
        counted.update({name: count for name, count in report.user_properties if isinstance(count, int)})
    if counted:
        terminalreporter.write_line("counted: " + ", ".join(f"{n:,} {name}" for name, n in sorted(counted.items())))


def processes_left() -> dict[int, str]:
    """The processes of this run that are still there after a moment's patience."""
    deadline = time.monotonic() + PATIENCE_S
    while (left := ours()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def ours() -> dict[int, str]:
    """The living processes that carry this run's name in their environment, by id, with their command."""
    name = f"{RUN}={os.environ[RUN]}".encode()
    found: dict[int, str] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.name) != os.getpid() and name in (process / "environ").read_bytes().split(b"\0"):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if WORKER not in command:
                    found[int(process.name)] = command
        except OSError:
            continue  # it ended while we looked, or it is another user's
    return found
