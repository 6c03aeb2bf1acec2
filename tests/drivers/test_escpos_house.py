"""python-escpos composes and does nothing else, and it is python-escpos."""

import ast
from pathlib import Path

import pytest

from drivers.escpos.composer import composer, owners_of_escpos
from drivers.escpos.profiles import profile

ROOT = Path(__file__).parents[2]
COMPOSERS = {"Dummy"}


def imported_from_escpos(source: str) -> set[str]:
    """The names that a file takes out of the `escpos` package; "escpos" for the package as a whole."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "escpos" and not node.level:
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.split(".")[0] == "escpos"}
    return names


def test_no_transport_of_python_escpos_is_imported_anywhere() -> None:
    for path in [*ROOT.glob("controller/**/*.py"), *ROOT.glob("drivers/**/*.py")]:
        assert imported_from_escpos(path.read_text("utf-8")) <= COMPOSERS | {"capabilities"}, path


def test_the_search_would_find_one() -> None:
    assert imported_from_escpos("from escpos.printer import Network") == {"Network"}
    assert imported_from_escpos("import escpos.printer") == {"escpos.printer"}


def test_the_installed_escpos_is_python_escpos_alone() -> None:
    assert owners_of_escpos() == ["python-escpos"]
    assert composer().output == b""


def test_an_unknown_profile_names_those_that_are_allowed() -> None:
    with pytest.raises(ValueError, match=r"'epson'.*generic.*tm-t20iii.*virtual"):
        profile("epson")
