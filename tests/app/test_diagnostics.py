"""The bundle for support: secrets and personal data are planted wherever they could be, and looked for in its bytes."""

import json
import os
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.app.redact import REMOVED, Redactor
from tests.app.cli import LUUKKU, here, one_line
from tests.app.test_cli_daemon import Running, free_port, stored

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]  # a busy machine
CENTRAL_TOKEN = "central-box-token-0123456789"
HETU, MAIL, BEARER, ADVISOR = "131052-308T", "matti.meikalainen@example.fi", "abcdefghijklmnop", "meikalainen-m"
CARD, COMMENT, MESSAGE = "Soita Matille 040 1234567", "the wifi password is hunter2", "Matti on lomalla"
LOG = f'POST /login "Authorization: Bearer {BEARER}" {HETU} {MAIL} {ADVISOR} luukku_staff_1=zzzzzzzzzz {CENTRAL_TOKEN}'


class Planted(Running):
    """A daemon whose config holds what nobody outside may see, and whose central's token lies beside it."""

    def written(self, staff: str) -> Path:
        file = super().written(staff)
        text = file.read_text("utf-8").replace('id = "testi"', f'id = "testi"\nmessage.fi = "{MESSAGE}"')
        text = text.replace("[services.card]", f'[services.card]\ninstructions.fi = "{CARD}"')
        central = f'[central]\nurl = "http://127.0.0.1:{free_port()}"\ntoken_file = "box.token"\n'
        file.write_text(f"{text}\n# {COMMENT}\n{central}", "utf-8")
        (self.folder / "box.token").write_text(CENTRAL_TOKEN + "\n")
        return file


def files_of(bundle: Path) -> dict[str, bytes]:
    with tarfile.open(bundle) as tar:
        found = {}
        for entry in tar.getmembers():
            opened = tar.extractfile(entry)
            assert opened is not None
            found[entry.name.removeprefix("luukku-diagnostics/")] = opened.read()
        return found


def export(daemon: Running, file: Path, path: str) -> subprocess.CompletedProcess[str]:
    words = [*LUUKKU, "export-diagnostics", str(file), "--config", str(daemon.config), "--data", str(daemon.data)]
    env = os.environ | {"PATH": path, "LUUKKU_TOKEN": "environment-secret-1"}
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, env=env)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Planted]:
    running = Planted(tmp_path)
    key = running.data / "tls" / "staff.key"
    key.parent.mkdir()
    subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", str(key)], check=True)
    yield running
    if running.process.poll() is None:
        running.end()


def test_nothing_secret_and_nobody_is_in_it_daemon_up_or_down(daemon: Planted, tmp_path: Path) -> None:
    fakes = tmp_path / "bin"
    fakes.mkdir()
    (fakes / "journalctl").write_text(f"#!/bin/sh\necho '{LOG}'\n")
    (fakes / "journalctl").chmod(0o755)
    path = f"{fakes}:{os.environ['PATH']}"
    ticket = json.loads(daemon.ask("POST", "/tickets", "kiosk", {"service": "elake", "language": "fi"}))
    daemon.ask("POST", "/counters/1/open", "staff", {"advisor": ADVISOR})
    up, down = tmp_path / "up.tar.gz", tmp_path / "down.tar.gz"
    done = export(daemon, up, path)
    assert done.returncode == 0, done.stderr
    assert daemon.end()[0] == 0
    code_hash = stored_hash(daemon.data)
    assert export(daemon, down, path).returncode == 0
    forbidden = [
        *daemon.tokens.values(), CENTRAL_TOKEN, HETU, MAIL, BEARER, ADVISOR, CARD, COMMENT, MESSAGE, "zzzzzzzzzz",
        ticket["code"], code_hash, secret_of(daemon.data), "environment-secret-1",
        *[line for line in (daemon.data / "tls" / "staff.key").read_text().splitlines() if "-----" not in line],
    ]  # fmt: skip
    for bundle in (up, down):
        assert bundle.stat().st_mode & 0o777 == 0o600
        files = files_of(bundle)
        whole = b"\n".join(files.values()) + "\n".join(files).encode()
        assert [secret for secret in forbidden if secret.encode() in whole] == []
        events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
        assert [event["data"]["number"] for event in events if event["type"] == "luukku.ticket.issued.v1"]
        assert {e["data"]["advisor"] for e in events if e["type"] == "luukku.counter.opened.v1"} == {"advisor-1"}
        assert len(json.loads(files["doctor.json"])["checks"]) >= 15
        assert json.loads(files["config.json"])["point"]["id"] == "testi"
        assert REMOVED in files["log.txt"].decode()
        assert b"Left out, always" in files["MANIFEST.txt"]
    assert b"state.json: ConnectionError: no daemon runs" in files_of(down)["MANIFEST.txt"]
    assert json.loads(files_of(up)["state.json"])["queues"]


def test_it_never_writes_over_a_file_and_leaves_no_half_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, nowhere = tmp_path / "bundle.tar.gz", tmp_path / "no" / "where.tar.gz"
    file.write_bytes(b"mine")
    for wanted in (file, nowhere):
        told = here(("export-diagnostics", str(wanted), "--data", str(tmp_path)), capsys)
        assert told.returncode == 1
        assert str(wanted) in one_line(told)
    assert file.read_bytes() == b"mine"


def test_of_a_config_that_is_wrong_only_the_places_go_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "point.toml"
    config.write_text('[point]\nid = "hunter2 is my password"\n[central]\nurl = "https://user:hunter2@central"\n')
    file = tmp_path / "bundle.tar.gz"
    assert (
        here(("export-diagnostics", str(file), "--config", str(config), "--data", str(tmp_path)), capsys).returncode
        == 0
    )
    files = files_of(file)
    assert json.loads(files["config.json"])["faults"]
    assert b"hunter2" not in b"\n".join(files.values())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Main process exited, code=killed, status=6/ABRT", True),
        ("no ticket can be stored: /var/lib/luukku/journal.db: database or disk is full", True),
        ("event 00000000000000000042 2026-11-22T00:52:30.374Z chain 9f86d081884c7d659a2feaa0c55ad015", True),
        ('{"code":"ABCD1234"}', False),
        ("https://jono.example.fi/t/ABCDEFGH23456", False),
        ("https://user:pa55w0rd@central.example.fi", False),
        ("-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n", False),
        ("luukku_kiosk_main=abcdefgh", False),
    ],
)
def test_what_looks_like_a_secret_goes_and_what_support_needs_stays(text: str, kept: bool) -> None:
    assert (Redactor([]).text(text) == text) is kept


def test_an_advisor_is_the_same_number_throughout_and_a_short_name_eats_no_text() -> None:
    redactor = Redactor([])
    told = redactor.value([{"advisor": "a1"}, {"advisor": "matti"}, {"advisor": "a1", "chain": "a1b2"}])
    assert told == [{"advisor": "advisor-1"}, {"advisor": "advisor-2"}, {"advisor": "advisor-1", "chain": "a1b2"}]
    assert redactor.text("matti, mattila, a1b2") == "advisor-2, mattila, a1b2"


def stored_hash(data: Path) -> str:
    bodies = "".join(body.decode() for body in stored(data) if b"ticket.issued" in body)
    return bodies.split('"code_hash":"')[1].split('"')[0]


def secret_of(data: Path) -> str:
    database = sqlite3.connect(data / "journal.db")
    (secret,) = database.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()
    database.close()
    return bytes(secret).hex()
