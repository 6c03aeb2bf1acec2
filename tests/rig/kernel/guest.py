"""One life of the User-Mode Linux guest: from a command to its output and exit code, within a limit, no stray left.

The guest sees the host's files and may write to one directory of them. Its time is virtual: it stands still while the
guest computes, and jumps to the next thing that is due while it waits.
"""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LOOK_S = 0.05
NO_END = 75  # the guest did not say how its command ended
TOO_LONG = 124  # as timeout(1) says it


def kernel() -> Path:
    """The directory of the kernel, built if need be (minutes, once). Raises CalledProcessError."""
    built = subprocess.run([HERE / "build.sh"], stdout=subprocess.PIPE, text=True, check=True)
    return Path(built.stdout.strip())


def run(
    words: Sequence[str], *, begins: datetime, limit_s: float, say: Callable[[str], None], keep: Path,
    environ: Mapping[str, str] | None = None, memory: str = "1024M", processor: int | None = None,
) -> int:  # fmt: skip
    """Run `words` in a guest whose clock starts at `begins`; gives their exit code. `say` hears the output as it comes.
    `keep`: a directory of the host that is /run/out there. At most `limit_s` of real time, on that processor (the
    last)."""
    built = kernel()
    lines = [f"export {name}={shlex.quote(value)}" for name, value in (environ or {}).items()]
    (keep / "command").write_text("\n".join([*lines, shlex.join(words)]) + "\n", encoding="utf-8")
    (keep / "output").touch()
    options = [
        *(f"RIG_KERNEL={built}", f"RIG_REPO={ROOT}", f"RIG_OUT={keep}"),
        *("time-travel=inf-cpu", f"time-travel-start={round(begins.timestamp() * 1e9)}"),
    ]
    with tempfile.TemporaryDirectory(prefix="luukku-rig-") as scratch:
        process = subprocess.Popen(
            [
                *("taskset", "-c", str(processors()[-1] if processor is None else processor)),
                *(str(built / "linux"), f"mem={memory}", f"uml_dir={scratch}/"),
                *("root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro", f"init={HERE / 'init.sh'}"),
                *("con=null", "con0=null,fd:1", "quiet", "random.trust_cpu=on", *options),
            ],
            stdin=subprocess.DEVNULL, stdout=(keep / "console").open("wb"), stderr=subprocess.STDOUT,
            start_new_session=True, env={**os.environ, "TMPDIR": _memory_dir()},
        )  # fmt: skip
        try:
            ended = _follow(process, keep / "output", say, time.monotonic() + limit_s)
        finally:
            _end(process)
    if not ended:
        say(f"rig: not over after {limit_s:g} s, ended\n")
        return TOO_LONG
    return _code(keep, say)


def processors() -> list[int]:
    """Those that this process may use. A guest has one to itself: the kernel's two host threads hand each other every
    system call, and on two processors that takes twice to four times as long."""
    return sorted(os.sched_getaffinity(0))


def _memory_dir() -> str:
    """Where the guest's memory lies as a file: in memory."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


def _follow(process: "subprocess.Popen[bytes]", output: Path, say: Callable[[str], None], until: float) -> bool:
    """Whether it ended by itself."""
    with output.open(encoding="utf-8", errors="replace") as file:
        while True:
            over = process.poll() is not None
            while said := file.read(65_536):
                say(said)
            if over or time.monotonic() > until:
                return over
            time.sleep(LOOK_S)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """The whole session: the kernel keeps helpers of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _code(keep: Path, say: Callable[[str], None]) -> int:
    try:
        return int((keep / "rc").read_text().strip())
    except (OSError, ValueError):
        say("rig: the guest died. The end of its console:\n")
        say((keep / "console").read_text(encoding="utf-8", errors="replace")[-4000:])
        return NO_END


def python() -> str:
    """The interpreter that the guest runs: this checkout's own."""
    return sys.executable
