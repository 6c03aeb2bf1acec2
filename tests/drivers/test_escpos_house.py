"""python-escpos composes and does nothing else, and it is python-escpos. Whatever else opens a device has one door."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.escpos.composer import composer, owners_of_escpos
from drivers.escpos.profiles import profile

ROOT = Path(__file__).parents[2]
OURS = ("controller", "drivers", "kiosk_ui", "tools")
COMPOSER = "drivers/escpos/composer.py"
COMPOSES = {"escpos.printer.Dummy", "escpos.capabilities"}
DOORS = {"serial": {"drivers/links/serial.py"}}  # pyserial, which opens and configures a port and does no more
NOWHERE = {"usb", "usb1", "cups", "win32print", "serial_asyncio", "serial_asyncio_fast", "aioserial"}
BY_NAME = {"import_module", "__import__", "find_spec", "load_module", "run_module"}


def imported(source: str) -> set[str]:
    """Every module, or name out of a module, that a file asks for, by its full name; also by a name in a string."""
    return set(_imported(ast.parse(source)))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(str(name)), *_]):
                if called in BY_NAME:
                    yield name


def out_of(package: str, names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == package}


def files() -> Iterator[tuple[str, set[str]]]:
    """Our files by their path in the tree, each with what it imports."""
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), imported(path.read_text("utf-8"))


def test_no_transport_of_python_escpos_is_imported_anywhere() -> None:
    for path, names in files():
        assert out_of("escpos", names) <= (COMPOSES if path == COMPOSER else set()), path


def test_no_other_library_opens_a_device_and_pyserial_only_at_its_door() -> None:
    for path, names in files():
        tops = {name.split(".")[0] for name in names}
        assert not tops & NOWHERE, path
        for library, doors in DOORS.items():
            assert library not in tops or path in doors, path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from escpos.printer import Network", "escpos.printer.Network"),
        ("from escpos import printer", "escpos.printer"),
        ("from escpos.printer import *", "escpos.printer.*"),
        ("import escpos.printer as dummy", "escpos.printer"),
        ("import_module('escpos.printer')", "escpos.printer"),
        ("importlib.import_module('escpos.printer', None)", "escpos.printer"),
        ("def late():\n    __import__('escpos')", "escpos"),
    ],
)
def test_the_search_would_find_one_however_it_is_asked_for(source: str, found: str) -> None:
    assert out_of("escpos", imported(source)) == {found}
    assert found not in COMPOSES


def test_the_search_sees_the_one_place_where_it_composes_and_none_of_our_own_folders() -> None:
    assert out_of("escpos", dict(files())[COMPOSER]) == COMPOSES
    assert not out_of("escpos", imported("from drivers.escpos.printer import EscposPrinter\nfrom . import escpos"))


def test_the_installed_escpos_is_python_escpos_alone() -> None:
    assert owners_of_escpos() == ["python-escpos"]
    assert composer().output == b""


def test_two_printers_that_are_made_at_once_load_it_once() -> None:
    """In a process of its own: it is loaded once in each. Found by a slow machine with two printers."""
    program = """
import threading
from drivers.escpos.composer import composer
start, wrong = threading.Barrier(8), []
def make():
    start.wait()
    try: composer()
    except Exception as error: wrong.append(repr(error))
threads = [threading.Thread(target=make) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print(wrong)
"""
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"


def test_an_unknown_profile_names_those_that_are_allowed() -> None:
    with pytest.raises(ValueError, match=r"'epson'.*generic.*tm-t20iii.*virtual"):
        profile("epson")
