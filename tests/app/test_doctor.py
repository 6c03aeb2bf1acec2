"""Each check of `luukku doctor` driven wrong for real: what it sees is named, and so is the mend."""

import os
import platform
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
import pytest

from controller.app.doctor import asking, disk, journal, point, printers, program, service
from controller.app.doctor import central as at_central
from controller.app.doctor.examine import CHECKS, examine
from controller.app.doctor.finding import CHECK_S, Box, Finding, ok
from drivers.speech import engines
from tests.app.cli import CONFIG, LUUKKU, point_toml
from tests.app.test_cli_daemon import free_port
from tests.journal.disks import TmpfsDisk, small_disk

ROOT = Path(__file__).parents[2]
BUSY_S = 60.0  # for an answer on a busy machine


def a_box(folder: Path, extra: str = "", staff: str = "") -> Box:
    file = point_toml(folder, free_port(), staff)
    file.write_text(file.read_text("utf-8") + extra, "utf-8")
    data = folder / "data"
    data.mkdir(mode=0o750, exist_ok=True)
    return Box(file, data)


def says(finding: Finding, verdict: str, *words: str) -> None:
    assert finding.verdict == verdict, finding
    for word in words:
        assert word in f"{finding.seen} | {finding.mend}", finding
    assert bool(finding.mend) == (verdict != "ok"), finding


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


@contextmanager
def central(folder: Path) -> Iterator[tuple[str, Path]]:
    """The real central system: its address and its tokens' file."""
    words = [*LUUKKU, "central", "--listen", "127.0.0.1:0", "--data", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split(" at ")[1].split(",")[0], folder / "tokens.json"
        process.terminate()


def test_there_are_more_than_fifteen_checks_and_each_is_named_in_the_manual() -> None:
    assert len(CHECKS) >= 15
    manual = (ROOT / "docs" / "install.md").read_text("utf-8")
    assert [name for name in CHECKS if f"`{name}`" not in manual] == []


def test_a_check_that_never_ends_is_unknown_after_two_seconds_and_hides_no_other(tmp_path: Path) -> None:
    over = threading.Event()

    def stuck(box: Box) -> Finding:
        over.wait()
        return ok("")

    def broken(box: Box) -> Finding:
        raise LookupError("a defect")

    began = time.monotonic()
    found = dict(examine(a_box(tmp_path), {"stuck": stuck, "broken": broken, "fine": lambda box: ok("fine")}))
    took = time.monotonic() - began
    over.set()
    says(found["stuck"], "unknown", "no answer within 2 s")
    says(found["broken"], "unknown", "LookupError: a defect")
    says(found["fine"], "ok")
    assert CHECK_S <= took < CHECK_S + 30


def test_whoever_has_patience_is_told_by_a_slow_machine(tmp_path: Path) -> None:
    over = threading.Event()
    threading.Timer(0.3, over.set).start()

    def slow(box: Box) -> Finding:
        over.wait()
        return ok("at last")

    says(dict(examine(a_box(tmp_path), {"slow": slow}, patience_s=0.01))["slow"], "unknown", "--patience 30")
    says(dict(examine(a_box(tmp_path), {"slow": slow}, patience_s=60))["slow"], "ok", "at last")


def test_a_package_that_is_missing_or_another_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text((ROOT / "requirements.lock").read_text("utf-8"), "utf-8")
    says(program.compare(lock), "ok")
    lock.write_text(lock.read_text("utf-8").replace("segno==", "segno==9") + "not-there==1.0 \\\n", "utf-8")
    says(program.compare(lock), "fail", "segno is ", "not-there 1.0 is missing", "make install")
    says(program.compare(tmp_path / "none"), "unknown", "No such file")


@pytest.mark.parametrize(("machine", "missing"), [("x86_64", "for-this 1.0"), ("aarch64", "for-others 1.0")])
def test_a_package_for_another_kind_of_machine_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, missing: str
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "for-this==1.0 ; platform_machine == 'x86_64' \\\n    --hash=sha256:0\n"
        "for-others==1.0 ; platform_machine != 'x86_64' \\\n    --hash=sha256:0\n"
    )
    found = program.compare(lock)
    says(found, "fail", f"{missing} is missing")
    assert found.seen.count("missing") == 1


def test_programs_that_are_missing_are_named_with_their_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = a_box(tmp_path)
    says(program.tools(box), "ok")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(engines.ENVIRONMENT, "PATH", str(tmp_path))
    monkeypatch.setattr(point, "FONT_ROOT", tmp_path)
    says(program.tools(box), "fail", "openssl", "apt install")
    says(program.browser(box), "warn", "apt install chromium")
    says(point.voices(box), "warn", "no voice for fi", "espeak-ng")
    says(point.fonts(box), "fail", "fonts-dejavu-core")


def test_a_data_folder_that_others_may_enter_that_is_gone_or_that_holds_anothers_journal(tmp_path: Path) -> None:
    box = a_box(tmp_path)
    says(disk.folder(box), "ok")
    box.data.chmod(0o755)
    says(disk.folder(box), "fail", "drwxr-xr-x", f"chmod o-rwx {box.data}")
    box.data.chmod(0o750)
    if os.geteuid() == 0:
        (box.data / "journal.db").touch()
        os.chown(box.data / "journal.db", 65534, 65534)
        says(disk.folder(box), "fail", "journal.db is nobody's", "chown")
    says(disk.folder(Box(box.file, tmp_path / "gone")), "fail", "is not there")


def test_a_disk_without_room_without_a_disk_under_it_and_one_that_refuses(tmp_path: Path) -> None:
    box = a_box(tmp_path)
    assert "p50" in disk.sync(box).seen, "this disk may be slow, but it was timed"
    volatile = Box(box.file, Path("/dev/shm"))
    says(disk.kind(volatile), "fail", "tmpfs", "gone with the power")
    says(disk.sync(Box(box.file, tmp_path / "gone")), "unknown", "No such file")
    with small_disk(tmp_path / "small") as small:
        if isinstance(small, TmpfsDisk):
            full = Box(box.file, small.folder)
            says(disk.room(full), "fail", "take no ticket", "vacuum")
            small.fill()
            says(disk.sync(full), "fail", "No space left")
            small.read_only()
            says(disk.sync(full), "fail", "Read-only")


def test_a_config_with_a_fault_and_one_that_is_the_example_still(tmp_path: Path) -> None:
    box = a_box(tmp_path, '[[printers]]\nid = "second"\nlink = "tcp:nowhere"\n')
    says(point.config(box), "fail", "point.toml", "second", "luukku check")
    says(point.doors(box), "unknown", "config")
    example = Box(ROOT / "config" / "point.example.toml", box.data)
    says(point.config(example), "warn", "esimerkki")
    says(point.config(Box(tmp_path / "none.toml", box.data)), "fail", "none.toml")


def test_a_door_that_another_program_holds(tmp_path: Path) -> None:
    box = a_box(tmp_path)
    says(point.doors(box), "ok", "free")
    assert box.config is not None
    with socket.create_server(("127.0.0.1", int(box.config.listen.device.rpartition(":")[2]))):
        says(point.doors(box), "fail", "Address already in use", "ss -ltnp")


def test_a_certificate_that_has_ended(tmp_path: Path) -> None:
    box = a_box(tmp_path, staff=f"127.0.0.1:{free_port()}")
    says(point.certificate(box), "ok", "none yet")
    tls = box.data / "tls"
    tls.mkdir()
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10",
            "-keyout", str(tls / "staff.key"), "-out", str(tls / "staff.crt"), "-subj", "/CN=luukku"]  # fmt: skip
    subprocess.run(["faketime", "2020-01-01", *made], check=True, capture_output=True)
    says(point.certificate(box), "fail", "ended 2020-01-11", "restart luukku")
    (tls / "staff.crt").unlink()
    subprocess.run(made, check=True, capture_output=True)
    says(point.certificate(box), "warn", "9 days")
    (tls / "staff.crt").write_text("no certificate")
    says(point.certificate(box), "unknown", "cannot be read")


@pytest.mark.system
def test_central_that_is_dead_silent_plain_or_does_not_know_this_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at_central.central(a_box(tmp_path)) == at_central.ALONE
    dead = a_box(tmp_path, f'[central]\nurl = "http://127.0.0.1:{free_port()}"\n')
    says(at_central.central(dead), "fail", "Connection refused")
    says(at_central.tls(dead), "warn", "not encrypted")
    missing = a_box(tmp_path, '[central]\nurl = "https://127.0.0.1:1"\ntoken_file = "box.token"\n')
    says(at_central.central(missing), "fail", "box.token is not there")
    with silent() as port:
        says(at_central.central(a_box(tmp_path, f'[central]\nurl = "http://127.0.0.1:{port}"\n')), "fail", "timed out")
    monkeypatch.setattr(asking, "ASK_S", BUSY_S)
    monkeypatch.setattr(at_central, "ASK_S", BUSY_S)
    with central(tmp_path / "central") as (url, tokens):
        extra = f'[central]\nurl = "{url}"\ntoken_file = "box.token"\n'
        box = a_box(tmp_path, extra)
        (tmp_path / "box.token").write_text("wrong\n")
        says(at_central.central(box), "fail", "does not take this box's token (401)", "box.token")
        (tmp_path / "box.token").write_text(tokens.read_text().split('"box": "')[1].split('"')[0])
        says(at_central.central(box), "ok", "takes this box's token")
        secure = a_box(tmp_path, extra.replace("http:", "https:"))
        says(at_central.central(secure), "fail", "central's certificate")
        says(at_central.tls(secure), "unknown", "127.0.0.1 shows none")


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ASK_S", BUSY_S)
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            str(tmp_path / "key"), "-out", str(tmp_path / "crt"), "-subj", "/CN=localhost"]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "crt", tmp_path / "key")

    def greet(door: socket.socket) -> None:
        with door.accept()[0] as line, suppress(OSError):  # the doctor hangs up
            context.wrap_socket(line, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        box = a_box(tmp_path, f'[central]\nurl = "https://127.0.0.1:{door.getsockname()[1]}"\n')
        greeter = threading.Thread(target=greet, args=(door,))
        greeter.start()
        says(at_central.central(box), "fail", "CERTIFICATE_VERIFY_FAILED", "this box's clock")
        greeter.join()


def test_printers_that_are_gone_silent_or_of_a_kind_that_nothing_can_ask(tmp_path: Path) -> None:
    with silent() as port:
        links = {"gone": f"tcp:127.0.0.1:{free_port()}", "silent": f"tcp:127.0.0.1:{port}",
                 "sim": "sim", "nameless": "tcp:no-such-printer.invalid:9100"}  # fmt: skip
        extra = "".join(f'[[printers]]\nid = "{id_}"\nlink = "{link}"\n' for id_, link in links.items())
        box = a_box(tmp_path, extra)
        began = time.monotonic()
        found = {name.removeprefix("printer-"): check(box) for name, check in printers.checks(box)}
        assert time.monotonic() - began < 60
    says(found["gone"], "fail", "detached", "power, cable")
    says(found["silent"], "unknown", "answers no DLE EOT")
    says(found["sim"], "warn", "no paper comes out")
    says(found["nameless"], "fail", "DNS")


def test_a_journal_that_is_damaged_or_from_a_newer_program(tmp_path: Path) -> None:
    box = a_box(tmp_path)
    says(journal.journal(box), "warn", "none yet")
    golden = ROOT / "tests" / "golden" / "journal-v1.db"
    file = box.data / "journal.db"
    shutil.copy(golden, file)
    before = file.read_bytes()
    says(journal.journal(box), "ok")
    assert file.read_bytes() == before, "looking changes nothing"
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(os.urandom(8000))
    says(journal.journal(box), "fail", "journal.db", "copy")
    shutil.copy(golden, file)
    db = apsw.Connection(str(file))
    db.execute("PRAGMA user_version = 99")
    db.close()
    says(journal.journal(box), "fail", "schema 99", "newer Luukku")
    (box.data / "journal.db.damaged-20261122T000000Z").touch()
    says(journal.damaged(box), "warn", "damaged-2026")
    (box.data / "journal.db.undelivered-abc").touch()
    says(journal.damaged(box), "warn", "wait for central")


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        ("", "warn", "not installed"),
        ("ActiveState=active\nUnitFileState=disabled\nNRestarts=0", "fail", "systemctl enable luukku"),
        ("ActiveState=failed\nUnitFileState=enabled\nNRestarts=0\nResult=watchdog", "fail", "last result: watchdog"),
        ("ActiveState=active\nUnitFileState=enabled\nNRestarts=3", "warn", "started again 3 times"),
        ("ActiveState=active\nUnitFileState=enabled\nNRestarts=0\nWatchdogUSec=15s", "ok", "watchdog 15s"),
    ],
)
def test_a_unit_that_is_not_there_not_on_or_not_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, verdict: str, words: str
) -> None:
    """systemctl's own words, as systemd 252 says them."""
    loaded = "loaded" if state else "not-found"
    script = tmp_path / "systemctl"
    script.write_text(f"#!/bin/sh\ncat <<'END'\nLoadState={loaded}\n{state}\nEND\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    says(service.unit(a_box(tmp_path)), verdict, words)


def test_the_config_of_these_tests_is_not_the_example() -> None:
    assert "esimerkki" not in CONFIG.read_text("utf-8")
