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
PreserveJobFiles No
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
def cups(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a CUPS of its own; `paper/*.out` is what came out, `stands` holds its printer up."""
    folder = Path(tempfile.mkdtemp(prefix="cups-"))
    folder.chmod(0o755)
    for name in ("bin/backend", "cache", "state", "spool", "tmp", "paper"):
        (folder / name).mkdir(parents=True)
    for name, text in {"cups-files.conf": FILES, "cupsd.conf": CONF, "printers.conf": PRINTERS}.items():
        (folder / name).write_text(text.format(folder=folder))
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
    await print_pdf(PDF, "hakemus.pdf", "koppi", simulated=False)
    assert came_out(cups) == [PDF] and waiting() == ""


async def test_a_paper_that_is_not_out_at_the_end_of_its_session_is_called_back(cups: Path) -> None:
    (cups / "stands").touch()
    printing_ = asyncio.create_task(print_pdf(PDF, "hakemus.pdf", "koppi", simulated=False))
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
        await print_pdf(PDF, "hakemus.pdf", "koppi", simulated=False)
    assert failed.value.cause == "too_slow" and waiting() == ""


@pytest.mark.parametrize("code", [1, 5])  # backend(7): failed; cancel the job
async def test_a_paper_that_the_printer_threw_away_is_never_called_printed(cups: Path, code: int) -> None:
    settings = cups / "bin" / "backend" / "paper"
    await asyncio.to_thread(settings.write_text, f"#!/bin/sh\nexit {code}\n")
    with pytest.raises(PrintFailed) as failed:
        await print_pdf(PDF, "hakemus.pdf", "koppi", simulated=False)
    assert failed.value.cause in {"aborted", "canceled"} and came_out(cups) == []


@given(st.binary(max_size=300))
def test_no_answer_of_a_print_server_raises(answer: bytes) -> None:
    ipp.state_in(answer)
    ipp.state_in(b"\x02\x00\x00\x00\x00\x00\x00\x01\x02" + answer)


async def test_a_queue_that_is_not_there_refuses(cups: Path) -> None:
    for queue, cause in (("nobody", "refused"), (None, "no_printer")):
        with pytest.raises(PrintFailed) as failed:
            await print_pdf(PDF, "a.pdf", queue, simulated=False)
        assert failed.value.cause == cause


async def test_a_title_is_no_option_and_no_second_command(cups: Path) -> None:
    await print_pdf(PDF, '-o raw; touch "$HOME/x" `id`.pdf', "koppi", simulated=False)
    assert came_out(cups) == [PDF]


async def test_without_cups_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(Path(tempfile.gettempdir()) / "nowhere"))
    with pytest.raises(PrintFailed) as failed:
        await print_pdf(PDF, "a.pdf", "koppi", simulated=False)
    assert failed.value.cause == "no_cups"
