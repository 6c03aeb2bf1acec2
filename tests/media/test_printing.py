"""A PDF to the booth's printer: Debian's own CUPS, a daemon of our own for the test, with a backend that writes what it
is given to a folder, or stands still."""

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.media import ipp, printing
from drivers.media.printing import PrintFailed, print_pdf

pytestmark = [pytest.mark.long, pytest.mark.system]

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 100 + b"\n%%EOF\n"
START_S = 20.0
# A CUPS backend (backend(7)): job, user, title, copies, options, and the document (else on standard input).
BACKEND = """#!/bin/sh
[ $# -ge 5 ] || exit 0
cat ${{6:+"$6"}} >"{folder}/paper/$1.part"
while [ -e "{folder}/stands" ]; do sleep 0.1; done
mv "{folder}/paper/$1.part" "{folder}/paper/$1.out"
"""
FILES = """ServerRoot {folder}
ServerBin {folder}/bin
DataDir /usr/share/cups
CacheDir {folder}/cache
StateDir {folder}/state
RequestRoot {folder}/spool
TempDir {folder}/tmp
AccessLog {folder}/log
ErrorLog {folder}/log
PageLog {folder}/log
Printcap {folder}/printcap
SystemGroup root
"""
CONF = """Listen {folder}/sock
MaxLogSize 0
LogLevel info
PreserveJobFiles {preserves}
PreserveJobHistory Yes
Browsing Off
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
PRINTERS = """<DefaultPrinter koppi>
Info Koppi
DeviceURI paper:/
State Idle
Accepting Yes
Shared No
ErrorPolicy abort-job
</DefaultPrinter>
"""


@pytest.fixture
def cups(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The folder of a CUPS of its own; `paper/*.out` is what came out, `stands` holds its printer up. It keeps no
    files of papers; with the parameter "Yes" it does."""
    folder = Path(tempfile.mkdtemp(prefix="cups-"))
    folder.chmod(0o755)
    for name in ("bin/backend", "cache", "state", "spool", "tmp", "paper"):
        (folder / name).mkdir(parents=True)
    for name, text in {"cups-files.conf": FILES, "cupsd.conf": CONF, "printers.conf": PRINTERS}.items():
        (folder / name).write_text(text.format(folder=folder, preserves=getattr(request, "param", "No")))
    (folder / "bin" / "daemon").symlink_to("/usr/lib/cups/daemon")  # what starts a backend
    backend = folder / "bin" / "backend" / "paper"
    backend.write_text(BACKEND.format(folder=folder))
    backend.chmod(0o700)
    words = ["cupsd", "-f", "-c", folder / "cupsd.conf", "-s", folder / "cups-files.conf"]
    server = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + START_S
    while not (folder / "sock").exists():
        assert server.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
        time.sleep(0.05)
    monkeypatch.setenv("CUPS_SERVER", str(folder / "sock"))
    yield folder
    (folder / "stands").unlink(missing_ok=True)
    server.terminate()
    server.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


def came_out(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((folder / "paper").glob("*.out"))]


def waiting() -> str:
    return subprocess.run(["lpstat", "-W", "not-completed", "-o"], capture_output=True, text=True, check=False).stdout


async def seen(folder: Path, pattern: str) -> None:
    async with asyncio.timeout(START_S):
        while not await asyncio.to_thread(lambda: list((folder / "paper").glob(pattern))):
            await asyncio.sleep(0.05)


async def test_every_byte_comes_out_and_only_then_it_is_printed(cups: Path) -> None:
    await print_pdf(PDF, "koppi", simulated=False)
    assert came_out(cups) == [PDF] and waiting() == ""


async def test_a_paper_that_is_not_out_at_the_end_of_its_session_is_called_back(cups: Path) -> None:
    (cups / "stands").touch()
    printing_ = asyncio.create_task(print_pdf(PDF, "koppi", simulated=False))
    await seen(cups, "*.part")
    assert "koppi-" in waiting()
    printing_.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await printing_
    assert waiting() == ""
    (cups / "stands").unlink()
    await asyncio.sleep(0.5)
    assert came_out(cups) == []


async def test_a_printer_that_stands_too_long_gets_no_paper_later(cups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PRINTED_S", 1.0)
    (cups / "stands").touch()
    with pytest.raises(PrintFailed) as failed:
        await print_pdf(PDF, "koppi", simulated=False)
    assert failed.value.cause == "too_slow" and waiting() == ""


@pytest.mark.parametrize("code", [1, 5])  # backend(7): failed; cancel the job
async def test_a_paper_that_the_printer_threw_away_is_never_called_printed(cups: Path, code: int) -> None:
    settings = cups / "bin" / "backend" / "paper"
    await asyncio.to_thread(settings.write_text, f"#!/bin/sh\nexit {code}\n")
    with pytest.raises(PrintFailed) as failed:
        await print_pdf(PDF, "koppi", simulated=False)
    assert failed.value.cause in {"aborted", "canceled"} and came_out(cups) == []


@given(st.binary(max_size=300))
def test_no_answer_of_a_print_server_raises(answer: bytes) -> None:
    ipp.state_in(answer)
    ipp.state_in(b"\x02\x00\x00\x00\x00\x00\x00\x01\x02" + answer)


async def test_a_queue_that_is_not_there_refuses(cups: Path) -> None:
    for queue, cause in (("nobody", "refused"), (None, "no_printer")):
        with pytest.raises(PrintFailed) as failed:
            await print_pdf(PDF, queue, simulated=False)
        assert failed.value.cause == cause


def kept(folder: Path) -> list[str]:
    """Papers in the server's keeping, and the jobs that it remembers."""
    papers = [path.name for path in (folder / "spool").glob("d*") if path.is_file()]
    jobs = subprocess.run(["lpstat", "-W", "all", "-o"], capture_output=True, text=True, check=False).stdout
    return [*papers, *jobs.splitlines()]


@pytest.mark.parametrize("cups", ["Yes"], indirect=True)
async def test_a_server_that_keeps_papers_keeps_none_of_ours(cups: Path) -> None:
    """Neither those that came out nor those that were called back."""
    subprocess.run(["lp", "-d", "koppi", "-"], input=PDF, check=True, capture_output=True)
    await seen(cups, "1.out")
    control = await asyncio.to_thread(kept, cups)
    assert len(control) == 2, f"somebody else's is kept: {control}"
    await print_pdf(PDF, "koppi", simulated=False)
    (cups / "stands").touch()
    printing_ = asyncio.create_task(print_pdf(PDF, "koppi", simulated=False))
    await seen(cups, "*.part")
    await ended(printing_)
    assert await asyncio.to_thread(kept, cups) == control
    assert came_out(cups) == [PDF, PDF]


async def test_the_servers_log_has_a_title_that_says_nothing(cups: Path) -> None:
    """As backend(7) is told it."""
    backend = cups / "bin" / "backend" / "paper"
    await asyncio.to_thread(
        backend.write_text, f'#!/bin/sh\n[ $# -ge 5 ] && echo "$3 $4" >"{cups}/paper/1.out"\nexit 0\n'
    )
    await print_pdf(PDF, "koppi", simulated=False)
    assert came_out(cups) == [b"Luukku 1\n"]


async def ended(paper: asyncio.Task[None]) -> None:
    """The session is over."""
    paper.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await paper


SLOW = """#!/bin/sh
case "$0" in */lp) touch "{folder}/handing"; {real} "$@" >"{folder}/job"; sleep 1; cat "{folder}/job" ;; esac
"""


@pytest.fixture
def slow_lp(cups: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An lp whose job is handed over, and that says so a second later; `handing`: it has begun."""
    programs = cups / "slow"
    programs.mkdir()
    (programs / "lp").write_text(SLOW.format(folder=cups, real=shutil.which("lp")))
    (programs / "lp").chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return cups


async def test_a_paper_that_is_being_handed_over_at_the_end_of_its_session_is_called_back(slow_lp: Path) -> None:
    (slow_lp / "stands").touch()
    printing_ = asyncio.create_task(print_pdf(PDF, "koppi", simulated=False))
    await seen(slow_lp, "*.part")
    assert not printing_.done()
    await ended(printing_)
    assert waiting() == ""
    (slow_lp / "stands").unlink()
    await asyncio.sleep(0.5)
    assert came_out(slow_lp) == []


async def test_a_slow_machine_is_no_missing_print_server(slow_lp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "HANDED_S", 0.2)
    with pytest.raises(PrintFailed) as failed:
        await print_pdf(PDF, "koppi", simulated=False)
    assert failed.value.cause == "too_slow"


async def test_it_says_that_it_is_a_pdf_and_wanted_once(cups: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a queue's own settings are: lp(1)."""
    programs = cups / "told"
    programs.mkdir()
    (programs / "lp").write_text(f'#!/bin/sh\necho "$@" >"{cups}/words"\nexit 1\n')
    (programs / "lp").chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    with pytest.raises(PrintFailed):
        await print_pdf(PDF, "koppi", simulated=False)
    words = await asyncio.to_thread((cups / "words").read_text)
    assert " -n 1 " in words and " -o document-format=application/pdf " in words and words.endswith(" -\n")


async def test_without_cups_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(Path(tempfile.gettempdir()) / "nowhere"))
    with pytest.raises(PrintFailed) as failed:
        await print_pdf(PDF, "koppi", simulated=False)
    assert failed.value.cause == "no_cups"
