"""`luukku` as one types it: exit codes, one line for each error, valid schemas (contract, section 1)."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

from controller.app.main import LATER, MISUSE
from tests.app.cli import CONFIG, here, luukku, one_line, point_toml

Captured = pytest.CaptureFixture[str]
COMMANDS = ("run", "central", "demo", "check", "events", "schema", "tokens", "suggest")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        line.listen()
        yield line.getsockname()[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(command: str, capsys: Captured) -> None:
    told = here((command, "--help"), capsys)
    assert told.returncode == 0
    assert told.stdout.startswith(f"usage: luukku {command}")
    assert told.stderr == ""


def test_help_lists_every_command_that_is_here() -> None:
    told = luukku("--help")
    assert told.returncode == 0
    assert all(f"\n    {command} " in told.stdout for command in COMMANDS)
    assert luukku("--version").stdout.startswith("luukku ")


WRONG = {
    (): "COMMAND", ("nothing",): "nothing", ("run",): "--config", ("run", "--config"): "--config",
    ("schema", "x"): "config", ("suggest", "x"): "x", ("suggest", "--config"): "--config",
    ("events",): "--data", ("events", "--data", ".", "--url", "http://x"): "--url",
    ("events", "--data", ".", "--from", "x"): "--from", ("demo", "--port", "x"): "port",
    ("demo", "--port", "99999"): "port",
    ("demo", "--seed", "x"): "--seed", ("central",): "--listen", ("central", "--listen", "a:b", "--data", "x"): "port",
    ("check",): "FILE", ("check", "a", "b"): "b", ("--nothing",): "COMMAND", ("run", "--nothing"): "--config",
    ("demo", "--port", "65530"): "65530", ("events", "--url", "ftp://x"): "ftp://x",
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_misuse_is_one_line_that_names_it_and_exit_2(words: tuple[str, ...], capsys: Captured) -> None:
    told = here(words, capsys)
    assert told.returncode == 2, told.stderr
    assert WRONG[words] in one_line(told)


@pytest.mark.parametrize("command", sorted(LATER))
def test_a_command_that_comes_later_says_so(command: str, capsys: Captured) -> None:
    for words in ((command,), (command, "--json"), (command, "--help"), ("--debug", command, "x")):
        told = here(words, capsys)
        assert told.returncode == MISUSE
        assert one_line(told).startswith(f"luukku {command}: comes with a later release")


@pytest.mark.parametrize("what", ["config", "events", "openapi"])
def test_each_schema_is_valid_json_and_a_right_schema(what: str, capsys: Captured) -> None:
    told = here(("schema", what), capsys)
    assert (told.returncode, told.stderr) == (0, "")
    schema = json.loads(told.stdout)
    if what == "openapi":
        assert schema["openapi"].startswith("3.1")
        for one in schema["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(one)
    else:
        jsonschema.Draft202012Validator.check_schema(schema)


def test_check_is_0_for_a_right_config_and_2_for_a_wrong_one(tmp_path: Path, capsys: Captured) -> None:
    right = here(("check", str(CONFIG)), capsys)
    assert (right.returncode, right.stderr) == (0, "")
    assert here(("check", str(tmp_path / "none.toml")), capsys).returncode == 2
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(CONFIG.read_text("utf-8").replace('id = "elake"', 'id = "Eläke"'), "utf-8")
    told = here(("check", str(wrong)), capsys)
    assert told.returncode == 2
    assert "wrong.toml" in told.stderr
    assert "Eläke" in told.stderr


def test_check_is_1_for_a_device_that_does_not_answer_and_names_it(tmp_path: Path, capsys: Captured) -> None:
    away = tmp_path / "away.toml"
    text = CONFIG.read_text("utf-8").replace('id = "lobby"\nlink = "sim"', 'id = "lobby"\nlink = "tcp:127.0.0.1:1"')
    away.write_text(text[: text.index("[[panels]]")], "utf-8")
    told = here(("check", str(away), "--devices"), capsys)
    assert told.returncode == 1
    (line,) = told.stderr.splitlines()
    assert '[[printers]] "lobby"' in line


@pytest.mark.parametrize("text", [None, "", "[point", "\x00", '[point]\nid = "x"\n'])
def test_run_with_no_or_a_wrong_config_starts_nothing_and_is_exit_2(
    tmp_path: Path, text: str | None, capsys: Captured
) -> None:
    file, data = tmp_path / "point.toml", tmp_path / "data"
    if text is not None:
        file.write_text(text, "utf-8")
    told = here(("run", "--config", str(file), "--data", str(data)), capsys)
    assert told.returncode == 2
    assert told.stderr
    assert all(line.startswith(str(file)) for line in told.stderr.splitlines())
    assert not data.exists()


def test_run_where_nothing_can_be_written_is_one_line_and_exit_1(tmp_path: Path, capsys: Captured) -> None:
    file = point_toml(tmp_path, 8080)
    for data in (str(file / "below-a-file"), "/proc/luukku"):
        told = here(("run", "--config", str(file), "--data", data), capsys)
        assert told.returncode == 1
        assert data in one_line(told)


def test_a_port_that_is_taken_is_one_line_and_exit_1(tmp_path: Path, taken: int) -> None:
    for words in (
        ("run", "--config", str(point_toml(tmp_path, taken)), "--data", str(tmp_path / "point")),
        ("central", "--listen", f"127.0.0.1:{taken}", "--data", str(tmp_path / "central")),
        ("demo", "--port", str(taken), "--data", str(tmp_path / "demo"), "--no-browser"),
    ):
        told = luukku(*words)
        assert told.returncode == 1, words[0]
        assert str(taken) in told.stderr.splitlines()[-1], words[0]
        assert told.stderr.splitlines()[-1].startswith(f"luukku {words[0]}: ")
        assert "Traceback" not in told.stderr


def test_events_of_nowhere_are_one_line_and_exit_1(tmp_path: Path, capsys: Captured) -> None:
    for words in (("--data", str(tmp_path)), ("--data", str(tmp_path / "none")), ("--url", "http://127.0.0.1:1"),
                  ("--url", "http://127.0.0.1:99999"), ("--url", "http://[::1"), ("--url", "http://")):  # fmt: skip
        told = here(("events", *words), capsys)
        assert told.returncode == 1, words
        one_line(told)
    assert one_line(here(("tokens", "--data", str(tmp_path)), capsys)).startswith("luukku tokens: ")


def test_events_of_a_file_that_is_no_journal_are_one_line_and_exit_1(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "journal.db").write_bytes(b"this is no database " * 500)
    told = here(("events", "--data", str(tmp_path)), capsys)
    assert told.returncode == 1
    assert "journal.db" in one_line(told)
    assert (tmp_path / "journal.db").read_bytes().startswith(b"this is no database ")


STRANGERS = (b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
             b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
             b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n")  # fmt: skip


@pytest.mark.parametrize("answer", STRANGERS, ids=lambda sent: repr(sent[-12:]))
def test_an_address_that_is_no_point_is_one_line_and_exit_1(answer: bytes, capsys: Captured) -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as line:

        def stranger() -> None:
            line.settimeout(0.1)
            while not over.is_set():  # aiohttp asks once more when the line falls at once
                with suppress(TimeoutError):
                    caller, _ = line.accept()
                    caller.recv(4096)
                    caller.sendall(answer)
                    caller.close()

        thread = threading.Thread(target=stranger)
        thread.start()
        told = here(("events", "--url", f"http://127.0.0.1:{line.getsockname()[1]}"), capsys)
        over.set()
        thread.join()
    assert told.returncode == 1
    one_line(told)
